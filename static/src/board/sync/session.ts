/**
 * Keeps one board's document in step with the server: loads it, sends own changes in batches, takes in those of others,
 * and says truthfully what is committed. Survives cuts, closed browsers, refusals and restores.
 *
 * Knows neither the page nor sockets: it is given a transport, a local copy and a clock.
 */

import * as Y from "yjs";
import { Emitter } from "../emitter";
import { type BoardDocument, REMOTE } from "../model/document";
import { Backoff } from "./backoff";
import type { LocalCopy } from "./local-copy";
import { BATCH_BYTES, type Batch, Outbox } from "./outbox";
import { findUnsaved, type UnsavedObject, writeUnsaved } from "./replay";
import {
  type Control,
  HttpError,
  type Joined,
  type JoinRefused,
  type Link,
  type LinkHandlers,
  LinkRefused,
  type Me,
  type Peer,
  type Refusal,
  type Transport,
} from "./transport";
import type { PointerSample } from "./wire";

export type Connection = "connecting" | "live" | "offline" | "fallback" | "ended";

export interface SyncStatus {
  connection: Connection;
  /** Objects with changes that the server has not committed. */
  unsaved: number;
  frozen: boolean;
  canEdit: boolean;
  /** True from the moment an absence is made up for until the next change. */
  caughtUp: boolean;
  durable: boolean;
}

export interface NotSaved {
  code: string;
  message: string;
  objects: UnsavedObject[];
}

interface SessionEvents {
  status: SyncStatus;
  /** The first content is on screen, or known to be empty. */
  ready: undefined;
  identity: Me;
  ended: { code: string; message: string };
  notSaved: NotSaved;
  peers: { joined: Peer[]; left: number[] };
  /** All peers are unknown again: a new connection lists them. */
  peersReset: undefined;
  pointers: (PointerSample & { peer: number })[];
  selection: { peer: number; ids: string[]; editing: string | null };
}

/** Time as the session uses it; tests pass a faster one. */
export interface Clock {
  after(ms: number, run: () => void): () => void;
  /** Calls back before the next drawn frame, or soon when nothing is drawn. */
  frame(run: () => void): void;
}

export const browserClock: Clock = {
  after(ms, run) {
    const timer = setTimeout(run, ms);
    return () => clearTimeout(timer);
  },
  frame(run) {
    if (document.visibilityState === "visible") requestAnimationFrame(run);
    else setTimeout(run, 60);
  },
};

/** Refused because of how the bytes stand to the server's document, not because of what they say. */
const TECHNICAL = new Set(["gap", "client_id", "dangling", "malformed", "content", "root", "structure", "panic"]);
/** Not the change's fault: it stays and is sent again on a new connection, after a moment. */
const TRY_LATER = new Set(["unavailable", "not_joined"]);
const LATER_MS = 3_000;
/** Answers after which trying again is useless. */
const FINAL = new Set(["forbidden", "not_found", "revoked", "sign_in", "version", "corrupt", "too_many_documents"]);
const NOTHING = new Uint8Array();
/** An update without content is two bytes long. */
const EMPTY_UPDATE_BYTES = 2;
const POLL_MS = 3_000;
const SOCKET_AGAIN_MS = 60_000;
const ANSWER_MS = 15_000;
const QUIET_LOSS_MS = 2_500;

export class SyncSession {
  readonly events = new Emitter<SessionEvents>();
  private readonly outbox = new Outbox();
  private readonly backoff: Backoff;
  private connection: Connection = "connecting";
  private link: Link | null = null;
  private handle: number | null = null;
  private seq = 0;
  private epoch: number | null = null;
  private can: string[];
  private frozen: boolean;
  private caughtUp = false;
  private wasAway = false;
  private touched = new Set<string>();
  private alone = false;
  private leftover: Set<string>;
  private refusals: (Refusal & { batch: Batch })[] = [];
  private technicalRefusals = 0;
  private recovering = false;
  private flushing = false;
  private pushing = false;
  private socketFailures = 0;
  private leastPause = 0;
  private stopped = false;
  private wake: (() => void) | null = null;
  private cancelQuietLoss: (() => void) | null = null;
  private cancelWatch: (() => void) | null = null;
  private detach: (() => void) | null = null;
  private lost: (() => void) | null = null;
  private early: { handle: number; run: () => void }[] = [];
  /** Where incoming changes go: the board's document, or the fresh one being prepared. */
  private target: Y.Doc;

