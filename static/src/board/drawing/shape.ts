/** What a hand drew, as few points as keep its shape. Pure. */

import { clamp, type Rect } from "../model/geometry";
import { lettersOf, NIB_WIDTH, POINTS_MAX } from "../model/stroke";

const SIDE_MIN = 4;
const SIDE_MAX = 20_000;
const RAW_MAX = 8_192;

/** The points without those less than `tolerance` away from the line through the others (Ramer, Douglas, Peucker). */
export function simplified(flat: readonly number[], tolerance: number): number[] {
  const count = flat.length / 2;
  const keep = new Uint8Array(count);
  keep[0] = keep[count - 1] = 1;
  const spans: [number, number][] = [[0, count - 1]];
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let far = 0;
    let most = tolerance;
    for (let at = first + 1; at < last; at += 1) {
      const away = distance(flat, at, first, last);
      if (away > most) [far, most] = [at, away];
    }
    if (far === 0) continue;
    keep[far] = 1;
    spans.push([first, far], [far, last]);
  }
  return flat.filter((_value, index) => keep[index >> 1] === 1);
}

/** How far a point lies from the segment between two others. */
function distance(flat: readonly number[], at: number, first: number, last: number): number {
  const number = (index: number): number => flat[index] as number;
  const [ax, ay] = [number(2 * first), number(2 * first + 1)];
  const [dx, dy] = [number(2 * last) - ax, number(2 * last + 1) - ay];
  const [px, py] = [number(2 * at) - ax, number(2 * at + 1) - ay];
  const length = dx * dx + dy * dy;
  const along = length === 0 ? 0 : clamp((px * dx + py * dy) / length, 0, 1);
  return Math.hypot(px - along * dx, py - along * dy);
}

/** Every second point, until they are few enough to be looked at while somebody waits. */
function thinned(flat: readonly number[]): readonly number[] {
  if (flat.length <= 2 * RAW_MAX) return flat;
  return thinned(flat.filter((_value, index) => (index >> 1) % 2 === 0));
}

/** The fields of the stroke that goes through these points; `precision` is the detail that the eye saw, in board units. */
export function strokeThrough(
  flat: readonly number[],
  precision: number,
  nib: keyof typeof NIB_WIDTH,
): Rect & { points: string } {
  let tolerance = precision;
  let kept = simplified(thinned(flat), tolerance);
  while (kept.length > 2 * POINTS_MAX) {
    tolerance *= 1.6;
    kept = simplified(kept, tolerance);
  }
  const half = NIB_WIDTH[nib] / 2;
  const xs = kept.filter((_value, index) => index % 2 === 0);
  const ys = kept.filter((_value, index) => index % 2 === 1);
  const x = Math.floor(Math.min(...xs) - half);
  const y = Math.floor(Math.min(...ys) - half);
  const w = clamp(Math.ceil(Math.max(...xs) + half) - x, SIDE_MIN, SIDE_MAX);
  const h = clamp(Math.ceil(Math.max(...ys) + half) - y, SIDE_MIN, SIDE_MAX);
  const box = { x, y, w, h };
  return { ...box, points: lettersOf(kept, box) };
}
