/** Names and colours of the people whose keys stand in the document; asks the server for those it did not give. */

import { COLOURS, type Colour } from "../generated/board-specs";
import { t } from "../lib/i18n";
import type { BoardConfig, Person } from "./config";
import { Emitter } from "./emitter";

const ASK_AGAIN_MS = 15_000;

interface Known {
  people: Record<string, Person>;
  clients?: Record<string, string>;
}

export class People {
  readonly events = new Emitter<{ known: undefined }>();
  private readonly known: Map<string, Person>;
  private askedAt = Number.NEGATIVE_INFINITY;
  private asking: ReturnType<typeof setTimeout> | null = null;

  constructor(private readonly config: Pick<BoardConfig, "me" | "people" | "peopleUrl">) {
    this.known = new Map(Object.entries(config.people));
    const { key, name, colour } = config.me;
    if (!this.known.has(key)) this.known.set(key, { name, short: firstName(name), colour });
  }

  /** The name to show for an author key; asks for it when it is unknown. */
  nameOf(key: string): string {
    if (key === "template" || key === "") return "";
    const person = this.known.get(key);
    if (!person) this.ask();
    return person?.name ?? t("Quelqu’un");
  }

  /** How notes are signed: the first name. */
  shortNameOf(key: string): string {
    return this.known.get(key)?.short ?? this.nameOf(key);
  }

  colourOf(key: string): Colour {
    return this.known.get(key)?.colour ?? "sable";
  }

  /** Somebody who is here; what the server said of an author stays. */
  add(key: string, name: string, colour: Colour): void {
    if (this.known.has(key)) return;
    this.known.set(key, { name, short: firstName(name), colour });
    this.events.emit("known", undefined);
  }

  /** The author keys behind Yjs client ids, as far as the server can be asked and knows them. */
  async keysOf(clients: ReadonlySet<number>): Promise<Map<number, string>> {
    if (clients.size === 0) return new Map();
    const answer = await this.load(`?clients=${[...clients].join()}`);
    return new Map(Object.entries(answer?.clients ?? {}).map(([client, key]) => [Number(client), key]));
  }

  private ask(): void {
    if (this.asking !== null) return;
    const wait = Math.max(200, this.askedAt + ASK_AGAIN_MS - performance.now());
    this.asking = setTimeout(() => void this.fetch(), wait);
  }

  private async fetch(): Promise<void> {
    this.askedAt = performance.now();
    await this.load();
    this.asking = null;
  }

  private async load(query = ""): Promise<Known | null> {
    try {
      const answer = await fetch(this.config.peopleUrl + query, { headers: { Accept: "application/json" } });
      if (!answer.ok) return null;
      const known = (await answer.json()) as Known;
      for (const [key, person] of Object.entries(known.people)) this.known.set(key, person);
      this.events.emit("known", undefined);
      return known;
    } catch {
      return null; // Offline: the next unknown name asks again.
    }
  }
}

/** A colour name from elsewhere, made safe for a data attribute. */
export const colourOf = (name: string): Colour => COLOURS.find((colour) => colour === name) ?? "sable";

export const firstName = (name: string): string => name.split(" ")[0] ?? name;

/** One or two letters for an avatar. */
export function initialsOf(name: string): string {
  const words = name.split(/[\s’-]+/).filter(Boolean);
  const first = words[0] ?? "?";
  const last = words.length > 1 ? (words.at(-1) ?? "") : "";
  return (Array.from(first)[0] ?? "").toUpperCase() + (Array.from(last)[0] ?? "").toUpperCase();
}
