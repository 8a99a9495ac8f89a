/**
 * Others' changes as they arrive: handed on at once, or, while they keep coming, ten times a second, four in light mode.
 * Each time costs the page as much as what it brings.
 */

import type { LinkHandlers } from "./transport";

const PACE_MS = 100;
const LIGHT_MS = 250;

export class Intake {
  private handle = 0;
  private seqs: number[] = [];
  private updates: Uint8Array[] = [];
  /** Runs from one handing on to the next. */
  private rest: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly take: LinkHandlers["updates"],
    private readonly isLight: () => boolean,
  ) {}

  add(handle: number, seq: number, updates: readonly Uint8Array[]): void {
    if (handle !== this.handle) this.flush();
    this.handle = handle;
    this.seqs.push(seq);
    this.updates.push(...updates);
    if (this.rest === undefined) this.flush();
  }

  /** Hands on what waits: something comes that builds on it. */
  flush(): void {
    const { handle, seqs, updates } = this;
    this.drop();
    if (seqs.length === 0) return;
    this.rest = setTimeout(() => this.flush(), this.isLight() ? LIGHT_MS : PACE_MS);
    this.take(handle, seqs, updates);
  }

  /** Forgets what waits: a new connection brings it again. */
  drop(): void {
    clearTimeout(this.rest);
    this.rest = undefined;
    this.seqs = [];
    this.updates = [];
  }
}
