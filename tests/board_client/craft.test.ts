import assert from "node:assert/strict";
import { test } from "node:test";
import { type Arrangement, arrange, unitsOf } from "../../static/src/board/model/arrange";
import { BoardDocument, newId } from "../../static/src/board/model/document";
import type { Rect } from "../../static/src/board/model/geometry";
import { fitsInNotes, notesOfLines, notesOfTable } from "../../static/src/board/model/note-grid";
import { readPastedText } from "../../static/src/board/model/pasted-text";
import { coveredBy, readPieces, remake, takePieces, wordsOfPieces, writePieces } from "../../static/src/board/model/pieces";
import { roomFor, slotsForAll } from "../../static/src/board/model/placement";
import { snap } from "../../static/src/board/model/snap";

const rect = (x: number, y: number, w = 100, h = 100): Rect => ({ x, y, w, h });

/** Where the boxes are after an arrangement. */
function arranged(boxes: Rect[], how: Arrangement): string[] {
  return arrange(boxes, how).map((by, i) => `${(boxes[i] as Rect).x + by.x},${(boxes[i] as Rect).y + by.y}`);
}

function note(board: BoardDocument, values: Record<string, string | number | boolean>, words = ""): string {
  const id = newId();
  board.create(id, { type: "note", x: 0, y: 0, order: board.lastOrder(), author: "u1", zone: "", ...values }, words);
  return id;
}

test("boxes align to what they cover together, and along one axis only", () => {
  const boxes = [rect(0, 0), rect(50, 300, 200, 40), rect(400, 120)];
  assert.deepEqual(arranged(boxes, "left"), ["0,0", "0,300", "0,120"]);
  assert.deepEqual(arranged(boxes, "centre"), ["200,0", "150,300", "200,120"]);
  assert.deepEqual(arranged(boxes, "right"), ["400,0", "300,300", "400,120"]);
  assert.deepEqual(arranged(boxes, "top"), ["0,0", "50,0", "400,0"]);
  assert.deepEqual(arranged(boxes, "middle"), ["0,120", "50,150", "400,120"]);
  assert.deepEqual(arranged(boxes, "bottom"), ["0,240", "50,300", "400,240"]);
});

test("spreading out leaves the outer ones and gives the same gap between neighbours, whatever their order", () => {
  assert.deepEqual(arranged([rect(500, 7), rect(0, 0), rect(130, 3, 200)], "spread-x"), ["500,7", "0,0", "200,3"]);
  assert.deepEqual(arranged([rect(0, 0), rect(0, 10), rect(0, 100)], "spread-y"), ["0,0", "0,50", "0,100"]);
  assert.deepEqual(arranged([rect(0, 0), rect(900, 0)], "spread-x"), ["0,0", "900,0"], "two have nothing between");
});

test("a group is arranged as one, unless it is all there is", () => {
  const of = (id: string, group = ""): Rect & { id: string; group: string } => ({ id, group, ...rect(0, 0) });
  const ids = (units: { id: string }[][]): string => units.map((unit) => unit.map(({ id }) => id).join("+")).join(" ");
  assert.equal(ids(unitsOf([of("a", "g"), of("b"), of("c", "g")])), "a+c b");
  assert.equal(ids(unitsOf([of("a", "g"), of("c", "g")])), "a c");
});

test("a box snaps to the nearest line of a neighbour within reach, edge or middle, and the guide crosses both", () => {
  const neighbours = [rect(0, 0), rect(400, 500, 60, 60)];
  const edge = snap(rect(104, 207), neighbours, 6);
  assert.deepEqual(edge.by, { x: -4, y: 0 });
  assert.deepEqual(edge.guides, [{ axis: "x", at: 100, from: 0, to: 307 }]);
  const middle = snap(rect(200, -47), neighbours, 6);
  assert.deepEqual(middle.by, { x: 0, y: -3 });
  assert.deepEqual(middle.guides.map(({ axis, at }) => `${axis}${at}`), ["y0", "y50"]);
  assert.deepEqual(snap(rect(200, 200), neighbours, 6), { by: { x: 0, y: 0 }, guides: [] });
  const both = snap(rect(3, -104), neighbours, 6);
  assert.deepEqual(both.by, { x: -3, y: 4 });
});

