/**
 * Giving points, by key (Space, Backspace), by touching a note's pastille, by the buttons of the panel and of the plan. What
 * is shown is what was asked for; the server's answer to the last request is the truth.
 */

import { el, find, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { readingOrder } from "../model/reading-order";
import { excerpt } from "../names";
import { setText } from "../objects/view";
import { button, hourOf } from "./pieces";
import type { Ballot } from "./state";

/** Gives what the server refused, "" when it did not; the state it answered is taken in when nothing else is under way. */
type Tell = (path: string, body: object) => Promise<string>;

export class Voting {
  readonly root: HTMLElement;
  private readonly question = el("h2", { id: "vote-title" });
  private readonly left = el("p", { class: "vote-left" });
  private readonly dots = el("span", { class: "vote-dots", "aria-hidden": "true" });
  private readonly leftWords = el("span");
  private readonly one = el("div", { class: "vote-one", role: "group" });
  private readonly oneWords = el("p");
  private readonly oneCount = el("output", { class: "num" });
  private readonly hint = el("p", { class: "hint" });
  private readonly close: HTMLButtonElement;
  private readonly inPlan = el(
    "div",
    { class: "vote-in-plan", role: "group", hidden: true },
    el("span", {}, t("Vos voix")),
  );
  private readonly planCount = el("output", { class: "num" });
  private ballot: Ballot | null = null;
  /** The cohort's. */
  private zone = "";
  private waiting: Promise<unknown> = Promise.resolve();
  private underway = 0;

  constructor(
    private readonly context: BoardContext,
    private readonly tell: Tell,
    /** The points shown on notes changed. */
    private readonly changed: () => void,
    closeVote: () => void,
  ) {
    const { signal, selection } = context;
    this.left.append(this.leftWords, this.dots);
    this.one.append(this.oneWords, ...this.stepper(this.oneCount));
    this.close = button(t("Clore le vote…"), closeVote, signal);
    this.root = el(
      "section",
      { class: "board-round", "aria-labelledby": "vote-title" },
      this.question,
      this.left,
      this.one,
      this.hint,
      el("p", { class: "round-actions" }, this.close),
    );
    selection.events.on("change", () => this.drawOne(), signal);
    // Before the board's own keys: in a vote, Space and Backspace are for it.
    const keys = (event: KeyboardEvent): void => this.key(event);
    document.addEventListener("keydown", keys, { capture: true, signal });
    this.inPlan.append(...this.stepper(this.planCount));
    find("[data-plan-bar]")?.after(this.inPlan);
  }

  /** Whether one's own requests are all answered. */
  get isSettled(): boolean {
    return this.underway === 0;
  }

  /** Takes in what the server says; null: no vote is open. */
  draw(ballot: Ballot | null, zone = this.zone): void {
    this.ballot = ballot;
    this.zone = zone;
    this.drawOne();
    if (!ballot) return;
    setText(this.question, ballot.question || t("Vote"));
    this.left.hidden = !ballot.may_vote;
    const left = this.leftOf(ballot);
    setText(this.leftWords, tn("Il vous reste %(num)s voix", "Il vous reste %(num)s voix", left));
    this.dots.replaceChildren(
      ...Array.from({ length: ballot.points }, (_, place) =>
        el("i", { class: place < ballot.points - left ? "is-given" : "" }),
      ),
    );
    this.close.hidden = !ballot.may_close;
    const until = ballot.closes_at ? ` ${t("Jusqu’à : %(hour)s.", { hour: hourOf(ballot.closes_at, zone) })}` : "";
    const how = ballot.may_vote
      ? t(
          "Choisissez une note : Espace donne une voix, Retour arrière la reprend. Votre vote est secret ; seuls les totaux paraîtront.",
        )
      : t("Un vote est en cours : seuls les totaux paraîtront, à la clôture.");
    const opens = ballot.has_begun || !ballot.opens_at ? "" : hourOf(ballot.opens_at, zone);
    setText(this.hint, (opens ? t("Le vote ouvre : %(hour)s.", { hour: opens }) : how) + until);
  }

  /** Puts the focus where one votes: on the board, on a note that is voted on. */
  begin(): void {
    const { board, selection, stage, camera } = this.context;
    const first = this.chosen ?? readingOrder(board).find(({ id }) => this.pointsOn(id) !== null)?.id;
    const note = first === undefined ? undefined : board.placed(first);
    if (!note) return;
    selection.set([note.id], note.id);
    camera.reveal(note);
    stage.takeFocus();
  }

  /** The points of one's own on a note; null when it is not voted on. */
  pointsOn(note: string): number | null {
    const { ballot } = this;
    return ballot?.notes.includes(note) ? (ballot.mine[note] ?? 0) : null;
  }

  /** One point more or less. */
  step(note: string, by: 1 | -1): void {
    const { ballot } = this;
    const { announcer, board, toasts } = this.context;
    const before = this.pointsOn(note);
    if (!ballot?.may_vote || before === null) return;
    const points = before + by;
    if (points < 0) return;
    if (by > 0 && this.leftOf(ballot) === 0) {
      const full = t("Vous avez donné toutes vos voix. Reprenez-en une sur une autre note.");
      announcer.say(full);
      toasts.show(full);
      return;
    }
    if (ballot.cap !== null && points > ballot.cap) {
      const most = tn("%(num)s voix au plus par note", "%(num)s voix au plus par note", ballot.cap);
      announcer.say(most);
      toasts.show(most);
      return;
    }
    ballot.mine = { ...ballot.mine, [note]: points };
    this.draw(ballot);
    this.changed();
    const on_it = tn("%(num)s voix", "%(num)s voix", points);
    const rest = tn("Il vous reste %(num)s voix", "Il vous reste %(num)s voix", this.leftOf(ballot));
    announcer.say(`${excerpt(board.get(note))} : ${on_it}. ${rest}.`);
    this.give(ballot.id, note, points);
  }

  /** One after the other, in the order in which they were asked for. */
  private give(ballot: number, note: string, points: number): void {
    this.underway += 1;
    this.waiting = this.waiting.then(async () => {
      this.underway -= 1;
      const refusal = await this.tell(`ballots/${ballot}/points`, { note, points });
      if (refusal) this.context.toasts.show(refusal);
    });
  }

  private leftOf(ballot: Ballot): number {
    return ballot.points - Object.values(ballot.mine).reduce((sum, points) => sum + points, 0);
  }

  /** The note that keys and buttons are about. */
  private get chosen(): string | null {
    const { selection } = this.context;
    const id = selection.only ?? selection.focus;
    return id !== null && this.pointsOn(id) !== null ? id : null;
  }

  private drawOne(): void {
    const note = this.ballot?.may_vote ? this.chosen : null;
    this.one.hidden = note === null;
    this.inPlan.hidden = note === null;
    if (note === null) return;
    const words = excerpt(this.context.board.get(note));
    setText(this.oneWords, words);
    for (const group of [this.one, this.inPlan])
      group.setAttribute("aria-label", t("Vos voix sur « %(note)s »", { note: words }));
    for (const count of [this.oneCount, this.planCount]) setText(count, String(this.pointsOn(note) ?? 0));
  }

  /** Less, how many, more. */
  private stepper(count: HTMLElement): HTMLElement[] {
    const made = ([by, label, sign]: [1 | -1, string, string]): HTMLButtonElement => {
      const one = el("button", { type: "button", class: "vote-step", "aria-label": label, title: label }, sign);
      on(
        one,
        "click",
        () => {
          if (this.chosen !== null) this.step(this.chosen, by);
        },
        this.context.signal,
      );
      return one;
    };
    return [made([-1, t("Une voix de moins"), "−"]), count, made([1, t("Une voix de plus"), "+"])];
  }

  private key(event: KeyboardEvent): void {
    if (!this.ballot?.may_vote || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const by = event.key === " " ? 1 : event.key === "Backspace" ? -1 : null;
    const target = event.target as Element;
    if (by === null || target.closest("textarea, input, select, button, dialog")) return;
    const row = target.closest<HTMLElement>("[data-key^='n-']")?.dataset.key?.slice(2);
    const onBoard = target.closest("#board") ? this.context.selection.focus : null;
    const note = row ?? onBoard;
    if (note === null || note === undefined || this.pointsOn(note) === null) return;
    event.preventDefault();
    event.stopPropagation();
    if (row !== undefined) this.context.selection.set([row], row);
    this.step(note, by);
  }
}
