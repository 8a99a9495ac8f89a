/**
 * What screen readers are told: at once for what this person does, merged every five seconds for what others do,
 * urgently for what must not be missed. Never cursors, moves in progress or typing.
 */

const MERGE_MS = 5_000;

export class Announcer {
  private waiting: string[] = [];
  private timer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly polite: HTMLElement,
    private readonly assertive: HTMLElement,
    signal: AbortSignal,
  ) {
    signal.addEventListener("abort", () => clearTimeout(this.timer ?? undefined), { once: true });
  }

  /** The result of what this person just did. */
  say(text: string): void {
    write(this.polite, text);
  }

  /** What somebody else did; several become one sentence. */
  tell(text: string): void {
    if (!this.waiting.includes(text)) this.waiting.push(text);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      write(this.polite, this.waiting.splice(0).slice(-3).join(" "));
    }, MERGE_MS);
  }

  /** What changes what can be done: connection lost, access ended. */
  alert(text: string): void {
    write(this.assertive, text);
  }
}

/** A live region speaks when its content changes: the same sentence twice must be a change too. */
function write(region: HTMLElement, text: string): void {
  region.textContent = region.textContent === text ? `${text}\u00a0` : text;
}
