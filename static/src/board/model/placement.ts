/** Where a new note goes when nobody pointed at a place: the next free slot. */

import type { BoardDocument } from "./document";
import { grow, intersects, isWithin, type Point, type Rect } from "./geometry";
import { isWritten, type ZoneObject } from "./objects";

/** The grid of models/board/templates: notes of the default size in slots, below the zone's title and prompt. */
export const NOTE_SIZE = 148;
const GAP = 20;
const MARGIN = 24;
const HEADER = 96;
const HEADER_WITHOUT_PROMPT = 60;

function isFree(board: BoardDocument, slot: Rect, taken: readonly Rect[]): boolean {
  if (taken.some((rect) => intersects(rect, grow(slot, 2)))) return false;
  for (const id of board.query(grow(slot, 2))) {
    const object = board.get(id);
    if (isWritten(object) && object.type !== "stroke") return false;
  }
  return true;
}

/** The slots of a zone, row by row. */
function* slotsOf(zone: ZoneObject): Generator<Point> {
  const top = zone.y + (zone.prompt ? HEADER : HEADER_WITHOUT_PROMPT);
  const step = NOTE_SIZE + GAP;
  const right = zone.x + zone.w - MARGIN;
  const bottom = zone.y + zone.h - MARGIN / 3;
  for (let y = top; y + NOTE_SIZE <= bottom; y += step)
    for (let x = zone.x + MARGIN; x + NOTE_SIZE <= right; x += step) yield { x, y };
}

/** The next free slot inside a zone; when the zone is full, a cascade over its last slot. */
export function slotInZone(board: BoardDocument, zone: ZoneObject, taken: readonly Rect[] = []): Point {
  let last: Point = { x: zone.x + MARGIN, y: zone.y + (zone.prompt ? HEADER : HEADER_WITHOUT_PROMPT) };
  for (const slot of slotsOf(zone)) {
    last = slot;
    if (isFree(board, { ...slot, w: NOTE_SIZE, h: NOTE_SIZE }, taken)) return slot;
  }
  return cascade(board, last, taken);
}

/** Free slots of a zone for this many notes, null when it has not enough. */
export function slotsForAll(board: BoardDocument, zone: ZoneObject, count: number): Point[] | null {
  const slots: Point[] = [];
  for (const slot of slotsOf(zone)) {
    if (slots.length === count) break;
    if (isFree(board, { ...slot, w: NOTE_SIZE, h: NOTE_SIZE }, [])) slots.push(slot);
  }
  return slots.length === count ? slots : null;
}

/** The corner of a free block of the board: where it was wanted, else below what is in its way. A frame may hold it. */
export function roomFor(board: BoardDocument, wanted: Rect): Point {
  const block = { ...wanted };
  for (;;) {
    const around = [...board.query(grow(block, GAP))].map((id) => board.placed(id));
    const inTheWay = around.filter((object) => object && !(object.type === "zone" && isWithin(block, object)));
    if (inTheWay.length === 0) return { x: block.x, y: block.y };
    block.y = Math.max(...inTheWay.map((object) => (object ? object.y + object.h : block.y))) + 2 * GAP;
  }
}

/** A free slot near a point of the open board: to the right, row by row below. */
export function slotNear(board: BoardDocument, near: Point, taken: readonly Rect[] = []): Point {
  const step = NOTE_SIZE + GAP;
  for (let row = 0; row < 8; row += 1) {
    for (let column = 0; column < 6; column += 1) {
      const slot = { x: near.x + column * step, y: near.y + row * step };
      if (isFree(board, { ...slot, w: NOTE_SIZE, h: NOTE_SIZE }, taken)) return slot;
    }
  }
  return cascade(board, near, taken);
}

function cascade(board: BoardDocument, from: Point, taken: readonly Rect[]): Point {
  let { x, y } = from;
  const occupied = (): boolean => {
    if (taken.some((rect) => rect.x === x && rect.y === y)) return true;
    for (const id of board.query({ x: x - 1, y: y - 1, w: 2, h: 2 })) {
      const object = board.get(id);
      if (isWritten(object) && Math.abs(object.x - x) < 2 && Math.abs(object.y - y) < 2) return true;
    }
    return false;
  };
  for (let tries = 0; tries < 200 && occupied(); tries += 1) {
    x += 14;
    y += 14;
  }
  return { x, y };
}

/** The next free slot beside an object: in its zone when it is in one. */
export function slotBeside(board: BoardDocument, id: string, taken: readonly Rect[] = []): Point {
  const object = board.placed(id);
  if (!object) return { x: 0, y: 0 };
  const zone = board.get(object.zone);
  if (zone?.type === "zone") return slotInZone(board, zone, taken);
  return slotNear(board, { x: object.x + object.w + GAP, y: object.y }, taken);
}
