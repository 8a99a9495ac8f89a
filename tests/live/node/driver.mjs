// Real Yjs clients over a plain Socket.IO client, driven by JSON lines: one command per line on stdin, one
// answer per line on stdout. Written from docs/protocol.md alone; it shares no code with the browser client.
import { createInterface } from "node:readline";
import { io } from "socket.io-client";
import * as Y from "yjs";

const clients = new Map();

function varint(value) {
  const out = [];
  while (value > 0x7f) {
    out.push((value & 0x7f) | 0x80);
    value = Math.floor(value / 128);
  }
  out.push(value);
  return Uint8Array.from(out);
}

function readVarint(bytes, offset) {
  let value = 0;
  let scale = 1;
  for (let at = offset; ; at += 1) {
    value += (bytes[at] & 0x7f) * scale;
    if (bytes[at] < 0x80) return [value, at + 1];
    scale *= 128;
  }
}

const concat = (...parts) => new Uint8Array(Buffer.concat(parts));
const bytesOf = (value) => new Uint8Array(value);
const fromBase64 = (text) => new Uint8Array(Buffer.from(text, "base64"));
const toBase64 = (bytes) => Buffer.from(bytes).toString("base64");

class Client {
  constructor(name) {
    this.name = name;
    this.doc = new Y.Doc();
    this.events = [];
    this.acked = [];
    this.waiting = new Map(); // n → the ids of the objects that batch wrote
    this.n = 0;
    this.handle = null;
    this.me = null;
    this.doc.on("update", (update, origin) => {
      if (origin !== "server") this.sendUpdate(update);
    });
  }

  connect({ url, cookie, ticket, v = 1, origin }) {
    return new Promise((resolve) => {
      const extraHeaders = { Cookie: cookie, ...(origin === undefined ? {} : { Origin: origin }) };
      this.socket = io(url, {
        transports: ["websocket"],
        reconnection: false,
        forceNew: true,
        auth: { ticket, v },
        extraHeaders,
      });
      this.socket.on("connect", () => resolve({ ok: true }));
      this.socket.on("connect_error", (error) =>
        resolve({ ok: false, message: error.message, data: error.data ?? null }),
      );
      this.socket.on("disconnect", (reason) => {
        this.handle = null;
        this.note("disconnect", { reason });
      });
      this.socket.on("u", (payload) => this.onUpdate(bytesOf(payload)));
      this.socket.on("a", (fields) => this.onAck(fields));
      this.socket.on("r", (fields) => {
        this.waiting.delete(fields.n);
        this.note("r", { ...fields, sv: toBase64(bytesOf(fields.sv)) });
      });
      this.socket.on("p", (payload) => this.note("p", { payload: toBase64(bytesOf(payload)) }));
      for (const event of ["x", "peers", "sel"]) this.socket.on(event, (fields) => this.note(event, fields));
    });
  }

  note(event, fields) {
    this.events.push({ event, at: Date.now(), ...fields });
  }

  async join({ doc, base }) {
    const sv = this.doc.store.clients.size === 0 ? null : Y.encodeStateVector(this.doc);
    const answer = await this.socket.timeout(8000).emitWithAck("join", { doc, sv });
    if (!answer.ok) return answer;
    this.handle = answer.handle;
    this.me = answer.me;
    this.document = doc;
    let missing = answer.missing;
    if (!missing) {
      const response = await fetch(`${base.url}${answer.snapshot}`, { headers: { Cookie: base.cookie } });
      missing = await response.arrayBuffer();
    }
    Y.applyUpdate(this.doc, bytesOf(missing), "server");
    const mine = Y.encodeStateAsUpdate(this.doc, bytesOf(answer.sv));
    const brings = Y.decodeUpdate(mine).structs.length > 0;
    if (brings) this.sendUpdate(mine, { ids: this.unacknowledged() });
    return { ...answer, sv: toBase64(bytesOf(answer.sv)), missing: bytesOf(missing).length, resent: brings };
  }

  unacknowledged() {
    const ids = [...this.waiting.values()].flat();
    this.waiting.clear();
    return ids;
  }

  sendUpdate(update, { ids } = {}) {
    if (this.handle === null || !this.socket?.connected) return;
    this.n += 1;
    this.waiting.set(this.n, ids ?? this.touched ?? []);
    this.socket.emit("u", concat(varint(this.handle), varint(this.n), update));
  }

