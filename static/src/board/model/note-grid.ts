/** Notes made of pasted words, laid out in rows and columns: pieces like any others. */

import type { Colour } from "../../generated/board-specs";
import { newId } from "./document";
import { textLimit } from "./objects";
import type { Piece } from "./pieces";
import { NOTE_SIZE } from "./placement";

const STEP = NOTE_SIZE + 20;
/** Notes of a list stand in a block a little wider than high. */
const WIDER = 1.4;

/** One note per cell that says something, in its row and column. The corner of the first cell is at 0, 0; each must fit. */
export function notesOfTable(rows: readonly (readonly string[])[], colour: Colour): Piece[] {
  return rows.flatMap((row, y) =>
    row.flatMap((words, x) =>
      words === ""
        ? []
        : [
            {
              id: newId(),
              type: "note",
              x: x * STEP,
              y: y * STEP,
              w: NOTE_SIZE,
              h: NOTE_SIZE,
              zone: "",
              group: "",
              colour,
              text: words,
            } satisfies Piece,
          ],
    ),
  );
}

/** One note per line, row by row; what is too long for a note goes on in the next. */
export function notesOfLines(whole: readonly string[], colour: Colour): Piece[] {
  const lines = whole.flatMap(inParts);
  const width = Math.max(1, Math.ceil(Math.sqrt(lines.length * WIDER)));
  const rows: string[][] = [];
  for (let i = 0; i < lines.length; i += width) rows.push(lines.slice(i, i + width));
  return notesOfTable(rows, colour);
}

/** Whether every cell fits in a note. */
export const fitsInNotes = (rows: readonly (readonly string[])[]): boolean =>
  rows.every((row) => row.every((words) => words.length <= textLimit("note")));

/** Cut between words where there are any, never within a character. */
function inParts(words: string): string[] {
  const limit = textLimit("note");
  const parts: string[] = [];
  let rest = words;
  while (rest.length > limit) {
    const space = rest.slice(0, limit + 1).search(/\s\S*$/);
    const isPair = /[\ud800-\udbff]/.test(rest[limit - 1] as string);
    const end = space > 0 ? space : isPair ? limit - 1 : limit;
    parts.push(rest.slice(0, end));
    rest = rest.slice(end).trimStart();
  }
  return [...parts, rest];
}
