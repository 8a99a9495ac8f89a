// A Yjs document and its socket, from docs/protocol.md alone; it shares no code with the browser client.
import { io } from "socket.io-client";
import * as Y from "yjs";
import { EditLog } from "./edit-log.mjs";
import { bytesOf, concat, readVarint, toBase64, varint } from "./wire.mjs";

const MAX_UPDATE_BYTES = 64 * 1024;
const PASSING = new Set(["unavailable", "gap"]); // of a refusal: the same edit may be taken a little later
const REQUEST_MS = 8000;
// who does not come back by itself waits for as long as it takes
const HANG_MS = 30_000;
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

export class Client {
  constructor(name) {
    this.name = name;
    this.doc = new Y.Doc();
    this.events = [];
    this.log = new EditLog();
    this.n = 0;
    this.handle = null;
    this.me = null;
    this.seq = 0;
    this.connections = 0;
    this.home = null; // where `keep` comes back to; null when the test connects by itself
    this.doc.on("update", (update, origin) => {
      if (origin !== "server") this.sendUpdate(update);
    });
  }

  // -- the connection -------------------------------------------------------------------------------------------

  connect({ url, cookie, ticket, v = 1, origin }) {
    return new Promise((resolve) => {
      const extraHeaders = { Cookie: cookie, ...(origin === undefined ? {} : { Origin: origin }) };
      const socket = io(url, {
        transports: ["websocket"],
        reconnection: false,
        forceNew: true,
        auth: { ticket, v },
        extraHeaders,
      });
      this.socket = socket;
      socket.on("connect", () => {
        this.n = 0;
        this.connections += 1;
        resolve({ ok: true });
      });
      socket.on("connect_error", (error) => {
        socket.disconnect();
        resolve({ ok: false, message: error.message, data: error.data ?? null });
      });
      socket.on("disconnect", (reason, details) => {
        if (this.socket === socket) {
          this.handle = null;
          this.log.lostConnection();
        }
        this.note("disconnect", { reason, code: details?.context?.code ?? null });
        this.onGone?.();
        resolve({ ok: false, message: reason, data: null }); // it may end before it was answered
      });
      socket.on("u", (payload) => this.onUpdate(bytesOf(payload)));
      socket.on("a", (fields) => this.onAck(fields));
      socket.on("r", (fields) => this.onRefusal(fields));
      socket.on("p", (payload) => this.note("p", { payload: toBase64(bytesOf(payload)) }));
      for (const event of ["x", "c", "n", "peers", "sel", "v", "f"]) socket.on(event, (fields) => this.note(event, fields));
      socket.on("x", ({ kind }) => {
        if (kind === "draining" && this.home) this.handle = null; // what is written now goes with the next difference
        if (kind === "resync" && this.home) this.rejoin();
      });
    });
  }

  note(event, fields) {
    if (this.home && (event === "u" || event === "a" || event === "p")) return; // a long run would drown in them
    this.events.push({ event, at: Date.now(), ...fields });
  }

  async join({ doc, base }) {
    const sv = this.doc.store.clients.size === 0 ? null : Y.encodeStateVector(this.doc);
    const answer = await this.socket.timeout(this.home ? REQUEST_MS : HANG_MS).emitWithAck("join", { doc, sv });
    if (!answer.ok) return answer;
    const { missing } = answer;
    if (!missing) {
      const response = await fetch(`${base.url}${answer.snapshot}`, { headers: { Cookie: base.cookie } });
      if (!response.ok) throw new Error(`snapshot: ${response.status}`);
      Y.applyUpdate(this.doc, bytesOf(await response.arrayBuffer()), "server");
      return this.join({ doc, base }); // another process may have given it, and be further on
    }
    this.me = answer.me;
    this.document = doc;
    this.seq = Math.max(this.seq, answer.seq);
    Y.applyUpdate(this.doc, bytesOf(missing), "server");
    // From here to the sending of the difference nothing is awaited: a later edit must not overtake it.
    const mine = Y.encodeStateAsUpdate(this.doc, bytesOf(answer.sv));
    const ids = this.log.takeUnsent();
    const brings = Y.decodeUpdate(mine).structs.length > 0 || ids.length > 0;
    if (brings && base.csrf && mine.length > MAX_UPDATE_BYTES) {
      this.log.kept(ids);
      await this.syncOverHttp(base);
      return this.join({ doc, base });
    }
    this.handle = answer.handle;
    if (brings) this.sendUpdate(mine, { ids });
    return { ...answer, sv: toBase64(bytesOf(answer.sv)), missing: bytesOf(missing).length, resent: brings };
  }

  // an offline difference too large for the socket: POST /documents/<id>/sync
  async syncOverHttp({ url, cookie, csrf }) {
    const ids = this.log.takeUnsent();
    const vector = Y.encodeStateVector(this.doc);
    const body = concat(varint(vector.length), vector, Y.encodeStateAsUpdate(this.doc));
    let answer;
    try {
      answer = await fetch(`${url}/documents/${this.document}/sync`, {
        method: "POST",
        headers: {
          Accept: "application/json",
          "Content-Type": "application/octet-stream",
          Cookie: `${cookie}; ${csrf.cookie}`,
          "X-CSRFToken": csrf.token,
        },
        body,
        signal: AbortSignal.timeout(REQUEST_MS),
      });
      if (!answer.ok) throw new Error(`sync: ${answer.status}`);
      const bytes = bytesOf(await answer.arrayBuffer());
      const [seq, at] = readVarint(bytes, 0);
      Y.applyUpdate(this.doc, bytes.subarray(at), "server");
      this.log.settled(ids, seq);
    } catch (error) {
      this.log.kept(ids);
      throw error;
    }
  }

