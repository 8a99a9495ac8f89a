/** The order in which a board is read aloud and listed: zone by zone, then what lies outside of all zones. */

import type { BoardDocument } from "./document";
import { isWritten, type WrittenObject, type ZoneObject } from "./objects";

/** Objects whose tops differ by less than this stand on the same row. */
const ROW = 60;

export interface ZoneReading {
  /** Null for what lies outside of all zones. */
  zone: ZoneObject | null;
  notes: WrittenObject[];
  /** What a group is called that is no zone. */
  title?: string;
}

/** Zones by number, each with its notes row by row; a last group without zone when something lies outside. */
export function readZones(board: BoardDocument): ZoneReading[] {
  const zones = board.zones();
  const byZone = new Map<string, WrittenObject[]>(zones.map((zone) => [zone.id, []]));
  const loose: WrittenObject[] = [];
  for (const object of board.values()) if (isWritten(object)) (byZone.get(object.zone) ?? loose).push(object);
  const readings: ZoneReading[] = zones.map((zone) => ({ zone, notes: inRows(byZone.get(zone.id) ?? []) }));
  if (loose.length > 0) readings.push({ zone: null, notes: inRows(loose) });
  return readings;
}

/** Every note and text in reading order. */
export const readingOrder = (board: BoardDocument): WrittenObject[] => readZones(board).flatMap(({ notes }) => notes);

/** Top to bottom in rows, left to right in a row. */
function inRows(notes: WrittenObject[]): WrittenObject[] {
  const sorted = notes.toSorted((a, b) => a.y - b.y || a.x - b.x || (a.id < b.id ? -1 : 1));
  const rows: WrittenObject[][] = [];
  let top = Number.NEGATIVE_INFINITY;
  for (const note of sorted) {
    if (note.y - top > ROW) {
      rows.push([]);
      top = note.y;
    }
    rows.at(-1)?.push(note);
  }
  return rows.flatMap((row) => row.sort((a, b) => a.x - b.x || a.y - b.y));
}
