/**
 * Light mode: fewer messages and fewer repaints. On by itself where the browser saves data or the network is slow, or as
 * this person chose on this device.
 */

import { find, on } from "../lib/dom";
import { Emitter } from "./emitter";

const CHOICE_KEY = "etabli:board-light";
const SLOW = new Set(["slow-2g", "2g", "3g"]);

/** What browsers that know their network say of it. */
interface NetworkInformation extends EventTarget {
  readonly saveData?: boolean;
  readonly effectiveType?: string;
}

const network = (): NetworkInformation | undefined =>
  (navigator as Navigator & { connection?: NetworkInformation }).connection;

export class LightMode {
  readonly events = new Emitter<{ change: boolean }>();
  private choice = readChoice();
  private shown: boolean;

  constructor(root: HTMLElement, signal: AbortSignal) {
    this.shown = this.isOn;
    const box = find<HTMLInputElement>("[data-light-mode]", root);
    const show = (): void => {
      root.toggleAttribute("data-light", this.isOn);
      if (box) box.checked = this.isOn;
      if (this.shown === this.isOn) return;
      this.shown = this.isOn;
      this.events.emit("change", this.isOn);
    };
    if (box) {
      on(
        box,
        "change",
        () => {
          this.choice = box.checked;
          writeChoice(box.checked);
          show();
        },
        signal,
      );
    }
    const known = network();
    if (known) on(known, "change", show, signal);
    show();
  }

  get isOn(): boolean {
    const known = network();
    return this.choice ?? (known?.saveData === true || SLOW.has(known?.effectiveType ?? ""));
  }
}

function readChoice(): boolean | null {
  try {
    const kept = localStorage.getItem(CHOICE_KEY);
    return kept === null ? null : kept === "on";
  } catch {
    return null;
  }
}

function writeChoice(isOn: boolean): void {
  try {
    localStorage.setItem(CHOICE_KEY, isOn ? "on" : "off");
  } catch {
    // Not remembered; still in force on this page.
  }
}
