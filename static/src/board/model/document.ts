/**
 * One board over its shared Yjs document: reading as plain objects, finding by place, writing as this person.
 *
 * Owns the cache of read objects, the spatial index and the undo stack of own changes. Knows neither the page nor
 * the network: whoever sends listens to `doc`, whoever draws listens to `changes`.
 */

import * as Y from "yjs";
import { Emitter } from "../emitter";
import { centre, contains, type Point, type Rect } from "./geometry";
import {
  type BoardObject,
  type ConnectorObject,
  defaultOf,
  isPlaced,
  type PlacedObject,
  readObject,
  sharedText,
  TEXT_FIELD,
  type ZoneObject,
} from "./objects";
import { byOrder, orderBetween } from "./order";
import { OwnChanges } from "./own-changes";
import { SpatialIndex } from "./spatial";
import { type DeltaPart, diffText, type TextChange } from "./text-diff";

/** Origin of this person's changes: they are sent and can be undone. */
export const LOCAL = { local: true };
/** Origin of what came from the server or from this browser's copy. */
export const REMOTE = { local: false };

export interface BoardChange {
  added: string[];
  updated: string[];
  removed: BoardObject[];
  /** Whether this person, undo included, made the change. */
  local: boolean;
}

export interface TextEvent {
  id: string;
  delta: DeltaPart[];
  local: boolean;
}

interface BoardEvents {
  objects: BoardChange;
  text: TextEvent;
  undo: undefined;
  /** The document was replaced as a whole; `doc` is the new one. */
  replaced: undefined;
}

/** Objects in one change of `changeEach`: the largest notes, with 2,000 characters each, make some 50 kB. */
const PART = 20;

type Stored = Y.Map<unknown>;
type FieldValues = Record<string, string | number | boolean>;

export class BoardDocument {
  doc!: Y.Doc;
  readonly changes = new Emitter<BoardEvents>();
  private objects!: Y.Map<Stored>;
  private own!: OwnChanges;
  private readonly cache = new Map<string, BoardObject>();
  private readonly places = new SpatialIndex();
  private readonly connectors = new Map<string, Set<string>>();
  private readonly groups = new Map<string, Set<string>>();
  private newestOrder = "";

  constructor(doc = new Y.Doc()) {
    this.attach(doc);
    for (const id of this.objects.keys()) this.index(id);
  }

  // Reading

  get(id: string): BoardObject | undefined {
    return this.cache.get(id);
  }

  values(): Iterable<BoardObject> {
    return this.cache.values();
  }

  get size(): number {
    return this.cache.size;
  }

  placed(id: string): PlacedObject | undefined {
    const object = this.cache.get(id);
    return isPlaced(object) ? object : undefined;
  }

  /** Ids of placed objects that touch the rectangle. */
  query(rect: Rect): Set<string> {
    return this.places.query(rect);
  }

  /** Connectors that start or end at the object. */
  connectorsOf(id: string): ConnectorObject[] {
    const found = [...(this.connectors.get(id) ?? [])].map((key) => this.cache.get(key));
    return found.filter((object): object is ConnectorObject => object?.type === "connector").sort(byOrder);
  }

  /** Ids of the objects of a group; nobody is in the group "". */
  membersOf(group: string): ReadonlySet<string> {
    return this.groups.get(group) ?? new Set();
  }

  /** These, and those in the same groups. */
  grouped(ids: Iterable<string>): Set<string> {
    const all = new Set(ids);
    for (const id of [...all]) for (const member of this.membersOf(this.placed(id)?.group ?? "")) all.add(member);
    return all;
  }

  zones(): ZoneObject[] {
    const zones = [...this.cache.values()].filter((object): object is ZoneObject => object.type === "zone");
    return zones.sort((a, b) => (a.number || 1000) - (b.number || 1000) || byOrder(a, b));
  }

  /** The smallest zone around the point, "" for none; `except` leaves zones out. */
  zoneAt(point: Point, except?: ReadonlySet<string>): string {
    let found: ZoneObject | null = null;
    for (const id of this.places.query({ x: point.x, y: point.y, w: 1, h: 1 })) {
      const zone = this.cache.get(id);
      if (zone?.type !== "zone" || except?.has(id) || !contains(zone, point)) continue;
      if (!found || zone.w * zone.h < found.w * found.h) found = zone;
    }
    return found?.id ?? "";
  }

  /** The shared text of an object, or null when it has none. */
  textOf(id: string): Y.Text | null {
    return sharedText(this.objects.get(id));
  }

  /** An order key after everything that is there and every key given before. */
  lastOrder(): string {
    for (const object of this.cache.values()) if (object.order > this.newestOrder) this.newestOrder = object.order;
    this.newestOrder = orderBetween(this.newestOrder || null, null);
    return this.newestOrder;
  }

  // Writing

  /** Runs `write` as one change of this person. */
  change(write: () => void): void {
    this.doc.transact(write, LOCAL);
  }

  /** Adds an object. `text` becomes its shared text; the other values are stored as they are. */
  create(id: string, values: FieldValues & { type: keyof typeof TEXT_FIELD }, text = ""): void {
    this.change(() => {
      const stored: Stored = new Y.Map();
      for (const [name, value] of Object.entries(values)) stored.set(name, value);
      stored.set(TEXT_FIELD[values.type], new Y.Text(text));
      this.objects.set(id, stored);
    });
  }

  update(id: string, values: FieldValues): void {
    const stored = this.objects.get(id);
    if (!(stored instanceof Y.Map)) return;
    this.change(() => {
      for (const [name, value] of Object.entries(values)) if (stored.get(name) !== value) stored.set(name, value);
    });
  }

