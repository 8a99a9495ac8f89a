/**
 * 'Non enregistré': what was typed and that the server refused, with the reason, to copy, try again or throw away.
 * Kept over reloads, and the same in all windows of this browser.
 */

import { el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { newId } from "../model/document";
import { TEXT_FIELD } from "../model/objects";
import { joinTyped } from "../model/text-diff";
import type { LocalCopy } from "../sync/local-copy";
import type { UnsavedObject } from "../sync/replay";
import type { NotSaved } from "../sync/uplink";

interface Entry {
  key: string;
  /** Of the object it was typed in. */
  id: string;
  words: string;
  reason: string;
}

const NOTE = "tray";
const STILL_TYPING_MS = 10_000;

export class Tray {
  private readonly place = find("[data-tray]") as HTMLElement;
  /** The entry taken in last, and when. */
  private latest = { key: "", at: 0 };

  constructor(
    private readonly context: BoardContext,
    private readonly copy: LocalCopy,
  ) {
    const { session, signal } = context;
    session.events.on("notSaved", (what) => this.take(what), signal);
    // Another window of this browser took something in, or out.
    on(window, "storage", () => this.draw(), signal);
    this.draw();
  }

  private take({ code, message, objects }: NotSaved): void {
    const reason = code === "restored" ? t("Le tableau a été remis dans un état précédent.") : message;
    const typed = objects
      .map((object) => ({ key: newId(), id: object.id, words: wordsIn(object), reason }))
      .filter(({ words }) => words !== "");
    this.keep(typed.reduce((entries, entry) => this.withNext(entries, entry), this.entries()));
    const { announcer, toasts } = this.context;
    const text = t("Non enregistré : %(reason)s", { reason });
    announcer.alert(text);
    if (typed.length === 0) toasts.show(text);
  }

  /** Who goes on typing while a refusal is on its way gets one entry, not one for each half of a sentence. */
  private withNext(entries: Entry[], entry: Entry): Entry[] {
    const last = entries.at(-1);
    const base = this.context.board.textOf(entry.id)?.toString() ?? "";
    const words =
      last?.key === this.latest.key && last.id === entry.id && performance.now() - this.latest.at < STILL_TYPING_MS
        ? joinTyped(base, last.words, entry.words)
        : null;
    const next = last && words !== null ? { ...last, words } : entry;
    this.latest = { key: next.key, at: performance.now() };
    return [...(words === null ? entries : entries.slice(0, -1)), next];
  }

  private entries(): Entry[] {
    return readEntries(this.copy.readNote(NOTE));
  }

  private keep(entries: Entry[]): void {
    this.copy.writeNote(NOTE, entries.length > 0 ? JSON.stringify(entries) : null);
    this.draw();
  }

  private drop(entry: Entry): void {
    this.keep(this.entries().filter(({ key }) => key !== entry.key));
  }

  private discard(entry: Entry): void {
    this.drop(entry);
    this.context.toasts.show(t("Texte jeté"), {
      label: t("Annuler"),
      run: () => this.keep([...this.entries(), entry]),
    });
  }

  /** In its object while that one is there and may be changed, else in a new note. */
  private retry(entry: Entry): void {
    const { board, rights, actions, selection } = this.context;
    if (!actions.allowedToAdd()) return;
    if (rights.mayChange(board.get(entry.id)) && board.textOf(entry.id)) {
      board.writeText(entry.id, entry.words);
      selection.set([entry.id], entry.id);
    } else if (!actions.createNote({}, entry.words)) return;
    this.drop(entry);
  }

  private async copyWords(entry: Entry): Promise<void> {
    const { announcer } = this.context;
    try {
      await navigator.clipboard.writeText(entry.words);
      announcer.say(t("Copié"));
    } catch {
      announcer.say(t("La copie n’a pas été permise par le navigateur."));
    }
  }

  private draw(): void {
    const entries = this.entries();
    const hadFocus = this.place.contains(document.activeElement);
    this.place.hidden = entries.length === 0;
    const { signal, stage } = this.context;
    const button = (label: string, run: () => void): HTMLElement => {
      const made = el("button", { type: "button", class: "button button-small" }, label);
      on(made, "click", run, signal);
      return made;
    };
    const list = find("[data-tray-list]", this.place) as HTMLElement;
    list.replaceChildren(
      ...entries.map((entry) =>
        el(
          "li",
          {},
          el("blockquote", {}, entry.words),
          el("p", { class: "small soft" }, entry.reason),
          el(
            "div",
            { class: "cluster" },
            button(t("Réessayer"), () => this.retry(entry)),
            button(t("Copier"), () => void this.copyWords(entry)),
            button(t("Jeter"), () => this.discard(entry)),
          ),
        ),
      ),
    );
    if (!hadFocus) return;
    if (entries.length > 0) find("button", list)?.focus();
    else stage.takeFocus();
  }
}

function wordsIn({ mine }: UnsavedObject): string {
  if (!mine) return "";
  return (
    Object.values(TEXT_FIELD)
      .map((name) => mine.texts[name] ?? "")
      .find((words) => words.trim() !== "") ?? ""
  );
}

function readEntries(json: string | null): Entry[] {
  try {
    const list: unknown = JSON.parse(json ?? "[]");
    return Array.isArray(list) ? list.filter((entry): entry is Entry => typeof entry?.words === "string") : [];
  } catch {
    return [];
  }
}
