/** Snapping to the edges and middles of neighbours while moving or resizing. Pure; board units. */

import type { Point, Rect } from "./geometry";

/** A line shown while something lies on it: across x (vertical) or y (horizontal), between two ends. */
export interface Guide {
  axis: "x" | "y";
  at: number;
  from: number;
  to: number;
}

export interface Snapped {
  by: Point;
  guides: Guide[];
}

/** Which lines of a box may snap: all while it moves, its end while it grows. */
export type Lines = "all" | "end" | "none";

const SIZE = { x: "w", y: "h" } as const;
const SAME = 0.01;

function linesOf(rect: Rect, axis: "x" | "y", which: Lines = "all"): number[] {
  const start = rect[axis];
  const size = rect[SIZE[axis]];
  return which === "all" ? [start, start + size / 2, start + size] : which === "end" ? [start + size] : [];
}

/**
 * The least move, at most `reach` along each axis, that puts a line of `box` on a line of a neighbour; and the guides to
 * draw then. Without a line near enough, no move along that axis.
 */
export function snap(
  box: Rect,
  neighbours: readonly Rect[],
  reach: number,
  lines: { x: Lines; y: Lines } = { x: "all", y: "all" },
): Snapped {
  const by = {
    x: nearest(linesOf(box, "x", lines.x), neighbours, "x", reach),
    y: nearest(linesOf(box, "y", lines.y), neighbours, "y", reach),
  };
  const isMove = lines.x === "all" && lines.y === "all";
  const seen = isMove
    ? { ...box, x: box.x + (by.x ?? 0), y: box.y + (by.y ?? 0) }
    : { ...box, w: box.w + (by.x ?? 0), h: box.h + (by.y ?? 0) };
  const guides = [
    ...(by.x === null ? [] : guidesOf(seen, neighbours, "x", lines.x)),
    ...(by.y === null ? [] : guidesOf(seen, neighbours, "y", lines.y)),
  ];
  return { by: { x: by.x ?? 0, y: by.y ?? 0 }, guides };
}

function nearest(own: number[], neighbours: readonly Rect[], axis: "x" | "y", reach: number): number | null {
  let best: number | null = null;
  for (const neighbour of neighbours) {
    for (const line of linesOf(neighbour, axis)) {
      for (const mine of own) {
        const by = line - mine;
        if (Math.abs(by) <= reach && (best === null || Math.abs(by) < Math.abs(best))) best = by;
      }
    }
  }
  return best;
}

/** One guide for each line of the box that a neighbour shares, long enough to cross all that do. */
function guidesOf(box: Rect, neighbours: readonly Rect[], axis: "x" | "y", which: Lines): Guide[] {
  const other = axis === "x" ? "y" : "x";
  const found: Guide[] = [];
  for (const at of linesOf(box, axis, which)) {
    const sharing = neighbours.filter((rect) => linesOf(rect, axis).some((line) => Math.abs(line - at) < SAME));
    if (sharing.length === 0) continue;
    const all = [box, ...sharing];
    const from = Math.min(...all.map((rect) => rect[other]));
    const to = Math.max(...all.map((rect) => rect[other] + rect[SIZE[other]]));
    found.push({ axis, at, from, to });
  }
  return found;
}
