/** Which objects are where: a grid of 512-unit cells over the board. Very large objects are kept apart and always tested. */

import { intersects, type Rect } from "./geometry";

const CELL = 512;
const MAX_CELLS = 256;

interface Entry {
  rect: Rect;
  cells: string[] | null;
}

export class SpatialIndex {
  private readonly entries = new Map<string, Entry>();
  private readonly cells = new Map<string, Set<string>>();
  private readonly large = new Set<string>();

  get size(): number {
    return this.entries.size;
  }

  set(id: string, rect: Rect): void {
    this.delete(id);
    const cells = cellsOf(rect);
    this.entries.set(id, { rect, cells });
    if (cells === null) {
      this.large.add(id);
      return;
    }
    for (const key of cells) {
      const members = this.cells.get(key);
      if (members) members.add(id);
      else this.cells.set(key, new Set([id]));
    }
  }

  delete(id: string): void {
    const entry = this.entries.get(id);
    if (!entry) return;
    this.entries.delete(id);
    this.large.delete(id);
    for (const key of entry.cells ?? []) {
      const members = this.cells.get(key);
      members?.delete(id);
      if (members?.size === 0) this.cells.delete(key);
    }
  }

  clear(): void {
    this.entries.clear();
    this.cells.clear();
    this.large.clear();
  }

  /** Ids of everything that touches the rectangle. */
  query(rect: Rect): Set<string> {
    const found = new Set<string>();
    const test = (id: string): void => {
      const entry = this.entries.get(id);
      if (entry && intersects(entry.rect, rect)) found.add(id);
    };
    const cells = cellsOf(rect);
    if (cells === null) for (const id of this.entries.keys()) test(id);
    else for (const key of cells) this.cells.get(key)?.forEach(test);
    this.large.forEach(test);
    return found;
  }
}

/** Names of the cells a rectangle covers, or null when they are too many to list. */
function cellsOf(rect: Rect): string[] | null {
  const left = Math.floor(rect.x / CELL);
  const right = Math.floor((rect.x + rect.w) / CELL);
  const top = Math.floor(rect.y / CELL);
  const bottom = Math.floor((rect.y + rect.h) / CELL);
  const count = (right - left + 1) * (bottom - top + 1);
  if (!(count <= MAX_CELLS)) return null;
  const keys: string[] = [];
  for (let cx = left; cx <= right; cx += 1) for (let cy = top; cy <= bottom; cy += 1) keys.push(`${cx},${cy}`);
  return keys;
}