  remove(ids: Iterable<string>): void {
    this.change(() => {
      for (const id of ids) this.objects.delete(id);
    });
  }

  /** Writes item by item as one step, in changes small enough to be sent, and to be sent again by an undo. */
  changeEach<T>(items: readonly T[], write: (item: T) => void): void {
    const isHeld = this.own.isHeld;
    if (!isHeld) this.own.hold();
    for (let i = 0; i < items.length; i += PART) {
      this.change(() => items.slice(i, i + PART).forEach(write));
      this.own.cut();
    }
    if (!isHeld) this.own.release();
  }

  /** What is shown of these objects changed, though nothing of the document did. */
  touch(ids: string[]): void {
    const updated = ids.filter((id) => this.cache.has(id));
    if (updated.length > 0) this.changes.emit("objects", { added: [], updated, removed: [], local: true });
  }

  applyText(id: string, change: TextChange): void {
    const text = this.textOf(id);
    if (!text) return;
    this.change(() => {
      const index = Math.min(change.index, text.length);
      const remove = Math.min(change.remove, text.length - index);
      if (remove > 0) text.delete(index, remove);
      if (change.insert) text.insert(index, change.insert);
    });
  }

  /** Makes the text of an object read `words`, touching only what differs. */
  writeText(id: string, words: string): void {
    const text = this.textOf(id);
    const change = text && diffText(text.toString(), words);
    if (change) this.applyText(id, change);
  }

  // Undo, of own changes only

  get canUndo(): boolean {
    return this.own.canUndo;
  }

  get canRedo(): boolean {
    return this.own.canRedo;
  }

  undo(): boolean {
    return this.own.undo();
  }

  redo(): boolean {
    return this.own.redo();
  }

  /** What follows is undone apart from what came before. */
  closeUndoStep(): void {
    this.own.cut();
  }

  /** What follows is undone at once, however long it takes; until `endStep` or `dropStep`. */
  beginStep(): void {
    this.own.hold();
  }

  endStep(): void {
    this.own.release();
  }

  /** Ends a step by taking it back: it can be neither undone nor redone. */
  dropStep(): void {
    this.own.giveUp();
    this.changes.emit("undo", undefined);
  }

  /** Goes on with another document (after a refusal or a restore); listeners get the difference. */
  replace(doc: Y.Doc): void {
    const before = new Map(this.cache);
    this.own.destroy();
    this.doc.destroy();
    this.cache.clear();
    this.places.clear();
    this.connectors.clear();
    this.groups.clear();
    this.attach(doc);
    for (const id of this.objects.keys()) this.index(id);
    const change: BoardChange = { added: [], updated: [], removed: [], local: false };
    for (const id of this.cache.keys()) (before.has(id) ? change.updated : change.added).push(id);
    for (const [id, object] of before) if (!this.cache.has(id)) change.removed.push(object);
    this.changes.emit("replaced", undefined);
    this.changes.emit("objects", change);
    this.changes.emit("undo", undefined);
  }

  private attach(doc: Y.Doc): void {
    this.doc = doc;
    this.objects = doc.getMap<Stored>("objects");
    this.objects.observeDeep((events, transaction) => this.read(events, transaction));
    this.own = new OwnChanges(this.objects, LOCAL, defaultOf, () => this.changes.emit("undo", undefined));
  }

  private read(events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void {
    const local = transaction.origin === LOCAL || this.own.isOrigin(transaction.origin);
    const touched = new Set<string>();
    for (const event of events) {
      if (event.target === this.objects) for (const key of event.keys.keys()) touched.add(key);
      else touched.add(String(event.path[0]));
    }
    const change: BoardChange = { added: [], updated: [], removed: [], local };
    for (const id of touched) {
      const before = this.cache.get(id);
      if (this.index(id)) (before ? change.updated : change.added).push(id);
      else if (before) change.removed.push(before);
    }
    for (const event of events) {
      if (event.target instanceof Y.Text && event.path.length === 2) {
        this.changes.emit("text", { id: String(event.path[0]), delta: event.delta as DeltaPart[], local });
      }
    }
    this.changes.emit("objects", change);
  }

  /** Reads one object again; false when it is gone. */
  private index(id: string): boolean {
    const before = this.cache.get(id);
    if (before?.type === "connector") for (const end of [before.from, before.to]) leave(this.connectors, end, id);
    else if (before?.group) leave(this.groups, before.group, id);
    if (!this.objects.has(id)) {
      this.cache.delete(id);
      this.places.delete(id);
      return false;
    }
    const object = readObject(id, this.objects.get(id));
    this.cache.set(id, object);
    if (object.type === "connector") {
      this.places.delete(id);
      for (const end of [object.from, object.to]) join(this.connectors, end, id);
    } else {
      this.places.set(id, object);
      if (object.group) join(this.groups, object.group, id);
    }
    return true;
  }
}

function join(sets: Map<string, Set<string>>, key: string, id: string): void {
  sets.set(key, (sets.get(key) ?? new Set()).add(id));
}

function leave(sets: Map<string, Set<string>>, key: string, id: string): void {
  const set = sets.get(key);
  if (set?.delete(id) && set.size === 0) sets.delete(key);
}

/** A fresh object id: 12 letters and digits. */
export function newId(): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => alphabet[byte % 62]).join("");
}

/** Whether the middle of the object lies in the rectangle. */
export const centredIn = (object: Rect, rect: Rect): boolean => contains(rect, centre(object));
