/**
 * Keeps one board's document in step with the server: loads it, sends own changes, takes in those of others, and says
 * truthfully what is committed. Survives cuts, closed browsers, refusals and restores.
 *
 * Knows neither the page nor sockets: it is given a transport, a local copy and a clock.
 */

import * as Y from "yjs";
import { Emitter } from "../emitter";
import { type BoardDocument, REMOTE } from "../model/document";
import { browserClock, type Clock } from "./clock";
import { Connector, FINAL } from "./connector";
import type { LocalCopy } from "./local-copy";
import { BATCH_BYTES, type Batch } from "./outbox";
import type { Control, Joined, JoinRefused, Link, LinkHandlers, Me, Peer, Refusal, Transport } from "./transport";
import { HttpError } from "./transport";
import { type NotSaved, Uplink } from "./uplink";
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
  /** Whether changes outlive the page. */
  durable: boolean;
  /** Whether all of them are written in this browser by now; told while offline only. */
  kept: boolean;
}

interface SessionEvents {
  status: SyncStatus;
  /** The first content is there, or known to be empty. May come more than once. */
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

/** Not the change's fault: it stays and is sent again on a new connection, after a moment. */
const TRY_LATER = new Set(["unavailable", "not_joined"]);
const LATER_MS = 3_000;
const NOTHING = new Uint8Array();
/** Live messages are at most 64 KiB: what is larger goes over HTTP. */
const LIVE_BYTES = BATCH_BYTES + 8 * 1024;
const POLL_MS = 3_000;
const SOCKET_AGAIN_MS = 60_000;
const ANSWER_MS = 15_000;
const QUIET_LOSS_MS = 2_500;

export class SyncSession {
  readonly events = new Emitter<SessionEvents>();
  private readonly uplink: Uplink;
  private readonly connector: Connector;
  private connection: Connection = "connecting";
  private handle: number | null = null;
  /** Joined and in step: what waits may be sent. */
  private isInStep = false;
  private seq = 0;
  private epoch: number | null = null;
  private can: string[];
  private frozen: boolean;
  private caughtUp = false;
  private wasAway = false;
  private stopped = false;
  /** The document is being rebuilt from the server. */
  private recovering = false;
  private flushPlanned = false;
  /** A batch is on its way over HTTP. */
  private pushing = false;
  private loaded: Promise<void> = Promise.resolve();
  private cancelQuietLoss: (() => void) | null = null;
  private cancelWatch: (() => void) | null = null;
  /** What arrived before the answer to a join said whose it is. */
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
    this.connector = new Connector(transport, clock, random, {
      handlers: () => this.handlers(),
      join: (link) => this.join(link),
      poll: () => this.poll(),
      away: () => this.setConnection("offline"),
      end: (code, message) => this.end(code, message),
    });
    this.target = board.doc;
    board.changes.on("replaced", () => {
      this.target = board.doc;
    });
    this.uplink = new Uplink(board, copy, () => {
      this.caughtUp = false;
      if (this.connection === "offline") this.keep();
      this.changed();
      this.planFlush();
    });
  }

  private kept = true;
  private keeping = false;
  private keepAgain = false;

  get status(): SyncStatus {
    return {
      connection: this.connection,
      unsaved: this.uplink.uncommitted().size,
      frozen: this.frozen,
      canEdit: this.can.includes("edit") && !this.frozen && this.connection !== "ended",
      caughtUp: this.caughtUp,
      durable: this.copy.isDurable,
      kept: this.kept,
    };
  }

  /** Loads what there is, then stays connected until `stop`. */
  start(): void {
    this.loaded = this.load();
    void this.connector.run();
  }

  stop(): void {
    this.stopped = true;
    this.uplink.stop();
    this.forgetLink();
    this.connector.stop();
  }

  /** The network is said to be back: try now. */
  retryNow(): void {
    this.connector.retryNow();
  }

  /** The network is said to be gone: do not wait to notice. */
  loseConnection(): void {
    if (this.connection === "ended") return;
    this.dropLink();
    this.setConnection("offline");
  }

  sendPointer(sample: PointerSample): void {
    if (this.handle !== null) this.connector.link?.sendPointer(this.handle, sample);
  }

  sendSelection(ids: string[], editing: string | null): void {
    if (this.handle !== null) this.connector.link?.sendSelection(this.handle, ids, editing);
  }

  // Sending

  private planFlush(): void {
    if (this.flushPlanned) return;
    this.flushPlanned = true;
    this.clock.frame(() => {
      this.flushPlanned = false;
      this.flushNow();
    });
  }

  /** Sends what waits at once. */
  flushNow(): void {
    if (this.connection === "fallback") this.connector.wakeUp();
    const { link } = this.connector;
    if (!link || this.handle === null || !this.isInStep || this.uplink.isRefused || this.pushing) return;
    for (let batch = this.uplink.take(); batch; batch = this.uplink.take()) {
      if (batch.update.length > LIVE_BYTES) {
        void this.push(batch);
        return;
      }
      link.sendUpdate(this.handle, batch.n, batch.update);
      this.watch();
    }
  }

