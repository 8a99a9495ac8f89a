// Real Yjs clients over a plain Socket.IO client, driven by JSON lines: one command per line on stdin, one
// answer per line on stdout.
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import * as Y from "yjs";
import { Client } from "./client.mjs";
import { compare } from "./edit-log.mjs";
import { concat, fromBase64, toBase64, varint } from "./wire.mjs";
import { Writer } from "./writer.mjs";

const clients = new Map();
const named = (names) => names.map((name) => clients.get(name));
const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

function opened(updates) {
  const doc = new Y.Doc();
  for (const update of updates) Y.applyUpdate(doc, fromBase64(update));
  return doc;
}

// What two copies of a document must have in common: the state vector byte for byte, every deletion, the content.
function fingerprint(doc) {
  return {
    vector: toBase64(Y.encodeStateVector(doc)),
    state: digest(Y.encodeSnapshot(Y.snapshot(doc))),
    content: digest(JSON.stringify(sorted(doc.getMap("objects").toJSON()))),
    pending: doc.store.pendingStructs !== null || doc.store.pendingDs !== null,
  };
}

// The order of a map's keys is that of arrival: not part of the content.
function sorted(value) {
  if (value === null || typeof value !== "object" || Array.isArray(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, sorted(value[key])]),
  );
}

// Nanoseconds the main thread of a process has run: the kernel's own count, the same on a busy machine.
const worked = (pid) => Number(readFileSync(`/proc/${pid}/schedstat`, "latin1").split(" ", 1)[0]);

