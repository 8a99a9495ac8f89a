import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { simplified, strokeThrough } from "../../static/src/board/drawing/shape";
import { BoardDocument } from "../../static/src/board/model/document";
import { isPlaced, isWritten, readObject, wordsOf } from "../../static/src/board/model/objects";
import { readZones } from "../../static/src/board/model/reading-order";
import { planItems } from "../../static/src/board/view/plan-items";
import { isDrawable, lettersOf, pathOf, pointsOf } from "../../static/src/board/model/stroke";
import { OBJECT_SPECS, type ObjectType, WORLD } from "../../static/src/generated/board-specs";

const TYPES = Object.keys(OBJECT_SPECS) as ObjectType[];
const NONSENSE: Record<string, unknown> = {
  "not a number": Number.NaN,
  infinite: Number.POSITIVE_INFINITY,
  huge: 1e300,
  negative: -1e300,
  "a long string": "é".repeat(100_000),
  "a number": 3.5,
  "a flag": true,
  nothing: null,
  "a list": [1, [2]],
  "an object": { x: 1 },
  "a map": new Y.Map(),
  "a prototype": "__proto__",
};

/** A whole object of a type, as its client writes it. */
function whole(type: ObjectType): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [name, spec] of Object.entries(OBJECT_SPECS[type])) values[name] = spec.kind === "text" ? new Y.Text("mot") : spec.default;
  return { ...values, type, author: "u1", order: "a", ...(type === "stroke" && { points: "AAAAgAgA____" }), ...(type === "link" && { target: 3 }) };
}

/** The board that holds one object with these values. */
function boardWith(values: Record<string, unknown>): BoardDocument {
  const doc = new Y.Doc();
  const stored = new Y.Map<unknown>();
  doc.getMap("objects").set("odd", stored);
  for (const [name, value] of Object.entries(values)) {
    const own = value instanceof Y.Text ? new Y.Text("mot") : value instanceof Y.Map ? new Y.Map() : value;
    stored.set(name, own);
  }
  return new BoardDocument(doc);
}

function checkHarmless(board: BoardDocument, what: string): void {
  const object = board.get("odd");
  assert.ok(object, what);
  assert.equal(typeof wordsOf(object), "string", what);
  if (isPlaced(object)) {
    for (const side of [object.x, object.y, object.w, object.h]) assert.ok(Number.isFinite(side) && Math.abs(side) <= WORLD, `${what}: ${side}`);
    assert.ok(object.w > 0 && object.h >= 0 && object.w <= 20_000 && object.h <= 60_000, `${what}: ${object.w} × ${object.h}`);
    assert.ok(board.query(object).has("odd"), `${what} is found where it lies`);
  }
  if (object.type === "stroke") assert.match(pathOf(object), /^M[\d. QL-]+$/, what);
  if (isWritten(object)) assert.ok(planItems(board, readZones, new Set(), null).some(({ key }) => key === "n-odd"), `${what} is in the plan`);
  board.remove(["odd"]);
  assert.equal(board.get("odd"), undefined, `${what} can be deleted`);
}

for (const type of TYPES) {
  test(`a ${type} with a field missing or of nonsense is read as something harmless`, () => {
    for (const name of Object.keys(OBJECT_SPECS[type])) {
      const { [name]: _left, ...rest } = whole(type);
      checkHarmless(boardWith(rest), `${type} without ${name}`);
      for (const [what, value] of Object.entries(NONSENSE))
        checkHarmless(boardWith({ ...whole(type), [name]: value }), `${type} whose ${name} is ${what}`);
    }
    checkHarmless(boardWith({ type }), `${type} of nothing else`);
  });
}

test("what is of no known type, or a stroke that cannot be drawn, is an unreadable box", () => {
  for (const values of [{}, { type: "hologram", x: 1, w: 1e9 }, { ...whole("stroke"), points: "AAA" }, { ...whole("stroke"), points: "A".repeat(4 * 513) }]) {
    const board = boardWith(values);
    assert.equal(board.get("odd")?.type, "unknown");
    checkHarmless(board, JSON.stringify(Object.keys(values)));
  }
  assert.equal(readObject("odd", "not even a map").type, "unknown");
  assert.equal(boardWith(whole("stroke")).get("odd")?.type, "stroke");
});

test("points survive being written, and stay within their box whatever they say", () => {
  const box = { x: -50, y: 10, w: 409.5, h: 819 };
  const flat = [-50, 10, 359.5, 829, 100, 400];
  const letters = lettersOf(flat, box);
  assert.ok(isDrawable(letters));
  const back = pointsOf(letters, box);
  flat.forEach((value, index) => {
    const from = index % 2 === 0 ? box.x : box.y;
    assert.ok(Math.abs((back[index] ?? 0) + from - value) < 0.2);
  });
  assert.equal(lettersOf([1e9, -1e9, Number.NaN, 10], box), "__AAAAAA");
});

test("what a hand drew keeps its shape in few points", () => {
  const circle: number[] = [];
  for (let at = 0; at <= 4_000; at += 1) circle.push(300 + 200 * Math.cos(at / 600), 100 + 200 * Math.sin(at / 600));
  const { points, ...box } = strokeThrough(circle, 0.5, "fine");
  assert.ok(points.length / 4 < 80, `${points.length / 4} points`);
  assert.ok(Math.abs(box.w - 404) <= 4 && Math.abs(box.h - 404) <= 4);
  const flat = pointsOf(points, box);
  for (let at = 0; at < flat.length; at += 2) {
    const away = Math.hypot((flat[at] ?? 0) + box.x - 300, (flat[at + 1] ?? 0) + box.y - 100);
    assert.ok(Math.abs(away - 200) < 1.5, String(away));
  }
  const scrawl = Array.from({ length: 40_000 }, (_value, index) => Math.sin(index * 12.9898) * 4_000);
  assert.ok(isDrawable(strokeThrough(scrawl, 0.1, "broad").points));
  assert.ok(isDrawable(strokeThrough([5, 5], 0.5, "broad").points), "a dot");
  assert.deepEqual(simplified([0, 0, 1, 0, 2, 0, 2, 2], 0.1), [0, 0, 2, 0, 2, 2]);
});
