/** Writing in a row of the plan, where it stands: a text area bound to the shared text. */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { isWritten, textLimit } from "../model/objects";
import { TextBinding } from "./text-binding";

/** What the plan does when the writing ends. */
export interface WritingEnd {
  /** The row's words are the row's again; `focus` asks for the focus on it. */
  ended(key: string, focus: boolean): void;
  /** Writing goes on in a new note. */
  next(): void;
}

export class PlanWriter {
  private writing: { key: string; id: string; close: AbortController; fresh: boolean } | null = null;

  constructor(
    private readonly context: BoardContext,
    private readonly end: WritingEnd,
  ) {}

  /** The row being written in. */
  get key(): string | null {
    return this.writing?.key ?? null;
  }

  /** Writes the text of an object in its row; a `fresh` note left empty is removed. */
  open(key: string, id: string, row: HTMLElement, fresh: boolean): void {
    const { board, selection } = this.context;
    const object = board.get(id);
    const words = row.querySelector(".plan-words");
    if (!object || object.type === "unknown" || !words) return;
    const area = el("textarea", {
      class: "plan-editor",
      rows: 2,
      maxlength: textLimit(object.type),
      "aria-label": t("Texte"),
      spellcheck: "true",
      autocapitalize: "sentences",
    });
    const close = new AbortController();
    this.writing = { key, id, close, fresh };
    words.replaceChildren(area);
    new TextBinding(area, board, id, close.signal);
    selection.edit(id);
    area.focus();
    area.setSelectionRange(area.value.length, area.value.length);
    row.scrollIntoView({ block: "nearest" });
    on(area, "keydown", (event) => this.pressed(event), close.signal);
    on(
      area,
      "blur",
      () =>
        setTimeout(() => {
          if (document.activeElement !== area) this.finish(false);
        }),
      close.signal,
    );
  }

  finish(focus: boolean): void {
    const { writing } = this;
    if (!writing) return;
    const { board, selection } = this.context;
    this.writing = null;
    writing.close.abort();
    selection.edit(null);
    board.closeUndoStep();
    const object = board.get(writing.id);
    if (writing.fresh && isWritten(object) && object.text.trim() === "") board.remove([object.id]);
    this.end.ended(writing.key, focus);
  }

  private pressed(event: KeyboardEvent): void {
    event.stopPropagation();
    if (event.isComposing) return;
    const command = event.ctrlKey || event.metaKey;
    if (event.key === "Escape" || (event.key === "Enter" && !event.shiftKey && !command)) this.finish(true);
    else if (event.key === "Enter" && command) {
      this.finish(false);
      this.end.next();
    } else if (command && event.key.toLowerCase() === "z") {
      if (event.shiftKey) this.context.board.redo();
      else this.context.board.undo();
    } else return;
    event.preventDefault();
  }
}
