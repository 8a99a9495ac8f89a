/**
 * Own changes, from the document to the server's word on them: gathered per frame, sent in batches, acknowledged or refused.
 *
 * Knows the outbox, the objects touched by what is not committed, and how to write it again on a fresh document. Does not
 * know connections: the session says when and through what to send.
 */

import * as Y from "yjs";
import type { BoardDocument } from "../model/document";
import type { LocalCopy } from "./local-copy";
import { type Batch, Outbox } from "./outbox";
import { findUnsaved, type UnsavedObject, writeUnsaved } from "./replay";
import type { Refusal } from "./transport";

export interface NotSaved {
  code: string;
  message: string;
  objects: UnsavedObject[];
}

/** Refused because of how the bytes stand to the server's document, not because of what they say. */
const TECHNICAL = new Set(["gap", "client_id", "dangling", "malformed", "content", "root", "structure", "panic"]);
const TECHNICAL_TRIES = 3;
/** An update without content is two bytes long. */
const EMPTY_UPDATE_BYTES = 2;

export class Uplink {
  private readonly outbox = new Outbox();
  /** Ids of the objects that the change being made touches. */
  private touched = new Set<string>();
  private alone = false;
  /** Ids of objects changed by former pages of this browser and not committed. */
  private leftover: Set<string>;
  private refusals: (Refusal & { batch: Batch })[] = [];
  private technicalRefusals = 0;
  private detach: (() => void) | null = null;

  constructor(
    private readonly board: BoardDocument,
    private readonly copy: LocalCopy,
    /** Something new waits to be sent. */
    private readonly changed: () => void,
  ) {
    this.leftover = new Set(copy.readUnsaved());
    board.changes.on("objects", ({ added, updated, removed, local }) => {
      if (!local) return;
      for (const id of added) this.touched.add(id);
      for (const id of updated) this.touched.add(id);
      for (const { id } of removed) this.touched.add(id);
    });
    board.changes.on("replaced", () => this.listen());
    this.listen();
  }

  stop(): void {
    this.detach?.();
  }

  /** Nothing waits and everything sent is committed. */
  get isEmpty(): boolean {
    return this.outbox.isEmpty && this.leftover.size === 0;
  }

  /** Every batch sent has its answer. */
  get isAnswered(): boolean {
    return this.outbox.isAnswered;
  }

  get isRefused(): boolean {
    return this.refusals.length > 0;
  }

  /** Ids of the objects with changes that the server has not committed. */
  uncommitted(): Set<string> {
    const ids = this.outbox.touched();
    for (const id of this.leftover) ids.add(id);
    return ids;
  }

  /** The next batch to send, null for none. */
  take(): Batch | null {
    return this.outbox.take();
  }

  /** Every batch up to `n` is committed. */
  acknowledge(n: number): void {
    this.outbox.acknowledge(n);
    this.technicalRefusals = 0;
  }

  /** Notes a refusal; false when the batch is not known. */
  refuse(refusal: Refusal): boolean {
    const batch = this.outbox.refuse(refusal.n);
    if (batch) this.refusals.push({ ...refusal, batch });
    return batch !== undefined;
  }

  /** On a new connection: what the server, at `vector`, lacks of own changes becomes the first batch. */
  startFrom(vector: Uint8Array): void {
    const pending = this.outbox.rewind();
    if (this.leftover.size > 0) {
      const touched = new Set([...this.leftover, ...(pending?.touched ?? [])]);
      this.outbox.add(Y.encodeStateAsUpdate(this.board.doc, vector), touched);
    } else if (pending) {
      const update = Y.diffUpdate(pending.update, vector);
      if (update.length > EMPTY_UPDATE_BYTES) this.outbox.add(update, pending.touched);
    }
    this.leftover.clear();
  }

  /**
   * After a refusal: goes on with `fresh`, the server's document, and writes again what was not refused. The first refusal
   * is the cause; later ones may only follow from it and are tried again. When the cause touched several objects, each is
   * tried alone. Gives what could not be saved, null when everything is tried again.
   */
  rewriteOn(fresh: Y.Doc): NotSaved | null {
    const refusals = this.refusals.splice(0);
    const [cause] = refusals;
    const ids = this.uncommitted();
    for (const { batch } of refusals) for (const id of batch.touched) ids.add(id);
    const lacking = findUnsaved(fresh, this.board.doc, ids);
    const guilty = this.guiltyOf(cause);
    const drop = guilty.size <= 1 || this.technicalRefusals > TECHNICAL_TRIES ? guilty : new Set<string>();
    this.goOnWith(fresh);
    for (const object of lacking) {
      if (drop.has(object.id)) continue;
      this.alone = guilty.has(object.id);
      this.board.change(() => writeUnsaved(fresh, object));
    }
    this.alone = false;
    if (!cause || drop.size === 0) return null;
    return { code: cause.code, message: cause.message, objects: lacking.filter(({ id }) => drop.has(id)) };
  }

  /** After a restore: goes on with `fresh`; own uncommitted changes are given back, not written again. */
  abandonFor(fresh: Y.Doc): UnsavedObject[] {
    const objects = findUnsaved(fresh, this.board.doc, this.uncommitted());
    this.refusals = [];
    this.goOnWith(fresh);
    return objects;
  }

  /** The objects that a refusal is about; none when only the bytes were at fault and another try may do. */
  private guiltyOf(cause: (Refusal & { batch: Batch }) | undefined): ReadonlySet<string> {
    if (!cause) return new Set();
    if (!TECHNICAL.has(cause.code)) return cause.batch.touched;
    this.technicalRefusals += 1;
    return this.technicalRefusals > TECHNICAL_TRIES ? cause.batch.touched : new Set();
  }

  private goOnWith(fresh: Y.Doc): void {
    this.outbox.clear();
    this.leftover.clear();
    this.touched.clear();
    this.board.replace(fresh);
    this.copy.replace(fresh);
  }

  private listen(): void {
    this.detach?.();
    const { doc } = this.board;
    const onUpdate = (update: Uint8Array, _origin: unknown, _doc: Y.Doc, transaction: Y.Transaction): void => {
      if (!transaction.local || this.touched.size === 0) return;
      const touched = this.touched;
      this.touched = new Set();
      this.outbox.add(update, touched, this.alone);
      this.changed();
    };
    doc.on("update", onUpdate);
    this.detach = () => doc.off("update", onUpdate);
  }
}
