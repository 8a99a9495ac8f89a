// Writes genuine Yjs traffic, one JSON line per update in the order a server would receive it:
//   {"key": "u1", "update": "base64", "kind": "edit" | "merged" | "offline" | "whole" | "again"}
// and at the end {"objects", "sv"}: what every replica must hold.
//   node genuine.mjs SEED STEPS
//
// Several people share a board: they create, move, recolour, connect and delete, type (emoji included),
// undo and redo, go offline and come back, resend what they were unsure of. Their messages are delayed.
import * as Y from "yjs";

const [seed, steps] = process.argv.slice(2).map(Number);

let state = seed >>> 0;
function random() {
  state = (state + 0x6d2b79f5) >>> 0;
  let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
}
const below = (limit) => Math.floor(random() * limit);
const pick = (list) => list[below(list.length)];
const chance = (probability) => random() < probability;
const base64 = (bytes) => Buffer.from(bytes).toString("base64");
const say = (line) => process.stdout.write(`${JSON.stringify(line)}\n`);

const COLOURS = ["jonc", "abricot", "rose", "lilas", "ciel", "menthe", "anis", "sable"];
const WORDS = ["bac", "tri ", "été", "œuvre", "😀", "👩🏽‍🌾", "漢字", "\n", "« non »", "𝒳", "e\u0301", "\ud83d", "🇫🇷", "a"];

const server = new Y.Doc();
server.clientID = 1;
server.getMap("meta").set("version", 1);
server.getMap("meta").set("template", "vierge");
say({ key: "template", kind: "seed", update: base64(Y.encodeStateAsUpdate(server)) });

const people = [];
let serial = 0;

function receive(person, update, kind) {
  say({ key: person.key, kind, update: base64(update) });
  Y.applyUpdate(server, update);
  for (const other of people) if (other !== person) other.inbox.push(update);
}

class Person {
  constructor(number) {
    this.key = `u${number}`;
    this.open(new Y.Doc());
    this.inbox = [];
    this.offline = false;
    this.memory = {};
  }

  open(doc) {
    this.doc = doc;
    doc.clientID = 1 + below(0xfffffffe);
    Y.applyUpdate(doc, Y.encodeStateAsUpdate(server), "server");
    this.objects = doc.getMap("objects");
    this.undo = new Y.UndoManager(this.objects, { captureTimeout: chance(0.5) ? 0 : 500, trackedOrigins: new Set([this]) });
    this.outbox = [];
    this.sent = [];
    doc.on("update", (update, origin) => {
      if (origin !== "server") this.outbox.push(update);
    });
  }

  edit(action) {
    this.doc.transact(action, this);
  }

  flush() {
    if (this.offline || this.outbox.length === 0) return;
    const many = this.outbox.length > 1;
    const update = many ? Y.mergeUpdates(this.outbox) : this.outbox[0];
    this.outbox = [];
    this.sent.push(update);
    receive(this, update, many ? "merged" : "edit");
  }

  read(count) {
    for (const update of this.inbox.splice(0, count)) Y.applyUpdate(this.doc, update, "server");
  }

  comeBack() {
    this.offline = false;
    this.read(this.inbox.length);
    const update = chance(0.3)
      ? Y.diffUpdate(Y.encodeStateAsUpdate(this.doc), Y.encodeStateVector(server))
      : Y.encodeStateAsUpdate(this.doc, Y.encodeStateVector(server));
    this.outbox = [];
    receive(this, update, "offline");
  }
}

const order = () => Array.from({ length: 1 + below(6) }, () => pick([..."0123456789abcxyzABCXYZ"])).join("");

function create(person) {
  serial += 1;
  const id = `${person.key}-${serial}`;
  const object = new Y.Map();
  const text = new Y.Text(chance(0.5) ? pick(WORDS) : "");
  const common = { author: person.key, order: order(), locked: false };
  const ids = [...person.objects.keys()];
  if (chance(0.2) && ids.length > 1) {
    Object.entries({ type: "connector", from: pick(ids), to: pick(ids), label: text, ...common }).forEach(([k, v]) => object.set(k, v));
  } else if (chance(0.15)) {
    const zone = { type: "zone", x: below(900), y: -below(900), zone: "", w: 600, h: 420.5, title: text, number: below(9), prompt: "Écrivez", tone: "plain" };
    Object.entries({ ...zone, ...common }).forEach(([k, v]) => object.set(k, v));
  } else if (chance(0.15)) {
    Object.entries({ type: "text", x: below(900), y: 0.1, zone: "", w: 240, size: "m", text, ...common }).forEach(([k, v]) => object.set(k, v));
  } else {
    const note = { type: "note", x: below(1e6), y: -below(1e6), zone: "", w: 148, h: 148, colour: pick(COLOURS), text };
    Object.entries({ ...note, ...common }).forEach(([k, v]) => object.set(k, v));
  }
  person.objects.set(id, object);
}

