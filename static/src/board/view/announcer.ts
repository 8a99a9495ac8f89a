/**
 * What screen readers are told: at once for what this person does, merged every five seconds into one sentence for what
 * others do, urgently for what must not be missed. Never cursors, moves in progress or typing.
 */

const MERGE_MS = 5_000;
/** Of more, the last ones are told. */
const MOST = 4;

/** How much of what others do is told (`telling/` lets people choose): nothing, what concerns the work of all, or everything. */
export type Level = "none" | "essential" | "all";

export class Announcer {
  level: Level = "all";
  private waiting: (string | (() => string))[] = [];
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

  /** What somebody else did; several become one sentence. A function is asked for its words when they are told. */
  tell(text: string | (() => string), level: Exclude<Level, "none"> = "all"): void {
    if (this.level !== "all" && this.level !== level) return;
    if (!this.waiting.includes(text)) this.waiting.push(text);
    this.timer ??= setTimeout(() => {
      this.timer = null;
      const told = this.waiting.splice(0).map((one) => (typeof one === "string" ? one : one()));
      write(
        this.polite,
        `${told
          .slice(-MOST)
          .join(" ; ")
          .replace(/\.(?= ;|$)/g, "")}.`,
      );
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
