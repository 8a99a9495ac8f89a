/** Aligning and spreading out: by how much each box moves. Pure arithmetic over rectangles in board units. */

import { boundsOf, type Point, type Rect } from "./geometry";

export type Alignment = "left" | "centre" | "right" | "top" | "middle" | "bottom";
export type Axis = "x" | "y";
export type Arrangement = Alignment | `spread-${Axis}`;

/** Along which axis, and which part of the free room comes before the box. */
const ALIGNMENTS: Readonly<Record<Alignment, { axis: Axis; part: number }>> = {
  left: { axis: "x", part: 0 },
  centre: { axis: "x", part: 0.5 },
  right: { axis: "x", part: 1 },
  top: { axis: "y", part: 0 },
  middle: { axis: "y", part: 0.5 },
  bottom: { axis: "y", part: 1 },
};
const SIZE = { x: "w", y: "h" } as const;

/** How many boxes an arrangement needs to change anything. */
export const leastFor = (how: Arrangement): number => (isAlignment(how) ? 2 : 3);

/** The move of each box, in the order given. */
export function arrange(boxes: readonly Rect[], how: Arrangement): Point[] {
  if (boxes.length < leastFor(how)) return boxes.map(() => ({ x: 0, y: 0 }));
  return isAlignment(how) ? align(boxes, how) : spread(boxes, how === "spread-x" ? "x" : "y");
}

const isAlignment = (how: Arrangement): how is Alignment => how in ALIGNMENTS;

/** To an edge or to the middle of what they cover together. */
function align(boxes: readonly Rect[], how: Alignment): Point[] {
  const { axis, part } = ALIGNMENTS[how];
  const bounds = boundsOf(boxes) as Rect;
  const size = SIZE[axis];
  return boxes.map((box) => along(axis, bounds[axis] + (bounds[size] - box[size]) * part - box[axis]));
}

/** The same gap between neighbours; the first and the last stay. Gaps are negative when the room is too small. */
function spread(boxes: readonly Rect[], axis: Axis): Point[] {
  const size = SIZE[axis];
  const middle = (box: Rect): number => box[axis] + box[size] / 2;
  const order = boxes.map((_, index) => index).sort((a, b) => middle(boxes[a] as Rect) - middle(boxes[b] as Rect));
  const sorted = order.map((index) => boxes[index] as Rect);
  const [first, last] = [sorted[0] as Rect, sorted.at(-1) as Rect];
  const filled = sorted.reduce((sum, box) => sum + box[size], 0);
  const gap = (last[axis] + last[size] - first[axis] - filled) / (boxes.length - 1);
  const moves: Point[] = [];
  let next = first[axis];
  for (const [rank, box] of sorted.entries()) {
    moves[order[rank] as number] = along(axis, next - box[axis]);
    next += box[size] + gap;
  }
  return moves;
}

const along = (axis: Axis, by: number): Point => (axis === "x" ? { x: by, y: 0 } : { x: 0, y: by });

/** What is arranged as one: a group is one box, unless all that is chosen is a single group. */
export function unitsOf<T extends Rect & { id: string; group: string }>(objects: readonly T[]): T[][] {
  const units = new Map<string, T[]>();
  for (const object of objects) {
    const key = object.group ? `group ${object.group}` : object.id;
    units.set(key, [...(units.get(key) ?? []), object]);
  }
  return units.size === 1 ? objects.map((object) => [object]) : [...units.values()];
}
