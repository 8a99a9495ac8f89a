/** A text written straight on the board. */

import { el } from "../../lib/dom";
import type { TextObject } from "../model/objects";
import { drawDetails, type ObjectView, part, setAttribute, setText } from "./view";

export const textView: ObjectView<TextObject> = {
  create: () => el("div", { class: "board-text", role: "option" }, part("board-text-words"), part("sr-only", "span")),

  draw(element, text, context) {
    setAttribute(element, "data-size", text.size);
    drawDetails(element, text, context);
    setText(element.firstElementChild, text.text);
    element.style.inlineSize = `${text.w}px`;
  },
};
