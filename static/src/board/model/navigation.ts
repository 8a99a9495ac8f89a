/** Where the arrows lead: the nearest object in a direction. Pure geometry over centres. */

import { centre, type Direction, type Rect } from "./geometry";

interface Named extends Rect {
  id: string;
}

const AXIS: Readonly<Record<Direction, { x: number; y: number }>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

/**
 * The nearest of `candidates` that lies in `direction` from `from`, or null.
 * What is more aside than ahead is not in that direction; being aside costs twice as much as being ahead.
 */
export function nearestIn<T extends Named>(direction: Direction, from: Named, candidates: Iterable<T>): T | null {
  const axis = AXIS[direction];
  const start = centre(from);
  let best: T | null = null;
  let bestCost = Infinity;
  for (const candidate of candidates) {
    if (candidate.id === from.id) continue;
    const c = centre(candidate);
    const ahead = (c.x - start.x) * axis.x + (c.y - start.y) * axis.y;
    const aside = Math.abs((c.x - start.x) * axis.y) + Math.abs((c.y - start.y) * axis.x);
    if (ahead <= 0 || aside > ahead * 2) continue;
    const cost = ahead + aside * 2;
    if (cost < bestCost || (cost === bestCost && best !== null && candidate.id < best.id)) {
      best = candidate;
      bestCost = cost;
    }
  }
  return best;
}

/** The object whose centre is nearest to a point, or null. */
export function nearestTo<T extends Rect>(point: { x: number; y: number }, candidates: Iterable<T>): T | null {
  let best: T | null = null;
  let bestDistance = Infinity;
  for (const candidate of candidates) {
    const c = centre(candidate);
    const distance = Math.hypot(c.x - point.x, c.y - point.y);
    if (distance < bestDistance) {
      best = candidate;
      bestDistance = distance;
    }
  }
  return best;
}