  constructor(
    private readonly board: BoardDocument,
    private readonly transport: Transport,
    private readonly copy: LocalCopy,
    rights: { can: string[]; frozen: boolean },
    private readonly clock: Clock = browserClock,
    random: () => number = Math.random,
  ) {
    this.can = rights.can;
    this.frozen = rights.frozen;
    this.backoff = new Backoff(random);
    this.target = board.doc;
    this.leftover = new Set(copy.readUnsaved());
    board.changes.on("objects", (change) => {
      if (!change.local) return;
      for (const id of [...change.added, ...change.updated, ...change.removed.map((object) => object.id)])
        this.touched.add(id);
    });
    board.changes.on("replaced", () => this.listen());
    this.listen();
  }

  get status(): SyncStatus {
    return {
      connection: this.connection,
      unsaved: this.uncommitted().size,
      frozen: this.frozen,
      canEdit: this.can.includes("edit") && !this.frozen && this.connection !== "ended",
      caughtUp: this.caughtUp,
      durable: this.copy.isDurable,
    };
  }

  /** Loads what there is, then stays connected until `stop`. */
  start(): void {
    const loaded = this.load();
    void this.run(loaded);
  }

  stop(): void {
    this.stopped = true;
    this.detach?.();
    this.dropLink();
    this.wake?.();
  }

  /** The network is said to be back: try now. */
  retryNow(): void {
    this.backoff.reset();
    this.wake?.();
  }

  /** The network is said to be gone: do not wait to notice. */
  loseConnection(): void {
    if (this.connection === "ended") return;
    this.dropLink();
    this.wake?.();
    this.setConnection("offline");
  }

  /** Sends what waits at once: the page is about to go. */
  flushNow(): void {
    this.flush();
  }

  sendPointer(sample: PointerSample): void {
    if (this.handle !== null) this.link?.sendPointer(this.handle, sample);
  }

  sendSelection(ids: string[], editing: string | null): void {
    if (this.handle !== null) this.link?.sendSelection(this.handle, ids, editing);
  }

  // Own changes

  private listen(): void {
    this.detach?.();
    const doc = this.board.doc;
    this.target = doc;
    const onUpdate = (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
      if (!transaction.local) return;
      const touched = this.touched;
      this.touched = new Set();
      if (touched.size === 0) return;
      this.outbox.add(update, touched, this.alone);
      this.caughtUp = false;
      this.changed();
      this.scheduleFlush();
    };
    doc.on("update", onUpdate);
    this.detach = () => doc.off("update", onUpdate);
  }

  private scheduleFlush(): void {
    if (this.flushing) return;
    this.flushing = true;
    this.clock.frame(() => {
      this.flushing = false;
      this.flush();
    });
  }

  private flush(): void {
    if (this.connection === "fallback") this.wake?.();
    if (!this.link || this.handle === null || this.recovering || this.refusals.length > 0 || this.pushing) return;
    for (let batch = this.outbox.take(); batch; batch = this.outbox.take()) {
      if (batch.update.length > BATCH_BYTES + 8192) {
        void this.push(batch);
        return;
      }
      this.link.sendUpdate(this.handle, batch.n, batch.update);
      this.watch();
    }
  }

  /** Sends a batch too large for the socket over HTTP. */
  private async push(batch: Batch): Promise<void> {
    this.pushing = true;
    try {
      await this.exchange(batch);
    } catch {
      this.link?.close();
      this.onClosed();
    } finally {
      this.pushing = false;
    }
    this.scheduleFlush();
  }

  /** One POST of the sync endpoint: brings a batch if there is one, takes what is missing. Raises when the network fails. */
  private async exchange(batch: Batch | null): Promise<void> {
    try {
      const answer = await this.transport.sync(Y.encodeStateVector(this.target), batch?.update ?? NOTHING);
      Y.applyUpdate(this.target, answer.missing, REMOTE);
      this.seq = Math.max(this.seq, answer.seq);
      if (batch) this.settled(batch.n);
    } catch (error) {
      if (!(error instanceof HttpError) || error.status >= 500 || error.status === 429) throw error;
      if (batch && error.code && !FINAL.has(error.code) && error.status !== 401 && error.status !== 404) {
        this.onRefused({ n: batch.n, code: error.code, message: error.message });
      } else this.end(error.status === 401 ? "signed_out" : error.code || "forbidden", error.message);
    }
  }

