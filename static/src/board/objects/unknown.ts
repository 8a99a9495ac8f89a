/** An object this client cannot read: a quiet box that says so and does nothing. */

import { el } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { UnknownObject } from "../model/objects";
import type { ObjectView } from "./view";

export const unknownView: ObjectView<UnknownObject> = {
  create: () => el("div", { class: "board-unknown", "aria-hidden": "true" }, t("Élément illisible")),

  draw(element, object) {
    element.style.inlineSize = `${object.w}px`;
    element.style.blockSize = `${object.h}px`;
  },
};
