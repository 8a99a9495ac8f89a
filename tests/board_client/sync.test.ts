import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import * as Y from "yjs";
import { BoardDocument, REMOTE } from "../../static/src/board/model/document";
import { diffText, type TextChange } from "../../static/src/board/model/text-diff";
import { Backoff } from "../../static/src/board/sync/backoff";
import { Intake } from "../../static/src/board/sync/intake";
import type { LocalCopy } from "../../static/src/board/sync/local-copy";
import { Outbox } from "../../static/src/board/sync/outbox";
import type { Missed } from "../../static/src/board/sync/absence";
import { findUnsaved, writeUnsaved } from "../../static/src/board/sync/replay";
import type { Clock } from "../../static/src/board/sync/clock";
import { SyncSession } from "../../static/src/board/sync/session";
import { HttpError, type Joined, type JoinRefused, type Link, type LinkHandlers, type Transport } from "../../static/src/board/sync/transport";
import type { NotSaved } from "../../static/src/board/sync/uplink";
import {
  ByteReader,
  ByteWriter,
  decodePointers,
  decodeSync,
  decodeUpdates,
  encodePointer,
  encodeSync,
  encodeUpdate,
} from "../../static/src/board/sync/wire";

// A server in memory: refuses what `rule` refuses, commits the rest, tells the others.

type Rule = (id: string, object: Y.Map<unknown> | undefined, before: Y.Map<unknown> | undefined) => string | null;

class Server {
  doc = new Y.Doc();
  epoch = 1;
  seq = 0;
  refuse: Rule = () => null;
  socketsBlocked = false;
  /** How often a socket was asked for. */
  tries = 0;
  networkDown = false;
  frozen = false;
  /** Connections are accepted and nothing comes through. */
  socketsSilent = false;
  holdAnswers = false;
  /** The answer to a join sends to a snapshot that takes its time. */
  slowSnapshot = false;
  gone: JoinRefused | null = null;
  received: Uint8Array[] = [];
  posts = 0;
  /** Batches whose number is not the one after the last of their connection. */
  misnumbered: number[] = [];
  private nextHandle = 1;
  readonly connections = new Set<{ handlers: LinkHandlers; handle: number | null }>();

  judge(update: Uint8Array): string | null {
    const shadow = new Y.Doc();
    Y.applyUpdate(shadow, Y.encodeStateAsUpdate(this.doc));
    const touched = new Set<string>();
    const objects = shadow.getMap<Y.Map<unknown>>("objects");
    objects.observeDeep((events) => {
      for (const event of events) {
        if (event.target === objects) for (const key of event.keys.keys()) touched.add(key);
        else touched.add(String(event.path[0]));
      }
    });
    Y.applyUpdate(shadow, update);
    if (shadow.store.pendingStructs || shadow.store.pendingDs) return "gap";
    for (const id of touched) {
      const code = this.refuse(id, objects.get(id), this.doc.getMap<Y.Map<unknown>>("objects").get(id));
      if (code) return code;
    }
    return null;
  }

  commit(update: Uint8Array, from: unknown): void {
    this.received.push(update);
    this.seq += 1;
    Y.applyUpdate(this.doc, update);
    for (const other of this.connections) {
      if (other !== from && other.handle !== null) other.handlers.updates(other.handle, [this.seq], [update]);
    }
  }

