/**
 * Keeps one board's document in step with the server: loads it, sends own changes, takes in those of others, and says
 * truthfully what is committed. Survives cuts, closed browsers, refusals and restores.
 *
 * Knows neither the page nor sockets: it is given a transport, a local copy and a clock.
 */

import * as Y from "yjs";
import { Emitter } from "../emitter";
import { type BoardDocument, REMOTE } from "../model/document";
import { Absence, type Missed } from "./absence";
import { browserClock, type Clock } from "./clock";
import { Connector, FINAL } from "./connector";
import { Fallback } from "./fallback";
import { HttpExchange } from "./http-exchange";
import { Keeping } from "./keeping";
import type { LocalCopy } from "./local-copy";
import { BATCH_BYTES, type Batch } from "./outbox";
import { Place } from "./place";
import { Recovery } from "./recovery";
import type { Control, Joined, JoinRefused, Link, LinkHandlers, Me, Peer, Refusal, Transport } from "./transport";
import { type NotSaved, Uplink } from "./uplink";
import type { PointerSample } from "./wire";

/** `restarting`: the server said that it stops for a moment. `fallback`: over HTTP, every few seconds. */
export type Connection = "connecting" | "live" | "restarting" | "offline" | "fallback" | "ended";

export interface SyncStatus {
  connection: Connection;
  /** Objects with changes that the server has not committed. */
  unsaved: number;
  frozen: boolean;
  canEdit: boolean;
  /** True from the moment an absence is made up for until the next change. */
  caughtUp: boolean;
  /** What the server said when it could not save anything any more; "" while it can. */
  stalled: string;
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
  /** A sentence of the server's about the connection, to be read out. */
  told: string;
  /** In step again after an absence: what others changed on the state one had left. */
  returned: { missed: Missed[]; awayMs: number };
  /** A thread of comments changed. */
  comments: number;
  peers: { joined: Peer[]; left: number[] };
  /** All peers are unknown again: a new connection lists them. */
  peersReset: undefined;
  pointers: (PointerSample & { peer: number })[];
  selection: { peer: number; ids: string[]; editing: string | null };
  /** What the one followed sees: left, top, width, height in board units. */
  view: { peer: number; at: number[] };
  /** What changed: "rounds" or "workshop". */
  led: string;
}

/** Not the change's fault: it stays and is sent again on a new connection, after a moment. */
const TRY_LATER = new Set(["unavailable", "not_joined"]);
const LATER_MS = 3_000;
/** Live messages are at most 64 KiB: what is larger goes over HTTP. */
const LIVE_BYTES = BATCH_BYTES + 8 * 1024;
const ANSWER_MS = 15_000;
const QUIET_LOSS_MS = 2_500;
/** A server that restarts is not met by all its people at once: the first try comes after this and as much again, at most. */
const RESTART_MS = 1_000;
/** Longer than that and it is no restart any more, but an absence. */
const LONG_RESTART_MS = 30_000;
/** What the server says of rights, and of edits in general. */
/** The name under which is kept when this person was last in step. */
const LEFT_NOTE = "left";
const RIGHTS = new Set(["frozen", "unfrozen", "role"]);

export class SyncSession {
  readonly events = new Emitter<SessionEvents>();
  private readonly uplink: Uplink;
  private readonly connector: Connector;
  private readonly exchange: HttpExchange;
  private readonly fallback: Fallback;
  private readonly recovery: Recovery;
  private readonly keeping: Keeping;
  private readonly place: Place;
  private readonly absence: Absence;
  private connection: Connection = "connecting";
  private caughtUp = false;
  private stalled = "";
  private wasAway = false;
  private stopped = false;
  private flushPlanned = false;
  /** A batch is on its way over HTTP. */
  private pushing = false;
  private loaded: Promise<void> = Promise.resolve();
  private cancelQuietLoss: (() => void) | null = null;
  private cancelWatch: (() => void) | null = null;

  constructor(
    private readonly board: BoardDocument,
    private readonly transport: Transport,
    private readonly copy: LocalCopy,
    rights: { can: string[]; frozen: boolean },
    private readonly clock: Clock = browserClock,
    private readonly random: () => number = Math.random,
  ) {
    this.place = new Place(board, rights);
    this.absence = new Absence(board);
    this.keeping = new Keeping(copy, () => this.events.emit("status", this.status));
    this.connector = new Connector(transport, clock, random, {
      handlers: () => this.handlers(),
      join: (link) => this.join(link),
      poll: () => this.poll(),
      stopPolling: () => this.fallback.stop(),
      away: () => this.away(),
      end: (code, message) => this.end(code, message),
    });
    this.uplink = new Uplink(board, copy, () => {
      this.caughtUp = false;
      if (this.connection === "offline") this.keeping.keep();
      this.changed();
      this.planFlush();
    });
    this.exchange = new HttpExchange(transport, this.place, {
      settled: (n) => this.settled(n),
      refused: (refusal) => this.onRefused(refusal),
      replaced: () => this.onReplaced(),
      end: (code, message) => this.end(code, message),
    });
    this.fallback = new Fallback(transport, this.exchange, this.uplink, clock, {
      recover: () => this.recover(),
      inStep: () => this.inStepOverHttp(),
    });
    const { uplink, connector, place } = this;
    this.recovery = new Recovery(board, transport, connector, copy, uplink, place, {
      accept: (answer): answer is Joined => this.accept(answer),
      notSaved: (what) => this.events.emit("notSaved", what),
    });
  }

