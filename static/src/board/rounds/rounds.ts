/**
 * Rounds and votes, loaded apart (see `later`): when one is open or was, when the server says that one changed, or from the
 * menu. What is hidden or counted is the server's; this shows what the reader may know.
 */

import { confirm } from "../../lib/confirm";
import { all, find } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { Emitter } from "../emitter";
import type { Benches } from "../later";
import type { BoardDocument } from "../model/document";
import { readingOrder, readZones, type ZoneReading } from "../model/reading-order";
import { type Mark, Marks } from "./marks";
import { Opening } from "./opening";
import { Results } from "./results";
import { Refusal, Server, type State } from "./state";
import { Voting } from "./voting";
import { WritingPanel } from "./writing";

/** How often who leads a round looks how many notes wait. */
const LOOK_MS = 5_000;
/** Closing by the hour is nobody's deed here: one asks a moment after. */
const AFTER_HOUR_MS = 1_500;
const MOST_DELAY_MS = 2 ** 31 - 1;

export class Rounds {
  private readonly server: Server;
  private readonly writing: WritingPanel;
  private readonly voting: Voting;
  private readonly marks: Marks;
  private readonly results: Results;
  private readonly opening: Opening;
  private readonly panels = find(".board-panels") as HTMLElement;
  readonly events = new Emitter<{ change: undefined }>();
  state: State = { zone: "", round: null, ballot: null, results: [] };
  private isKnown = false;
  /** How much was told to the server so far. */
  private deeds = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly context: BoardContext,
    private readonly benches: Benches,
  ) {
    const { config, names, session, signal } = context;
    this.server = new Server(config.board);
    const tell = (path: string, body: object): Promise<string> => this.tell(path, body);
    this.writing = new WritingPanel(context, tell);
    this.voting = new Voting(
      context,
      tell,
      () => this.drawMarks(),
      () => void this.closeVote(),
    );
    this.marks = new Marks(context, (note) => this.voting.step(note, 1));
    this.results = new Results(context);
    this.opening = new Opening(
      context,
      tell,
      (what) => this.openNow(what),
      () => this.state.zone,
    );
    names.more = (note) => this.said(note);
    session.events.on(
      "status",
      ({ connection }) => {
        if (connection === "live" && !this.isKnown) this.refresh();
        this.isKnown &&= connection === "live" || connection === "fallback";
      },
      signal,
    );
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  /** A button of the page: what it is for stands in `data-what`. */
  open(opener: HTMLElement): void {
    const what = opener.dataset.what ?? "";
    if (what.startsWith("by-")) this.listBy(what, opener);
    else this.begin(what);
  }

  /** Opens "round", "ballot" or "results": what there is, or the form that begins one. */
  begin(what: string): void {
    if (this.isKnown) this.openNow(what);
    else void this.look().then((said) => (said ? this.context.toasts.show(said) : this.openNow(what)));
  }

  /** Asks the server anew. */
  refresh(): void {
    void this.look();
  }

  private openNow(what: string): void {
    const { round, ballot, results } = this.state;
    if (what === "results") this.results.show(results);
    else if (what === "round" && round) this.writing.root.querySelector<HTMLElement>("textarea, button")?.focus();
    else if (what === "ballot" && ballot) this.voting.begin();
    else if (what === "round") this.opening.openRound();
    else this.opening.openBallot();
  }

  private async look(): Promise<string> {
    try {
      const { deeds } = this;
      const state = await this.server.read();
      // What was read before one's own deed, or beside it, may lack it: the deed's answer has it.
      if (deeds === this.deeds && this.voting.isSettled) this.take(state);
      return "";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.planLook();
      return error.message;
    }
  }

  /** Tells the server a deed, and takes in its answer; gives the refusal in words, "" when there is none. */
  private async tell(path: string, body: object): Promise<string> {
    this.deeds += 1;
    const { deeds } = this;
    try {
      const state = await this.server.tell(path, body);
      if (deeds === this.deeds && this.voting.isSettled) this.take(state);
      return "";
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      if (this.voting.isSettled) await this.look();
      return error.message;
    }
  }

  private take(state: State): void {
    const before = this.state;
    this.state = state;
    const { round, ballot, results } = state;
    if (ballot && !ballot.has_begun) ballot.may_vote = false;
    if (round) this.writing.draw(round, state.zone);
    this.voting.draw(ballot, state.zone);
    this.show(this.writing.root, round !== null);
    this.show(this.voting.root, ballot !== null);
    this.drawMarks();
    // Where the page knew of none, the first one is news.
    if (this.isKnown || !this.context.config.rounds) this.announce(before, state);
    this.isKnown = true;
    if (this.isKnown && before.ballot && !ballot && results[0]) {
      const [newest] = results;
      this.context.toasts.show(t("Le vote est clos."), {
        label: t("Voir les résultats"),
        run: () => this.results.show([newest as (typeof results)[number], ...results.slice(1)]),
      });
    }
    this.planLook();
    this.events.emit("change", undefined);
  }

  private announce(before: State, now: State): void {
    const tell = (words: string): void => this.context.announcer.tell(words, "essential");
    if (!before.round && now.round) tell(t("Un tour d’écriture en silence est ouvert."));
    if (before.round && !now.round) tell(t("Les notes écrites en silence sont sur le tableau."));
    if (!before.ballot && now.ballot) tell(t("Un vote est ouvert."));
    if (before.ballot && !now.ballot) tell(t("Le vote est clos : les totaux sont sur les notes."));
  }

  private show(panel: HTMLElement, isShown: boolean): void {
    if (isShown && !panel.isConnected) this.panels.prepend(panel);
    if (!isShown && panel.isConnected) {
      const hadFocus = panel.contains(document.activeElement);
      panel.remove();
      if (hadFocus) this.context.stage.takeFocus();
    }
  }

  /** When to ask again: soon for who leads a round, else when an hour comes. */
  private planLook(): void {
    clearTimeout(this.timer);
    const { round, ballot } = this.state;
    const hours = [round?.opens_at, round?.closes_at, ballot?.opens_at, ballot?.closes_at]
      .filter((hour): hour is string => Boolean(hour))
      .map((hour) => Date.parse(hour) - Date.now() + AFTER_HOUR_MS)
      .filter((delay) => delay > 0);
    if (round && round.waiting !== null) hours.push(LOOK_MS);
    if (hours.length === 0) return;
    this.timer = setTimeout(
      () => {
        if (document.visibilityState === "visible") void this.look();
        else this.planLook();
      },
      Math.min(...hours, MOST_DELAY_MS),
    );
  }

  private async closeVote(): Promise<void> {
    const { ballot } = this.state;
    if (!ballot) return;
    const sure = await confirm(
      t("Clore le vote ?"),
      t("Clore"),
      t("Les voix sont comptées, puis effacées : il ne reste que des totaux, et personne ne peut plus voter."),
    );
    if (!sure) return;
    const refusal = await this.tell(`ballots/${ballot.id}/close`, {});
    if (refusal) this.context.toasts.show(refusal);
  }

  // On notes and in the plan

  private drawMarks(): void {
    const { ballot, results } = this.state;
    const marks = new Map<string, Mark>();
    if (ballot) {
      if (ballot.may_vote)
        for (const note of ballot.notes)
          marks.set(note, { count: ballot.mine[note] ?? 0, strong: (ballot.mine[note] ?? 0) > 0 });
    } else {
      const totals = results[0]?.totals ?? [];
      const most = Math.max(1, ...totals.map(({ points }) => points));
      for (const { note, points } of totals)
        if (points > 0) marks.set(note, { count: points, strong: points === most });
    }
    this.marks.show(marks);
  }

  private said(note: string): string {
    const mark = this.marks.of(note);
    if (!mark) return "";
    if (!this.state.ballot) return tn("%(num)s voix", "%(num)s voix", mark.count);
    return tn("%(num)s voix de vous", "%(num)s voix de vous", mark.count);
  }

  private listBy(what: string, opener: HTMLElement): void {
    const reads: Record<string, (board: BoardDocument) => ZoneReading[]> = {
      "by-zone": readZones,
      "by-votes": (board) => this.byVotes(board),
      "by-age": byAge,
    };
    for (const one of all("[data-what^='by-']")) one.setAttribute("aria-pressed", String(one === opener));
    const list = (): void => this.benches.plan.listBy(reads[what] ?? readZones);
    if (what !== "by-votes" || this.isKnown) list();
    else void this.look().then(list);
    this.context.announcer.say(opener.textContent ?? "");
  }

  private byVotes(board: BoardDocument): ZoneReading[] {
    const votes = (id: string): number => this.marks.of(id)?.count ?? 0;
    const notes = readingOrder(board).toSorted((a, b) => votes(b.id) - votes(a.id));
    const title = this.state.ballot
      ? t("Par vos voix")
      : this.state.results[0]
        ? t("Par nombre de voix")
        : t("Par nombre de voix : aucun vote n’est clos");
    return [{ zone: null, title, notes }];
  }
}

/** The newest first: order keys count up as objects are made. */
function byAge(board: BoardDocument): ZoneReading[] {
  const notes = readingOrder(board).toSorted((a, b) => (a.order < b.order ? 1 : a.order > b.order ? -1 : 0));
  return [{ zone: null, title: t("Les plus récentes d’abord"), notes }];
}