test("while sizing, only the side that moves snaps", () => {
  const neighbours = [rect(300, 0)];
  const found = snap(rect(0, 0, 296, 97), neighbours, 6, { x: "end", y: "end" });
  assert.deepEqual(found.by, { x: 4, y: 3 });
  assert.deepEqual(snap(rect(0, 0, 296, 97), neighbours, 6, { x: "end", y: "none" }).by, { x: 4, y: 0 });
});

test("a list loses its bullets and numbers, and nothing else", () => {
  const { lines, table } = readPastedText("- un\r\n* deux\n\n  3. trois\n(4) quatre\n[x] cinq\n- [ ] six\n• sept\n2024 : huit\n1.5 neuf\nA) dix\n");
  assert.deepEqual(lines, ["un", "deux", "trois", "quatre", "cinq", "six", "sept", "2024 : huit", "1.5 neuf", "dix"]);
  assert.equal(table, null);
  assert.deepEqual(readPastedText("\tretrait\n\tautre").lines, ["retrait", "autre"], "an indented list is no table");
  assert.deepEqual(readPastedText("  \n ").lines, []);
});

test("a spreadsheet keeps its rows and columns, breaks and quotes in cells included", () => {
  const { table, lines } = readPastedText('Nom\tVille\tNote\r\n"Ana ""la""\ngrande"\tCaen\r\n\t\t\r\nBo\t\t3\r\n');
  assert.deepEqual(table, [["Nom", "Ville", "Note"], ['Ana "la"\ngrande', "Caen", ""], ["Bo", "", "3"]]);
  assert.deepEqual(lines, ["Nom · Ville · Note", 'Ana "la"\ngrande · Caen', "Bo · 3"]);
  assert.deepEqual(readPastedText('"a" b\t"c\n').table, [['"a" b', '"c']], "quotes that are not a cell's are words");
});

test("notes of a table stand in its rows and columns; those of a list in a block", () => {
  const places = (notes: { x?: unknown; y?: unknown }[]): string => notes.map(({ x, y }) => `${x},${y}`).join(" ");
  assert.equal(places(notesOfTable([["a", "", "c"], ["", "b", ""]], "jonc")), "0,0 336,0 168,168");
  const many = notesOfLines(Array.from({ length: 5000 }, (_, i) => `n${i}`), "ciel");
  assert.equal(many.length, 5000);
  assert.equal(new Set(many.map(({ x, y }) => `${x},${y}`)).size, 5000);
  const block = coveredBy(many) as Rect;
  assert.ok(block.w > block.h && block.w < 2 * block.h);
});

test("what is too long for a note goes on in the next, cut between words, and nothing is lost", () => {
  const words = Array.from({ length: 900 }, (_, i) => `mot${i}`).join(" ");
  const notes = notesOfLines(["court", words], "jonc").map(({ text }) => String(text));
  assert.ok(notes.length === 5 && notes.every((text) => text.length <= 2000 && text === text.trim()));
  assert.equal(notes.slice(1).join(" "), words);
  const faces = notesOfLines(["😀".repeat(1500) + "a"], "jonc").map(({ text }) => String(text));
  assert.equal(faces.join(""), "😀".repeat(1500) + "a");
  assert.ok(notesOfLines([`a${"😀".repeat(1500)}`], "jonc").every(({ text }) => String(text).isWellFormed()));
  assert.ok(fitsInNotes([["a".repeat(2000)]]) && !fitsInNotes([["a", "b".repeat(2001)]]));
});

