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
  isPlaced,
  type PlacedObject,
  readObject,
  sharedText,
  TEXT_FIELD,
  type ZoneObject,
} from "./objects";
import { byOrder, orderBetween } from "./order";
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

type Stored = Y.Map<unknown>;
type FieldValues = Record<string, string | number | boolean>;

export class BoardDocument {
  doc!: Y.Doc;
  readonly changes = new Emitter<BoardEvents>();
  private objects!: Y.Map<Stored>;
  private undoManager!: Y.UndoManager;
  private readonly cache = new Map<string, BoardObject>();
  private readonly places = new SpatialIndex();
  private readonly connectors = new Map<string, Set<string>>();
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
    return this.undoManager.undoStack.length > 0;
  }

  get canRedo(): boolean {
    return this.undoManager.redoStack.length > 0;
  }

  undo(): boolean {
    return this.undoManager.undo() !== null;
  }

  redo(): boolean {
    return this.undoManager.redo() !== null;
  }

  /** What follows is undone apart from what came before. */
  closeUndoStep(): void {
    this.undoManager.stopCapturing();
  }

  /** Goes on with another document (after a refusal or a restore); listeners get the difference. */
  replace(doc: Y.Doc): void {
    const before = new Map(this.cache);
    this.undoManager.destroy();
    this.doc.destroy();
    this.cache.clear();
    this.places.clear();
    this.connectors.clear();
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
    this.undoManager = new Y.UndoManager(this.objects, { trackedOrigins: new Set([LOCAL]), captureTimeout: 600 });
    for (const name of ["stack-item-added", "stack-item-popped", "stack-cleared"] as const) {
      this.undoManager.on(name, () => this.changes.emit("undo", undefined));
    }
  }

  private read(events: Y.YEvent<Y.AbstractType<unknown>>[], transaction: Y.Transaction): void {
    const local = transaction.origin === LOCAL || transaction.origin === this.undoManager;
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
    if (before?.type === "connector") for (const end of [before.from, before.to]) this.connectors.get(end)?.delete(id);
    if (!this.objects.has(id)) {
      this.cache.delete(id);
      this.places.delete(id);
      return false;
    }
    const object = readObject(id, this.objects.get(id));
    this.cache.set(id, object);
    if (object.type === "connector") {
      this.places.delete(id);
      for (const end of [object.from, object.to]) {
        const set = this.connectors.get(end) ?? new Set();
        this.connectors.set(end, set.add(id));
      }
    } else this.places.set(id, object);
    return true;
  }
}

/** A fresh object id: 12 letters and digits. */
export function newId(): string {
  const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => alphabet[byte % 62]).join("");
}

/** Whether the middle of the object lies in the rectangle. */
export const centredIn = (object: Rect, rect: Rect): boolean => contains(rect, centre(object));