  /** Sends a batch too large for the socket over HTTP. */
  private async push(batch: Batch): Promise<void> {
    this.pushing = true;
    try {
      await this.exchange(batch);
    } catch {
      this.onClosed();
    } finally {
      this.pushing = false;
    }
    this.planFlush();
  }

  /** One POST of the sync endpoint: brings a batch if there is one, takes what is missing. Raises when the network fails. */
  private async exchange(batch: Batch | null): Promise<void> {
    try {
      const answer = await this.transport.sync(Y.encodeStateVector(this.target), batch?.update ?? NOTHING);
      Y.applyUpdate(this.target, answer.missing, REMOTE);
      this.seq = Math.max(this.seq, answer.seq);
      if (batch) this.settled(batch.n);
    } catch (error) {
      if (!(error instanceof HttpError) || error.isPassing) throw error;
      const { code, status, message } = error;
      const isFinal = FINAL.has(code) || status === 401 || status === 404;
      if (batch && code && !isFinal) this.onRefused({ n: batch.n, code, message });
      else this.end(status === 401 ? "sign_in" : code || "forbidden", message);
    }
  }

  private settled(n: number): void {
    this.uplink.acknowledge(n);
    this.cancelWatch?.();
    this.cancelWatch = null;
    if (!this.uplink.isAnswered) this.watch();
    if (this.uplink.isEmpty) {
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
      this.onClosed();
    });
  }

  /** Says that changes are kept once this browser has written them. */
  private keep(): void {
    this.kept = false;
    if (this.keeping) {
      this.keepAgain = true;
      return;
    }
    this.keeping = true;
    void this.copy.settled().then(() => {
      this.keeping = false;
      if (this.keepAgain) {
        this.keepAgain = false;
        this.keep();
        return;
      }
      this.kept = true;
      this.events.emit("status", this.status);
    });
  }

  private changed(): void {
    this.copy.writeUnsaved(this.uplink.uncommitted());
    this.events.emit("status", this.status);
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

  private handlers(): LinkHandlers {
    const inTurn = (handle: number, run: () => void): void => {
      if (this.handle === null) this.early.push({ handle, run });
      else if (handle === this.handle) run();
    };
    const { events } = this;
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
      peers: (handle, joined, left) => inTurn(handle, () => events.emit("peers", { joined, left })),
      pointers: (handle, pointers) => inTurn(handle, () => events.emit("pointers", pointers)),
      selection: (handle, peer, ids, editing) => inTurn(handle, () => events.emit("selection", { peer, ids, editing })),
      control: (control) => this.onControl(control),
      closed: () => this.onClosed(),
    };
  }

  private async join(link: Link): Promise<void> {
    await this.loaded;
    if (this.uplink.isRefused) {
      await this.recover();
      return;
    }
    const hasNothing = this.epoch === null && this.board.size === 0;
    const answer = await link.join(hasNothing ? null : Y.encodeStateVector(this.board.doc));
    if (!this.accept(answer)) return;
    if (this.epoch !== null && this.epoch !== answer.epoch) await this.startAfresh(answer.handle);
    else {
      this.setEpoch(answer.epoch);
      await this.takeIn(answer, this.board.doc);
      this.uplink.startFrom(answer.sv);
    }
    this.events.emit("ready", undefined);
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
    this.isInStep = false;
    this.seq = answer.seq;
    this.can = answer.can;
    this.frozen = answer.frozen;
    this.events.emit("peersReset", undefined);
    this.events.emit("identity", answer.me);
    for (const { handle, run } of this.early.splice(0)) if (handle === answer.handle) run();
    return true;
  }

  private setEpoch(epoch: number): void {
    this.epoch = epoch;
    this.copy.setEpoch(epoch);
  }

  private async takeIn(answer: Joined, doc: Y.Doc): Promise<void> {
    if (answer.missing) Y.applyUpdate(doc, answer.missing, REMOTE);
    if (answer.snapshot) Y.applyUpdate(doc, await this.transport.snapshot(answer.snapshot), REMOTE);
  }

  private comeBack(): void {
    if (this.stopped || this.handle === null) return;
    this.isInStep = true;
    this.connector.succeeded();
    if (this.uplink.isEmpty && this.wasAway && this.connection === "offline") this.caughtUp = true;
    this.setConnection("live");
    this.flushNow();
  }

  /** Own place in the server's numbering; a hole means that something did not arrive. */
  private follow(seq: number): void {
    const hole = seq > this.seq + 1;
    this.seq = Math.max(this.seq, seq);
    if (hole) this.catchUp();
  }

  private catchUp(): void {
    void this.exchange(null).catch(() => this.loseConnection());
  }

  private onControl(control: Control): void {
    if (control.kind === "revoked") this.end("revoked", control.message);
    else if (control.kind === "resync") this.catchUp();
    else if (control.can && control.kind !== "draining") {
      this.can = control.can;
      if (control.kind !== "role") this.frozen = control.kind === "frozen";
      this.events.emit("status", this.status);
    } else this.onClosed(); // The server is about to stop: come back through the door.
  }

  /** The link is gone. Most absences are short: they are not told at once. */
  private onClosed(): void {
    if (!this.connector.link) return;
    this.dropLink();
    if (this.connection !== "live") return;
    this.cancelQuietLoss?.();
    this.cancelQuietLoss = this.clock.after(QUIET_LOSS_MS, () => {
      if (this.handle === null) this.setConnection("offline");
    });
  }

  private dropLink(): void {
    this.forgetLink();
    this.connector.drop();
    this.connector.wakeUp();
  }

  private forgetLink(): void {
    this.handle = null;
    this.isInStep = false;
    this.early = [];
    this.cancelWatch?.();
    this.cancelWatch = null;
    this.events.emit("peersReset", undefined);
  }

  private setConnection(connection: Connection): void {
    if (this.connection === "ended") return;
    this.cancelQuietLoss?.();
    this.cancelQuietLoss = null;
    this.connection = connection;
    if (connection === "offline") {
      this.wasAway = true;
      this.keep();
    }
    this.changed();
  }

  private end(code: string, message: string): void {
    if (this.stopped) return;
    this.setConnection("ended");
    this.stop();
    this.events.emit("ended", { code, message });
  }

  // Without WebSocket: every few seconds over HTTP

  private async poll(): Promise<boolean> {
    await this.loaded;
    const until = Date.now() + SOCKET_AGAIN_MS;
    try {
      if (!this.uplink.isEmpty) {
        this.uplink.startFrom(Y.encodeStateVectorFromUpdate(await this.transport.snapshot()));
      }
      while (!this.stopped && Date.now() < until) {
        do await this.exchange(this.uplink.take());
        while (!this.uplink.isEmpty && !this.uplink.isRefused && !this.stopped);
        if (this.uplink.isRefused) await this.recover();
        this.events.emit("ready", undefined);
        if (!this.stopped) this.setConnection("fallback");
        if (this.uplink.isEmpty) await this.connector.pause(POLL_MS);
      }
      return true;
    } catch {
      this.setConnection("offline");
      return false;
    }
  }

  // Refusals and restores

  private onRefused(refusal: Refusal): void {
    if (TRY_LATER.has(refusal.code)) {
      this.connector.notBefore(LATER_MS);
      this.onClosed();
    } else if (this.uplink.refuse(refusal)) this.recoverWhenAnswered();
  }

  private recoverWhenAnswered(): void {
    if (!this.uplink.isRefused || this.recovering || !this.uplink.isAnswered || !this.connector.link) return;
    void this.recover().catch(() => this.onClosed());
  }

  /** Rebuilds the document from the server and writes again what was not refused. Raises when the network fails. */
  private async recover(): Promise<void> {
    this.recovering = true;
    this.isInStep = false;
    try {
      const fresh = await this.fetchFresh();
      if (!fresh) return;
      const notSaved = this.uplink.rewriteOn(fresh);
      if (this.epoch !== null) this.copy.setEpoch(this.epoch);
      if (notSaved) this.events.emit("notSaved", notSaved);
      this.changed();
    } finally {
      this.target = this.board.doc;
      this.recovering = false;
    }
    if (this.connection !== "fallback") this.comeBack();
  }

  /** The server's document as a new one; from then on incoming changes go there. Null when the door is closed. */
  private async fetchFresh(leaving = this.handle): Promise<Y.Doc | null> {
    const fresh = new Y.Doc();
    const { link } = this.connector;
    if (!link) {
      Y.applyUpdate(fresh, await this.transport.snapshot(), REMOTE);
      return fresh;
    }
    if (leaving !== null) link.leave(leaving);
    this.handle = null;
    const answer = await link.join(null);
    this.target = fresh;
    if (!this.accept(answer)) return null;
    this.epoch = answer.epoch;
    await this.takeIn(answer, fresh);
    return fresh;
  }

  /** The board was restored or compacted meanwhile: own uncommitted words are handed back, the rest is the server's. */
  private async startAfresh(handle: number): Promise<void> {
    try {
      const fresh = await this.fetchFresh(handle);
      if (!fresh) return;
      const objects = this.uplink.abandonFor(fresh);
      if (this.epoch !== null) this.copy.setEpoch(this.epoch);
      if (objects.length > 0) this.events.emit("notSaved", { code: "restored", message: "", objects });
    } finally {
      this.target = this.board.doc;
    }
  }
}
