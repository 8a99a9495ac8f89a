/** Aligning, spreading out, grouping: what is done to several objects at once. One step to undo each. */

import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { type Arrangement, arrange, leastFor, unitsOf } from "../model/arrange";
import { newId } from "../model/document";
import { boundsOf, type Point, type Rect } from "../model/geometry";
import { isPlaced, type PlacedObject } from "../model/objects";
import { readZones } from "../model/reading-order";
import { excerpt } from "../names";

export class Arranging {
  constructor(private readonly context: BoardContext) {}

  /** How many boxes these make for an arrangement: a group is one, and what lies in a chosen frame goes with it. */
  unitCount(ids: Iterable<string>): number {
    return this.units(ids).length;
  }

  arrange(ids: Iterable<string>, how: Arrangement): void {
    const { board, actions, announcer } = this.context;
    const units = this.units(ids);
    if (units.length < leastFor(how)) return;
    const moves = arrange(
      units.map((unit) => boundsOf(unit) as Rect),
      how,
    );
    const places = new Map<string, Point>();
    for (const [index, unit] of units.entries()) {
      const by = moves[index] as Point;
      for (const id of actions.movable(unit.map((object) => object.id))) {
        const object = board.placed(id);
        if (object && !places.has(id)) places.set(id, { x: object.x + by.x, y: object.y + by.y });
      }
    }
    board.beginStep();
    actions.settleAt(places);
    board.endStep();
    announcer.say(
      how.startsWith("spread")
        ? tn("%(num)s élément espacé régulièrement", "%(num)s éléments espacés régulièrement", units.length)
        : tn("%(num)s élément aligné", "%(num)s éléments alignés", units.length),
    );
  }

  /** A note and its neighbour in reading order change places, `by` 1 with the next, -1 with the one before; says so. */
  trade(id: string, by: number): void {
    const { board, actions, announcer } = this.context;
    const notes = readZones(board).find((reading) => reading.notes.some((note) => note.id === id))?.notes ?? [];
    const at = notes.findIndex((note) => note.id === id);
    const [note, other] = [notes[at], notes[at + by]];
    if (!note) return;
    if (!other) {
      announcer.say(by < 0 ? t("C’est déjà la première.") : t("C’est déjà la dernière."));
      return;
    }
    if (!actions.allowedToChange(id) || !actions.allowedToChange(other.id)) return;
    board.closeUndoStep();
    board.change(() => {
      board.update(id, { x: other.x, y: other.y });
      board.update(other.id, { x: note.x, y: note.y });
    });
    board.closeUndoStep();
    const words = { note: excerpt(other) };
    announcer.say(by < 0 ? t("Placée avant « %(note)s »", words) : t("Placée après « %(note)s »", words));
  }

  /** Whether these can become one group: several, not all in the same already. */
  canGroup(ids: Iterable<string>): boolean {
    const objects = this.changeable(ids);
    return objects.length > 1 && (objects[0]?.group === "" || objects.some(({ group }) => group !== objects[0]?.group));
  }

  canUngroup(ids: Iterable<string>): boolean {
    return this.changeable(ids).some((object) => object.group !== "");
  }

  group(ids: Iterable<string>): void {
    const objects = this.changeable(ids);
    if (objects.length < 2) {
      this.context.announcer.say(t("Sélectionnez au moins deux éléments à grouper."));
      return;
    }
    this.name(objects, newId());
    this.context.announcer.say(tn("%(num)s élément groupé", "%(num)s éléments groupés", objects.length));
  }

  ungroup(ids: Iterable<string>): void {
    const { board, announcer } = this.context;
    const grouped = this.changeable(board.grouped(ids)).filter((object) => object.group !== "");
    if (grouped.length === 0) return;
    this.name(grouped, "");
    announcer.say(t("Groupe dissocié"));
  }

  private name(objects: readonly PlacedObject[], group: string): void {
    const { board } = this.context;
    board.closeUndoStep();
    board.changeEach(objects, (object) => board.update(object.id, { group }));
    board.closeUndoStep();
  }

  private units(ids: Iterable<string>): PlacedObject[][] {
    const objects = this.changeable(ids);
    const chosen = new Set(objects.map(({ id }) => id));
    return unitsOf(objects.filter(({ zone }) => !chosen.has(zone)));
  }

  private changeable(ids: Iterable<string>): PlacedObject[] {
    const { board, rights } = this.context;
    return [...ids]
      .map((id) => board.get(id))
      .filter((object) => isPlaced(object) && rights.mayChange(object)) as PlacedObject[];
  }
}
