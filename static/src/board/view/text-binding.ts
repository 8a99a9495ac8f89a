/**
 * Ties a native text control to a shared text: each edit becomes the smallest change, others' changes move the caret
 * as they should, and nothing is touched while an input method composes.
 */

import { on } from "../../lib/dom";
import type { BoardDocument } from "../model/document";
import { type DeltaPart, diffText, movePosition, rebaseChange } from "../model/text-diff";

type Control = HTMLTextAreaElement | HTMLInputElement;

export class TextBinding {
  /** What the control showed when the two were last the same. */
  private shown = "";
  private composing = false;
  private missed: DeltaPart[][] = [];
  private writing = false;

  constructor(
    private readonly control: Control,
    private readonly board: BoardDocument,
    private readonly id: string,
    signal: AbortSignal,
    private readonly changed: () => void = () => undefined,
  ) {
    this.show();
    on(
      control,
      "input",
      () => {
        if (!this.composing) this.commit();
      },
      signal,
    );
    on(
      control,
      "compositionstart",
      () => {
        this.composing = true;
      },
      signal,
    );
    on(
      control,
      "compositionend",
      () => {
        this.composing = false;
        this.commit();
      },
      signal,
    );
    board.changes.on(
      "text",
      (event) => {
        if (event.id === this.id && !this.writing) this.follow(event.delta);
      },
      signal,
    );
    board.changes.on("replaced", () => this.show(), signal);
  }

  /** Writes what was typed and not yet written. */
  commit(): void {
    const typed = this.control.value;
    const caret = this.control.selectionEnd ?? typed.length;
    const change = diffText(this.shown, typed, caret);
    const deltas = this.missed.splice(0);
    this.shown = typed;
    if (change) {
      this.writing = true;
      const shared = this.board.textOf(this.id)?.toString() ?? "";
      if (deltas.length === 0 && shared.includes("\r")) this.board.writeText(this.id, typed);
      else this.board.applyText(this.id, rebaseChange(change, deltas));
      this.writing = false;
    }
    if (deltas.length > 0) this.show(deltas.reduce((at, delta) => movePosition(at, delta), caret));
    this.changed();
  }

  private follow(delta: DeltaPart[]): void {
    if (this.composing) {
      this.missed.push(delta);
      return;
    }
    const { selectionStart, selectionEnd, scrollTop } = this.control;
    this.show(movePosition(selectionStart ?? 0, delta), movePosition(selectionEnd ?? 0, delta));
    this.control.scrollTop = scrollTop;
    this.changed();
  }

  private show(start?: number, end = start): void {
    const words = this.board.textOf(this.id)?.toString() ?? "";
    if (this.control.value !== words) this.control.value = words;
    this.shown = this.control.value;
    if (start !== undefined && document.activeElement === this.control)
      this.control.setSelectionRange(start, end ?? start);
  }
}