  transport(): Transport {
    const reach = (): void => {
      if (this.networkDown) throw new TypeError("network");
    };
    return {
      ticket: async () => {
        reach();
        return "t";
      },
      open: async (ticket, handlers) => {
        this.tries += 1;
        await ticket;
        reach();
        if (this.socketsSilent) await new Promise((_resolve, reject) => setTimeout(() => reject(new Error("silent")), 200));
        if (this.socketsBlocked) throw new Error("websocket error");
        return this.link(handlers);
      },
      snapshot: async () => {
        reach();
        if (this.slowSnapshot) await new Promise((resolve) => setTimeout(resolve, 10));
        return { epoch: this.epoch, update: Y.encodeStateAsUpdate(this.doc) };
      },
      sync: async (vector, update, epoch) => {
        reach();
        this.posts += 1;
        if (epoch !== null && epoch !== this.epoch) throw new HttpError(409, "epoch", "remplacé");
        const code = update.length > 0 ? this.judge(update) : null;
        if (code) throw new HttpError(422, code, `refusé : ${code}`);
        if (update.length > 0) this.commit(update, null);
        const can = this.frozen ? ["read"] : ["read", "edit"];
        return { seq: this.seq, missing: Y.encodeStateAsUpdate(this.doc, vector), can, frozen: this.frozen };
      },
    };
  }

  private link(handlers: LinkHandlers): Link {
    const connection = { handlers, handle: null as number | null, sent: 0 };
    this.connections.add(connection);
    const later = (run: () => void): void => void setImmediate(() => this.connections.has(connection) && run());
    return {
      join: async (vector): Promise<Joined | JoinRefused> => {
        if (this.gone) return this.gone;
        connection.handle = this.nextHandle++;
        connection.sent = 0;
        return {
          ok: true,
          handle: connection.handle,
          epoch: this.epoch,
          seq: this.seq,
          role: "learner",
          can: ["read", "edit"],
          frozen: false,
          me: { peer: connection.handle, key: "u1", name: "Awa", colour: "menthe" },
          sv: Y.encodeStateVector(this.doc),
          missing: this.slowSnapshot ? null : Y.encodeStateAsUpdate(this.doc, vector ?? undefined),
          snapshot: this.slowSnapshot ? "/documents/1/snapshot" : null,
        };
      },
      leave: () => {
        connection.handle = null;
      },
      sendUpdate: (handle, n, update) => {
        if (n !== connection.sent + 1) this.misnumbered.push(n);
        connection.sent = n;
        later(() => {
          if (handle !== connection.handle || this.holdAnswers) return;
          const code = this.judge(update);
          if (code) handlers.refused(handle, { n, code, message: `refusé : ${code}` });
          else {
            this.commit(update, connection);
            handlers.acknowledged(handle, n, this.seq);
          }
        });
      },
      sendPointer: () => undefined,
      tell: () => undefined,
      close: () => {
        this.connections.delete(connection);
      },
    };
  }

  cut(): void {
    for (const connection of [...this.connections]) {
      this.connections.delete(connection);
      connection.handlers.closed();
    }
  }

  words(id: string): string {
    return String(this.doc.getMap<Y.Map<unknown>>("objects").get(id)?.get("text") ?? "(absent)");
  }
}

/** What a browser keeps, shared by the sessions of one person. */
class Storage {
  updates: Uint8Array[] = [];
  epoch: number | null = null;
  unsaved: string[] = [];
  readonly notes = new Map<string, string>();

  copy(): LocalCopy {
    const keep = (doc: Y.Doc): void => void doc.on("update", (update: Uint8Array) => this.updates.push(update));
    return {
      settled: () => Promise.resolve(),
      isDurable: true,
      open: async (doc) => {
        for (const update of this.updates) Y.applyUpdate(doc, update, REMOTE);
        keep(doc);
        return this.epoch;
      },
      setEpoch: (epoch) => {
        this.epoch = epoch;
      },
      replace: (doc) => {
        this.updates = [Y.encodeStateAsUpdate(doc)];
        keep(doc);
      },
      readUnsaved: () => this.unsaved,
      writeUnsaved: (ids) => {
        this.unsaved = [...ids];
      },
      readNote: (name) => this.notes.get(name) ?? null,
      writeNote: (name, value) => void (value === null ? this.notes.delete(name) : this.notes.set(name, value)),
    };
  }
}

/** Time a hundred times faster. */
const fast: Clock = {
  after: (ms, run) => {
    const timer = setTimeout(run, ms / 100);
    return () => clearTimeout(timer);
  },
  frame: (run) => void setImmediate(run),
};

