/** Small marks on the board where something is discussed, near enough to be read; they follow what they stand on. */

import { el, on } from "../../lib/dom";
import { tn } from "../../lib/i18n";
import { setHidden } from "../objects/view";
import type { CommentsDesk } from "./comments";
import { type Place, placeName, placeOf, rectOf } from "./places";
import { countIn } from "./store";

const LEAST_ZOOM = 0.4;

interface Mark {
  place: Place;
  button: HTMLButtonElement;
}

export class Markers {
  private readonly layer = el("div", { class: "board-markers" });
  private marks = new Map<string, Mark>();

  constructor(private readonly desk: CommentsDesk) {
    const { context, store } = desk;
    // Under what floats over the board.
    context.page.overlay.prepend(this.layer);
    store.events.on("change", () => this.count(), context.signal);
    context.stage.onDraw(() => this.place(), context.signal);
  }

  private count(): void {
    const { store, context } = this.desk;
    const counts = new Map<string, { place: Place; count: number; thread: number }>();
    for (const thread of store.all) {
      const place = placeOf(thread);
      if (thread.resolved || place === null) continue;
      const name = typeof place === "string" ? placeName(place) : `t-${thread.id}`;
      const known = counts.get(name);
      counts.set(name, { place, count: (known?.count ?? 0) + countIn(thread), thread: known?.thread ?? thread.id });
    }
    for (const [name, { button }] of this.marks) {
      if (counts.has(name)) continue;
      button.remove();
      this.marks.delete(name);
    }
    for (const [name, { place, count, thread }] of counts) {
      let mark = this.marks.get(name);
      if (!mark) {
        // Beside the list of objects, whose names tell the number: K opens the same.
        const button = el("button", { type: "button", class: "board-marker", "data-ui": true, tabindex: -1 });
        on(button, "click", () => this.desk.openMark(place, thread), context.signal);
        this.layer.append(button);
        mark = { place, button };
        this.marks.set(name, mark);
      }
      mark.button.textContent = String(count);
      mark.button.setAttribute("aria-label", tn("%(num)s commentaire", "%(num)s commentaires", count));
    }
    this.place();
  }

  private place(): void {
    const { context } = this.desk;
    const { camera } = context;
    const isNear = camera.zoom >= LEAST_ZOOM && this.marks.size > 0;
    setHidden(this.layer, !isNear);
    if (!isNear) return;
    const { w, h } = camera.size;
    for (const { place, button } of this.marks.values()) {
      const rect = rectOf(place, context);
      const at = rect && camera.toScreen({ x: rect.x + rect.w, y: rect.y });
      const isSeen = at !== null && at.x > 0 && at.y > 0 && at.x < w + 12 && at.y < h;
      setHidden(button, !isSeen);
      if (isSeen) button.style.transform = `translate(${Math.round(at.x - 16)}px, ${Math.round(at.y - 12)}px)`;
    }
  }
}