test("copied objects come back under new names: arrows, groups and frames among them kept, the rest let go", () => {
  const board = new BoardDocument();
  board.create("z", { type: "zone", x: 0, y: 0, w: 600, h: 400, order: board.lastOrder(), author: "u2", zone: "" }, "Cadre");
  const a = note(board, { x: 10, zone: "z", group: "g", colour: "rose" }, "Alpha");
  const b = note(board, { x: 200, zone: "z", group: "g" }, "Bêta");
  const c = note(board, { x: 900, group: "alone" }, "Gamma");
  const d = note(board, { x: 1200 }, "Delta");
  for (const [id, from, to] of [["in", a, c], ["out", a, d]] as const)
    board.create(id, { type: "connector", from, to, order: board.lastOrder(), author: "u1" }, id);
  const pieces = readPieces(writePieces(takePieces(board, ["z", c, "gone"]), 7), 7);
  assert.ok(pieces);
  assert.deepEqual(pieces.map(({ id }) => id), ["z", a, b, c, "in"]);
  assert.deepEqual(wordsOfPieces(pieces), ["Cadre", "Alpha", "Bêta", "Gamma"]);
  const made = remake(pieces, { x: 5, y: -5 });
  const [zone, first, second, third, link] = made.map(({ values }) => values);
  assert.equal(new Set(made.map(({ id }) => id)).size, 5);
  assert.ok(made.every(({ id }) => board.get(id) === undefined));
  assert.deepEqual([first?.x, first?.y, first?.colour, made[1]?.text], [15, -5, "rose", "Alpha"]);
  assert.equal(first?.zone, made[0]?.id);
  assert.ok(first?.group && first.group === second?.group && first.group !== "g");
  assert.equal(third?.group, "", "a group of one is none");
  assert.equal(third?.zone, "");
  assert.deepEqual([link?.from, link?.to, made[4]?.text], [made[1]?.id, made[3]?.id, "in"]);
  assert.ok(zone && !("author" in zone) && !("order" in zone) && !("locked" in zone));
});

test("whatever a clipboard holds, reading it gives allowed objects or nothing", () => {
  for (const wrong of ["", "{", "null", "[]", '{"pieces":3}', '{"pieces":[null,1,{"id":"a"}]}', '{"pieces":[{"id":"é","type":"note"}]}'])
    assert.equal(readPieces(wrong, 7), null, wrong);
  const found = readPieces(
    JSON.stringify({
      pieces: [
        { id: "a", type: "note", x: "1", y: 1e300, w: -5, colour: "<b>", text: "é".repeat(9000), locked: true, author: "u9", evil: 1 },
        { id: "l", type: "connector", from: "a", to: "nowhere" },
        { id: "s", type: "__proto__", x: 0 },
      ],
    }),
    7,
  );
  assert.deepEqual(found, [
    { id: "a", type: "note", x: 0, y: 1_000_000, zone: "", group: "", w: 80, h: 148, colour: "jonc", text: "é".repeat(2000) },
  ]);
});

test("a block of notes goes where it was wanted when that is free, else below what is in its way", () => {
  const board = new BoardDocument();
  assert.deepEqual(roomFor(board, rect(0, 0, 500, 500)), { x: 0, y: 0 });
  note(board, { x: 100, y: 300 });
  note(board, { x: 100, y: 900 });
  const room = roomFor(board, rect(0, 0, 500, 500));
  assert.equal(room.x, 0);
  assert.ok(room.y >= 900 + 148);
  board.create("z", { type: "zone", x: 5000, y: 0, w: 372, h: 440, order: board.lastOrder(), author: "u1", zone: "" }, "Zone");
  const zone = board.get("z");
  assert.ok(zone?.type === "zone");
  assert.equal(slotsForAll(board, zone, 4)?.length, 4);
  assert.equal(slotsForAll(board, zone, 5), null);
});

test("a group is known by its members, and one of them brings all", () => {
  const board = new BoardDocument();
  const [a, b, c] = [note(board, { group: "g" }), note(board, { group: "g" }), note(board, {})];
  assert.deepEqual([...board.grouped([a])].sort(), [a, b].sort());
  assert.deepEqual([...board.grouped([c])], [c]);
  board.update(b, { group: "" });
  assert.deepEqual([...board.grouped([a])], [a]);
});
