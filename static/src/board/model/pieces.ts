/**
 * Objects on their way from a board to another, or to another place of the same: what the clipboard carries.
 *
 * Pieces are plain data. What comes back from a clipboard is anybody's: reading it takes known types and allowed values
 * only, and gives every object, group and end of an arrow a name of its own, so that nothing on the board is touched.
 */

import { ID_PATTERN, OBJECT_SPECS, OBJECTS_MAX, type ObjectType } from "../../generated/board-specs";
import { type BoardDocument, newId } from "./document";
import { type FieldSpec, readPlain } from "./fields";
import { boundsOf, type Point, type Rect } from "./geometry";
import { type BoardObject, isWritten, TEXT_FIELD, textHeight } from "./objects";
import { byOrder } from "./order";

/** The clipboard's name for pieces; other programs do not know it and take the text beside. */
export const PIECES_TYPE = "application/x-etabli-pieces+json";

type Value = string | number | boolean;
/** An object's fields by name, its shared text as a string; `id` and `zone` mean something among the pieces only. */
export type Piece = Record<string, Value> & { id: string; type: ObjectType };

/** A piece ready to be created: `values` lacks who signs it, its order, and its zone when it left its own behind. */
export interface Remade {
  id: string;
  values: Record<string, Value> & { type: ObjectType };
  text: string;
}

/** Signed, ordered and locked anew by whoever puts the piece down. */
const NOT_CARRIED: ReadonlySet<string> = new Set(["type", "author", "order", "locked"]);

/** What is taken with these objects: they, what lies in the frames among them, and the arrows between all of these. */
export function takePieces(board: BoardDocument, ids: Iterable<string>): Piece[] {
  const taken = new Set<string>();
  for (const id of ids) {
    const object = board.get(id);
    if (!object || object.type === "unknown" || object.type === "connector") continue;
    taken.add(id);
    if (object.type !== "zone") continue;
    for (const inside of board.values()) if (isWritten(inside) && inside.zone === id) taken.add(inside.id);
  }
  for (const id of [...taken]) {
    for (const link of board.connectorsOf(id)) if (taken.has(link.from) && taken.has(link.to)) taken.add(link.id);
  }
  const objects = [...taken].map((id) => board.get(id) as BoardObject).sort(byOrder);
  return objects.map((object) => pieceOf(object as unknown as Record<string, unknown>));
}

function pieceOf(source: Record<string, unknown>): Piece {
  const type = source.type as ObjectType;
  const piece: Piece = { id: String(source.id), type };
  const specs: Record<string, FieldSpec> = OBJECT_SPECS[type];
  for (const [name, spec] of Object.entries(specs))
    if (!NOT_CARRIED.has(name)) piece[name] = readPlain(spec, source[name]);
  return piece;
}

/** `document` is the board's that they are taken from: its pictures can be shown there only. */
export const writePieces = (pieces: Piece[], document: number): string =>
  JSON.stringify({ version: 1, document, pieces });

/** The pieces in what a clipboard holds that `document` can show, null when there are none that make sense. */
export function readPieces(data: string, document: number): Piece[] | null {
  let found: unknown;
  let isHere = false;
  try {
    const held = JSON.parse(data) as { pieces?: unknown; document?: unknown } | null;
    found = held?.pieces;
    isHere = held?.document === document;
  } catch {
    return null;
  }
  if (!Array.isArray(found)) return null;
  const pieces = new Map<string, Piece>();
  for (const source of found.slice(0, OBJECTS_MAX) as (Record<string, unknown> | null)[]) {
    if (!source || typeof source.id !== "string" || !ID_PATTERN.test(source.id)) continue;
    if (source.type === "image" && !isHere) continue;
    if (typeof source.type === "string" && Object.hasOwn(OBJECT_SPECS, source.type))
      pieces.set(source.id, pieceOf(source));
  }
  const kept = [...pieces.values()].filter((piece) => piece.type !== "connector" || hasBothEnds(piece, pieces));
  return kept.length > 0 ? kept : null;
}

/** Whether pictures of another board are among what a clipboard holds: they stay there. */
export function leavesPictures(data: string, document: number): boolean {
  try {
    const held = JSON.parse(data) as { pieces?: ({ type?: unknown } | null)[]; document?: unknown } | null;
    return held?.document !== document && (held?.pieces ?? []).some((piece) => piece?.type === "image");
  } catch {
    return false;
  }
}

const hasBothEnds = (link: Piece, pieces: ReadonlyMap<string, Piece>): boolean =>
  [link.from, link.to].every((end) => (pieces.get(String(end))?.type ?? "connector") !== "connector");

/** The same objects under new names, moved `by`. */
export function remake(pieces: readonly Piece[], by: Point): Remade[] {
  const names = new Map<Value, string>();
  const renamed = (name: Value | undefined): string => {
    if (!name) return "";
    if (!names.has(name)) names.set(name, newId());
    return names.get(name) as string;
  };
  const zones = new Set(pieces.filter(({ type }) => type === "zone").map(({ id }) => id));
  const groups = new Map<Value | undefined, number>();
  for (const { group } of pieces) groups.set(group, (groups.get(group) ?? 0) + 1);
  return pieces.map(({ id, type, ...fields }) => {
    const values: Remade["values"] = { ...fields, type };
    const text = String(values[TEXT_FIELD[type]] ?? "");
    delete values[TEXT_FIELD[type]];
    if (type === "connector") {
      values.from = renamed(fields.from);
      values.to = renamed(fields.to);
    } else {
      values.x = Number(fields.x) + by.x;
      values.y = Number(fields.y) + by.y;
      values.zone = zones.has(String(fields.zone)) ? renamed(fields.zone) : "";
      // A group of one is none.
      values.group = (groups.get(fields.group) ?? 0) > 1 ? renamed(fields.group && `group ${fields.group}`) : "";
    }
    return { id: renamed(id), values, text };
  });
}

/** What the pieces cover, null when nothing has a place. */
export function coveredBy(pieces: readonly Piece[]): Rect | null {
  return boundsOf(pieces.filter(({ type }) => type !== "connector").map(rectOf));
}

export function rectOf(piece: Piece): Rect {
  const { x, y, w } = piece as unknown as Rect;
  const h = piece.type === "text" ? textHeight(piece as unknown as Parameters<typeof textHeight>[0]) : Number(piece.h);
  return { x, y, w, h };
}

/** The words of the pieces for other programs, in reading order, one object after the other. */
export function wordsOfPieces(pieces: readonly Piece[]): string[] {
  const said = pieces
    .filter(({ type }) => type !== "connector")
    .sort((a, b) => Number(a.y) - Number(b.y) || Number(a.x) - Number(b.x));
  return said.map((piece) => String(piece[TEXT_FIELD[piece.type]] ?? "").trim()).filter((words) => words !== "");
}
