/** What others changed while this person was away: which objects, how, and by whom, until it has been seen. */

import { t } from "../lib/i18n";
import { Emitter } from "./emitter";
import type { BoardDocument } from "./model/document";
import { isWritten } from "./model/objects";
import type { People } from "./people";
import type { Missed } from "./sync/absence";

export interface Entry {
  id: string;
  kind: Missed["kind"];
  alsoMine: boolean;
  /** First names of those who did it, as far as it is known. */
  by: string[];
  /** New since the last visit, as the server counted; else while this page was away. */
  isOfVisit?: boolean;
}

/** Shorter absences are told only where two people changed the same note. */
const SHORT_MS = 60_000;

export class News {
  readonly events = new Emitter<{ change: ReadonlySet<string> }>();
  private shown: Entry[] = [];

  constructor(
    private readonly board: BoardDocument,
    private readonly people: People,
    private readonly me: string,
  ) {}

  get entries(): readonly Entry[] {
    return this.shown;
  }

  /** Takes in what a return brought. */
  async take(missed: readonly Missed[], awayMs: number): Promise<void> {
    const concerned = missed.filter(
      ({ id, kind, alsoMine }) =>
        (alsoMine || awayMs >= SHORT_MS) && (kind === "removed" || isWritten(this.board.get(id))),
    );
    if (concerned.length === 0) return;
    const keys = await this.people.keysOf(new Set(concerned.flatMap(({ clients }) => [...clients])));
    const entries: Entry[] = [];
    for (const { id, kind, alsoMine, clients } of concerned) {
      const object = this.board.get(id);
      const authors = new Set([...clients].map((client) => keys.get(client) ?? ""));
      if (kind === "added" && isWritten(object)) authors.add(object.author);
      if (authors.size > 0 && [...authors].every((key) => key === this.me)) continue; // In another window, or before.
      authors.delete(this.me);
      authors.delete("");
      entries.push({ id, kind, alsoMine, by: [...authors].map((key) => this.people.shortNameOf(key)) });
    }
    this.set([...this.shown.filter(({ id }) => !entries.some((entry) => entry.id === id)), ...entries]);
  }

  /** What a screen reader says of an object, "" when it is no news. */
  labelOf(id: string): string {
    const entry = this.shown.find((candidate) => candidate.id === id);
    if (!entry || entry.kind === "removed") return "";
    return entry.kind === "added" ? t("nouvelle") : t("modifiée pendant votre absence");
  }

  see(id: string): void {
    if (this.shown.some((entry) => entry.id === id)) this.set(this.shown.filter((entry) => entry.id !== id));
  }

  clear(): void {
    this.set([]);
  }

  /** These, from now on. */
  set(entries: Entry[]): void {
    const ids = new Set([...this.shown, ...entries].map(({ id }) => id));
    this.shown = entries;
    if (ids.size > 0) this.events.emit("change", ids);
  }
}
