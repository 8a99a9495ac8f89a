/**
 * 'Pendant votre absence': what others changed, as a list that leads to each note. Goes as it is read, or when it is closed.
 * Loaded apart (see `later`): few returns bring something to tell.
 */

import { el, find, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { isPlaced } from "../model/objects";
import { excerpt } from "../names";
import type { Entry } from "../news";
import type { Missed } from "../sync/absence";

const MOST = 12;

export class NewsPanel {
  private readonly place = find("[data-news]") as HTMLElement;
  private said = "";

  constructor(
    private readonly context: BoardContext,
    /** Gives the focus to what is selected, where this person works: on the board, or in the plan. */
    private readonly goTo: () => void,
  ) {
    const { news, selection, signal } = context;
    news.events.on("change", () => this.draw(), signal);
    selection.events.on(
      "change",
      () => {
        if (selection.only !== null) news.see(selection.only);
      },
      signal,
    );
    on(find("[data-news-close]", this.place) as HTMLElement, "click", () => news.clear(), signal);
    this.draw();
  }

  private draw(): void {
    const { news, announcer } = this.context;
    const { entries } = news;
    const hadFocus = this.place.contains(document.activeElement);
    this.place.hidden = entries.length === 0;
    if (entries.length === 0) {
      this.said = "";
      return;
    }
    const summary = summaryOf(entries);
    if (this.said === "") announcer.say(summary);
    this.said = summary;
    (find("[data-news-text]", this.place) as HTMLElement).textContent = summary;
    const listed = [...entries].sort((a, b) => Number(b.alsoMine) - Number(a.alsoMine)).filter(isThere);
    const list = find("[data-news-list]", this.place) as HTMLElement;
    list.replaceChildren(...listed.slice(0, MOST).map((entry) => el("li", {}, this.button(entry))));
    if (hadFocus && !this.place.contains(document.activeElement)) find("button", list)?.focus();
  }

  private button(entry: Entry): HTMLElement {
    const { board, signal } = this.context;
    const made = el(
      "button",
      { type: "button", class: "board-news-item" },
      el("span", {}, excerpt(board.get(entry.id))),
      el("span", { class: "small soft" }, describe(entry)),
    );
    on(made, "click", () => this.show(entry.id), signal);
    return made;
  }

  private show(id: string): void {
    const { board, camera, news, selection } = this.context;
    const object = board.get(id);
    if (isPlaced(object)) camera.reveal(object);
    selection.set([id], id);
    news.see(id);
    this.goTo();
  }
}

const isThere = (entry: Entry): boolean => entry.kind !== "removed";

function describe({ kind, alsoMine, by }: Entry): string {
  const names = by.join(", ");
  if (kind === "added") return names ? t("nouvelle, de %(names)s", { names }) : t("nouvelle");
  if (alsoMine) return names ? t("aussi modifiée par %(names)s", { names }) : t("aussi modifiée");
  return names ? t("modifiée par %(names)s", { names }) : t("modifiée");
}

/** All in one sentence. */
function summaryOf(entries: readonly Entry[]): string {
  const both = entries.filter((entry) => entry.alsoMine && entry.kind === "changed");
  const others = entries.filter((entry) => !both.includes(entry));
  const count = (kind: Missed["kind"]): number => others.filter((entry) => entry.kind === kind).length;
  const names = [...new Set(both.flatMap(({ by }) => by))].join(", ");
  const parts: string[] = [];
  if (both.length > 0) {
    parts.push(
      names
        ? tn("%(num)s note aussi modifiée par %(names)s", "%(num)s notes aussi modifiées par %(names)s", both.length, {
            names,
          })
        : tn("%(num)s note aussi modifiée", "%(num)s notes aussi modifiées", both.length),
    );
  }
  if (count("changed") > 0) parts.push(tn("%(num)s note modifiée", "%(num)s notes modifiées", count("changed")));
  if (count("added") > 0) parts.push(tn("%(num)s nouvelle", "%(num)s nouvelles", count("added")));
  if (count("removed") > 0) parts.push(tn("%(num)s supprimée", "%(num)s supprimées", count("removed")));
  return t("Pendant votre absence : %(what)s.", { what: parts.join(", ") });
}
