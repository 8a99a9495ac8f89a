/** A note: a coloured square with its liseré, its words and its author's first name. */

import { el } from "../../lib/dom";
import type { NoteObject } from "../model/objects";
import { drawDetails, type ObjectView, part, setAttribute, setText } from "./view";

/** Height of the note outside its lines of text, and of one line, in board units. */
const FRAME = 52;
const LINE = 19.2;
/** Left and right of the words; about the width of one of their letters, and letters that take more room. */
const SIDES = 24;
const LETTER = 9;
const WIDE = /[\u0370-\u1fff\u2100-\uffff]|[A-Z]{6}/;

export const noteView: ObjectView<NoteObject> = {
  create: () =>
    el(
      "div",
      { class: "board-note", role: "option" },
      part("band", "i"),
      part("board-note-text"),
      el("small", { class: "board-note-author", "aria-hidden": "true" }),
      part("sr-only", "span"),
    ),

  draw(element, note, context) {
    setAttribute(element, "data-colour", note.colour);
    drawDetails(element, note, context);
    const [, text, author] = element.children;
    const lines = Math.max(1, Math.floor((note.h - FRAME) / LINE + 0.25));
    setText(text, note.text);
    setText(author, context.signature(note.author));
    element.style.inlineSize = `${note.w}px`;
    element.style.blockSize = `${note.h}px`;
    element.style.setProperty("--lines", String(lines));
    element.toggleAttribute("data-long", mayOverflow(note.text, (note.w - SIDES) / LETTER, lines));
  },
};

/** Whether words may not fit. Only then are they clipped: each clip is one more part for the browser to arrange at every frame. */
const mayOverflow = (text: string, letters: number, lines: number): boolean =>
  text.length / letters + text.split("\n").length > lines + 0.5 || WIDE.test(text);

/** The height that shows all the words of a note `natural` units high inside. */
export const noteHeightFor = (natural: number, least: number, most: number): number =>
  Math.min(most, Math.max(least, Math.ceil((natural + FRAME) / 4) * 4));