interface Person {
  board: BoardDocument;
  session: SyncSession;
  refused: NotSaved[];
  ended: string[];
  returned: { missed: Missed[]; awayMs: number }[];
}

const sessions: SyncSession[] = [];
afterEach(() => {
  for (const session of sessions.splice(0)) session.stop();
});

function person(server: Server, storage = new Storage()): Person {
  const board = new BoardDocument();
  const session = new SyncSession(board, server.transport(), storage.copy(), { can: ["read", "edit"], frozen: false }, fast, () => 0.5);
  const someone: Person = { board, session, refused: [], ended: [], returned: [] };
  session.events.on("notSaved", (what) => someone.refused.push(what));
  session.events.on("ended", ({ code }) => someone.ended.push(code));
  session.events.on("returned", (what) => someone.returned.push(what));
  sessions.push(session);
  session.start();
  return someone;
}

async function until(what: () => boolean, say = "condition"): Promise<void> {
  const deadline = Date.now() + 3000;
  while (!what()) {
    assert.ok(Date.now() < deadline, `never true: ${say}`);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

const isSaved = ({ session }: Person) => session.status.connection === "live" && session.status.unsaved === 0;
const live = (someone: Person): Promise<void> => until(() => someone.session.status.connection === "live", "live");
const saved = (someone: Person): Promise<void> => until(() => isSaved(someone), "saved");
const write = (board: BoardDocument, id: string, words: string, author = "u1"): void =>
  board.create(id, { type: "note", x: 0, y: 0, order: board.lastOrder(), author, zone: "" }, words);
const textOf = (board: BoardDocument, id: string): string => board.textOf(id)?.toString() ?? "(absent)";

test("what arrives is handed on at once, and while it keeps coming, together and in order", async () => {
  const taken: [number, number[], number[]][] = [];
  const intake = new Intake(
    (handle, seqs, updates) => void taken.push([handle, [...seqs], updates.map((update) => update[0] ?? -1)]),
    () => false,
  );
  const add = (handle: number, seq: number): void => intake.add(handle, seq, [new Uint8Array([seq])]);
  for (const seq of [1, 2, 3]) add(7, seq);
  assert.deepEqual(taken.splice(0), [[7, [1], [1]]]);
  await until(() => taken.length > 0, "handed on by itself");
  assert.deepEqual(taken.splice(0), [[7, [2, 3], [2, 3]]]);
  add(7, 4);
  intake.flush();
  assert.deepEqual(taken.splice(0), [[7, [4], [4]]]);
  add(7, 5);
  add(8, 6);
  assert.deepEqual(taken.splice(0), [[7, [5], [5]]], "what another handle brings does not mix with it");
  intake.drop();
  intake.flush();
  assert.deepEqual(taken, []);
});

test("varints, updates, pointers and sync bodies keep their bytes", () => {
  for (const value of [0, 1, 127, 128, 300, 2 ** 31, 2 ** 45]) {
    assert.equal(new ByteReader(new ByteWriter().varint(value).end()).varint(), value);
  }
  assert.deepEqual([...encodeUpdate(1, 300, new Uint8Array([9]))], [1, 0xac, 2, 9]);
  const packed = new ByteWriter().varint(7).varint(12).varint(2).end(new Uint8Array([1, 2]), new Uint8Array([1, 3]));
  assert.deepEqual(decodeUpdates(packed), { handle: 7, seq: 12, updates: [new Uint8Array([1, 2]), new Uint8Array([3])] });
  assert.throws(() => decodeUpdates(packed.subarray(0, packed.length - 1)), RangeError);
  assert.throws(() => new ByteReader(new Uint8Array(9).fill(0xff)).varint(), RangeError);
  const sync = encodeSync(new Uint8Array([5, 6]), new Uint8Array([0, 0]));
  assert.deepEqual([...sync], [2, 5, 6, 0, 0]);
  assert.deepEqual(decodeSync(new Uint8Array([3, 0, 0])), { seq: 3, missing: new Uint8Array([0, 0]) });
});

test("a pointer anywhere on the board travels within its step", () => {
  for (const [x, y] of [[0, 0], [12, -9], [-32768, 32767], [1e6, -1e6], [40000.4, 3]] as const) {
    const client = encodePointer(1, { x, y, flags: 1 });
    const relayed = new ByteWriter().varint(1).varint(4).end(client.subarray(1));
    const [pointer] = decodePointers(relayed).pointers;
    assert.ok(pointer && pointer.peer === 4 && pointer.flags === 1);
    const step = 2 ** (client[client.length - 2] ?? 0);
    assert.ok(step <= 64 && Math.abs(pointer.x - x) <= step && Math.abs(pointer.y - y) <= step);
  }
});

test("waits between attempts grow, stay bounded and are never equal for everybody", () => {
  const backoff = new Backoff(() => 1);
  const waits = Array.from({ length: 12 }, () => backoff.next());
  assert.ok(waits.every((ms, i) => i === 0 || ms >= (waits[i - 1] as number)));
  assert.equal(waits.at(-1), 20_000);
  assert.notEqual(new Backoff(() => 0).next(), new Backoff(() => 1).next());
});

test("the outbox merges what waits, keeps what is alone apart, and forgets only what is answered", () => {
  const doc = new Y.Doc();
  const outbox = new Outbox();
  const add = (key: string, alone = false): void => {
    const before = Y.encodeStateVector(doc);
    doc.getMap("objects").set(key, 1);
    outbox.add(Y.encodeStateAsUpdate(doc, before), new Set([key]), alone);
  };
  add("a");
  add("b");
  add("c", true);
  add("d");
  const batches = [outbox.take(), outbox.take(), outbox.take(), outbox.take()];
  assert.deepEqual(batches.map((batch) => batch && [batch.n, [...batch.touched].join()]), [[1, "a,b"], [2, "c"], [3, "d"], null]);
  outbox.acknowledge(1);
  assert.deepEqual([...outbox.touched()], ["c", "d"]);
  assert.equal(outbox.refuse(2)?.n, 2);
  assert.equal(outbox.refuse(2), undefined);
  assert.equal(outbox.isAnswered, false);
  assert.deepEqual([...(outbox.rewind()?.touched ?? [])], ["d"]);
  assert.equal(outbox.isEmpty, true);
});

test("what the server lacks is found by comparing documents, and written again", () => {
  const server = new BoardDocument();
  write(server, "kept", "commun");
  write(server, "gone", "à supprimer");
  const mine = new BoardDocument();
  Y.applyUpdate(mine.doc, Y.encodeStateAsUpdate(server.doc), REMOTE);
  server.update("kept", { colour: "rose" });
  mine.writeText("kept", "commun et partagé");
  mine.update("kept", { x: 40 });
  mine.remove(["gone"]);
  write(mine, "new", "tout neuf");
  write(mine, "other", "hors liste");
  const found = findUnsaved(server.doc, mine.doc, new Set(["kept", "gone", "new"]));
  assert.deepEqual(found.map(({ id, kind }) => `${kind} ${id}`).sort(), ["changed kept", "created new", "deleted gone"]);
  const fresh = new Y.Doc();
  Y.applyUpdate(fresh, Y.encodeStateAsUpdate(server.doc));
  for (const object of found) writeUnsaved(fresh, object);
  const after = new BoardDocument(fresh);
  const kept = after.get("kept");
  assert.ok(kept?.type === "note");
  assert.deepEqual([kept.text, kept.x, kept.colour], ["commun et partagé", 40, "rose"]);
  assert.equal(textOf(after, "new"), "tout neuf");
  assert.equal(after.get("gone"), undefined);
  assert.equal(after.get("other"), undefined);
});

test("a change is 'saved' only once the server has committed it", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  server.holdAnswers = true;
  write(awa.board, "n1", "bonjour");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(awa.session.status.unsaved, 1);
  assert.equal(server.words("n1"), "(absent)");
  server.holdAnswers = false;
  await saved(awa); // the unanswered batch is noticed, the connection renewed, the change sent again
  assert.equal(server.words("n1"), "bonjour");
});

test("two people see each other's changes, and own changes of a frame travel together", async () => {
  const server = new Server();
  const [awa, teva] = [person(server), person(server)];
  await live(awa);
  await live(teva);
  for (let i = 0; i < 20; i += 1) write(awa.board, `n${i}`, `note ${i}`);
  await until(() => textOf(teva.board, "n19") === "note 19");
  assert.equal(server.received.length, 1);
  teva.board.applyText("n3", diffText("note 3", "note 3 bis") as TextChange);
  await until(() => textOf(awa.board, "n3") === "note 3 bis");
});

test("a refused change is dropped and handed back; the rest of the work goes on", async () => {
  const server = new Server();
  server.refuse = (_id, object) => (String(object?.get("text") ?? "").includes("interdit") ? "locked" : null);
  const awa = person(server);
  const teva = person(server);
  await live(awa);
  await live(teva);
  write(awa.board, "ok", "avant");
  await saved(awa);
  write(awa.board, "bad", "interdit");
  awa.session.flushNow();
  write(awa.board, "after", "après"); // stands on the refused change: the server must refuse it too
  awa.session.flushNow();
  await until(() => awa.refused.length === 1, "refusal told");
  await saved(awa);
  assert.deepEqual(awa.refused.map(({ code, objects }) => [code, objects.map((o) => [o.id, o.mine?.texts.text])]), [["locked", [["bad", "interdit"]]]]);
  assert.equal(textOf(awa.board, "bad"), "(absent)");
  assert.deepEqual([server.words("ok"), server.words("after"), server.words("bad")], ["avant", "après", "(absent)"]);
  await until(() => textOf(teva.board, "after") === "après");
  write(awa.board, "later", "ensuite");
  await saved(awa);
  assert.equal(server.words("later"), "ensuite");
});

test("when one change of several is refused, the others are saved all the same", async () => {
  const server = new Server();
  server.refuse = (id) => (id === "locked" ? "locked" : null);
  const awa = person(server);
  await live(awa);
  awa.board.change(() => {
    for (const id of ["a", "locked", "b"]) write(awa.board, id, `mots de ${id}`);
  });
  await until(() => awa.refused.length === 1);
  await saved(awa);
  assert.deepEqual([server.words("a"), server.words("b"), server.words("locked")], ["mots de a", "mots de b", "(absent)"]);
  assert.deepEqual(awa.refused[0]?.objects.map((o) => o.id), ["locked"]);
});

test("a refused deletion brings the note back", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  write(awa.board, "n", "à tout le monde");
  await saved(awa);
  server.refuse = (_id, object) => (object === undefined ? "not_yours" : null);
  awa.board.remove(["n"]);
  await until(() => awa.refused.length === 1);
  await saved(awa);
  assert.equal(textOf(awa.board, "n"), "à tout le monde");
});

