/**
 * What a person can do to the board, each in one place: the board, the plan, the dialogs and the keys all call these.
 * Each checks rights, writes, selects what it made, says what it did, and offers to undo what it removed.
 */

import type { Colour } from "../generated/board-specs";
import { OBJECT_SPECS } from "../generated/board-specs";
import { t, tn } from "../lib/i18n";
import { type BoardDocument, newId } from "./model/document";
import { boundsOf, centre, clamp, type Point, type Rect, withinWorld } from "./model/geometry";
import { type BoardObject, isPlaced, isWritten, type WrittenObject } from "./model/objects";
import { NOTE_SIZE, slotBeside, slotInZone, slotNear } from "./model/placement";
import { COLOUR_NAMES, excerpt, type Names } from "./names";
import type { Rights } from "./rights";
import type { Selection } from "./selection";
import type { Announcer } from "./view/announcer";
import type { Toasts } from "./view/toast";

export class Actions {
  /** The colour given last: new notes take it. */
  lastColour: Colour = "jonc";

  constructor(
    private readonly board: BoardDocument,
    private readonly selection: Selection,
    private readonly rights: Rights,
    private readonly names: Names,
    private readonly announcer: Announcer,
    private readonly toasts: Toasts,
    /** The middle of what is seen, for what is made without pointing. */
    private readonly middle: () => Point,
  ) {}

  // Making

  /** A note centred on a point, or in the next free slot of a zone, beside an object, or in view. Null when not allowed. */
  createNote(where: { at?: Point; zone?: string; beside?: string } = {}, words = ""): string | null {
    if (!this.allowedToAdd()) return null;
    const place = this.placeFor(where);
    const beside = this.board.get(where.beside ?? "");
    const colour = beside?.type === "note" ? beside.colour : this.lastColour;
    const id = newId();
    this.board.closeUndoStep();
    this.board.create(
      id,
      { type: "note", ...withinWorld(place), ...this.signed(), zone: this.zoneOf(place), colour },
      words,
    );
    this.selection.set([id], id);
    return id;
  }

  createText(at: Point): string | null {
    if (!this.allowedToAdd("text")) return null;
    const id = newId();
    const place = { x: at.x, y: at.y - 14 };
    this.board.closeUndoStep();
    this.board.create(id, {
      type: "text",
      ...withinWorld(place),
      ...this.signed(),
      zone: this.board.zoneAt(at),
      size: "m",
      w: 240,
    });
    this.selection.set([id], id);
    return id;
  }

  createZone(rect: Rect): string | null {
    if (!this.allowedToAdd("zone")) return null;
    const spec = OBJECT_SPECS.zone;
    const id = newId();
    const w = Math.round(clamp(rect.w, spec.w.minimum, spec.w.maximum));
    const h = Math.round(clamp(rect.h, spec.h.minimum, spec.h.maximum));
    this.board.closeUndoStep();
    this.board.create(id, {
      type: "zone",
      ...withinWorld(rect),
      ...this.signed(),
      zone: "",
      w,
      h,
      number: 0,
      tone: "plain",
    });
    this.selection.set([id], id);
    return id;
  }

  /** Joins two objects; the same arrow is not made twice. */
  connect(from: string, to: string): string | null {
    if (!this.allowedToAdd("connector") || from === to) return null;
    const [a, b] = [this.board.get(from), this.board.get(to)];
    if (!isPlaced(a) || !isPlaced(b)) return null;
    const same = this.board.connectorsOf(from).find((connector) => connector.from === from && connector.to === to);
    if (same) return same.id;
    const id = newId();
    this.board.closeUndoStep();
    this.board.create(id, { type: "connector", from, to, ...this.signed() });
    this.announcer.say(t("Lien ajouté : « %(from)s » vers « %(to)s »", { from: excerpt(a), to: excerpt(b) }));
    return id;
  }

  // Changing

  recolour(ids: Iterable<string>, colour: Colour): void {
    const notes = this.changeable(ids).filter((object) => object.type === "note");
    if (notes.length === 0 || !this.allowedTo("colour")) return;
    this.lastColour = colour;
    this.board.closeUndoStep();
    this.board.change(() => {
      for (const note of notes) this.board.update(note.id, { colour });
    });
    this.announcer.say(t("Couleur : %(colour)s", { colour: t(COLOUR_NAMES[colour]) }));
  }