  private settled(n: number): void {
    this.outbox.acknowledge(n);
    this.technicalRefusals = 0;
    this.cancelWatch?.();
    this.cancelWatch = null;
    if (!this.outbox.isAnswered) this.watch();
    if (this.outbox.isEmpty) {
      this.leftover.clear();
      if (this.wasAway) this.caughtUp = true;
      this.wasAway = false;
    }
    this.changed();
    this.recoverWhenAnswered();
  }

  /** A batch stays without an answer: the connection is dead without having said so. */
  private watch(): void {
    this.cancelWatch ??= this.clock.after(ANSWER_MS, () => {
      this.cancelWatch = null;
      this.link?.close();
      this.onClosed();
    });
  }

  private changed(): void {
    this.copy.writeUnsaved(this.uncommitted());
    this.events.emit("status", this.status);
  }

  /** Ids of the objects with changes that the server has not committed, those of former pages included. */
  private uncommitted(): Set<string> {
    const ids = this.outbox.touched();
    for (const id of this.leftover) ids.add(id);
    return ids;
  }

  private forgetUncommitted(): void {
    this.outbox.clear();
    this.leftover.clear();
    this.touched.clear();
  }

  // Connecting

  private async load(): Promise<void> {
    this.epoch = await this.copy.open(this.board.doc);
    if (this.epoch === null) {
      try {
        Y.applyUpdate(this.board.doc, await this.transport.snapshot(), REMOTE);
      } catch {
        return; // The join brings it, or says why not.
      }
    }
    this.events.emit("ready", undefined);
  }

  private async run(loaded: Promise<void>): Promise<void> {
    while (!this.stopped) {
      await this.attempt(loaded);
      if (this.stopped) return;
      if (this.connection === "fallback") continue;
      await this.pause(Math.max(this.backoff.next(), this.leastPause));
      this.leastPause = 0;
    }
  }

  private async attempt(loaded: Promise<void>): Promise<void> {
    let ticket: string;
    try {
      ticket = await this.transport.ticket();
    } catch (error) {
      if (error instanceof HttpError && error.status < 500 && error.status !== 429)
        this.end("signed_out", error.message);
      else this.setConnection("offline");
      return;
    }
    const closed = new Promise<void>((resolve) => {
      this.lost = resolve;
    });
    try {
      this.link = await this.transport.open(ticket, this.handlers());
    } catch (error) {
      if (error instanceof LinkRefused) {
        if (FINAL.has(error.code)) this.end(error.code, error.message);
        else this.setConnection("offline");
        return;
      }
      this.socketFailures += 1;
      if (this.socketFailures >= 2) await this.poll(loaded);
      else if (this.connection !== "connecting") this.setConnection("offline");
      return;
    }
    this.socketFailures = 0;
    try {
      await loaded;
      await this.join(this.link);
    } catch {
      this.dropLink();
      this.setConnection("offline");
      return;
    }
    await closed;
  }

  private handlers(): LinkHandlers {
    // What arrives before the answer to a join is kept until the answer says whose it is.
    const inTurn = (handle: number, run: () => void): void => {
      if (this.handle === null) this.early.push({ handle, run });
      else if (handle === this.handle) run();
    };
    return {
      updates: (handle, seq, updates) =>
        inTurn(handle, () => {
          for (const update of updates) Y.applyUpdate(this.target, update, REMOTE);
          this.follow(seq);
        }),
      acknowledged: (handle, n, seq) =>
        inTurn(handle, () => {
          this.follow(seq);
          this.settled(n);
        }),
      refused: (handle, refusal) => inTurn(handle, () => this.onRefused(refusal)),
      peers: (handle, joined, left) => inTurn(handle, () => this.events.emit("peers", { joined, left })),
      pointers: (handle, pointers) => inTurn(handle, () => this.events.emit("pointers", pointers)),
      selection: (handle, peer, ids, editing) =>
        inTurn(handle, () => this.events.emit("selection", { peer, ids, editing })),
      control: (control) => this.onControl(control),
      closed: () => this.onClosed(),
    };
  }

  private async join(link: Link): Promise<void> {
    if (this.refusals.length > 0) {
      await this.recover();
      return;
    }
    const answer = await link.join(
      this.epoch === null && this.board.size === 0 ? null : Y.encodeStateVector(this.board.doc),
    );
    if (!this.accept(answer)) return;
    if (this.epoch !== null && this.epoch !== answer.epoch) {
      await this.startAfresh(link, answer);
      return;
    }
    this.setEpoch(answer.epoch);
    await this.takeIn(answer, this.board.doc);
    this.events.emit("ready", undefined);
    this.queueUncommitted(answer.sv);
    this.comeBack();
  }

