/** Opening a round or a vote: what, where, for how long. */

import { el } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { field, formDialog, HourField } from "./pieces";

type Tell = (path: string, body: object) => Promise<string>;

export class Opening {
  private round: HTMLDialogElement | null = null;
  private ballot: HTMLDialogElement | null = null;
  private readonly hours: HourField[] = [];

  constructor(
    private readonly context: BoardContext,
    /** Gives what the server refused, "" when it did not. */
    private readonly tell: Tell,
    /** It is open: a round or a ballot. */
    private readonly opened: (what: string) => void,
    /** The cohort's time zone. */
    private readonly zone: () => string,
  ) {}

  openRound(): void {
    this.round ??= this.makeRound();
    this.show(this.round, false);
  }

  openBallot(): void {
    this.ballot ??= this.makeBallot();
    this.show(this.ballot, true);
  }

  private show(dialog: HTMLDialogElement, withSelection: boolean): void {
    const select = dialog.querySelector("select") as HTMLSelectElement;
    this.fill(select, withSelection);
    for (const hour of this.hours) hour.show(this.zone());
    if (!dialog.isConnected) this.context.page.root.append(dialog);
    dialog.showModal();
  }

  /** The zones as they are now; the one in which something is selected is chosen. */
  private fill(select: HTMLSelectElement, withSelection: boolean): void {
    const { board, names, selection } = this.context;
    const before = select.value;
    const options = board
      .zones()
      .map((zone) =>
        el("option", { value: zone.id }, `${zone.number > 0 ? `${zone.number}. ` : ""}${names.zoneTitle(zone.id)}`),
      );
    const chosen = this.chosenNotes();
    const whole = withSelection ? t("Toutes les notes du tableau") : t("À côté du tableau, sans cadre");
    select.replaceChildren(
      ...(withSelection && chosen.length > 1
        ? [el("option", { value: "ids" }, t("Les %(num)s notes sélectionnées", { num: chosen.length }))]
        : []),
      ...(withSelection
        ? [el("option", { value: "" }, whole), ...options]
        : [...options, el("option", { value: "" }, whole)]),
    );
    const focus = selection.focus === null ? undefined : board.get(selection.focus);
    const here = focus?.type === "zone" ? focus.id : focus && "zone" in focus ? focus.zone : "";
    if ([...select.options].some(({ value }) => value === before) && before !== "") select.value = before;
    else if (here && !(withSelection && chosen.length > 1)) select.value = here;
  }

  private chosenNotes(): string[] {
    const { board, selection } = this.context;
    return [...selection.ids].filter((id) => board.get(id)?.type === "note");
  }

  /** From when and until when. */
  private window(label: string, hint: string): [from: HourField, until: HourField] {
    const { signal } = this.context;
    const from = new HourField(t("Ouvre le"), t("(facultatif : sinon, tout de suite)"), signal);
    const until = new HourField(label, hint, signal);
    this.hours.push(from, until);
    return [from, until];
  }

  private makeRound(): HTMLDialogElement {
    const zone = el("select");
    const prompt = el("input", { maxlength: 300, autocomplete: "off" });
    const [from, until] = this.window(
      t("Écriture possible jusqu’au"),
      t("(facultatif : sinon, jusqu’à ce que vous révéliez)"),
    );
    const about = el(
      "p",
      { class: "hint" },
      t(
        "Chacun écrit pour soi. Personne, pas même vous, ne lit les notes des autres avant que vous les révéliez toutes ensemble.",
      ),
    );
    const fields = [
      about,
      field(t("Consigne"), prompt, t("(facultative)")),
      field(t("Où placer les notes une fois révélées"), zone),
      from.root,
      until.root,
    ];
    const run = (): Promise<string> =>
      this.tell("rounds", { zone: zone.value, prompt: prompt.value, from: from.value, until: until.value });
    const done = (): void => this.opened("round");
    return formDialog(t("Écrire en silence"), fields, t("Ouvrir le tour"), run, done, this.context.signal);
  }

  private makeBallot(): HTMLDialogElement {
    const zone = el("select");
    const question = el("input", { maxlength: 200, autocomplete: "off" });
    const points = el("input", { type: "number", min: 1, max: 20, value: 3, required: true });
    const cap = el("input", { type: "number", min: 1, max: 20 });
    const [from, until] = this.window(
      t("Vote possible jusqu’au"),
      t("(facultatif : sinon, jusqu’à ce que vous le closiez)"),
    );
    const partners = el("input", { type: "checkbox" });
    const fields = [
      el(
        "p",
        { class: "hint" },
        t(
          "Le vote est secret : à la clôture il ne reste que des totaux, et plus personne ne peut savoir qui a voté quoi.",
        ),
      ),
      field(t("Question"), question, t("(facultative)")),
      field(t("Notes à départager"), zone),
      el(
        "div",
        { class: "round-pair" },
        field(t("Voix par personne"), points),
        field(t("Au plus par note"), cap, t("(facultatif)")),
      ),
      from.root,
      until.root,
      el("label", { class: "round-check" }, partners, t("Les partenaires et les invités votent aussi")),
    ];
    const run = (): Promise<string> => {
      const isChosen = zone.value === "ids";
      return this.tell("ballots", {
        question: question.value,
        points: Number(points.value),
        cap: cap.value === "" ? null : Number(cap.value),
        notes: isChosen ? this.chosenNotes() : [],
        zone: isChosen ? "" : zone.value,
        partners: partners.checked,
        from: from.value,
        until: until.value,
      });
    };
    const done = (): void => this.opened("ballot");
    return formDialog(t("Voter"), fields, t("Ouvrir le vote"), run, done, this.context.signal);
  }
}
