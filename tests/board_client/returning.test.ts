import assert from "node:assert/strict";
import { test } from "node:test";
import { areaOf } from "../../static/src/board/past/area";
import { type Restored, Restorations } from "../../static/src/board/past/restorations";
import { BoardDocument } from "../../static/src/board/model/document";
import { countsOf, sentence, total, whenWords } from "../../static/src/board/returning/visit";

// The texts as they stand in the source.
Object.assign(globalThis, { document: { getElementById: () => null, documentElement: { lang: "fr" } } });
// Of its own zone, whatever that is: nothing here depends on it.
const NOW = new Date(2026, 2, 12, 15, 0);
const at = (day: number, hour = 9, month = 2, year = 2026): Date => new Date(year, month, day, hour, 5);

test("a moment is said as people say it", () => {
  assert.match(whenWords(at(12), NOW, "fr"), /^0?9\D05$/);
  assert.equal(whenWords(at(11, 23), NOW, "fr"), "hier");
  assert.equal(whenWords(at(10), NOW, "fr"), "mardi");
  assert.equal(whenWords(at(6), NOW, "fr"), "vendredi");
  assert.equal(whenWords(at(5), NOW, "fr"), "le 5 mars");
  assert.equal(whenWords(at(5, 9, 11, 2025), NOW, "fr"), "le 5 décembre 2025");
});

test("what is counted is told without zeros, and 'note' stands once", () => {
  const counts = countsOf({ since: "", notes: { a: "new", b: "new", c: "changed" }, removed: 1 });
  assert.deepEqual(counts, { added: 2, changed: 1, removed: 1 });
  assert.equal(total(counts), 4);
  const said = (added: number, changed: number, removed: number): string =>
    sentence(at(10), { added, changed, removed }, NOW, "fr").replaceAll(/[\u00a0\u202f]/g, " ");
  assert.equal(said(5, 2, 1), "Depuis mardi : 5 notes nouvelles, 2 modifiées, 1 enlevée.");
  assert.equal(said(0, 2, 0), "Depuis mardi : 2 notes modifiées.");
  assert.equal(said(0, 0, 1), "Depuis mardi : 1 note enlevée.");
  assert.equal(said(1, 0, 3), "Depuis mardi : 1 note nouvelle, 3 enlevées.");
});

test("a rectangle is the same from whichever corner it was begun", () => {
  assert.equal(areaOf({ x: 10, y: 20 }, { x: 110.4, y: 70 }), "10 20 100 50");
  assert.equal(areaOf({ x: 110.4, y: 70 }, { x: 10, y: 20 }), "10 20 100 50");
});

test("undo takes a restoration back at once, or after one's own later steps", async () => {
  const board = new BoardDocument();
  const sent: string[] = [];
  const actions = { undo: () => void board.undo() };
  const nothing = { say: () => undefined, show: () => undefined };
  const context = { board, actions, config: { board: 7 }, announcer: nothing, toasts: nothing };
  const exchange = {
    post: async (url: string): Promise<unknown> => {
      sent.push(url);
      return { count: 1 };
    },
  };
  const kept = { ...context, signal: new AbortController().signal } as unknown as ConstructorParameters<typeof Restorations>[0];
  const restorations = new Restorations(kept, exchange);
  const restored: Restored = { seq: 1, before: 2, ids: ["a"], count: 1 };
  restorations.add(restored);
  actions.undo();
  assert.deepEqual(sent, ["/boards/7/history/undo"]);
  actions.undo();
  assert.equal(sent.length, 1, "it is taken back once");

  restorations.add(restored);
  board.create("n", { type: "note", x: 0, y: 0, w: 148, h: 148, author: "u1" }, "");
  actions.undo();
  assert.equal(board.get("n"), undefined);
  assert.equal(sent.length, 1, "one's own step first");
  actions.undo();
  assert.equal(sent.length, 2);
});
