/** A short message at the bottom of the board, with at most one action. One at a time; stays while it is pointed at. */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";

const STAY_MS = 8_000;

export class Toasts {
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly place: HTMLElement,
    private readonly signal: AbortSignal,
  ) {
    on(place, "pointerenter", () => clearTimeout(this.timer), signal);
    on(place, "pointerleave", () => this.leave(), signal);
    on(place, "focusin", () => clearTimeout(this.timer), signal);
    on(place, "focusout", () => this.leave(), signal);
  }

  show(text: string, action?: { label: string; run: () => void }): void {
    const children: Node[] = [el("span", {}, text)];
    if (action) {
      const button = el("button", { type: "button", class: "board-toast-action" }, action.label);
      on(
        button,
        "click",
        () => {
          this.hide();
          action.run();
        },
        this.signal,
      );
      children.push(button);
    }
    const close = el("button", { type: "button", class: "board-toast-close", "aria-label": t("Fermer") }, "×");
    on(close, "click", () => this.hide(), this.signal);
    this.place.replaceChildren(el("p", { class: "board-toast" }, ...children, close));
    this.leave();
  }

  hide(): void {
    clearTimeout(this.timer);
    this.place.replaceChildren();
  }

  private leave(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.hide(), STAY_MS);
  }
}