  get status(): SyncStatus {
    return {
      connection: this.connection,
      unsaved: this.uplink.uncommitted().size,
      frozen: this.place.frozen,
      canEdit: this.place.canEdit && this.connection !== "ended",
      caughtUp: this.caughtUp,
      stalled: this.stalled,
      durable: this.copy.isDurable,
      kept: this.keeping.isKept,
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

  /** How the server is to be met has changed: a fresh connection says so. */
  reconnect(): void {
    this.onClosed();
  }

  sendPointer(sample: PointerSample): void {
    if (this.place.handle !== null) this.connector.link?.sendPointer(this.place.handle, sample);
  }

  /** An event of presence: `sel`, `v` or `follow`. */
  tell(event: string, fields: object): void {
    if (this.place.handle !== null) this.connector.link?.tell(event, this.place.handle, fields);
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
    this.fallback.wakeUp();
    const { link } = this.connector;
    if (
      !link ||
      this.place.handle === null ||
      !this.place.isInStep ||
      this.uplink.isRefused ||
      this.pushing ||
      this.stalled
    )
      return;
    for (let batch = this.uplink.take(); batch; batch = this.uplink.take()) {
      if (batch.update.length > LIVE_BYTES) {
        void this.push(batch);
        return;
      }
      link.sendUpdate(this.place.handle, batch.n, batch.update);
      this.watch();
    }
  }

  /** Sends a batch too large for the socket over HTTP. */
  private async push(batch: Batch): Promise<void> {
    this.pushing = true;
    try {
      await this.exchange.run(batch);
    } catch {
      this.onClosed();
    } finally {
      this.pushing = false;
    }
    this.planFlush();
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
    if (this.stalled) return;
    this.cancelWatch ??= this.clock.after(ANSWER_MS, () => {
      this.cancelWatch = null;
      this.onClosed();
    });
  }

  private changed(): void {
    this.copy.writeUnsaved(this.uplink.uncommitted());
    this.events.emit("status", this.status);
  }

  // Connecting

  private async load(): Promise<void> {
    this.place.epoch = await this.copy.open(this.board.doc);
    if (this.place.epoch !== null) this.absence.begin();
    if (this.place.epoch === null) {
      try {
        const { epoch, update } = await this.transport.snapshot();
        Y.applyUpdate(this.board.doc, update, REMOTE);
        this.setEpoch(epoch);
      } catch {
        return; // The join brings it, or says why not.
      }
    }
    this.events.emit("ready", undefined);
  }

  private handlers(): LinkHandlers {
    const { events, place } = this;
    const inTurn = place.inTurn.bind(place);
    return {
      updates: (handle, seqs, updates) =>
        inTurn(handle, () => {
          place.takeIn(updates);
          for (const seq of seqs) this.follow(seq);
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
      viewed: (handle, peer, at) => inTurn(handle, () => events.emit("view", { peer, at })),
      comments: (thread) => events.emit("comments", thread),
      control: (control) => this.onControl(control),
      led: (what) => events.emit("led", what),
      closed: () => this.onClosed(),
    };
  }

  private setEpoch(epoch: number | null): void {
    this.place.epoch = epoch;
    if (epoch !== null) this.copy.setEpoch(epoch);
  }

  private async join(link: Link): Promise<void> {
    await this.loaded;
    if (this.uplink.isRefused) {
      await this.recover();
      return;
    }
    const hasNothing = this.place.epoch === null && this.board.size === 0;
    const answer = await link.join(hasNothing ? null : Y.encodeStateVector(this.board.doc));
    if (!this.accept(answer)) return;
    if (this.place.epoch !== null && this.place.epoch !== answer.epoch) await this.recovery.afterRestore();
    else {
      this.setEpoch(answer.epoch);
      await this.recovery.takeIn(answer, this.board.doc);
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
    this.stalled = "";
    this.place.enter(answer);
    this.events.emit("peersReset", undefined);
    this.events.emit("identity", answer.me);
    this.place.runEarly();
    return true;
  }

  private comeBack(): void {
    if (this.stopped || this.place.handle === null) return;
    this.place.isInStep = true;
    this.connector.succeeded();
    this.tellReturn();
    if (this.uplink.isEmpty && this.wasAway && this.connection === "offline") this.caughtUp = true;
    this.setConnection("live");
    this.flushNow();
  }

  /** Own place in the server's numbering; a hole means that something did not arrive. */
  private follow(seq: number): void {
    if (this.place.follow(seq)) this.catchUp();
  }

  private catchUp(): void {
    void this.exchange.run(null).catch(() => this.loseConnection());
  }

  private onControl(control: Control): void {
    const { kind, can } = control;
    if (kind === "revoked") this.end(control.code === "signed_out" ? "signed_out" : "revoked", control.message);
    else if (kind === "resync") {
      this.catchUp();
      this.events.emit("told", control.message);
    } else if (kind === "stalled" || kind === "flowing") this.onStalled(kind === "stalled" ? control.message : "");
    else if (kind === "replaced") void this.onReplaced();
    else if (kind === "draining") this.onDraining();
    else if (RIGHTS.has(kind) && can) {
      this.place.setRights({ can, frozen: kind === "role" ? this.place.frozen : kind === "frozen" });
      this.events.emit("status", this.status);
      if (kind === "role") this.events.emit("told", control.message);
    }
  }

  /** The server cannot save for now, `message` says why; or it can again, and gets what waited. */
  private onStalled(message: string): void {
    const waited = this.stalled !== "";
    this.stalled = message;
    if (message) {
      this.cancelWatch?.();
      this.cancelWatch = null;
    } else if (waited && !this.uplink.isEmpty) this.onClosed(); // A fresh connection sends again what was put off.
    this.events.emit("status", this.status);
  }

  /** The server is about to stop: come back through the door in a moment, not all at once. */
  private onDraining(): void {
    if (!this.connector.link) return;
    this.connector.notBefore(RESTART_MS * (1 + this.random()));
    this.dropLink(false);
    this.setConnection("restarting");
    this.cancelQuietLoss = this.clock.after(LONG_RESTART_MS, () => {
      if (this.connection === "restarting") this.setConnection("offline");
    });
  }

  /** The document was replaced as a whole. Raises when the network fails. */
  private async onReplaced(): Promise<void> {
    if (this.connector.link) {
      this.dropLink(); // Joining again says it, and brings the new one.
      return;
    }
    await this.recovery.afterRestore();
    this.changed();
  }

  /** There is no connection. Most absences are short: one that began just now is not told at once. */
  private away(): void {
    if (!this.cancelQuietLoss) this.setConnection("offline");
  }

  /** The link is gone. */
  private onClosed(): void {
    if (!this.connector.link) return;
    this.dropLink();
    if (this.connection !== "live") return;
    this.cancelQuietLoss?.();
    this.cancelQuietLoss = this.clock.after(QUIET_LOSS_MS, () => {
      if (this.place.handle === null) this.setConnection("offline");
    });
  }

  private dropLink(again = true): void {
    this.forgetLink();
    this.connector.drop();
    if (again) this.connector.wakeUp();
  }

  private forgetLink(): void {
    this.place.leave();
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
      if (!this.wasAway && this.place.seq > 0) this.noteLeaving();
      this.wasAway = true;
      if (this.place.epoch !== null) this.absence.begin();
      this.keeping.keep();
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

  /** Not from a server that is about to stop: it may still answer, and is gone a moment later. */
  private async poll(): Promise<boolean> {
    await this.loaded;
    if (this.connection === "restarting") return false;
    this.absence.addMine(this.uplink.uncommitted());
    return this.fallback.run();
  }

  private tellReturn(): void {
    this.absence.addMine(this.uplink.uncommitted());
    const missed = this.absence.end();
    const left = Number(this.copy.readNote(LEFT_NOTE) ?? "0");
    this.copy.writeNote(LEFT_NOTE, null);
    if (missed && missed.length > 0) this.events.emit("returned", { missed, awayMs: Date.now() - left });
  }

  /** The page goes away, or the connection: what comes after is news. */
  noteLeaving(): void {
    this.copy.writeNote(LEFT_NOTE, String(Date.now()));
  }

  private inStepOverHttp(): void {
    this.events.emit("ready", undefined);
    this.connector.succeeded();
    this.tellReturn();
    if (this.uplink.isEmpty && this.wasAway && this.connection === "offline") this.caughtUp = true;
    if (this.connection === "fallback") this.events.emit("status", this.status);
    else this.setConnection("fallback");
  }

  // Refusals and restores

  private onRefused(refusal: Refusal): void {
    if (refusal.code === "unavailable" && this.stalled) return; // It stays, and goes when the server can save again.
    if (TRY_LATER.has(refusal.code)) {
      this.connector.notBefore(LATER_MS);
      this.onClosed();
    } else if (this.uplink.refuse(refusal)) this.recoverWhenAnswered();
  }

  private recoverWhenAnswered(): void {
    if (!this.uplink.isRefused || this.recovery.isRunning || !this.uplink.isAnswered || !this.connector.link) return;
    void this.recover().catch(() => this.onClosed());
  }

  /** Raises when the network fails. */
  private async recover(): Promise<void> {
    if (!(await this.recovery.afterRefusal())) return;
    this.changed();
    if (!this.fallback.isRunning) this.comeBack();
  }
}