  /** Takes over what the answer to a join says; false when the door is closed. Raises when it is worth another try. */
  private accept(answer: Joined | JoinRefused): answer is Joined {
    if (!answer.ok) {
      if (!FINAL.has(answer.code)) throw new Error(answer.code);
      this.end(answer.code, answer.message);
      return false;
    }
    this.handle = answer.handle;
    this.seq = answer.seq;
    this.can = answer.can;
    this.frozen = answer.frozen;
    this.events.emit("peersReset", undefined);
    this.events.emit("identity", answer.me);
    for (const { handle, run } of this.early.splice(0)) if (handle === answer.handle) run();
    return true;
  }

  private setEpoch(epoch: number): void {
    if (this.epoch === epoch) return;
    this.epoch = epoch;
    this.copy.setEpoch(epoch);
  }

  private async takeIn(answer: Joined, doc: Y.Doc): Promise<void> {
    if (answer.missing) Y.applyUpdate(doc, answer.missing, REMOTE);
    if (answer.snapshot) Y.applyUpdate(doc, await this.transport.snapshot(answer.snapshot), REMOTE);
  }

  /** What the server lacks of own changes becomes the first batch of this connection. */
  private queueUncommitted(serverVector: Uint8Array): void {
    const pending = this.outbox.rewind();
    if (pending && this.leftover.size === 0) {
      const update = Y.diffUpdate(pending.update, serverVector);
      if (update.length > EMPTY_UPDATE_BYTES) this.outbox.add(update, pending.touched);
    } else if (this.leftover.size > 0) {
      const touched = new Set([...this.leftover, ...(pending?.touched ?? [])]);
      this.outbox.add(Y.encodeStateAsUpdate(this.board.doc, serverVector), touched);
    }
    this.leftover.clear();
  }

  private comeBack(): void {
    this.backoff.reset();
    if (this.outbox.isEmpty && this.wasAway && this.connection === "offline") this.caughtUp = true;
    this.setConnection("live");
    this.flush();
  }

  /** Own place in the server's numbering; a hole means that something did not arrive. */
  private follow(seq: number): void {
    const hole = seq > this.seq + 1;
    this.seq = Math.max(this.seq, seq);
    if (hole) void this.exchange(null).catch(() => this.loseConnection());
  }

  private onControl(control: Control): void {
    if (control.kind === "revoked") this.end("revoked", control.message);
    else if (control.kind === "resync") void this.exchange(null).catch(() => this.loseConnection());
    else if (control.can && control.kind !== "draining") {
      this.can = control.can;
      if (control.kind !== "role") this.frozen = control.kind === "frozen";
      this.events.emit("status", this.status);
    } else {
      // The server is about to stop, or does not say which rights are left: come back through the door.
      this.link?.close();
      this.onClosed();
    }
  }

  private onClosed(): void {
    if (!this.link) return;
    this.dropLink();
    this.wake?.();
    if (this.connection !== "live") return;
    this.cancelQuietLoss?.();
    this.cancelQuietLoss = this.clock.after(QUIET_LOSS_MS, () => {
      if (!this.link || this.handle === null) this.setConnection("offline");
    });
  }

  private dropLink(): void {
    this.link?.close();
    this.link = null;
    this.handle = null;
    this.early = [];
    this.lost?.();
    this.cancelWatch?.();
    this.cancelWatch = null;
    this.events.emit("peersReset", undefined);
  }

  private setConnection(connection: Connection): void {
    if (this.connection === "ended") return;
    this.cancelQuietLoss?.();
    this.cancelQuietLoss = null;
    if (connection === "offline") this.wasAway = true;
    this.connection = connection;
    this.changed();
  }

  private end(code: string, message: string): void {
    if (this.stopped) return;
    this.setConnection("ended");
    this.stop();
    this.events.emit("ended", { code, message });
  }

