/**
 * 'Depuis ma dernière visite': what the server says is new to this person, one note after the other, and as a list of the
 * plan. The marks on the notes, and what is read out of them, are those of `News`.
 */

import { all, el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { Exchange } from "../comments/exchange";
import type { BoardContext } from "../context";
import { isPlaced, isWritten } from "../model/objects";
import { readingOrder, readZones } from "../model/reading-order";
import type { Entry } from "../news";
import type { Plan } from "../view/plan";
import { type Counts, countsOf, type Since, sentence, total } from "./visit";

/** Signs that one is still here, for a page that ends without a word. */
const HERE_MS = 600_000;

export class SinceVisit {
  /** '' when there is nothing to tell. */
  said = "";
  private counts: Counts = { added: 0, changed: 0, removed: 0 };
  /** What was new at arrival, in the order of the plan; one may go back to what is seen. */
  private ids: string[] = [];
  private at = -1;
  private readonly url: string;
  private filter: HTMLButtonElement | null = null;

  constructor(
    private readonly context: BoardContext,
    private readonly plan: Plan,
    private readonly goTo: () => void,
    private readonly changed: () => void,
  ) {
    const { config, signal, page } = context;
    this.url = `/boards/${config.board}/visit`;
    void this.arrive();
    on(document, "visibilitychange", () => document.hidden && this.leave(), signal);
    on(window, "pagehide", () => this.leave(), signal);
    const here = setInterval(() => document.hidden || this.leave(), HERE_MS);
    signal.addEventListener("abort", () => clearInterval(here));
    on(page.root, "keydown", (event) => this.key(event), signal);
  }

  /** How far one is, '' before the first. */
  get place(): string {
    return this.at < 0 ? "" : t("%(at)s sur %(count)s", { at: this.at + 1, count: this.ids.length });
  }

  get canWalk(): boolean {
    return this.ids.length > 0;
  }

  /** To the next new note, or the one before. */
  step(by: number): void {
    const { board, camera, selection, announcer } = this.context;
    this.ids = this.ids.filter((id) => isPlaced(board.get(id)));
    if (this.ids.length === 0) return;
    this.at = this.at < 0 ? (by > 0 ? 0 : this.ids.length - 1) : (this.at + by + this.ids.length) % this.ids.length;
    const id = this.ids[this.at] as string;
    const object = board.get(id);
    if (!isPlaced(object)) return;
    camera.reveal(object);
    selection.set([id], id);
    this.context.news.see(id);
    this.goTo();
    announcer.say(this.place);
    this.changed();
  }

  /** Nothing is new any more, here and at the next opening. */
  clear(): void {
    if (this.said === "") return;
    const { news } = this.context;
    this.said = "";
    this.ids = [];
    this.at = -1;
    this.send("seen");
    news.set(news.entries.filter((entry) => !entry.isOfVisit));
    this.showFilter();
    this.changed();
  }

  /** Notes were looked at: after the last one it is over; while one walks through them, once one goes elsewhere. */
  looked(selected: string | null): void {
    if (this.said === "" || this.ids.length === 0) return;
    const isLeft = this.context.news.entries.some((entry) => entry.isOfVisit);
    const isElsewhere = selected !== null && !this.ids.includes(selected);
    if (!isLeft && (this.at < 0 || isElsewhere)) this.clear();
    this.showFilter();
  }

  private async arrive(): Promise<void> {
    const { board, config, news } = this.context;
    let answer: Since;
    try {
      answer = (await new Exchange(config.csrf).post(this.url, { what: "arrive" })) as Since;
    } catch {
      return; // It is asked again when the board is opened again.
    }
    const there = readingOrder(board).filter(({ id }) => Object.hasOwn(answer.notes, id));
    this.ids = there.map(({ id }) => id);
    this.counts = countsOf({
      ...answer,
      notes: Object.fromEntries(this.ids.map((id) => [id, answer.notes[id] ?? "new"])),
    });
    if (total(this.counts) === 0) return;
    this.said = sentence(new Date(answer.since), this.counts, new Date(), document.documentElement.lang);
    const known = new Set(news.entries.map(({ id }) => id));
    const entries: Entry[] = there
      .filter(({ id }) => !known.has(id))
      .map(({ id }) => {
        return { id, kind: answer.notes[id] === "new" ? "added" : "changed", alsoMine: false, by: [], isOfVisit: true };
      });
    this.makeFilter();
    news.set([...news.entries, ...entries]);
    this.changed();
  }

  private leave(): void {
    this.send("leave");
  }

  private send(what: "leave" | "seen"): void {
    const body = new URLSearchParams({ what, csrf_token: this.context.config.csrf });
    void fetch(this.url, { method: "POST", body, keepalive: true, credentials: "same-origin" }).catch(() => undefined);
  }

  private key(event: KeyboardEvent): void {
    const by = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    const isPlain = event.altKey && !event.ctrlKey && !event.metaKey && !event.shiftKey;
    if (by === undefined || !isPlain || this.said === "" || !this.canWalk) return;
    if (event.target instanceof Element && event.target.closest("input, textarea, select, dialog")) return;
    event.preventDefault();
    this.step(by);
  }

  // The plan

  private makeFilter(): void {
    const group = find(".plan-order", this.context.page.plan);
    if (this.filter || !group || this.ids.length === 0) return;
    const button = el("button", { type: "button", class: "plan-new", "aria-pressed": "false" });
    this.filter = button;
    group.append(button);
    const orders = all<HTMLButtonElement>("[data-what]", group);
    on(button, "click", () => this.listNew(button.getAttribute("aria-pressed") !== "true"), this.context.signal);
    for (const one of orders) on(one, "click", () => button.setAttribute("aria-pressed", "false"), this.context.signal);
  }

  private showFilter(): void {
    const { filter } = this;
    if (!filter) return;
    const isOver = this.said === "";
    if (isOver && filter.getAttribute("aria-pressed") === "true") this.listNew(false);
    if (isOver && filter === document.activeElement) this.goTo();
    filter.hidden = isOver;
    const count = this.ids.length;
    filter.replaceChildren(
      t("Nouveau (%(count)s)", { count }),
      el("span", { class: "sr-only" }, ` ${t("depuis votre visite")}`),
    );
  }

  private listNew(isOn: boolean): void {
    const group = find(".plan-order", this.context.page.plan);
    const zones = group && find<HTMLButtonElement>("[data-what='by-zone']", group);
    if (!isOn) {
      zones?.click();
      return;
    }
    for (const one of all("[data-what]", group ?? undefined)) one.setAttribute("aria-pressed", "false");
    this.filter?.setAttribute("aria-pressed", "true");
    const wanted = new Set(this.ids);
    this.plan.listBy((board) =>
      readZones(board)
        .map((group) => ({ ...group, notes: group.notes.filter((note) => isWritten(note) && wanted.has(note.id)) }))
        .filter(({ notes }) => notes.length > 0),
    );
    this.context.announcer.say(this.filter?.textContent ?? "");
  }
}
