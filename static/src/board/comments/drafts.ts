/**
 * What somebody typed and the server does not have: drafts, and comments that wait for the network. Kept in this browser
 * under the names that signing out forgets (`sync/forget`).
 */

import type { BoardContext } from "../context";
import { COPY_PREFIX } from "../sync/forget";
import { type Exchange, Refused } from "./exchange";
import type { Store } from "./store";

/** Words as they are typed: people are named "@Name", and `named` says who each is. */
export interface Draft {
  text: string;
  named: Record<string, string>;
}

/** A comment on its way. `once` is its key: sent twice, it is one comment. */
export interface Waiting {
  once: string;
  /** Which composer it came from. */
  place: string;
  url: string;
  fields: Record<string, string>;
  draft: Draft;
}

const AGAIN_MS = 10_000;
/** Where nothing can be stored, what was typed lives as long as the page. */
const memory = new Map<string, string>();

export class Drafts {
  private readonly prefix: string;
  private isSending = false;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly context: BoardContext,
    private readonly exchange: Exchange,
    private readonly store: Store,
    /** A comment came back: its words are a draft again, and why. */
    private readonly refused: (waiting: Waiting, why: string) => void,
  ) {
    const { config, session, signal } = context;
    this.prefix = `${COPY_PREFIX}${config.me.key}:${config.document}:comment`;
    window.addEventListener("online", () => void this.send(), { signal });
    session.events.on("status", ({ connection }) => connection === "live" && void this.send(), signal);
    signal.addEventListener("abort", () => clearTimeout(this.timer));
  }

  draft(place: string): Draft {
    return parse<Draft>(this.read(`${this.prefix}-draft:${place}`)) ?? { text: "", named: {} };
  }

  keep(place: string, draft: Draft): void {
    const name = `${this.prefix}-draft:${place}`;
    if (draft.text.trim() === "") this.remove(name);
    else this.write(name, JSON.stringify(draft));
  }

  /** What waits, the oldest first. */
  waiting(): Waiting[] {
    return this.names(`${this.prefix}-sent:`)
      .map((name) => parse<Waiting>(this.read(name)))
      .filter((one) => one !== null);
  }

  /** Takes a comment over: it is sent now, or when it can be. */
  async add(waiting: Waiting): Promise<void> {
    this.write(`${this.prefix}-sent:${Date.now()}-${waiting.once}`, JSON.stringify(waiting));
    this.store.events.emit("change", undefined);
    await this.send();
  }

  /** Sends what waits, in order, until there is no answer. */
  async send(): Promise<void> {
    if (this.isSending) return;
    this.isSending = true;
    clearTimeout(this.timer);
    try {
      for (const name of this.names(`${this.prefix}-sent:`)) {
        const one = parse<Waiting>(this.read(name));
        if (!one) this.remove(name);
        else if (!(await this.sendOne(name, one))) break;
      }
    } finally {
      this.isSending = false;
    }
  }

  /** False when nobody answered. */
  private async sendOne(name: string, one: Waiting): Promise<boolean> {
    try {
      const answer = await this.exchange.post(one.url, { ...one.fields, _once: one.once });
      this.remove(name);
      this.store.take(answer);
      return true;
    } catch (error) {
      if (!(error instanceof Refused)) {
        if (!this.context.signal.aborted) this.timer = setTimeout(() => void this.send(), AGAIN_MS);
        return false;
      }
      this.remove(name);
      this.keep(one.place, one.draft);
      this.refused(one, error.message);
      return true;
    }
  }

  private names(prefix: string): string[] {
    const found = new Set(memory.keys());
    try {
      for (const name of Object.keys(localStorage)) found.add(name);
    } catch {
      // Storage is switched off.
    }
    return [...found].filter((name) => name.startsWith(prefix)).sort();
  }

  private read(name: string): string | null {
    try {
      return localStorage.getItem(name) ?? memory.get(name) ?? null;
    } catch {
      return memory.get(name) ?? null;
    }
  }

  private write(name: string, value: string): void {
    try {
      localStorage.setItem(name, value);
    } catch {
      memory.set(name, value);
    }
  }

  private remove(name: string): void {
    memory.delete(name);
    try {
      localStorage.removeItem(name);
    } catch {
      // Storage is switched off.
    }
  }
}

function parse<T>(text: string | null): T | null {
  try {
    return text === null ? null : (JSON.parse(text) as T);
  } catch {
    return null;
  }
}
