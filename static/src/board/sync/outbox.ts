/**
 * Own changes on their way to the server: waiting, then sent in numbered batches, then answered.
 *
 * Numbers count per join, from 1. Nothing leaves the outbox before the server has committed or refused it.
 */

import * as Y from "yjs";

/** Live updates are at most 64 KiB; batches stop well below. */
export const BATCH_BYTES = 48 * 1024;

export interface Batch {
  n: number;
  update: Uint8Array;
  /** Ids of the objects it changes. */
  touched: ReadonlySet<string>;
}

interface Waiting {
  update: Uint8Array;
  touched: ReadonlySet<string>;
  alone: boolean;
}

export class Outbox {
  private waiting: Waiting[] = [];
  private sent: Batch[] = [];
  private next = 1;

  /** `alone`: never merged with another change, so that a refusal concerns nothing else. */
  add(update: Uint8Array, touched: ReadonlySet<string>, alone = false): void {
    this.waiting.push({ update, touched, alone });
  }

  /** The next batch to send: all that waits, merged up to the size limit. */
  take(): Batch | null {
    const first = this.waiting.shift();
    if (!first) return null;
    const parts = [first];
    let size = first.update.length;
    while (
      !first.alone &&
      this.waiting[0] &&
      !this.waiting[0].alone &&
      size + this.waiting[0].update.length <= BATCH_BYTES
    ) {
      const part = this.waiting.shift() as Waiting;
      size += part.update.length;
      parts.push(part);
    }
    const batch: Batch = {
      n: this.next,
      update: parts.length === 1 ? first.update : Y.mergeUpdates(parts.map((part) => part.update)),
      touched: union(parts),
    };
    this.next += 1;
    this.sent.push(batch);
    return batch;
  }

  /** Every batch up to `n` is committed. */
  acknowledge(n: number): void {
    this.sent = this.sent.filter((batch) => batch.n > n);
  }

  /** Takes a refused batch out; undefined when its number is unknown. */
  refuse(n: number): Batch | undefined {
    const batch = this.sent.find((candidate) => candidate.n === n);
    this.sent = this.sent.filter((candidate) => candidate !== batch);
    return batch;
  }

  /** The connection is gone: all that is not committed becomes one change again, of which the server may know a part. */
  rewind(): { update: Uint8Array; touched: ReadonlySet<string> } | null {
    const all = [...this.sent, ...this.waiting];
    this.clear();
    if (all.length === 0) return null;
    return { update: Y.mergeUpdates(all.map((part) => part.update)), touched: union(all) };
  }

  clear(): void {
    this.waiting = [];
    this.sent = [];
    this.next = 1;
  }

  get isEmpty(): boolean {
    return this.waiting.length === 0 && this.sent.length === 0;
  }

  get isAnswered(): boolean {
    return this.sent.length === 0;
  }

  /** Ids of all objects with changes that are not committed. */
  touched(): Set<string> {
    return union([...this.sent, ...this.waiting]);
  }
}

function union(parts: readonly { touched: ReadonlySet<string> }[]): Set<string> {
  const ids = new Set<string>();
  for (const part of parts) for (const id of part.touched) ids.add(id);
  return ids;
}