  /** The objects that move when these are moved: those one may change, and what lies in a moved zone. */
  movable(ids: Iterable<string>): Set<string> {
    const moved = new Set<string>();
    if (!this.allowedTo("move")) return moved;
    for (const object of this.changeable(ids)) {
      if (!isPlaced(object)) continue;
      moved.add(object.id);
      if (object.type !== "zone") continue;
      for (const inside of this.board.values()) {
        if (isPlaced(inside) && inside.zone === object.id && this.rights.mayChange(inside)) moved.add(inside.id);
      }
    }
    return moved;
  }

  /** Writes where objects are now; `done` also settles in which zone they lie, and says so. */
  place(starts: ReadonlyMap<string, Point>, by: Point, done: boolean): void {
    this.board.change(() => {
      for (const [id, start] of starts) this.board.update(id, withinWorld({ x: start.x + by.x, y: start.y + by.y }));
      if (done) this.settle(starts.keys());
    });
    if (done) this.sayWhere([...starts.keys()]);
  }

  /** Puts objects at these places, and settles in which zone they lie. */
  settleAt(places: ReadonlyMap<string, Point>): void {
    this.board.changeEach([...places], ([id, at]) => this.board.update(id, withinWorld(at)));
    this.board.change(() => this.settle(places.keys()));
  }

  /** Puts what is selected with its middle at a point: moving without dragging. */
  carryTo(at: Point): void {
    const starts = new Map<string, Point>();
    const carried = [...this.movable(this.selection.ids)].map((id) => this.board.placed(id));
    for (const object of carried) if (object) starts.set(object.id, { x: object.x, y: object.y });
    const bounds = boundsOf(carried.filter((object) => object !== undefined));
    if (!bounds) return;
    const middle = centre(bounds);
    this.board.closeUndoStep();
    this.place(starts, { x: at.x - middle.x, y: at.y - middle.y }, true);
    this.board.closeUndoStep();
  }

  /** Moves objects to the next free slots of a zone ("" for outside of all). */
  moveToZone(ids: Iterable<string>, zoneId: string): void {
    const objects = this.changeable(ids).filter((object): object is WrittenObject => isWritten(object));
    if (objects.length === 0 || !this.allowedTo("move")) return;
    const zone = this.board.get(zoneId);
    this.board.closeUndoStep();
    const taken: Rect[] = [];
    this.board.change(() => {
      for (const object of objects) {
        const place = zone?.type === "zone" ? slotInZone(this.board, zone, taken) : this.outside(taken);
        taken.push({ ...place, w: NOTE_SIZE, h: NOTE_SIZE });
        this.board.update(object.id, { ...withinWorld(place), zone: zone?.type === "zone" ? zone.id : "" });
      }
    });
    this.board.closeUndoStep();
    this.sayWhere(objects.map((object) => object.id));
  }

  /** Deletes what one may delete, with the arrows that hang on it, and offers to take it back. */
  remove(ids: Iterable<string>): boolean {
    const objects = [...ids]
      .map((id) => this.board.get(id))
      .filter((object): object is BoardObject => this.rights.mayRemove(object));
    if (objects.length === 0) {
      this.refuse([...ids][0]);
      return false;
    }
    const gone = new Set(objects.map((object) => object.id));
    for (const object of objects) {
      for (const connector of this.board.connectorsOf(object.id))
        if (this.rights.mayChange(connector)) gone.add(connector.id);
    }
    this.board.closeUndoStep();
    this.board.change(() => {
      for (const object of objects) {
        if (object.type !== "zone") continue;
        for (const inside of this.board.values()) {
          if (isPlaced(inside) && inside.zone === object.id && this.rights.mayChange(inside))
            this.board.update(inside.id, { zone: "" });
        }
      }
      this.board.remove(gone);
    });
    this.board.closeUndoStep();
    const text =
      objects.length === 1
        ? this.removedOne(objects[0] as BoardObject)
        : tn("%(num)s élément supprimé", "%(num)s éléments supprimés", objects.length);
    this.announcer.say(text);
    this.toasts.show(text, { label: t("Annuler"), run: () => this.undo() });
    return true;
  }

  undo(): void {
    this.announcer.say(this.board.canUndo && this.board.undo() ? t("Annulé") : t("Rien à annuler"));
  }

  redo(): void {
    this.announcer.say(this.board.canRedo && this.board.redo() ? t("Rétabli") : t("Rien à rétablir"));
  }

