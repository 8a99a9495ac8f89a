/** An object this client cannot read: a quiet box that says so, and that can be thrown away. */

import { el } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { UnknownObject } from "../model/objects";
import { drawDetails, type ObjectView, part } from "./view";

export const unknownView: ObjectView<UnknownObject> = {
  create: () => el("div", { class: "board-unknown", role: "option" }, t("Élément illisible"), part("sr-only", "span")),

  draw(element, object, context) {
    drawDetails(element, object, context);
    element.style.inlineSize = `${object.w}px`;
    element.style.blockSize = `${object.h}px`;
  },
};
