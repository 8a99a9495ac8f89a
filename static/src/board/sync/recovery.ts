/**
 * Starting again from the server's document: after a refusal, since Yjs cannot take back a change, and after a restore,
 * since what stood on the former document is worthless.
 */

import * as Y from "yjs";
import { type BoardDocument, REMOTE } from "../model/document";
import type { Connector } from "./connector";
import type { LocalCopy } from "./local-copy";
import type { Place } from "./place";
import type { Joined, JoinRefused, Transport } from "./transport";
import type { NotSaved, Uplink } from "./uplink";

export interface RecoveryHost {
  /** Takes over the answer to a join; false when the door is closed. Raises when it is worth another try. */
  accept(answer: Joined | JoinRefused): answer is Joined;
  notSaved(what: NotSaved): void;
}

export class Recovery {
  /** The document is being rebuilt from the server. */
  isRunning = false;

  constructor(
    private readonly board: BoardDocument,
    private readonly transport: Transport,
    private readonly connector: Connector,
    private readonly copy: LocalCopy,
    private readonly uplink: Uplink,
    private readonly place: Place,
    private readonly host: RecoveryHost,
  ) {}

  /**
   * Rebuilds the document from the server and writes again what was not refused; false when the door is closed.
   * Raises when the network fails.
   */
  async afterRefusal(): Promise<boolean> {
    const { place, uplink } = this;
    this.isRunning = true;
    place.isInStep = false;
    try {
      const fresh = await this.fetchFresh(place.handle);
      if (!fresh) return false;
      const notSaved = uplink.rewriteOn(fresh);
      if (place.epoch !== null) this.copy.setEpoch(place.epoch);
      if (notSaved) this.host.notSaved(notSaved);
      return true;
    } finally {
      place.target = this.board.doc;
      this.isRunning = false;
    }
  }

  /** The board was restored or compacted meanwhile: own uncommitted words are handed back, the rest is the server's. */
  async afterRestore(): Promise<void> {
    const { place, uplink } = this;
    try {
      const fresh = await this.fetchFresh(place.handle);
      if (!fresh) return;
      const objects = uplink.abandonFor(fresh);
      if (place.epoch !== null) this.copy.setEpoch(place.epoch);
      if (objects.length > 0) this.host.notSaved({ code: "restored", message: "", objects });
    } finally {
      place.target = this.board.doc;
    }
  }

  /** Brings a document up to what the answer to a join says. */
  async takeIn(answer: Joined, doc: Y.Doc): Promise<void> {
    if (answer.missing) Y.applyUpdate(doc, answer.missing, REMOTE);
    if (answer.snapshot) Y.applyUpdate(doc, (await this.transport.snapshot(answer.snapshot)).update, REMOTE);
  }

  /** The server's document as a new one; from then on incoming changes go there. Null when the door is closed. */
  private async fetchFresh(leaving: number | null): Promise<Y.Doc | null> {
    const { place } = this;
    const fresh = new Y.Doc();
    const { link } = this.connector;
    if (!link) {
      const { epoch, update } = await this.transport.snapshot();
      Y.applyUpdate(fresh, update, REMOTE);
      place.epoch = epoch ?? place.epoch;
      return fresh;
    }
    if (leaving !== null) link.leave(leaving);
    place.handle = null;
    const answer = await link.join(null);
    place.target = fresh;
    if (!this.host.accept(answer)) return null;
    place.epoch = answer.epoch;
    await this.takeIn(answer, fresh);
    return fresh;
  }
}