  private pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.clock.after(ms, () => this.wake?.());
      this.wake = () => {
        cancel();
        this.wake = null;
        resolve();
      };
    });
  }

  // Without WebSocket: every few seconds over HTTP

  private async poll(loaded: Promise<void>): Promise<void> {
    await loaded;
    const until = Date.now() + SOCKET_AGAIN_MS;
    try {
      if (!this.outbox.isEmpty || this.leftover.size > 0) {
        this.queueUncommitted(Y.encodeStateVectorFromUpdate(await this.transport.snapshot()));
      }
      while (!this.stopped && Date.now() < until) {
        do await this.exchange(this.outbox.take());
        while (!this.outbox.isEmpty && this.refusals.length === 0 && !this.stopped);
        if (this.refusals.length > 0) await this.recover();
        this.events.emit("ready", undefined);
        if (!this.stopped) this.setConnection("fallback");
        if (this.outbox.isEmpty) await this.pause(POLL_MS);
      }
    } catch {
      this.setConnection("offline");
    }
  }

  // Refusals and restores

  private onRefused(refusal: Refusal): void {
    if (TRY_LATER.has(refusal.code)) {
      this.leastPause = LATER_MS;
      this.onClosed();
      return;
    }
    const batch = this.outbox.refuse(refusal.n);
    if (!batch) return;
    this.refusals.push({ ...refusal, batch });
    this.recoverWhenAnswered();
  }

  private recoverWhenAnswered(): void {
    if (this.refusals.length === 0 || this.recovering || !this.outbox.isAnswered || !this.link) return;
    void this.recover().catch(() => {
      this.link?.close();
      this.onClosed();
    });
  }

  /**
   * Rebuilds the document from the server and writes again what was not refused. The first refusal is the cause; later
   * ones may only follow from it and are tried again. When the cause touched several objects, each is tried alone.
   */
  private async recover(): Promise<void> {
    this.recovering = true;
    try {
      const fresh = new Y.Doc();
      if (this.link) {
        if (this.handle !== null) this.link.leave(this.handle);
        this.handle = null;
        const answer = await this.link.join(null);
        if (!this.accept(answer)) return;
        this.target = fresh;
        this.setEpoch(answer.epoch);
        await this.takeIn(answer, fresh);
      } else Y.applyUpdate(fresh, await this.transport.snapshot(), REMOTE);
      this.rewriteOn(fresh);
    } finally {
      this.target = this.board.doc;
      this.recovering = false;
    }
    if (this.connection !== "fallback") this.comeBack();
  }

  private rewriteOn(fresh: Y.Doc): void {
    const refusals = this.refusals.splice(0);
    const cause = refusals[0];
    const ids = this.uncommitted();
    for (const { batch } of refusals) for (const id of batch.touched) ids.add(id);
    if (cause && TECHNICAL.has(cause.code)) this.technicalRefusals += 1;
    const hopeless = this.technicalRefusals > 3;
    const guilty = cause && (!TECHNICAL.has(cause.code) || hopeless) ? cause.batch.touched : new Set<string>();
    const drop = guilty.size <= 1 || hopeless ? guilty : new Set<string>();
    const lacking = findUnsaved(fresh, this.board.doc, ids);
    this.forgetUncommitted();
    this.board.replace(fresh);
    this.copy.replace(fresh);
    if (this.epoch !== null) this.copy.setEpoch(this.epoch);
    for (const object of lacking) {
      if (drop.has(object.id)) continue;
      this.alone = guilty.has(object.id);
      this.board.change(() => writeUnsaved(fresh, object));
    }
    this.alone = false;
    if (cause && drop.size > 0) {
      const objects = lacking.filter((object) => drop.has(object.id));
      this.events.emit("notSaved", { code: cause.code, message: cause.message, objects });
    }
    this.changed();
  }

  /** The board was restored or compacted meanwhile: own uncommitted words are handed back, the rest is the server's. */
  private async startAfresh(link: Link, answer: Joined): Promise<void> {
    const fresh = new Y.Doc();
    this.target = fresh;
    try {
      link.leave(answer.handle);
      const again = await link.join(null);
      if (!this.accept(again)) return;
      await this.takeIn(again, fresh);
      const objects = findUnsaved(fresh, this.board.doc, this.uncommitted());
      this.forgetUncommitted();
      this.epoch = again.epoch;
      this.board.replace(fresh);
      this.copy.replace(fresh);
      this.copy.setEpoch(again.epoch);
      if (objects.length > 0) this.events.emit("notSaved", { code: "restored", message: "", objects });
    } finally {
      this.target = this.board.doc;
    }
    this.events.emit("ready", undefined);
    this.comeBack();
  }
}
