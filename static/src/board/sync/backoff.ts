/** Waits between attempts to connect: doubled each time, capped, with full jitter so that a room does not come back at once. */

const FIRST_MS = 600;
const LONGEST_MS = 20_000;

export class Backoff {
  private failures = 0;

  constructor(private readonly random: () => number = Math.random) {}

  /** How long to wait before the next attempt, in milliseconds. */
  next(): number {
    const ceiling = Math.min(LONGEST_MS, FIRST_MS * 2 ** this.failures);
    this.failures += 1;
    return Math.round(ceiling * (0.3 + 0.7 * this.random()));
  }

  reset(): void {
    this.failures = 0;
  }

  get attempts(): number {
    return this.failures;
  }
}
