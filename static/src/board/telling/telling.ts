/**
 * What others do on the board, told to screen readers, as much of it as this person chose on this device. Loaded apart (see
 * `later`): nobody has heard anything yet when the board opens.
 */

import { all, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { BoardChange } from "../model/document";
import { isWritten } from "../model/objects";
import type { Level } from "../view/announcer";

const CHOICE_KEY = "etabli:board-telling";
const LEVELS: readonly string[] = ["none", "essential", "all"] satisfies Level[];

export class Telling {
  /** What came since it was told last: how many notes of each author, and how many went. */
  private readonly added = new Map<string, number>();
  private removed = 0;
  private readonly tellAdded = (): string => this.wordsOfAdded();
  private readonly tellRemoved = (): string => this.wordsOfRemoved();

  constructor(private readonly context: BoardContext) {
    const { announcer, board, page, signal } = context;
    const choices = all<HTMLInputElement>("[data-telling]", page.root);
    announcer.level = readLevel();
    for (const choice of choices) {
      choice.checked = choice.value === announcer.level;
      on(choice, "change", () => this.choose(choice), signal);
    }
    board.changes.on("objects", (change) => this.hear(change), signal);
  }

  private choose({ value, labels }: HTMLInputElement): void {
    const { announcer } = this.context;
    announcer.level = value as Level;
    announcer.say(t("Annonces : %(level)s", { level: labels?.[0]?.textContent?.trim() ?? "" }));
    try {
      localStorage.setItem(CHOICE_KEY, value);
    } catch {
      // Not remembered; still in force on this page.
    }
  }

  private hear({ added, removed, local }: BoardChange): void {
    const { board, announcer } = this.context;
    if (local || announcer.level !== "all") return;
    const notes = added.map((id) => board.get(id)).filter(isWritten);
    for (const { author } of notes) this.added.set(author, (this.added.get(author) ?? 0) + 1);
    if (notes.length > 0) announcer.tell(this.tellAdded);
    const gone = removed.filter(isWritten).length;
    this.removed += gone;
    if (gone > 0) announcer.tell(this.tellRemoved);
  }

  private wordsOfAdded(): string {
    const { people } = this.context;
    const counts = [...this.added];
    this.added.clear();
    const [first] = counts;
    if (first && counts.length === 1) {
      const [author, count] = first;
      const name = people.nameOf(author);
      if (name) return tn("%(name)s a ajouté %(num)s note", "%(name)s a ajouté %(num)s notes", count, { name });
    }
    const names = counts.map(([author]) => people.shortNameOf(author)).filter(Boolean);
    const count = counts.reduce((sum, [, one]) => sum + one, 0);
    const words = tn("%(num)s note ajoutée", "%(num)s notes ajoutées", count);
    return names.length > 0 ? t("%(what)s par %(names)s", { what: words, names: names.join(", ") }) : words;
  }

  private wordsOfRemoved(): string {
    const count = this.removed;
    this.removed = 0;
    return tn("%(num)s note supprimée", "%(num)s notes supprimées", count);
  }
}

function readLevel(): Level {
  try {
    const kept = localStorage.getItem(CHOICE_KEY) ?? "";
    return LEVELS.includes(kept) ? (kept as Level) : "all";
  } catch {
    return "all";
  }
}
