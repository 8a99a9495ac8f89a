/** A zone: a numbered frame, its title, and what to do in it. A group of the options that lie in it. */

import { el } from "../../lib/dom";
import type { ZoneObject } from "../model/objects";
import { type ObjectView, part, setAttribute, setText } from "./view";

export const zoneView: ObjectView<ZoneObject> = {
  create: () => {
    const title = el(
      "p",
      { class: "board-zone-title" },
      part("board-number", "span"),
      part("board-zone-words", "span"),
    );
    return el(
      "div",
      { class: "board-zone", role: "group" },
      el("div", { class: "board-zone-head", "aria-hidden": "true" }, title, part("board-zone-prompt")),
    );
  },

  draw(element, zone, context) {
    setAttribute(element, "data-tone", zone.tone);
    element.toggleAttribute("data-locked", zone.locked);
    const number = element.querySelector<HTMLElement>(".board-number");
    setText(number, zone.number > 0 ? String(zone.number) : "");
    number?.toggleAttribute("hidden", zone.number <= 0);
    setText(element.querySelector(".board-zone-words"), zone.title);
    setText(element.querySelector(".board-zone-prompt"), zone.prompt);
    element.style.inlineSize = `${zone.w}px`;
    element.style.blockSize = `${zone.h}px`;
    setAttribute(element, "aria-label", context.details(zone));
  },
};