test("work goes on while the network is away, and goes up when it is back", async () => {
  const server = new Server();
  const [awa, teva] = [person(server), person(server)];
  await live(awa);
  await live(teva);
  write(awa.board, "n", "un");
  await saved(awa);
  server.networkDown = true;
  server.cut();
  await until(() => awa.session.status.connection === "offline");
  write(awa.board, "m", "hors ligne");
  awa.board.applyText("n", diffText("un", "un deux") as TextChange);
  awa.board.update("n", { x: 12 });
  assert.equal(awa.session.status.unsaved, 2);
  server.networkDown = false;
  await saved(awa);
  assert.equal(awa.session.status.caughtUp, true);
  await until(() => textOf(teva.board, "m") === "hors ligne" && textOf(teva.board, "n") === "un deux");
  write(awa.board, "k", "suite");
  await saved(awa);
  assert.equal(awa.session.status.caughtUp, false);
});

test("closing the browser offline loses nothing", async () => {
  const server = new Server();
  const storage = new Storage();
  const first = person(server, storage);
  await live(first);
  write(first.board, "n", "avant");
  await saved(first);
  server.networkDown = true;
  server.cut();
  write(first.board, "m", "dans le train");
  first.board.writeText("n", "avant, corrigé");
  first.session.stop();
  const second = person(server, storage);
  await until(() => second.session.status.connection === "offline" || second.board.size > 0);
  await until(() => textOf(second.board, "m") === "dans le train");
  assert.equal(second.session.status.unsaved, 2);
  server.networkDown = false;
  second.session.retryNow();
  await saved(second);
  assert.deepEqual([server.words("m"), server.words("n")], ["dans le train", "avant, corrigé"]);
  assert.deepEqual(storage.unsaved, []);
});

