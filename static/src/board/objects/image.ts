/** A picture. Its words are for who does not see it, and stand in its place while it does not load. */

import { el } from "../../lib/dom";
import type { ImageObject } from "../model/objects";
import { drawDetails, type ObjectView, part, setAttribute } from "./view";

export const imageView: ObjectView<ImageObject> = {
  create: () =>
    el(
      "div",
      { class: "board-image", role: "option" },
      el("img", { alt: "", draggable: "false", decoding: "async" }),
      part("sr-only", "span"),
    ),

  draw(element, image, context) {
    drawDetails(element, image, context);
    const picture = element.firstElementChild as Element;
    if (image.image) setAttribute(picture, "src", context.addressOf(image.image));
    else picture.removeAttribute("src");
    setAttribute(picture, "alt", image.text);
    element.style.inlineSize = `${image.w}px`;
    element.style.blockSize = `${image.h}px`;
  },
};
