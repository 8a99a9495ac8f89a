/**
 * What others did: 'Depuis mardi' since the last visit, one note after the other (`since-visit`), and 'Pendant votre
 * absence' while this page was offline, as a list that leads to each note. Goes as it is read, or when it is closed.
 * Loaded apart (see `later`), once the board is in step.
 */

import { all, el, find, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Benches } from "../later";
import { isPlaced } from "../model/objects";
import { excerpt } from "../names";
import type { Entry } from "../news";
import type { Missed } from "../sync/absence";
import { markPlan } from "./plan-marks";
import { SinceVisit } from "./since-visit";

const MOST = 12;

export class NewsPanel {
  private readonly place = find("[data-news]") as HTMLElement;
  private readonly close = find("[data-news-close]", this.place) as HTMLElement;
  private readonly walk = el("p", { class: "board-news-walk", hidden: true });
  private readonly visit: SinceVisit;
  private said = "";
  /** Gives the focus to what is selected, where this person works: on the board, or in the plan. */
  private readonly goTo: () => void;

  constructor(
    private readonly context: BoardContext,
    { plan, work }: Pick<Benches, "plan" | "work">,
  ) {
    const { news, selection, signal } = context;
    this.goTo = () => work.focus();
    this.visit = new SinceVisit(context, plan, this.goTo, () => this.draw());
    this.place.append(this.walk);
    markPlan(context);
    news.events.on("change", () => this.draw(), signal);
    selection.events.on(
      "change",
      () => {
        if (selection.only !== null) news.see(selection.only);
        this.visit.looked(selection.only);
      },
      signal,
    );
    on(this.close, "click", () => this.clear(), signal);
    this.draw();
  }

  private clear(): void {
    this.visit.clear();
    this.context.news.clear();
  }

  private draw(): void {
    const { news, announcer } = this.context;
    this.visit.looked(null);
    const missed = news.entries.filter((entry) => !entry.isOfVisit);
    const hadFocus = this.place.contains(document.activeElement);
    const summary = [this.visit.said, missed.length > 0 ? summaryOf(missed) : ""].filter(Boolean).join(" ");
    this.place.hidden = summary === "";
    if (summary !== this.said && this.said.length < summary.length) announcer.say(summary);
    this.said = summary;
    if (summary === "") {
      if (hadFocus) this.goTo();
      return;
    }
    (find("[data-news-text]", this.place) as HTMLElement).textContent = summary;
    this.drawWalk();
    const listed = [...missed].sort((a, b) => Number(b.alsoMine) - Number(a.alsoMine)).filter(isThere);
    const list = find("[data-news-list]", this.place) as HTMLElement;
    list.hidden = listed.length === 0;
    list.replaceChildren(...listed.slice(0, MOST).map((entry) => el("li", {}, this.button(entry))));
    if (hadFocus && !this.place.contains(document.activeElement)) find("button", list)?.focus();
  }

  /** One after the other, and the end of it; the buttons stay while one goes on, since they have the focus. */
  private drawWalk(): void {
    const { visit, walk } = this;
    walk.hidden = visit.said === "";
    this.close.hidden = visit.said !== "";
    if (walk.childElementCount === 0 && visit.said !== "") {
      const begin = this.walkButton("begin", t("Les voir une à une"), () => visit.step(1));
      const before = this.walkButton("before", "‹", () => visit.step(-1), t("Nouveauté précédente (Alt+↑)"));
      const next = this.walkButton("next", "›", () => visit.step(1), t("Nouveauté suivante (Alt+↓)"));
      const place = el("span", { class: "num", "data-place": true });
      walk.append(
        begin,
        before,
        place,
        next,
        this.walkButton("seen", t("Marquer comme vu"), () => this.clear()),
      );
    }
    const isBegun = visit.place !== "";
    for (const button of all<HTMLElement>("[data-walk]", walk)) {
      const { walk: what } = button.dataset;
      button.hidden = what === "begin" ? isBegun || !visit.canWalk : what !== "seen" && !isBegun;
    }
    const place = find("[data-place]", walk);
    if (place) place.textContent = visit.place;
  }

  private walkButton(what: string, words: string, run: () => void, label = ""): HTMLElement {
    const named = label ? { "aria-label": label, title: label } : {};
    const size = label ? "icon-button" : `button button-small button-${what === "begin" ? "primary" : "quiet"}`;
    const made = el("button", { type: "button", class: size, "data-walk": what, ...named }, words);
    on(made, "click", run, this.context.signal);
    return made;
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