test("a change made while a join is under way is sent once, and 'saved' waits for it", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  write(awa.board, "n", "un");
  await saved(awa);
  let duringJoin: (() => void) | null = null;
  awa.session.events.on("identity", () => {
    duringJoin?.();
    duringJoin = null;
  });
  for (let turn = 0; turn < 5; turn += 1) {
    server.cut();
    write(awa.board, `m${turn}`, "pendant la coupure");
    server.slowSnapshot = true;
    duringJoin = () => {
      awa.board.applyText("n", { index: 2, remove: 0, insert: String(turn) });
      awa.session.flushNow();
    };
    await until(() => duringJoin === null);
    await saved(awa);
    assert.equal(server.words(`m${turn}`), "pendant la coupure");
    assert.equal(server.words("n"), textOf(awa.board, "n"));
  }
  assert.equal(server.words("n"), "un43210");
  assert.deepEqual(server.misnumbered, []);
});

test("a change whose acknowledgement was lost is not doubled", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  write(awa.board, "n", "x");
  await saved(awa);
  awa.board.applyText("n", { index: 1, remove: 0, insert: "yz" });
  await until(() => server.words("n") === "xyz");
  server.cut();
  await saved(awa);
  assert.equal(server.words("n"), "xyz");
  assert.equal(textOf(awa.board, "n"), "xyz");
});

