/**
 * After a refusal: what this person wrote that the server does not have, found by comparing documents, and writing it
 * again on a fresh one. A Yjs change cannot be taken back alone: those made after it stand on it. So the document is
 * rebuilt from the server and the rest is written anew, object by object.
 */

import * as Y from "yjs";
import { diffText } from "../model/text-diff";

type Scalar = string | number | boolean;
type Stored = Y.Map<unknown>;

/** The whole of one object: plain fields, and texts apart. */
export interface ObjectCopy {
  fields: Record<string, Scalar>;
  texts: Record<string, string>;
}

export interface UnsavedObject {
  id: string;
  kind: "created" | "changed" | "deleted";
  /** Changed fields and texts only, except for a created object: all of them. Null for a deleted one. */
  mine: ObjectCopy | null;
}

const isScalar = (value: unknown): value is Scalar =>
  typeof value === "string" || typeof value === "number" || typeof value === "boolean";

function copyOf(stored: unknown, names?: ReadonlySet<string>): ObjectCopy {
  const copy: ObjectCopy = { fields: {}, texts: {} };
  if (!(stored instanceof Y.Map)) return copy;
  for (const [name, value] of stored.entries()) {
    if (names && !names.has(name)) continue;
    if (value instanceof Y.Text) copy.texts[name] = value.toString();
    else if (isScalar(value)) copy.fields[name] = value;
  }
  return copy;
}

/**
 * What `mine` has and `server` lacks, among the objects of `ids`.
 * `mine` may be behind the server: only real differences that come from it are found.
 */
export function findUnsaved(server: Y.Doc, mine: Y.Doc, ids: ReadonlySet<string>): UnsavedObject[] {
  const merged = new Y.Doc();
  Y.applyUpdate(merged, Y.encodeStateAsUpdate(server));
  const objects = merged.getMap<Stored>("objects");
  const before = server.getMap<Stored>("objects");
  const touched = new Map<string, Set<string>>();
  objects.observeDeep((events) => {
    for (const event of events) {
      if (event.target === objects)
        for (const key of event.keys.keys()) touched.set(key, touched.get(key) ?? new Set());
      else noteField(touched, event);
    }
  });
  Y.applyUpdate(merged, Y.encodeStateAsUpdate(mine));
  const found: UnsavedObject[] = [];
  for (const [id, names] of touched) {
    if (!ids.has(id)) continue;
    if (!objects.has(id)) {
      if (before.has(id)) found.push({ id, kind: "deleted", mine: null });
    } else if (!before.has(id)) found.push({ id, kind: "created", mine: copyOf(objects.get(id)) });
    else if (names.size > 0) found.push({ id, kind: "changed", mine: copyOf(objects.get(id), names) });
  }
  merged.destroy();
  return found.sort((a, b) => rank(a) - rank(b));
}

function noteField(touched: Map<string, Set<string>>, event: Y.YEvent<Y.AbstractType<unknown>>): void {
  const id = String(event.path[0]);
  const names = touched.get(id) ?? new Set<string>();
  touched.set(id, names);
  if (event.path.length > 1) names.add(String(event.path[1]));
  else for (const key of event.keys.keys()) names.add(key);
}

/** Zones before what lies in them, connectors after what they join, deletions last. */
function rank(object: UnsavedObject): number {
  if (object.kind === "deleted") return 3;
  const type = object.mine?.fields.type;
  return type === "zone" ? 0 : type === "connector" ? 2 : 1;
}

/** Writes one unsaved object on `doc`, inside the caller's transaction. */
export function writeUnsaved(doc: Y.Doc, object: UnsavedObject): void {
  const objects = doc.getMap<Stored>("objects");
  if (object.kind === "deleted") {
    objects.delete(object.id);
    return;
  }
  const mine = object.mine as ObjectCopy;
  const there = objects.get(object.id);
  if (there instanceof Y.Map) {
    for (const [name, value] of Object.entries(mine.fields)) if (there.get(name) !== value) there.set(name, value);
    for (const [name, words] of Object.entries(mine.texts)) {
      const text = there.get(name);
      if (text instanceof Y.Text) rewrite(text, words);
    }
  } else if (object.kind === "created") {
    const stored: Stored = new Y.Map();
    for (const [name, value] of Object.entries(mine.fields)) stored.set(name, value);
    for (const [name, words] of Object.entries(mine.texts)) stored.set(name, new Y.Text(words));
    objects.set(object.id, stored);
  }
}

function rewrite(text: Y.Text, words: string): void {
  const change = diffText(text.toString(), words);
  if (!change) return;
  if (change.remove > 0) text.delete(change.index, change.remove);
  if (change.insert) text.insert(change.index, change.insert);
}