const TEXTS = new Set(["text", "label", "title"]);
const textOf = (object) => object.get("text") ?? object.get("label") ?? object.get("title");

// Positions between code points only, as the client computes them.
function positions(text) {
  const found = [0];
  for (const character of text.toString()) found.push(found.at(-1) + character.length);
  return found;
}

function type(object) {
  const text = textOf(object);
  const places = positions(text);
  const from = below(places.length);
  if (chance(0.35) && places.length > 1) {
    const to = Math.min(places.length - 1, from + 1 + below(4));
    if (to > from) text.delete(places[from], places[to] - places[from]);
  }
  if (chance(0.8) && text.length < 100) text.insert(Math.min(places[from], text.length), pick(WORDS));
}

function move(object) {
  if (object.has("x")) {
    object.set("x", below(2e6) - 1e6);
    object.set("y", Math.round(random() * 1000) / 8);
  }
}

// Where two people set the same field, Yjs may undo one's value without finding the one before: the field is
// gone. A board's objects are always whole, so what went missing is put back as it was, in the same message.
function travel(person, step) {
  const before = person.objects.toJSON();
  Object.assign(person.memory, before);
  try {
    step();
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    person.undo.clear(); // Yjs 13.6 itself trips over a collected item now and then; what it did so far stands
  }
  person.doc.transact(() => {
    person.objects.forEach((object, id) => {
      for (const [name, value] of Object.entries(person.memory[id] ?? {})) {
        if (!object.has(name)) object.set(name, TEXTS.has(name) ? new Y.Text(value) : value);
      }
    });
  });
}

function act(person) {
  const ids = [...person.objects.keys()];
  if (ids.length === 0 || (chance(0.15) && ids.length < 60)) return person.edit(() => create(person));
  const id = pick(ids);
  const object = person.objects.get(id);
  const roll = random();
  if (roll < 0.3) return person.edit(() => type(object));
  if (roll < 0.5) return person.edit(() => move(object));
  if (roll < 0.6) return person.edit(() => (object.has("colour") ? object.set("colour", pick(COLOURS)) : object.set("order", order())));
  if (roll < 0.68) {
    person.memory[id] = object.toJSON();
    return person.edit(() => person.objects.delete(id));
  }
  if (roll < 0.84) return travel(person, () => person.undo.undo());
  if (roll < 0.92) return travel(person, () => person.undo.redo());
  if (roll < 0.94) {
    return person.edit(() => {
      create(person);
      person.objects.delete([...person.objects.keys()].at(-1));
    });
  }
  return person.edit(() => {
    for (const other of ids.slice(0, 5)) move(person.objects.get(other));
    type(object);
    if (chance(0.3)) create(person);
  });
}

for (let number = 1; number <= 5; number += 1) people.push(new Person(number));

for (let step = 0; step < steps; step += 1) {
  const person = pick(people);
  const roll = random();
  if (roll < 0.72) act(person);
  else if (roll < 0.84) person.read(below(6));
  else if (roll < 0.87) person.offline = true;
  else if (roll < 0.91 && person.offline) person.comeBack();
  else if (roll < 0.92 && person.sent.length > 0) receive(person, pick(person.sent), "again");
  else if (roll < 0.925 && !person.offline) receive(person, (person.flush(), Y.encodeStateAsUpdate(person.doc)), "whole");
  else if (roll < 0.93 && !person.offline) {
    person.flush();
    person.inbox = [];
    person.open(new Y.Doc());
  }
  if (chance(0.7)) person.flush();
}

for (const person of people) {
  person.comeBack();
}
say({ objects: server.getMap("objects").toJSON(), sv: base64(Y.encodeStateVector(server)) });