test("where sockets are blocked, the board is kept in step over HTTP, refusals included", async () => {
  const server = new Server();
  server.socketsBlocked = true;
  server.refuse = (id) => (id === "bad" ? "locked" : null);
  const awa = person(server);
  await until(() => awa.session.status.connection === "fallback");
  write(awa.board, "n", "par la poste");
  await until(() => server.words("n") === "par la poste" && awa.session.status.unsaved === 0);
  const elsewhere = new BoardDocument();
  Y.applyUpdate(elsewhere.doc, Y.encodeStateAsUpdate(server.doc));
  write(elsewhere, "m", "de loin");
  server.commit(Y.encodeStateAsUpdate(elsewhere.doc), null);
  await until(() => textOf(awa.board, "m") === "de loin");
  write(awa.board, "bad", "refusée");
  await until(() => awa.refused.length === 1);
  write(awa.board, "k", "la suite");
  await until(() => server.words("k") === "la suite");
  assert.equal(textOf(awa.board, "bad"), "(absent)");
});

test("over HTTP the rights are followed, and a socket that opens at last takes over", async () => {
  const server = new Server();
  server.socketsSilent = true;
  const awa = person(server);
  await until(() => awa.session.status.connection === "fallback", "fallback while the socket stays silent");
  server.frozen = true;
  await until(() => awa.session.status.frozen && !awa.session.status.canEdit, "frozen told over HTTP");
  server.frozen = false;
  await until(() => awa.session.status.canEdit, "unfrozen");
  server.socketsSilent = false;
  awa.session.retryNow();
  await live(awa);
  const { posts } = server;
  write(awa.board, "n", "par la liaison");
  await saved(awa);
  assert.equal(server.posts, posts, "nothing goes over HTTP any more");
});

