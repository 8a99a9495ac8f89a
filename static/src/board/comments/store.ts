/** The threads of the board as the server told them last, kept fresh while the board is open. */

import type { BoardContext } from "../context";
import { Emitter } from "../emitter";
import { colourOf } from "../people";
import { type Exchange, Refused } from "./exchange";

export interface Said {
  id: number;
  author: string;
  text: string;
  /** ISO 8601. */
  at: string;
  edited: boolean;
  deleted: boolean;
}

export interface Thread {
  id: number;
  /** The object it is about, "" for a point or the board. */
  object: string;
  /** Its last known words. */
  quote: string;
  x: number | null;
  y: number | null;
  resolved: { at: string; by: string } | null;
  comments: Said[];
}

interface Answer {
  threads?: Thread[];
  thread?: Thread;
  people?: Record<string, { name: string; short: string; colour: string }>;
  muted?: boolean;
}

/** Several bells within this time are one request. */
const GATHER_MS = 120;
/** While no socket brings bells, the threads are asked for now and then. */
const WITHOUT_BELLS_MS = 20_000;

export class Store {
  readonly events = new Emitter<{
    /** Threads came, changed or went. */
    change: undefined;
    /** Comments of others that were not known. */
    heard: { thread: Thread; said: Said[] };
  }>();
  readonly url: string;
  muted = false;
  isLoaded = false;
  private threads = new Map<number, Thread>();
  private readonly rung = new Set<number>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly context: BoardContext,
    private readonly exchange: Exchange,
  ) {
    const { session, config, signal } = context;
    this.url = `/boards/${config.board}/comments`;
    session.events.on("comments", (thread) => this.ring(thread), signal);
    // After an absence nobody knows which bells were missed.
    let wasLive = session.status.connection === "live";
    session.events.on(
      "status",
      ({ connection }) => {
        const isLive = connection === "live";
        if (isLive && !wasLive) void this.load();
        wasLive = isLive;
      },
      signal,
    );
    const polling = setInterval(() => {
      if (session.status.connection === "fallback" && !document.hidden) void this.load();
    }, WITHOUT_BELLS_MS);
    signal.addEventListener("abort", () => {
      clearInterval(polling);
      clearTimeout(this.timer);
    });
  }

  /** All threads, oldest first. */
  get all(): Thread[] {
    return [...this.threads.values()].sort((a, b) => a.id - b.id);
  }

  get(id: number): Thread | undefined {
    return this.threads.get(id);
  }

  /** How many comments the open threads about an object hold. */
  countOf(object: string): number {
    let count = 0;
    for (const thread of this.threads.values())
      if (thread.object === object && !thread.resolved) count += countIn(thread);
    return count;
  }

  async load(): Promise<void> {
    try {
      this.take((await this.exchange.get(this.url)) as Answer);
    } catch {
      // The next bell or return of the network asks again.
    }
  }

  /** Takes in what the server answered: all threads, or one. */
  take(answer: unknown): void {
    const { threads, thread, people, muted } = answer as Answer;
    for (const [key, { name, colour }] of Object.entries(people ?? {}))
      this.context.people.add(key, name, colourOf(colour));
    if (muted !== undefined) this.muted = muted;
    const former = this.threads;
    if (threads) this.threads = new Map(threads.map((one) => [one.id, one]));
    else if (thread) this.threads = new Map(former).set(thread.id, thread);
    if (this.isLoaded) for (const one of threads ?? (thread ? [thread] : [])) this.hear(former.get(one.id), one);
    this.isLoaded ||= threads !== undefined;
    this.events.emit("change", undefined);
  }

  private hear(before: Thread | undefined, now: Thread): void {
    const newest = before?.comments.at(-1)?.id ?? 0;
    const { key } = this.context.config.me;
    const said = now.comments.filter((one) => one.id > newest && one.author !== key && !one.deleted);
    if (said.length > 0) this.events.emit("heard", { thread: now, said });
  }

  private ring(thread: number): void {
    this.rung.add(thread);
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      const rung = [...this.rung];
      this.rung.clear();
      if (!this.isLoaded || rung.length > 3) void this.load();
      else for (const id of rung) void this.refresh(id);
    }, GATHER_MS);
  }

  private async refresh(id: number): Promise<void> {
    try {
      const answer = (await this.exchange.get(`${this.url}/${id}`)) as Answer;
      const known = this.threads.get(id);
      if (!known || JSON.stringify(known) !== JSON.stringify(answer.thread)) this.take(answer);
    } catch (error) {
      if (!(error instanceof Refused) || error.status !== 404 || !this.threads.delete(id)) return;
      this.events.emit("change", undefined);
    }
  }
}

export const countIn = (thread: Thread): number => thread.comments.filter((one) => !one.deleted).length;
