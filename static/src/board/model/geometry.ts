/** Points and rectangles in board units. Pure arithmetic. */

export interface Point {
  x: number;
  y: number;
}

export interface Rect {
  x: number;
  y: number;
  w: number;
  h: number;
}

export type Direction = "left" | "right" | "up" | "down";

/** Coordinates an object may have, in board units: beyond, the server refuses. */
export const WORLD_LIMIT = 1_000_000;

export const clamp = (value: number, low: number, high: number): number => Math.min(Math.max(value, low), high);

/** A place the server accepts: whole units, within the board's limits. */
export function withinWorld(point: Point): { x: number; y: number } {
  const limit = (value: number): number => clamp(Math.round(value), -WORLD_LIMIT, WORLD_LIMIT);
  return { x: limit(point.x), y: limit(point.y) };
}

export const centre = (r: Rect): Point => ({ x: r.x + r.w / 2, y: r.y + r.h / 2 });

export function contains(r: Rect, p: Point): boolean {
  return p.x >= r.x && p.x <= r.x + r.w && p.y >= r.y && p.y <= r.y + r.h;
}

/** Whether the whole of `inner` lies in `outer`. */
export const isWithin = (inner: Rect, outer: Rect): boolean =>
  inner.x >= outer.x &&
  inner.y >= outer.y &&
  inner.x + inner.w <= outer.x + outer.w &&
  inner.y + inner.h <= outer.y + outer.h;

export function intersects(a: Rect, b: Rect): boolean {
  return a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;
}

export function grow(r: Rect, by: number): Rect {
  return { x: r.x - by, y: r.y - by, w: r.w + 2 * by, h: r.h + 2 * by };
}

/** The smallest rectangle around all, or null for none. */
export function boundsOf(rects: Iterable<Rect>): Rect | null {
  let left = Infinity;
  let top = Infinity;
  let right = -Infinity;
  let bottom = -Infinity;
  for (const r of rects) {
    left = Math.min(left, r.x);
    top = Math.min(top, r.y);
    right = Math.max(right, r.x + r.w);
    bottom = Math.max(bottom, r.y + r.h);
  }
  return left === Infinity ? null : { x: left, y: top, w: right - left, h: bottom - top };
}

export function rectBetween(a: Point, b: Point): Rect {
  return { x: Math.min(a.x, b.x), y: Math.min(a.y, b.y), w: Math.abs(a.x - b.x), h: Math.abs(a.y - b.y) };
}

/** Where the segment from the centre of `r` towards `target` leaves `r`. */
export function edgePoint(r: Rect, target: Point): Point {
  const c = centre(r);
  const dx = target.x - c.x;
  const dy = target.y - c.y;
  if (dx === 0 && dy === 0) return c;
  const scale = Math.min(dx === 0 ? Infinity : Math.abs(r.w / 2 / dx), dy === 0 ? Infinity : Math.abs(r.h / 2 / dy));
  return { x: c.x + dx * scale, y: c.y + dy * scale };
}
