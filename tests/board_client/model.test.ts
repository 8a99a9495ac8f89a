import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { BoardDocument, LOCAL, newId, REMOTE } from "../../static/src/board/model/document";
import { byOrder, ORDER_MAX, orderBetween } from "../../static/src/board/model/order";
import { nearestIn } from "../../static/src/board/model/navigation";
import { readObject } from "../../static/src/board/model/objects";
import { slotInZone, slotNear } from "../../static/src/board/model/placement";
import { SpatialIndex } from "../../static/src/board/model/spatial";
import { diffText, joinTyped, movePosition, rebaseChange, type TextChange } from "../../static/src/board/model/text-diff";
import { ORDER_PATTERN } from "../../static/src/generated/board-specs";

/** A small seeded generator, so that a failure can be repeated. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1664525 + 1013904223) % 2 ** 32;
    return state / 2 ** 32;
  };
}

const apply = (text: string, change: TextChange | null): string =>
  change ? text.slice(0, change.index) + change.insert + text.slice(change.index + change.remove) : text;

function note(board: BoardDocument, values: Record<string, string | number | boolean> = {}, words = ""): string {
  const id = newId();
  board.create(id, { type: "note", x: 0, y: 0, order: board.lastOrder(), author: "u1", zone: "", ...values }, words);
  return id;
}

function pair(): [BoardDocument, BoardDocument] {
  const [a, b] = [new BoardDocument(), new BoardDocument()];
  a.doc.on("update", (update: Uint8Array, origin: unknown) => origin !== REMOTE && Y.applyUpdate(b.doc, update, REMOTE));
  b.doc.on("update", (update: Uint8Array, origin: unknown) => origin !== REMOTE && Y.applyUpdate(a.doc, update, REMOTE));
  return [a, b];
}

test("order keys stay sorted, short and accepted by the server over many insertions", () => {
  const random = seeded(7);
  const keys = [orderBetween(null, null)];
  for (let i = 0; i < 3000; i += 1) {
    const at = random() < 0.5 ? keys.length : Math.floor(random() * (keys.length + 1));
    const key = orderBetween(keys[at - 1] ?? null, keys[at] ?? null);
    assert.ok(!keys[at - 1] || key > (keys[at - 1] as string), `${keys[at - 1]} < ${key}`);
    assert.ok(!keys[at] || key < (keys[at] as string), `${key} < ${keys[at]}`);
    assert.match(key, ORDER_PATTERN);
    keys.splice(at, 0, key);
  }
  assert.ok(Math.max(...keys.map((key) => key.length)) <= 24);
});

test("order keys at an end never grow, and squeezed keys stop at the server's limit", () => {
  let key = orderBetween(null, null);
  for (let i = 0; i < 5000; i += 1) key = orderBetween(key, null);
  assert.equal(key.length, 6);
  let low = "V00000";
  for (let i = 0; i < 2000; i += 1) low = orderBetween(low, "V00001");
  assert.ok(low.length <= ORDER_MAX);
  assert.ok(low < "V00001");
});

test("order keys accept short keys from elsewhere", () => {
  for (const [low, high] of [["a0", "a1"], ["a", "b"], ["Zz", "a0"], ["0", "1"], ["a0", "a0V"]] as const) {
    const key = orderBetween(low, high);
    assert.ok(low < key && key < high, `${low} < ${key} < ${high}`);
  }
  assert.ok(orderBetween("a7", null) > "a7");
  assert.ok(orderBetween(null, "a0") < "a0");
  assert.deepEqual([{ order: "b", id: "1" }, { order: "a", id: "2" }, { order: "a", id: "1" }].sort(byOrder).map((o) => o.order + o.id), ["a1", "a2", "b1"]);
});

test("the spatial index finds what touches a rectangle, as a full scan does", () => {
  const random = seeded(11);
  const index = new SpatialIndex();
  const rects = new Map<string, { x: number; y: number; w: number; h: number }>();
  for (let i = 0; i < 600; i += 1) {
    const id = `o${Math.floor(random() * 200)}`;
    if (random() < 0.2) {
      index.delete(id);
      rects.delete(id);
      continue;
    }
    const rect = { x: random() * 20000 - 10000, y: random() * 20000 - 10000, w: 50 + random() * (random() < 0.02 ? 2e6 : 600), h: 50 + random() * 600 };
    index.set(id, rect);
    rects.set(id, rect);
  }
  for (let i = 0; i < 60; i += 1) {
    const q = { x: random() * 20000 - 10000, y: random() * 20000 - 10000, w: random() * 3000, h: random() * 3000 };
    const expected = [...rects].filter(([, r]) => r.x < q.x + q.w && q.x < r.x + r.w && r.y < q.y + q.h && q.y < r.y + r.h).map(([id]) => id);
    assert.deepEqual([...index.query(q)].sort(), expected.sort());
  }
});

test("a text difference rebuilds the new text and touches only what changed", () => {
  const random = seeded(3);
  const alphabet = ["a", "b", "é", "😀", "👩‍🚀", "\n", " "];
  const word = (): string => Array.from({ length: Math.floor(random() * 9) }, () => alphabet[Math.floor(random() * alphabet.length)]).join("");
  for (let i = 0; i < 3000; i += 1) {
    const before = word();
    const after = word();
    const change = diffText(before, after, Math.floor(random() * (after.length + 1)));
    assert.equal(apply(before, change), after);
    if (change) {
      const split = (text: string, at: number): boolean => /[\ud800-\udbff]/.test(text[at - 1] ?? "") && /[\udc00-\udfff]/.test(text[at] ?? "");
      assert.ok(!split(before, change.index) && !split(before, change.index + change.remove), "a surrogate pair was split");
    }
  }
});

test("the caret tells which of several equal letters was typed or erased", () => {
  assert.deepEqual(diffText("aaa", "aaaa", 2), { index: 1, remove: 0, insert: "a" });
  assert.deepEqual(diffText("aaaa", "aaa", 1), { index: 1, remove: 1, insert: "" });
  assert.deepEqual(diffText("bonjour", "bonjour !", 9), { index: 7, remove: 0, insert: " !" });
  assert.equal(diffText("même", "même"), null);
});

test("words typed while a refusal was on its way are one text with those before", () => {
  assert.equal(joinTyped("Notre défi", "Notre défi à ma ", "Notre défifaçon"), "Notre défi à ma façon");
  assert.equal(joinTyped("Fin.", "Fin de tout.", "Fin vraiment."), "Fin de tout vraiment.");
  assert.equal(joinTyped("", "Bon", "jour"), "Bonjour");
  assert.equal(joinTyped("Notre défi", "Notre défi à ma", "Votre défi"), null);
  assert.equal(joinTyped("Notre défi", "Notre défi", "Notre défi à"), null);
});

test("a position and a change move with what others wrote meanwhile", () => {
  assert.equal(movePosition(5, [{ retain: 2 }, { insert: "xyz" }]), 8);
  assert.equal(movePosition(5, [{ retain: 5 }, { insert: "xyz" }]), 5);
  assert.equal(movePosition(5, [{ retain: 3 }, { delete: 10 }]), 3);
  assert.equal(movePosition(1, [{ retain: 3 }, { delete: 1 }]), 1);
  assert.deepEqual(rebaseChange({ index: 3, remove: 0, insert: "é" }, [[{ insert: "Oh " }]]), { index: 6, remove: 0, insert: "é" });
  assert.deepEqual(rebaseChange({ index: 0, remove: 3, insert: "" }, [[{ insert: "Oh " }]]), { index: 3, remove: 3, insert: "" });
});

test("two people typing in the same note merge letter by letter", () => {
  const [a, b] = pair();
  const id = note(a, {}, "Le marché");
  const words = (board: BoardDocument): string => board.textOf(id)?.toString() ?? "";
  a.applyText(id, diffText(words(a), "Le grand marché", 9) as TextChange);
  b.applyText(id, diffText(words(b), "Le grand marché du samedi") as TextChange);
  assert.equal(words(a), "Le grand marché du samedi");
  assert.equal(words(b), words(a));
});

test("undo takes back own changes only, and a restored note keeps its words and its author", () => {
  const [a, b] = pair();
  const mine = note(a, { author: "u1" }, "à moi");
  a.closeUndoStep();
  const theirs = note(b, { author: "u2" }, "à elle");
  assert.equal(a.undo(), true);
  assert.equal(a.get(mine), undefined);
  assert.ok(a.get(theirs));
  assert.equal(a.canUndo, false);
  a.remove([theirs]);
  assert.equal(b.get(theirs), undefined);
  a.undo();
  const restored = b.get(theirs);
  assert.equal(restored?.type === "note" && restored.text, "à elle");
  assert.equal(restored?.author, "u2");
});

test("undo passes over what others changed since, and over what they wrote in one's own note", () => {
  const [a, b] = pair();
  const id = note(a, {}, "à deux");
  a.closeUndoStep();
  a.update(id, { x: 100 });
  b.update(id, { x: 500 });
  assert.equal(a.get(id)?.type === "note" && (a.placed(id)?.x ?? 0), 500);
  b.applyText(id, { index: 6, remove: 0, insert: " mains" });
  assert.equal(a.undo(), false, "the move was overwritten, and the note has words of somebody else");
  for (const board of [a, b]) {
    const kept = board.get(id);
    assert.ok(kept?.type === "note");
    assert.deepEqual([kept.text, kept.x, kept.author, kept.colour], ["à deux mains", 500, "u1", "jonc"]);
  }
});

test("undoing a field that was not there before leaves its default: the server takes no removal", () => {
  const [a, b] = pair();
  const id = note(a);
  a.closeUndoStep();
  a.update(id, { group: "g", h: 300 });
  assert.deepEqual([...b.membersOf("g")], [id]);
  a.undo();
  const stored = b.doc.getMap<Y.Map<unknown>>("objects").get(id);
  assert.deepEqual([stored?.get("group"), stored?.get("h")], ["", 148]);
  assert.deepEqual([...b.membersOf("g")], []);
  a.redo();
  assert.deepEqual([stored?.get("group"), stored?.get("h")], ["g", 300]);
  a.undo();
  a.undo();
  assert.equal(b.get(id), undefined);
});

test("a held step is undone at once, whatever pauses it had; a dropped one is not undone at all", () => {
  const board = new BoardDocument();
  const id = note(board, { x: 0 });
  board.closeUndoStep();
  board.beginStep();
  for (const x of [1, 2, 3]) {
    board.update(id, { x });
    board.closeUndoStep(); // as a pause would
  }
  board.endStep();
  board.beginStep();
  board.update(id, { x: 9 });
  board.dropStep();
  assert.equal(board.placed(id)?.x, 3);
  assert.equal(board.canRedo, false);
  board.undo();
  assert.equal(board.placed(id)?.x, 0);
  board.redo();
  assert.equal(board.placed(id)?.x, 3);
});

test("a thousand notes are one step, made and undone in changes that the server takes", () => {
  const [a, b] = pair();
  const sizes: number[] = [];
  a.doc.on("update", (update: Uint8Array) => sizes.push(update.length));
  const ids: string[] = [];
  a.changeEach([...Array(1000).keys()], (i) => ids.push(note(a, { x: i }, "é".repeat(2000))));
  assert.equal(b.size, 1000);
  assert.ok(a.undo());
  assert.equal(b.size, 0);
  assert.ok(!a.canUndo && a.redo());
  assert.equal(b.size, 1000);
  assert.ok(!a.canRedo);
  a.changeEach(ids, (id) => a.remove([id]));
  a.undo();
  assert.equal(b.size, 1000);
  assert.ok(sizes.length >= 200 && Math.max(...sizes) < 96 * 1024, String(Math.max(...sizes)));
});

test("undo goes on across a reload of somebody else, who keeps what is theirs", () => {
  const [a, b] = pair();
  const mine = note(a, { x: 1 }, "à moi");
  a.closeUndoStep();
  const theirs = note(b, { author: "u2" }, "à elle");
  a.update(mine, { x: 50 });
  b.update(theirs, { x: 7 });
  const reloaded = new BoardDocument();
  Y.applyUpdate(reloaded.doc, Y.encodeStateAsUpdate(b.doc), REMOTE);
  a.doc.on("update", (update: Uint8Array) => Y.applyUpdate(reloaded.doc, update, REMOTE));
  reloaded.doc.on("update", (update: Uint8Array, origin: unknown) => origin !== REMOTE && Y.applyUpdate(a.doc, update, REMOTE));
  assert.equal(reloaded.canUndo, false);
  reloaded.update(theirs, { x: 8 });
  a.undo();
  assert.deepEqual([reloaded.placed(mine)?.x, reloaded.placed(theirs)?.x], [1, 8]);
  a.undo();
  assert.deepEqual([reloaded.get(mine), reloaded.placed(theirs)?.x], [undefined, 8]);
  a.redo();
  a.redo();
  assert.deepEqual([reloaded.placed(mine)?.x, reloaded.placed(theirs)?.x], [50, 8]);
});

test("whatever the document holds, reading gives a harmless object", () => {
  const doc = new Y.Doc();
  const board = new BoardDocument(doc);
  const objects = doc.getMap<unknown>("objects");
  objects.set("number", 12);
  objects.set("text", new Y.Text("?"));
  const hostile = new Y.Map<unknown>();
  objects.set("wrong", hostile);
  for (const [name, value] of Object.entries({ type: "note", x: "12", y: Number.NaN, w: 1e9, h: -4, colour: "noir", text: "plain", locked: "yes", order: 5, author: null })) hostile.set(name, value);
  const newer = new Y.Map<unknown>();
  objects.set("newer", newer);
  newer.set("type", "hologram");
  newer.set("x", 40);
  newer.set("__proto__", "x");
  const proto = new Y.Map<unknown>();
  objects.set("proto", proto);
  proto.set("type", "constructor");
  assert.equal(board.get("number")?.type, "unknown");
  assert.equal(board.get("text")?.type, "unknown");
  assert.equal(board.get("proto")?.type, "unknown");
  const unknown = board.get("newer");
  assert.ok(unknown?.type === "unknown" && unknown.x === 40 && !unknown.locked);
  const note = board.get("wrong");
  assert.ok(note?.type === "note");
  assert.deepEqual([note.x, note.y, note.w, note.h, note.colour, note.text, note.locked, note.author], [0, 0, 600, 80, "jonc", "", false, ""]);
  assert.equal(board.textOf("wrong"), null);
  assert.equal(readObject("none", undefined).type, "unknown");
});

test("the board knows zones, their smallest at a point, and the connectors of a note", () => {
  const board = new BoardDocument();
  const zone = (id: string, x: number, w: number, number: number): void =>
    board.create(id, { type: "zone", x, y: 0, w, h: w, number, order: board.lastOrder(), author: "template", zone: "", locked: true }, id);
  zone("big", 0, 1000, 2);
  zone("small", 100, 200, 1);
  assert.deepEqual(board.zones().map((z) => z.id), ["small", "big"]);
  assert.equal(board.zoneAt({ x: 150, y: 50 }), "small");
  assert.equal(board.zoneAt({ x: 500, y: 500 }), "big");
  assert.equal(board.zoneAt({ x: 5000, y: 0 }), "");
  const [a, b] = [note(board), note(board, { x: 300 })];
  board.create("link", { type: "connector", from: a, to: b, order: board.lastOrder(), author: "u1" });
  assert.deepEqual(board.connectorsOf(b).map((c) => c.id), ["link"]);
  board.update("link", { to: "gone" });
  assert.deepEqual(board.connectorsOf(b), []);
  board.remove(["link"]);
  assert.deepEqual(board.connectorsOf(a), []);
});

test("arrows lead to the nearest note in a direction, and to none behind", () => {
  const at = (id: string, x: number, y: number): { id: string; x: number; y: number; w: number; h: number } => ({ id, x, y, w: 100, h: 100 });
  const all = [at("a", 0, 0), at("b", 150, 10), at("c", 300, 0), at("d", 20, 200), at("e", 150, 260)];
  const from = all[0] as (typeof all)[number];
  assert.equal(nearestIn("right", from, all)?.id, "b");
  assert.equal(nearestIn("down", from, all)?.id, "d");
  assert.equal(nearestIn("left", from, all), null);
  assert.equal(nearestIn("up", all[4] as (typeof all)[number], all)?.id, "b");
});

test("a new note goes to the next free slot, inside its zone while there is room", () => {
  const board = new BoardDocument();
  board.create("z", { type: "zone", x: 0, y: 0, w: 372, h: 440, number: 1, order: "a", author: "template", zone: "", locked: true }, "Zone");
  const zone = board.get("z");
  assert.ok(zone?.type === "zone");
  const seen: string[] = [];
  for (let i = 0; i < 6; i += 1) {
    const slot = slotInZone(board, zone);
    seen.push(`${slot.x},${slot.y}`);
    note(board, { ...slot, zone: "z" });
  }
  assert.equal(new Set(seen).size, 6);
  assert.deepEqual(seen.slice(0, 4), ["24,60", "192,60", "24,228", "192,228"]);
  const free = slotNear(board, { x: 5000, y: 0 });
  assert.deepEqual(free, { x: 5000, y: 0 });
});

test("replacing the document tells what came, stayed and went", () => {
  const board = new BoardDocument();
  const gone = note(board, {}, "parti");
  const stays = note(board, {}, "reste");
  const fresh = new Y.Doc();
  Y.applyUpdate(fresh, Y.encodeStateAsUpdate(board.doc));
  fresh.transact(() => fresh.getMap("objects").delete(gone), LOCAL);
  const changes: string[] = [];
  board.changes.on("objects", (change) => changes.push(`+${change.added} ~${change.updated} -${change.removed.map((o) => o.id)}`));
  board.replace(fresh);
  assert.deepEqual(changes, [`+ ~${stays} -${gone}`]);
  assert.equal(board.canUndo, false);
  note(board, {}, "nouveau");
  assert.equal(board.canUndo, true);
});
