/** The board's dialogs: where to move, what to join, the shortcuts, what to paste. Native <dialog>; what asks is loaded apart. */

import { find, on } from "../../lib/dom";
import type { BoardContext } from "../context";

export class Dialogs {
  private readonly shortcuts = find<HTMLDialogElement>("#shortcuts") as HTMLDialogElement;

  constructor(
    private readonly context: () => BoardContext,
    signal: AbortSignal,
  ) {
    for (const dialog of [find<HTMLDialogElement>("#choice"), this.shortcuts, find<HTMLDialogElement>("#people")]) {
      if (!dialog) continue;
      on(
        dialog,
        "click",
        (event) => {
          if (event.target === dialog || (event.target as Element).closest("[data-close]")) dialog.close();
        },
        signal,
      );
      // Keys pressed in a dialog are not for the board behind it.
      on(dialog, "keydown", (event) => event.stopPropagation(), signal);
    }
  }

  help(): void {
    this.shortcuts.showModal();
  }

  /** A zone, or "" for outside of all. */
  chooseZone(then: (zone: string) => void): void {
    this.context().later.craft.use(({ choice }) => choice.zone(then));
  }

  /** A note or a text other than `from`. */
  chooseTarget(from: string, then: (id: string) => void): void {
    this.context().later.craft.use(({ choice }) => choice.target(from, then));
  }

  /** One of a few answers; closing gives none. */
  choose(title: string, options: { id: string; label: string }[], then: (id: string) => void): void {
    this.context().later.craft.use(({ choice }) => choice.open(title, options, false, then));
  }
}

/** Lower case without accents, to search by what was meant. */
export const fold = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase();
