/**
 * Copying takes whole objects, with their words beside for other programs. Pasting puts objects down, or makes notes of
 * a text, a list or a table; what is many is asked first.
 */

import { on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Point } from "../model/geometry";
import { fitsInNotes, notesOfLines, notesOfTable } from "../model/note-grid";
import { isWritten, textLimit } from "../model/objects";
import { readPastedText } from "../model/pasted-text";
import {
  leavesPictures,
  PIECES_TYPE,
  type Piece,
  readPieces,
  takePieces,
  wordsOfPieces,
  writePieces,
} from "../model/pieces";
import type { Dialogs } from "../view/dialogs";
import type { Pasting } from "./pasting";

/** More objects than this are not put down without asking. */
const MOST_UNASKED = 50;
/** Past this many the board warns that it becomes heavy. */
const HEAVY = 2_000;

export interface Pasted {
  text: string;
  /** What `PIECES_TYPE` held, "" for nothing. */
  pieces: string;
}

export class Clipboard {
  /** Where the pointer was on the board, in screen units of the window; null once keys lead. */
  private pointer: { x: number; y: number } | null = null;
  /** What was copied here last: the menu's 'paste' is given its words only. */
  private last: Pasted = { text: "", pieces: "" };

  constructor(
    private readonly context: BoardContext,
    private readonly pasting: Pasting,
    private readonly dialogs: Dialogs,
  ) {
    const { page, signal } = context;
    const follow = ({ clientX, clientY }: PointerEvent): void => {
      this.pointer = { x: clientX, y: clientY };
    };
    on(page.stage, "pointermove", follow, signal);
    on(page.stage, "pointerdown", follow, signal);
    const forget = (): void => {
      this.pointer = null;
    };
    on(page.stage, "pointerleave", forget, signal);
    on(
      page.root,
      "keydown",
      (event) => {
        if (!event.ctrlKey && !event.metaKey && !event.shiftKey && !event.altKey) forget();
      },
      signal,
    );
  }

  /** Puts what is selected on the clipboard; false when nothing is. */
  copy(event: ClipboardEvent): boolean {
    const { board, selection, announcer, config } = this.context;
    const pieces = takePieces(board, selection.ids);
    if (pieces.length === 0 || !event.clipboardData) return false;
    this.last = { text: wordsOfPieces(pieces).join("\n"), pieces: writePieces(pieces, config.document) };
    event.clipboardData.setData("text/plain", this.last.text);
    event.clipboardData.setData(PIECES_TYPE, this.last.pieces);
    event.preventDefault();
    announcer.say(tn("%(num)s élément copié", "%(num)s éléments copiés", pieces.length));
    return true;
  }

  /** The menu's copy and cut: the browser makes the event that carries them. */
  run(what: "copy" | "cut"): void {
    this.context.stage.takeFocus();
    document.execCommand(what);
  }

  /** The menu's paste, at a point. */
  async pasteFromMenu(at: Point): Promise<void> {
    try {
      const text = await navigator.clipboard.readText();
      const same = text !== "" && text.replace(/\r\n/g, "\n") === this.last.text;
      this.paste({ text, pieces: same ? this.last.pieces : "" }, at);
    } catch {
      this.context.toasts.show(t("Le navigateur garde le presse-papiers : collez avec Ctrl+V."));
    }
  }

  paste({ text, pieces }: Pasted, at?: Point): void {
    const { actions, camera, config } = this.context;
    const found = pieces ? readPieces(pieces, config.document) : null;
    if (leavesPictures(pieces, config.document)) this.say(t("Les images restent sur leur tableau : ajoutez-les ici."));
    if ((!found && text.trim() === "") || !actions.allowedToAdd()) return;
    const place = at ?? this.pointed() ?? camera.middle;
    if (found) this.pastePieces(found, place);
    else {
      const asText = (): void => this.pasteText(text, place, at !== undefined || this.pointer !== null);
      const address = ownAddress(text);
      if (address) void this.context.later.cards.load().then((cards) => cards.offer(address, place, asText), asText);
      else asText();
    }
  }