  // Rights

  /** Whether adding an object of this type is allowed; says why not. */
  allowedToAdd(type = "note"): boolean {
    if (this.rights.canEdit) return this.allowedTo(type);
    this.refuse();
    return false;
  }

  /** Whether the workshop leaves this open; says why not. */
  allowedTo(deed: string): boolean {
    const why = this.rights.closed.get(deed);
    if (why) this.tell(why);
    return !why;
  }

  /** Whether this object may be changed; says why not. */
  allowedToChange(id: string): boolean {
    if (this.rights.mayChange(this.board.get(id))) return true;
    this.refuse(id);
    return false;
  }

  private refuse(id?: string): void {
    const object = id === undefined ? undefined : this.board.get(id);
    const reason = this.rights.obstacle(object);
    const text = this.rights.mayRemove(object)
      ? t("Cet élément ne peut pas être lu ici : il peut seulement être supprimé.")
      : reason === "not_yours"
        ? t("Vous pouvez modifier vos propres notes seulement.")
        : reason === "locked" && id !== undefined
          ? t("Cet élément fait partie du modèle : il ne se modifie pas.")
          : t("Ce tableau est en lecture seule pour vous.");
    this.tell(text);
  }

  private tell(text: string): void {
    this.announcer.say(text);
    this.toasts.show(text);
  }

  // Details

  /** What this person puts on everything they make. */
  signed(): { author: string; order: string } {
    return { author: this.rights.me, order: this.board.lastOrder() };
  }

  private zoneOf(place: Point): string {
    return this.board.zoneAt(centre({ ...place, w: NOTE_SIZE, h: NOTE_SIZE }));
  }

  private placeFor(where: { at?: Point; zone?: string; beside?: string }): Point {
    const inbox = this.board.get(this.rights.inbox);
    if (inbox?.type === "zone") return slotInZone(this.board, inbox);
    if (where.at) return { x: where.at.x - NOTE_SIZE / 2, y: where.at.y - NOTE_SIZE / 2 };
    if (where.beside && this.board.placed(where.beside)?.locked === false) return slotBeside(this.board, where.beside);
    const zone = this.board.get(where.zone ?? "");
    if (zone?.type === "zone") return slotInZone(this.board, zone);
    const middle = this.middle();
    const here = this.board.get(this.board.zoneAt(middle));
    if (here?.type === "zone") return slotInZone(this.board, here);
    return slotNear(this.board, { x: middle.x - NOTE_SIZE / 2, y: middle.y - NOTE_SIZE / 2 });
  }

  /** A free place below everything, outside of all zones. */
  private outside(taken: Rect[]): Point {
    const bounds = boundsOf([...this.board.values()].filter((object) => object.type === "zone") as Rect[]);
    return slotNear(this.board, bounds ? { x: bounds.x, y: bounds.y + bounds.h + 40 } : this.middle(), taken);
  }

  private written(ids: Iterable<string>): WrittenObject[] {
    return [...ids].map((id) => this.board.get(id)).filter((object): object is WrittenObject => isWritten(object));
  }

  private changeable(ids: Iterable<string>): BoardObject[] {
    return [...ids]
      .map((id) => this.board.get(id))
      .filter((object): object is BoardObject => this.rights.mayChange(object));
  }

  private settle(ids: Iterable<string>): void {
    const moved = new Set(ids);
    for (const id of moved) {
      const object = this.board.get(id);
      if (!isWritten(object) || moved.has(object.zone)) continue;
      const zone = this.board.zoneAt(centre(object));
      if (zone !== object.zone) this.board.update(id, { zone });
    }
  }

  private sayWhere(ids: string[]): void {
    const zones = new Set(this.written(ids).map((object) => object.zone));
    if (zones.size !== 1) return;
    const zone = [...zones][0] as string;
    this.announcer.say(
      zone ? t("Déplacé dans « %(zone)s »", { zone: this.names.zoneTitle(zone) }) : t("Déplacé hors des cadres"),
    );
  }

  private removedOne(object: BoardObject): string {
    if (object.type === "connector") return t("Lien supprimé");
    if (object.type === "zone") return t("Cadre « %(title)s » supprimé, ses notes restent", { title: excerpt(object) });
    return t("« %(text)s » supprimé", { text: excerpt(object) });
  }
}