  onUpdate(bytes) {
    const [handle, afterHandle] = readVarint(bytes, 0);
    const [seq, start] = readVarint(bytes, afterHandle);
    let at = start;
    let count = 0;
    while (at < bytes.length) {
      const [length, body] = readVarint(bytes, at);
      Y.applyUpdate(this.doc, bytes.subarray(body, body + length), "server");
      at = body + length;
      count += 1;
    }
    this.note("u", { handle, seq, count });
  }

  onAck({ h, n, seq }) {
    for (const number of [...this.waiting.keys()].filter((key) => key <= n)) {
      this.acked.push(...this.waiting.get(number));
      this.waiting.delete(number);
    }
    this.note("a", { h, n, seq });
  }

  // one transaction = one update = one batch
  write(ids, change) {
    this.touched = ids;
    this.doc.transact(change);
    this.touched = undefined;
    return this.n;
  }

  objects() {
    return this.doc.getMap("objects");
  }

  addNote({ id, text = "", x = 0, y = 0, author, extra = {} }) {
    return this.write([id], () => {
      const note = new Y.Map();
      const fields = {
        type: "note",
        x,
        y,
        w: 148,
        h: 148,
        order: "a0",
        author: author ?? this.me.key,
        zone: "",
        locked: false,
        colour: "jonc",
        ...extra,
      };
      for (const [key, value] of Object.entries(fields)) note.set(key, value);
      note.set("text", new Y.Text(text));
      this.objects().set(id, note);
    });
  }
}

const commands = {
  connect: (client, command) => client.connect(command),
  join: (client, command) => client.join(command),
  leave: (client) => void client.socket.emit("leave", { handle: client.handle }),
  note: (client, command) => client.addNote(command),
  set: (client, { id, fields }) =>
    client.write([id], () => {
      for (const [key, value] of Object.entries(fields)) client.objects().get(id).set(key, value);
    }),
  type: (client, { id, index, text }) =>
    client.write([id], () => client.objects().get(id).get("text").insert(index, text)),
  remove: (client, { id }) => client.write([id], () => client.objects().delete(id)),
  raw: (client, { event, payload, json }) => {
    client.socket.emit(event, payload === undefined ? json : fromBase64(payload));
  },
  ask: (client, { event, json }) => client.socket.timeout(3000).emitWithAck(event, json),
  // the next update, encoded but not sent: for sending it another way
  craft: (client, { id, text, author }) => {
    const before = Y.encodeStateVector(client.doc);
    const handle = client.handle;
    client.handle = null;
    client.addNote({ id, text, author });
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
  state: (client) => ({
    objects: client.objects().toJSON(),
    vector: toBase64(Y.encodeStateVector(client.doc)),
    connected: Boolean(client.socket?.connected),
    waiting: client.waiting.size,
    n: client.n,
    acked: client.acked,
    me: client.me,
    handle: client.handle,
  }),
  whole: (client) => toBase64(Y.encodeStateAsUpdate(client.doc)),
  // opens committed bytes in Yjs: throws if they cannot be read
  open: (_client, { update }) => {
    const doc = new Y.Doc();
    Y.applyUpdate(doc, fromBase64(update));
    return { objects: doc.getMap("objects").toJSON(), pending: doc.store.pendingStructs !== null };
  },
  events: (client, { event }) => {
    const found = client.events.filter((entry) => event === undefined || entry.event === event);
    return found;
  },
  forget: (client) => {
    client.events = [];
  },
  // writes a note every `every` ms until the connection ends
  write: (client, { prefix, every }) => {
    let count = 0;
    const timer = setInterval(() => {
      if (!client.socket.connected || client.handle === null) {
        clearInterval(timer);
        return;
      }
      count += 1;
      client.addNote({ id: `${prefix}-${count}`, text: `${prefix} ${count}` });
    }, every);
  },
  // one edit, and the milliseconds until its acknowledgement
  timed: (client, { id }) =>
    new Promise((resolve) => {
      const started = performance.now();
      const known = client.objects().has(id);
      const n = known
        ? client.write([id], () => client.objects().get(id).set("x", Math.round(started) % 5000))
        : client.addNote({ id, text: "" });
      const check = (fields) => {
        if (fields.n < n) return;
        client.socket.off("a", check);
        resolve(performance.now() - started);
      };
      client.socket.on("a", check);
    }),
  disconnect: (client) => void client.socket.disconnect(),
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
