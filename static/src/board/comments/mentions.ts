/** Naming somebody in a text area: "@" opens the list of those who can read the board; nobody else's name is there. */

import { el, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { initialsOf } from "../people";
import { fold } from "../view/dialogs";
import type { Exchange } from "./exchange";
import type { Store } from "./store";

export interface Nameable {
  key: string;
  name: string;
  colour: string;
}

/** What a text holds for "@Name". */
const TOKEN = /@\[([ug][1-9][0-9]{0,9})\]/g;
const TYPING = /(?:^|[\s(])@([^\s@[\]]{0,30}(?: [^\s@[\]]{0,30})?)$/u;
const MOST = 6;

/** Whom a comment may name, asked once. */
export class Directory {
  private asked: Promise<Nameable[]> | null = null;

  constructor(
    private readonly exchange: Exchange,
    private readonly store: Store,
  ) {}

  people(): Promise<Nameable[]> {
    this.asked ??= this.exchange.get(`${this.store.url}/people`).then(
      (answer) => (answer as { people: Nameable[] }).people,
      () => {
        this.asked = null;
        return [];
      },
    );
    return this.asked;
  }
}

/** The text with names, and who each is; the way back is `toTokens`. */
export function withNames(
  text: string,
  nameOf: (key: string) => string,
): { text: string; named: Record<string, string> } {
  const named: Record<string, string> = {};
  const shown = text.replace(TOKEN, (_found, key: string) => {
    const name = `@${nameOf(key)}`;
    named[name] = key;
    return name;
  });
  return { text: shown, named };
}

export function toTokens(text: string, named: Readonly<Record<string, string>>): string {
  const names = Object.keys(named).sort((a, b) => b.length - a.length);
  return names.reduce((words, name) => words.replaceAll(name, `@[${named[name]}]`), text);
}

/** The text as nodes: words, and the names of people. */
export function textNodes(text: string, nameOf: (key: string) => string): (Node | string)[] {
  const nodes: (Node | string)[] = [];
  let at = 0;
  for (const found of text.matchAll(TOKEN)) {
    nodes.push(text.slice(at, found.index), el("b", { class: "comment-name" }, `@${nameOf(found[1] ?? "")}`));
    at = found.index + found[0].length;
  }
  nodes.push(text.slice(at));
  return nodes;
}

let lists = 0;

export class MentionPicker {
  readonly list: HTMLElement;
  private shown: Nameable[] = [];
  private at = 0;

  constructor(
    private readonly area: HTMLTextAreaElement,
    private readonly directory: Directory,
    private readonly context: BoardContext,
    private readonly picked: (name: string, key: string) => void,
    signal: AbortSignal,
  ) {
    lists += 1;
    this.list = el("ul", {
      class: "comment-names",
      role: "listbox",
      id: `comment-names-${lists}`,
      "aria-label": t("Personnes à mentionner"),
      hidden: true,
    });
    area.setAttribute("aria-autocomplete", "list");
    area.setAttribute("aria-controls", this.list.id);
    on(area, "input", () => void this.look(), signal);
    on(area, "click", () => void this.look(), signal);
    on(area, "blur", () => this.close(), signal);
    on(this.list, "pointerdown", (event) => event.preventDefault(), signal);
    on(
      this.list,
      "click",
      (event) => {
        const option = (event.target as Element).closest("[role=option]");
        if (option) this.pick([...this.list.children].indexOf(option));
      },
      signal,
    );
  }

  /** Writes "@" where the caret is, and offers everybody. */
  begin(): void {
    const { area } = this;
    area.focus();
    const before = area.value.slice(0, area.selectionStart);
    area.setRangeText(before === "" || /\s$/.test(before) ? "@" : " @", area.selectionStart, area.selectionEnd, "end");
    area.dispatchEvent(new Event("input"));
  }

  /** True when the key was for the list. */
  key(event: KeyboardEvent): boolean {
    if (this.list.hidden) return false;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) this.mark((this.at + step + this.shown.length) % this.shown.length);
    else if (event.key === "Enter" || event.key === "Tab") this.pick(this.at);
    else if (event.key === "Escape") this.close();
    else return false;
    return true;
  }

  private typed(): { start: number; words: string } | null {
    const { selectionStart, selectionEnd, value } = this.area;
    if (selectionStart !== selectionEnd) return null;
    const found = TYPING.exec(value.slice(0, selectionStart));
    return found ? { start: selectionStart - (found[1]?.length ?? 0) - 1, words: found[1] ?? "" } : null;
  }

  private async look(): Promise<void> {
    if (!this.typed()) {
      this.close();
      return;
    }
    const people = await this.directory.people();
    const typed = this.typed();
    if (!typed || document.activeElement !== this.area) {
      this.close();
      return;
    }
    const words = fold(typed.words);
    const { key: me } = this.context.config.me;
    const fits = ({ key, name }: Nameable): boolean =>
      key !== me && (fold(name).startsWith(words) || fold(name).includes(` ${words}`));
    const found = people.filter(fits).slice(0, MOST);
    const before = this.shown.map(({ key }) => key).join();
    this.shown = found;
    if (found.length === 0) {
      this.close();
      return;
    }
    this.list.replaceChildren(
      ...found.map(({ name, colour }, index) =>
        el(
          "li",
          { role: "option", id: `${this.list.id}-${index}` },
          el("span", { class: "avatar avatar-s", "data-colour": colour, "aria-hidden": "true" }, initialsOf(name)),
          name,
        ),
      ),
    );
    this.list.hidden = false;
    this.mark(0);
    if (before !== found.map(({ key }) => key).join())
      this.context.announcer.say(tn("%(num)s personne proposée", "%(num)s personnes proposées", found.length));
  }

  private mark(at: number): void {
    this.at = at;
    [...this.list.children].forEach((option, index) => {
      option.setAttribute("aria-selected", String(index === at));
    });
    this.area.setAttribute("aria-activedescendant", `${this.list.id}-${at}`);
  }

  private pick(at: number): void {
    const person = this.shown[at];
    const typed = this.typed();
    if (!person || !typed) {
      this.close();
      return;
    }
    this.area.setRangeText(`@${person.name} `, typed.start, this.area.selectionStart, "end");
    this.picked(`@${person.name}`, person.key);
    this.close();
    this.area.dispatchEvent(new Event("input"));
    this.area.focus();
  }

  private close(): void {
    this.list.hidden = true;
    this.shown = [];
    this.area.removeAttribute("aria-activedescendant");
  }
}