  // -- staying connected by itself ------------------------------------------------------------------------------

  // home: { url, cookie, csrf: { token, cookie }, doc }; waits double from `first` to `most` ms, with jitter
  keep({ first = 500, most = 15000, ...home }) {
    this.home = home;
    this.backoff = { first, most };
    this.staying ??= this.stay();
  }

  async stay() {
    let wait = this.backoff.first;
    while (this.home) {
      const isIn = await this.comeBack().catch((error) => {
        this.note("failed", { error: String(error) });
        return false;
      });
      if (isIn) {
        wait = this.backoff.first;
        if (this.socket.connected) await new Promise((resolve) => (this.onGone = resolve));
      } else {
        this.socket?.disconnect();
      }
      if (!this.home) return;
      await sleep(wait * (0.3 + 0.7 * Math.random()));
      wait = Math.min(wait * 2, this.backoff.most);
    }
  }

  async comeBack() {
    const { url, cookie, csrf, doc } = this.home;
    const response = await fetch(`${url}/socket-ticket`, {
      method: "POST",
      headers: { Accept: "application/json", Cookie: `${cookie}; ${csrf.cookie}`, "X-CSRFToken": csrf.token },
      signal: AbortSignal.timeout(REQUEST_MS),
    });
    if (!response.ok) throw new Error(`ticket: ${response.status}`);
    const { ticket } = await response.json();
    const connected = await this.connect({ url, cookie, ticket });
    this.note("connected", {});
    if (!connected.ok) throw new Error(`connect: ${connected.message}`);
    const joined = await this.join({ doc, base: this.home });
    if (!joined.ok) throw new Error(`join: ${joined.code}`);
    this.note("joined", { seq: joined.seq });
    return true;
  }

  // rows were missed, or something was refused for now: the state vector tells what each side lacks
  async rejoin() {
    if (this.joining || !this.home || !this.socket?.connected) return;
    this.joining = true;
    try {
      const joined = await this.join({ doc: this.document, base: this.home });
      if (!joined.ok) this.socket.disconnect();
    } catch {
      this.socket.disconnect();
    } finally {
      this.joining = false;
    }
  }

  async leaveHome() {
    this.home = null;
    this.socket?.disconnect();
    this.onGone?.();
    await this.staying;
    this.staying = undefined;
  }

  // -- messages -------------------------------------------------------------------------------------------------

  sendUpdate(update, { ids } = {}) {
    const carried = ids ?? this.touched ?? [];
    if (this.handle === null || !this.socket?.connected) {
      this.log.kept(carried);
      return;
    }
    this.n += 1;
    this.log.sent(this.n, carried);
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
    this.saw(seq);
  }

  // docs/protocol.md §5: a number that is not at most one more says that rows were missed
  saw(seq) {
    const missed = this.handle !== null && seq > this.seq + 1;
    this.seq = Math.max(this.seq, seq);
    if (missed) this.rejoin();
  }

  onAck({ h, n, seq }) {
    this.log.acknowledged(n, seq);
    this.note("a", { h, n, seq });
    this.saw(seq);
  }

  onRefusal(fields) {
    this.note("r", { ...fields, sv: toBase64(bytesOf(fields.sv)) });
    this.log.refused(fields.n, fields.code, this.home !== null && PASSING.has(fields.code));
    if (this.home && PASSING.has(fields.code)) setTimeout(() => this.rejoin(), this.backoff.first);
  }

  // -- edits: one transaction = one update = one batch ------------------------------------------------------------

  objects() {
    return this.doc.getMap("objects");
  }

  // `edits`: what this change means, for the log: { id, kind, object, value }
  write(edits, change) {
    this.touched = this.log.made(edits);
    this.doc.transact(change);
    this.touched = undefined;
    return this.n;
  }

  addNote({ id, text = "", x = 0, y = 0, author, extra = {} }) {
    return this.write([{ id, kind: "note", object: id, value: text }], () => {
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

  typeText({ id, index, text, edit }) {
    const edits = edit ? [{ id: edit, kind: "letter", object: id, value: text }] : [];
    return this.write(edits, () => this.objects().get(id).get("text").insert(index, text));
  }

  setFields({ id, fields }) {
    return this.write([], () => {
      for (const [key, value] of Object.entries(fields)) this.objects().get(id).set(key, value);
    });
  }

  removeObject({ id, edit }) {
    const edits = edit ? [{ id: edit, kind: "remove", object: id, value: "" }] : [];
    return this.write(edits, () => this.objects().delete(id));
  }

  state() {
    return {
      objects: this.objects().toJSON(),
      vector: toBase64(Y.encodeStateVector(this.doc)),
      connected: Boolean(this.socket?.connected),
      waiting: this.log.open,
      n: this.n,
      acked: this.log.acked,
      me: this.me,
      handle: this.handle,
      connections: this.connections,
    };
  }
}
