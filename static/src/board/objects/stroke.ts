/** Something drawn by hand. Only its line is held by the pointer: what lies inside a circle stays within reach. */

import { el } from "../../lib/dom";
import type { StrokeObject } from "../model/objects";
import { pathOf } from "../model/stroke";
import { drawDetails, type ObjectView, part, setAttribute, setText } from "./view";

const SVG = "http://www.w3.org/2000/svg";

export const strokeView: ObjectView<StrokeObject> = {
  create: () => {
    const picture = document.createElementNS(SVG, "svg");
    picture.setAttribute("aria-hidden", "true");
    picture.append(document.createElementNS(SVG, "path"), document.createElementNS(SVG, "path"));
    return el(
      "div",
      { class: "board-stroke", role: "option" },
      picture,
      part("sr-only", "span"),
      part("sr-only", "span"),
    );
  },

  draw(element, stroke, context) {
    drawDetails(element, stroke, context);
    setAttribute(element, "data-ink", stroke.ink);
    setAttribute(element, "data-nib", stroke.nib);
    setText(element.children[1], stroke.text && `${stroke.text}, `);
    const path = pathOf(stroke);
    for (const line of element.querySelectorAll("path")) setAttribute(line, "d", path);
    element.style.inlineSize = `${stroke.w}px`;
    element.style.blockSize = `${stroke.h}px`;
  },
};
