/**
 * The points of a stroke: four letters each, x then y, two base64url digits for each, in 4095ths of its width and height.
 * Pure.
 */

import type { Rect } from "./geometry";

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const STEPS = 4_095;
export const POINTS_MAX = 512;
const SHAPE = /^(?:[\w-]{4}){1,512}$/;

export const NIB_WIDTH = { fine: 3, broad: 9 } as const;

/** x and y in turn. */
type Flat = number[];

export const isDrawable = (points: unknown): points is string => typeof points === "string" && SHAPE.test(points);

/** Board units, from the upper left corner of a box of this size. */
export function pointsOf(points: string, { w, h }: Pick<Rect, "w" | "h">): Flat {
  const flat: Flat = [];
  for (let at = 0; at + 1 < points.length; at += 2) {
    const step = DIGITS.indexOf(points.charAt(at)) * 64 + DIGITS.indexOf(points.charAt(at + 1));
    flat.push(Math.round((step * (flat.length % 2 === 0 ? w : h) * 10) / STEPS) / 10);
  }
  return flat;
}

/** The same, backwards: points in units of the board, in the box that holds them. */
export function lettersOf(flat: Flat, { x, y, w, h }: Rect): string {
  return flat
    .map((value, index) => {
      const step = Math.round(((index % 2 === 0 ? (value - x) / w : (value - y) / h) || 0) * STEPS);
      const bounded = Math.min(STEPS, Math.max(0, step));
      return DIGITS.charAt(bounded >> 6) + DIGITS.charAt(bounded & 63);
    })
    .join("");
}

/** A smooth line: through the middles between the points, which draw it towards them. One point is a dot. */
export function pathThrough(flat: Flat): string {
  const [x, y] = flat;
  let path = `M${x} ${y}`;
  for (let at = 2; at + 3 < flat.length; at += 2) {
    const [cx, cy, nx, ny] = flat.slice(at, at + 4) as [number, number, number, number];
    path += `Q${cx} ${cy} ${(cx + nx) / 2} ${(cy + ny) / 2}`;
  }
  return `${path}L${flat.at(-2)} ${flat.at(-1)}`;
}

export const pathOf = (stroke: Pick<Rect, "w" | "h"> & { points: string }): string =>
  pathThrough(pointsOf(stroke.points, stroke));