  private pastePieces(pieces: Piece[], at: Point): void {
    const { room } = this.pasting;
    if (pieces.length > room) {
      this.tooMany(pieces.length);
      return;
    }
    const put = (): void => void this.pasting.putAround(pieces, at);
    if (pieces.length <= MOST_UNASKED) put();
    else {
      const label = tn("Coller %(num)s élément", "Coller %(num)s éléments", pieces.length);
      this.dialogs.choose(t("Coller beaucoup d’éléments"), [{ id: "all", label }], put);
    }
  }

  private pasteText(text: string, at: Point, isPointed: boolean): void {
    const { board, selection, actions } = this.context;
    const { whole, lines, table } = readPastedText(text);
    const focus = board.get(selection.focus ?? "");
    const zone = !isPointed && isWritten(focus) ? focus.zone : board.zoneAt(at);
    /** A table keeps its rows and columns; the notes of a list go where there is room. */
    const put = (notes: Piece[], asTable = false): void => void this.pasting.putNotes(notes, at, asTable ? "" : zone);
    const colour = actions.lastColour;
    const one = (): void => put(notesOfLines([whole], colour));
    if (lines.length < 2 && !table) {
      const notes = notesOfLines([whole], colour);
      if (notes.length <= this.pasting.room) put(notes);
      else this.tooMany(notes.length);
      return;
    }
    const byLine = notesOfLines(lines, colour);
    const byCell = table && fitsInNotes(table) ? notesOfTable(table, colour) : [];
    const options = [
      ...(byCell.length > 0
        ? [
            {
              id: "cells",
              notes: byCell,
              label: (count: number) =>
                tn("Créer %(num)s note, une par case", "Créer %(num)s notes, une par case", count),
            },
          ]
        : []),
      {
        id: "lines",
        notes: byLine,
        label: (count: number) => tn("Créer %(num)s note, une par ligne", "Créer %(num)s notes, une par ligne", count),
      },
    ];
    const { room } = this.pasting;
    const choices = options
      .filter(() => room > 0)
      .map(({ id, notes, label }) => ({ id, label: this.hinted(label(Math.min(notes.length, room)), notes.length) }));
    if (whole.length <= textLimit("note")) choices.push({ id: "one", label: t("Tout mettre dans une seule note") });
    if (choices.length === 0) {
      this.tooMany(lines.length);
      return;
    }
    const title = table
      ? t("Coller un tableau : %(rows)s lignes, %(columns)s colonnes", {
          rows: table.length,
          columns: table[0]?.length ?? 0,
        })
      : tn("Coller %(num)s ligne", "Coller %(num)s lignes", lines.length);
    this.dialogs.choose(title, choices, (id) => {
      const notes = options.find((option) => option.id === id)?.notes;
      if (notes) put(notes.slice(0, room), id === "cells");
      else one();
    });
  }

  /** What is worth knowing before so many are made. */
  private hinted(label: string, wanted: number): string {
    const { room } = this.pasting;
    if (wanted > room) return t("%(label)s : les premières, le tableau n’en tient pas plus", { label });
    return this.context.board.size + wanted > HEAVY ? t("%(label)s : le tableau deviendra lourd", { label }) : label;
  }

  private tooMany(count: number): void {
    const text = tn(
      "Le tableau ne peut pas tenir %(num)s élément de plus : il a de la place pour %(room)s.",
      "Le tableau ne peut pas tenir %(num)s éléments de plus : il a de la place pour %(room)s.",
      count,
      { room: this.pasting.room },
    );
    this.say(text);
  }

  private say(text: string): void {
    this.context.announcer.say(text);
    this.context.toasts.show(text);
  }

  private pointed(): Point | null {
    if (!this.pointer) return null;
    const box = this.context.page.stage.getBoundingClientRect();
    return this.context.camera.toBoard({ x: this.pointer.x - box.left, y: this.pointer.y - box.top });
  }
}

/** The path of an address of this site, null for everything else. */
function ownAddress(text: string): string | null {
  const words = text.trim();
  if (/\s/.test(words) || !URL.canParse(words)) return null;
  const { origin, pathname } = new URL(words);
  return origin === location.origin ? pathname : null;
}
