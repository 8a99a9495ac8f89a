/** A text written straight on the board. */

import { el } from "../../lib/dom";
import type { TextObject } from "../model/objects";
import { type ObjectView, setAttribute, setText } from "./view";

export const textView: ObjectView<TextObject> = {
  create: () => el("div", { class: "board-text", role: "option" }),

  draw(element, text, context) {
    setAttribute(element, "data-size", text.size);
    setText(element, text.text);
    element.style.inlineSize = `${text.w}px`;
    setAttribute(element, "aria-label", context.label(text));
  },
};
