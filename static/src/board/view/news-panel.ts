/** 'Pendant votre absence': what others changed, as a list that leads to each note. Goes as it is read, or when it is closed. */

import { el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { isPlaced } from "../model/objects";
import { excerpt } from "../names";
import { type Entry, summaryOf } from "../news";

const MOST = 12;

export class NewsPanel {
  private readonly place = find("[data-news]") as HTMLElement;
  private said = "";

  constructor(
    private readonly context: BoardContext,
    /** Gives the focus to an object where this person works: on the board, or in the plan. */
    private readonly goTo: (id: string) => void,
  ) {
    const { news, selection, session, signal } = context;
    news.events.on("change", () => this.draw(), signal);
    session.events.on("returned", ({ missed, awayMs }) => void news.take(missed, awayMs), signal);
    selection.events.on(
      "change",
      () => {
        if (selection.only !== null) news.see(selection.only);
      },
      signal,
    );
    on(find("[data-news-close]", this.place) as HTMLElement, "click", () => news.clear(), signal);
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
    this.goTo(id);
  }
}

const isThere = (entry: Entry): boolean => entry.kind !== "removed";

function describe({ kind, alsoMine, by }: Entry): string {
  const names = by.join(", ");
  if (kind === "added") return names ? t("nouvelle, de %(names)s", { names }) : t("nouvelle");
  if (alsoMine) return names ? t("aussi modifiée par %(names)s", { names }) : t("aussi modifiée");
  return names ? t("modifiée par %(names)s", { names }) : t("modifiée");
}
