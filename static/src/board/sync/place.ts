/**
 * Where this page stands with the server: its handle, how far it is in the numbering, of which epoch, with which rights.
 * Says which document takes in what arrives, and holds back messages that come before the answer to a join.
 */

import * as Y from "yjs";
import { type BoardDocument, REMOTE } from "../model/document";
import type { Joined } from "./transport";

export class Place {
  handle: number | null = null;
  /** Joined and in step: what waits may be sent. */
  isInStep = false;
  seq = 0;
  epoch: number | null = null;
  can: string[];
  frozen: boolean;
  /** Where incoming changes go: the board's document, or the fresh one being prepared. */
  target: Y.Doc;
  /** What arrived before the answer to a join said whose it is. */
  private early: { handle: number; run: () => void }[] = [];

  constructor(board: BoardDocument, rights: { can: string[]; frozen: boolean }) {
    this.can = rights.can;
    this.frozen = rights.frozen;
    this.target = board.doc;
    board.changes.on("replaced", () => {
      this.target = board.doc;
    });
  }

  get canEdit(): boolean {
    return this.can.includes("edit") && !this.frozen;
  }

  setRights({ can, frozen }: { can: string[]; frozen: boolean }): void {
    this.can = can;
    this.frozen = frozen;
  }

  /** Takes over what the answer to a join says. */
  enter(answer: Joined): void {
    this.handle = answer.handle;
    this.isInStep = false;
    this.seq = answer.seq;
    this.setRights(answer);
  }

  /** What `enter` makes possible: to be called once those who listen know of it. */
  runEarly(): void {
    for (const { handle, run } of this.early.splice(0)) if (handle === this.handle) run();
  }

  /** The connection is gone. */
  leave(): void {
    this.handle = null;
    this.isInStep = false;
    this.early = [];
  }

  /** Runs for messages of this page's handle, later for those of a handle not yet known. */
  inTurn(handle: number, run: () => void): void {
    if (this.handle === null) this.early.push({ handle, run });
    else if (handle === this.handle) run();
  }

  /** Takes in changes as one: what listens is called once. */
  takeIn(updates: readonly Uint8Array[]): void {
    const { target } = this;
    const run = (): void => {
      for (const update of updates) Y.applyUpdate(target, update, REMOTE);
    };
    Y.transact(target, run, REMOTE, false);
  }

  /** Moves on to row `seq`; true when rows before it did not arrive. */
  follow(seq: number): boolean {
    const hole = seq > this.seq + 1;
    this.seq = Math.max(this.seq, seq);
    return hole;
  }
}
