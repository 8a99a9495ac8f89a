/** The rows of the plan as data: zones, what lies in them, and the arrows that leave each note or lead to it. Pure. */

import type { BoardDocument } from "../model/document";
import type { BoardObject, ConnectorObject, WrittenObject, ZoneObject } from "../model/objects";
import type { ZoneReading } from "../model/reading-order";

export type PlanItem =
  | {
      key: string;
      kind: "zone";
      level: 1;
      zone: ZoneObject | null;
      title: string | undefined;
      count: number;
      isOpen: boolean;
      position: number;
      size: number;
    }
  | { key: string; kind: "note"; level: 2; note: WrittenObject; parent: string; position: number; size: number }
  | {
      key: string;
      kind: "link";
      level: 3;
      link: ConnectorObject;
      /** The note at its other end, and whether it comes from there. */
      other: string;
      isIncoming: boolean;
      parent: string;
      position: number;
      size: number;
    };

const zoneKey = (id: string): string => `z-${id}`;
export const noteKey = (id: string): string => `n-${id}`;
const linkKey = (id: string): string => `c-${id}`;
/** The same arrow, under the note that it leads to. */
const backKey = (id: string): string => `b-${id}`;

/** The key of an object's own row. */
export function keyOf(object: BoardObject | undefined): string | undefined {
  if (!object) return undefined;
  const key = object.type === "zone" ? zoneKey : object.type === "connector" ? linkKey : noteKey;
  return key(object.id);
}

/** The id of the object behind a row, "" for the group outside of all zones. */
export const idOf = (key: string): string => key.slice(2);

/** The rows to show, in order. `wanted` keeps only notes it accepts; then every zone is open and empty ones are left out. */
export function planItems(
  board: BoardDocument,
  read: (board: BoardDocument) => ZoneReading[],
  closed: ReadonlySet<string>,
  wanted: ((note: WrittenObject) => boolean) | null,
): PlanItem[] {
  const items: PlanItem[] = [];
  const groups = read(board)
    .map(({ zone, title, notes }) => ({ zone, title, notes: wanted ? notes.filter(wanted) : notes }))
    .filter(({ notes }) => !wanted || notes.length > 0);
  groups.forEach(({ zone, title, notes }, index) => {
    const key = zoneKey(zone?.id ?? "");
    const isOpen = wanted !== null || !closed.has(key);
    items.push({
      key,
      kind: "zone",
      level: 1,
      zone,
      title,
      count: notes.length,
      isOpen,
      position: index + 1,
      size: groups.length,
    });
    if (!isOpen) return;
    notes.forEach((note, at) => {
      const parent = noteKey(note.id);
      items.push({ key: parent, kind: "note", level: 2, note, parent: key, position: at + 1, size: notes.length });
      const links = board
        .connectorsOf(note.id)
        .map((link) => ({
          link,
          isIncoming: link.from !== note.id,
          other: link.from === note.id ? link.to : link.from,
        }))
        .filter(({ other }) => board.get(other))
        .sort((a, b) => Number(a.isIncoming) - Number(b.isIncoming));
      links.forEach(({ link, other, isIncoming }, place) => {
        items.push({
          key: isIncoming ? backKey(link.id) : linkKey(link.id),
          kind: "link",
          level: 3,
          link,
          other,
          isIncoming,
          parent,
          position: place + 1,
          size: links.length,
        });
      });
    });
  });
  return items;
}