test("a board restored while one is on HTTP is taken anew, not mixed with the former one", async () => {
  const server = new Server();
  server.socketsBlocked = true;
  const awa = person(server);
  await until(() => awa.session.status.connection === "fallback");
  write(awa.board, "old", "ancien état");
  await until(() => server.words("old") === "ancien état" && awa.session.status.unsaved === 0);
  server.doc = new Y.Doc();
  server.epoch = 2;
  const restored = new BoardDocument(server.doc);
  write(restored, "back", "restaurée");
  write(awa.board, "mine", "pas encore envoyée");
  await until(() => textOf(awa.board, "back") === "restaurée");
  assert.equal(textOf(awa.board, "old"), "(absent)");
  assert.deepEqual(awa.refused.map(({ code, objects }) => [code, objects.map((o) => o.mine?.texts.text)]), [["restored", ["pas encore envoyée"]]]);
  write(awa.board, "go", "on repart");
  await until(() => server.words("go") === "on repart");
});

test("what others changed meanwhile is known on return: by whom, and whether one changed it too", async () => {
  const server = new Server();
  const storage = new Storage();
  const [awa, teva] = [person(server, storage), person(server)];
  await live(awa);
  await live(teva);
  for (const id of ["both", "theirs", "moved", "gone"]) write(awa.board, id, id);
  await saved(awa);
  await until(() => textOf(teva.board, "gone") === "gone");
  assert.deepEqual(awa.returned, []);
  const links = [...server.connections];
  server.networkDown = true;
  awa.session.loseConnection();
  server.connections.add(links[1] as (typeof links)[number]);
  write(awa.board, "mine", "à moi");
  awa.board.writeText("both", "both, ici");
  teva.board.writeText("both", "both, là-bas");
  teva.board.update("theirs", { colour: "rose" });
  teva.board.update("moved", { x: 400 });
  teva.board.remove(["gone"]);
  write(teva.board, "new", "nouvelle", "u2");
  await saved(teva);
  awa.session.stop(); // the laptop is closed; another page of the same browser opens
  storage.notes.set("left", String(Date.now() - 7_200_000));
  server.networkDown = false;
  const again = person(server, storage);
  await saved(again);
  assert.equal(again.returned.length, 1);
  const { missed, awayMs } = again.returned[0] as { missed: Missed[]; awayMs: number };
  assert.ok(awayMs >= 7_200_000 && awayMs < 7_300_000);
  const told = missed.map(({ id, kind, alsoMine, clients }) => [id, kind, alsoMine, [...clients].join() === String(teva.board.doc.clientID)]);
  assert.deepEqual(told.sort(), [
    ["both", "changed", true, true],
    ["gone", "removed", false, false],
    ["new", "added", false, true],
    ["theirs", "changed", false, true],
  ]);
  assert.equal(server.words("mine"), "à moi");
});

test("a hole in the numbering is filled", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  const elsewhere = new BoardDocument();
  write(elsewhere, "lost", "jamais reçue");
  Y.applyUpdate(server.doc, Y.encodeStateAsUpdate(elsewhere.doc));
  server.seq += 1; // committed, but its message never reached this person
  const other = new BoardDocument();
  write(other, "next", "suivante");
  server.commit(Y.encodeStateAsUpdate(other.doc), null);
  await until(() => textOf(awa.board, "lost") === "jamais reçue");
  assert.equal(textOf(awa.board, "next"), "suivante");
});