// Two clients edit by turns, one edit every `every` ms whatever happens. From the edit of one to the copy of the other:
// `delays`, the milliseconds that passed, and `work`, those of them in which the server `pid` was running.
let lastTurn = 0;
async function turns(pair, { count, every, pid }) {
  const sent = new Map();
  const [delays, work] = [[], []];
  const ids = pair.map((client) => `turn-${client.name}`);
  const watches = pair.map((client, index) => {
    const seen = () => {
      const [now, ran] = [performance.now(), worked(pid)];
      const newest = client.objects().get(ids[1 - index])?.get("x") ?? 0;
      for (const [turn, { by, at, before }] of sent) {
        if (by === 1 - index && turn <= newest) {
          delays.push(now - at);
          work.push((ran - before) / 1e6);
          sent.delete(turn);
        }
      }
    };
    client.doc.on("update", seen);
    return () => client.doc.off("update", seen);
  });
  for (const [index, client] of pair.entries()) {
    if (!client.objects().has(ids[index])) client.addNote({ id: ids[index], text: "" });
  }
  for (let number = 0; number < count; number += 1) {
    lastTurn += 1;
    const by = number % 2;
    sent.set(lastTurn, { by, at: performance.now(), before: worked(pid) });
    pair[by].setFields({ id: ids[by], fields: { x: lastTurn } });
    await new Promise((resolve) => setTimeout(resolve, every));
  }
  for (let waited = 0; sent.size > 0 && waited < 30_000; waited += 20) {
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  for (const stop of watches) stop();
  return { delays, work, lost: sent.size };
}

const commands = {
  turns: (client, { other, ...settings }) => turns([client, clients.get(other)], settings),
  connect: (client, command) => client.connect(command),
  join: (client, command) => client.join(command),
  leave: (client) => void client.socket.emit("leave", { handle: client.handle }),
  note: (client, command) => client.addNote(command),
  set: (client, command) => client.setFields(command),
  type: (client, command) => client.typeText(command),
  remove: (client, command) => client.removeObject(command),
  raw: (client, { event, payload, json }) => {
    client.socket.emit(event, payload === undefined ? json : fromBase64(payload));
  },
  ask: (client, { event, json }) => client.socket.timeout(30_000).emitWithAck(event, json),
  // the next update, encoded but not sent: for sending it another way
  craft: (client, { id, text, author }) => {
    const before = Y.encodeStateVector(client.doc);
    const handle = client.handle;
    client.handle = null;
    client.addNote({ id, text, author });
    client.log.takeUnsent();
    client.handle = handle;
    return toBase64(Y.encodeStateAsUpdate(client.doc, before));
  },
  since: (client, { vector }) => toBase64(Y.encodeStateAsUpdate(client.doc, fromBase64(vector))),
  apply: (client, { update }) => Y.applyUpdate(client.doc, fromBase64(update), "server"),
  presence: (client, { x, y, zoom = 0, flags = 0 }) => {
    const point = Buffer.alloc(6);
    point.writeInt16BE(x, 0);
    point.writeInt16BE(y, 2);
    point.writeUInt8(zoom, 4);
    point.writeUInt8(flags, 5);
    client.socket.emit("p", concat(varint(client.handle), point));
  },
  select: (client, { ids, editing = null }) => void client.socket.emit("sel", { h: client.handle, ids, editing }),
  state: (client) => client.state(),
  whole: (client) => toBase64(Y.encodeStateAsUpdate(client.doc)),
  // opens committed bytes in Yjs: throws if they cannot be read
  open: (_client, { update }) => {
    const doc = opened([update]);
    return { objects: doc.getMap("objects").toJSON(), pending: doc.store.pendingStructs !== null };
  },
  events: (client, { event }) => client.events.filter((entry) => event === undefined || entry.event === event),
  forget: (client) => {
    client.events = [];
  },
  // one edit, and the milliseconds until its acknowledgement
  timed: (client, { id }) =>
    new Promise((resolve) => {
      const started = performance.now();
      const known = client.objects().has(id);
      const n = known
        ? client.setFields({ id, fields: { x: Math.round(started) % 5000 } })
        : client.addNote({ id, text: "" });
      const check = (fields) => {
        if (fields.n < n) return;
        client.socket.off("a", check);
        resolve(performance.now() - started);
      };
      client.socket.on("a", check);
    }),
  disconnect: (client) => void client.socket.disconnect(),

  // `count` messages: where the pointer is, and every tenth a move of note `id`; then all is acknowledged
  churn: async (client, { count, id }) => {
    for (let number = 0; number < count; number += 1) {
      if (number % 10 === 0) client.setFields({ id, fields: { x: number } });
      else commands.presence(client, { x: number % 1000, y: 0, flags: 1 });
      if (number % 20 === 19) await new Promise((resolve) => setTimeout(resolve, 1));
    }
    while (client.log.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
  },

  // sends an update that is not in the client's own document
  push: (client, { update }) => client.sendUpdate(fromBase64(update)),
  drop: (client) => {
    client.socket?.disconnect();
    client.doc.destroy();
    clients.delete(client.name);
  },

  // -- clients that stay connected and write by themselves; `clients` are names ---------------------------------
  keep: (client, home) => client.keep(home),
  home: (client, { url }) => {
    client.home = { ...client.home, url };
  },
  quit: (client) => client.leaveHome(),
  write: (client, settings) => {
    client.writer?.stop();
    client.writer = new Writer(client, settings);
  },
  pause: (_client, { clients: names }) => {
    for (const client of named(names)) client.writer?.stop();
  },
  // one line per client, without the documents themselves
  survey: (_client, { clients: names }) =>
    named(names).map((client) => ({
      connected: Boolean(client.socket?.connected) && client.handle !== null,
      waiting: client.log.open,
      acked: client.log.acked.length,
      edits: client.log.edits.size,
      connections: client.connections,
    })),
  fingerprints: (_client, { clients: names, updates }) => ({
    clients: named(names).map((client) => fingerprint(client.doc)),
    stored: updates ? fingerprint(opened(updates)) : null,
  }),
  // what was acknowledged, against what is stored (`updates`: snapshot and rows, in order)
  verify: (_client, { clients: names, updates }) => {
    const doc = opened(updates);
    const found = compare(
      named(names).map((client) => client.log),
      doc.getMap("objects").toJSON(),
    );
    return { ...found, pending: fingerprint(doc).pending };
  },
};

const lines = createInterface({ input: process.stdin });
const answer = (fields) => process.stdout.write(`${JSON.stringify(fields)}\n`);

lines.on("line", async (line) => {
  const { id, op, client: name, ...rest } = JSON.parse(line);
  if (!clients.has(name)) clients.set(name, new Client(name));
  try {
    const result = await commands[op](clients.get(name), rest.args ?? {});
    answer({ id, result: result ?? null });
  } catch (error) {
    answer({ id, error: String(error?.stack ?? error) });
  }
});
lines.on("close", () => process.exit(0));