test("a restored board replaces the copy, and own unsaved words are handed back", async () => {
  const server = new Server();
  const storage = new Storage();
  const awa = person(server, storage);
  await live(awa);
  write(awa.board, "old", "ancien état");
  await saved(awa);
  server.networkDown = true;
  server.cut();
  write(awa.board, "mine", "pas encore envoyée");
  server.doc = new Y.Doc();
  server.epoch = 2;
  server.seq = 0;
  const restored = new BoardDocument(server.doc);
  write(restored, "back", "restaurée");
  server.networkDown = false;
  awa.session.retryNow();
  await saved(awa);
  assert.equal(textOf(awa.board, "old"), "(absent)");
  assert.equal(textOf(awa.board, "back"), "restaurée");
  assert.deepEqual(awa.refused.map(({ code, objects }) => [code, objects.map((o) => o.mine?.texts.text)]), [["restored", ["pas encore envoyée"]]]);
  assert.equal(storage.epoch, 2);
  write(awa.board, "go", "on repart");
  await saved(awa);
  assert.equal(server.words("go"), "on repart");
});

test("a revoked access ends the session and nothing is sent after", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  for (const { handlers } of server.connections) handlers.control({ kind: "revoked", message: "Votre accès a pris fin." });
  await until(() => awa.ended.length === 1);
  assert.deepEqual(awa.ended, ["revoked"]);
  write(awa.board, "late", "trop tard");
  await new Promise((resolve) => setTimeout(resolve, 20));
  assert.equal(server.received.length, 0);
  assert.equal(awa.session.status.canEdit, false);
  const other = person(server);
  server.gone = { ok: false, code: "forbidden", message: "" };
  server.cut();
  await until(() => other.ended.length === 1);
});

test("a frozen board is read-only until it is opened again, and a restart is told as one", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  const tell = (kind: "frozen" | "unfrozen" | "draining"): void => {
    for (const { handlers } of [...server.connections]) handlers.control({ kind, message: "", ...(kind === "draining" ? {} : { can: kind === "frozen" ? ["read"] : ["read", "edit"] }) });
  };
  tell("frozen");
  assert.equal(awa.session.status.canEdit, false);
  tell("unfrozen");
  await until(() => awa.session.status.canEdit);
  const seen: string[] = [];
  awa.session.events.on("status", ({ connection }) => seen.push(connection));
  server.socketsBlocked = true; // a server that stops answers by HTTP a little longer
  tell("draining");
  assert.deepEqual([server.connections.size, seen.at(-1)], [0, "restarting"]);
  write(awa.board, "n", "pendant le redémarrage");
  const { tries } = server;
  await until(() => server.tries > tries + 1);
  server.socketsBlocked = false;
  await saved(awa);
  assert.ok(!seen.includes("fallback"), seen.join());
  assert.equal(server.words("n"), "pendant le redémarrage");
  assert.ok(!seen.includes("offline"), seen.join());
});

test("while the server cannot save, changes wait and say so, and go when it can again", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  const tell = (kind: string): void => {
    for (const { handlers } of [...server.connections]) handlers.control({ kind, message: kind === "stalled" ? "Le disque est plein." : "" });
  };
  server.refuse = () => "unavailable";
  tell("stalled");
  write(awa.board, "n", "en attendant");
  await new Promise((resolve) => setTimeout(resolve, 300)); // longer than an answer may take, and than any new attempt
  assert.deepEqual([awa.session.status.stalled, awa.session.status.unsaved, awa.session.status.canEdit], ["Le disque est plein.", 1, true]);
  assert.deepEqual([server.connections.size, awa.refused.length], [1, 0]);
  server.refuse = () => null;
  tell("flowing");
  await saved(awa);
  assert.equal(awa.session.status.stalled, "");
  assert.equal(server.words("n"), "en attendant");
});

test("a change too large for one message goes up over HTTP", async () => {
  const server = new Server();
  const awa = person(server);
  await live(awa);
  awa.board.change(() => {
    for (let i = 0; i < 60; i += 1) write(awa.board, `n${i}`, "é".repeat(1000));
  });
  await saved(awa);
  assert.equal(server.posts, 1);
  assert.equal(server.words("n59").length, 1000);
});
