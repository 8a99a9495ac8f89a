/** The panel of a private round: the prompt, one's own notes, and for who leads it how many wait. */

import { COLOURS } from "../../generated/board-specs";
import { confirm } from "../../lib/confirm";
import { el, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { newId } from "../model/document";
import { COLOUR_NAMES } from "../names";
import { setText } from "../objects/view";
import { button, hourOf } from "./pieces";
import type { OwnNote, Round } from "./state";

type Tell = (path: string, body: object) => Promise<string>;

export class WritingPanel {
  readonly root: HTMLElement;
  private readonly prompt = el("p", { class: "round-prompt" });
  private readonly state = el("p", { class: "hint" });
  private readonly form: HTMLFormElement;
  private readonly words: HTMLTextAreaElement;
  private readonly add = el("button", { type: "submit", class: "button button-primary button-small" });
  private readonly error = el("p", { class: "round-error", role: "alert" });
  private readonly list = el("ul", { class: "round-notes", "aria-label": t("Vos notes, lues par vous seul·e") });
  private readonly lead = el("div", { class: "round-lead" });
  private readonly waiting = el("p", { class: "num" });
  private readonly end: HTMLButtonElement;
  private hasBegun = true;
  /** The notes as they were listed last. */
  private drawn = "";
  /** The note that is being changed; null for a new one. */
  private changed: string | null = null;
  /** The name of the note that is being written: sent twice, it is written once. */
  private key = newId();

  constructor(
    private readonly context: BoardContext,
    private readonly tell: Tell,
  ) {
    const { signal } = context;
    this.words = el("textarea", { id: "round-words", rows: 3, maxlength: 2000 });
    const colours = el(
      "fieldset",
      { class: "round-colours" },
      el("legend", { class: "sr-only" }, t("Couleur et motif")),
    );
    for (const colour of COLOURS) {
      const radio = el("input", { type: "radio", name: "round-colour", value: colour, checked: colour === "jonc" });
      const swatch = el("span", { class: "swatch", "data-colour": colour }, el("i", { class: "band" }));
      colours.append(
        el(
          "label",
          { title: t(COLOUR_NAMES[colour]) },
          radio,
          swatch,
          el("span", { class: "sr-only" }, t(COLOUR_NAMES[colour])),
        ),
      );
    }
    this.form = el(
      "form",
      {},
      el("label", { for: "round-words" }, t("Votre note")),
      this.words,
      colours,
      this.error,
      el("p", { class: "round-actions" }, this.add),
    );
    on(
      this.form,
      "submit",
      (event) => {
        event.preventDefault();
        void this.save();
      },
      signal,
    );
    on(
      this.words,
      "keydown",
      (event) => {
        if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.form.requestSubmit();
      },
      signal,
    );
    this.end = button("", () => void this.reveal(), signal, "button-primary");
    this.lead.append(this.waiting, this.end);
    this.root = el(
      "section",
      { class: "board-round", "aria-labelledby": "round-title" },
      el("h2", { id: "round-title" }, t("Écrire en silence")),
      this.prompt,
      this.state,
      this.form,
      this.list,
      this.lead,
    );
    on(this.root, "keydown", (event) => event.key === "F6" || event.stopPropagation(), signal);
    this.drawForm();
  }

  draw(round: Round, zone: string): void {
    setText(this.prompt, round.prompt);
    this.prompt.hidden = round.prompt === "";
    setText(this.state, this.sentence(round, zone));
    this.form.hidden = !(round.may_write && round.takes_notes);
    this.drawList(round);
    this.lead.hidden = !round.may_reveal;
    this.hasBegun = round.has_begun;
    setText(this.end, round.has_begun ? t("Révéler toutes les notes…") : t("Renoncer à ce tour…"));
    this.end.classList.toggle("button-primary", round.has_begun);
    const { waiting } = round;
    this.waiting.hidden = waiting === null || !round.has_begun;
    if (waiting !== null) setText(this.waiting, tn("%(num)s note attend", "%(num)s notes attendent", waiting));
  }

  /** Who leads asks every few seconds: what one has the focus on stays while nothing changed. */
  private drawList({ mine, takes_notes }: Round): void {
    const state = JSON.stringify([mine, takes_notes]);
    if (state === this.drawn) return;
    this.drawn = state;
    this.list.replaceChildren(...mine.map((note) => this.item(note, takes_notes)));
    this.list.hidden = mine.length === 0;
  }

  private sentence(round: Round, zone: string): string {
    if (!round.has_begun && round.opens_at)
      return t("L’écriture ouvre : %(hour)s.", { hour: hourOf(round.opens_at, zone) });
    if (!round.takes_notes) return t("Le temps d’écriture est écoulé : les notes attendent d’être révélées.");
    const secret = round.may_write
      ? t("Vous seul·e lisez vos notes, jusqu’à ce que toutes soient révélées.")
      : t("Les participants écrivent chacun pour soi.");
    return round.closes_at ? `${secret} ${t("Jusqu’à : %(hour)s.", { hour: hourOf(round.closes_at, zone) })}` : secret;
  }

  private item(note: OwnNote, isOpen: boolean): HTMLElement {
    const { signal } = this.context;
    const change = button(t("Modifier"), () => this.change(note), signal);
    const remove = button(t("Supprimer"), () => void this.remove(note), signal);
    for (const one of [change, remove])
      one.setAttribute("aria-label", `${one.textContent} : ${note.text.slice(0, 48)}`);
    return el(
      "li",
      { "data-colour": note.colour },
      el("i", { class: "band" }),
      el("span", {}, note.text),
      ...(isOpen ? [el("span", { class: "round-note-acts" }, change, remove)] : []),
    );
  }

  private drawForm(): void {
    setText(this.add, this.changed === null ? t("Ajouter") : t("Enregistrer"));
  }

  private change(note: OwnNote): void {
    this.changed = note.key;
    this.words.value = note.text;
    for (const radio of this.form.querySelectorAll<HTMLInputElement>("input"))
      radio.checked = radio.value === note.colour;
    this.drawForm();
    this.words.focus();
  }

  private async save(): Promise<void> {
    const text = this.words.value;
    if (text.trim() === "") {
      this.words.focus();
      return;
    }
    const colour = new FormData(this.form).get("round-colour");
    const refusal = await this.tell("rounds/notes", { key: this.changed ?? this.key, text, colour });
    setText(this.error, refusal);
    if (refusal) return;
    this.context.announcer.say(this.changed === null ? t("Note gardée, pour vous seul·e") : t("Note modifiée"));
    this.changed = null;
    this.key = newId();
    if (this.words.value === text) this.words.value = "";
    this.drawForm();
    this.goOn();
  }

  private async remove(note: OwnNote): Promise<void> {
    const refusal = await this.tell("rounds/notes", { key: note.key, text: "", colour: note.colour });
    setText(this.error, refusal);
    if (refusal) return;
    this.context.toasts.show(t("Note supprimée"), {
      label: t("Annuler"),
      run: () => void this.tell("rounds/notes", { key: note.key, text: note.text, colour: note.colour }),
    });
    this.goOn();
  }

  /** Back to the words, unless one has gone elsewhere while the server answered. */
  private goOn(): void {
    const { activeElement } = document;
    if (activeElement === document.body || this.root.contains(activeElement)) this.words.focus();
  }

  private async reveal(): Promise<void> {
    const sure = this.hasBegun
      ? await confirm(
          t("Révéler toutes les notes ?"),
          t("Révéler"),
          t("Elles vont sur le tableau, signées de leurs auteurs. Personne ne pourra plus en ajouter à ce tour."),
        )
      : await confirm(
          t("Renoncer à ce tour ?"),
          t("Renoncer au tour"),
          t("Il n’est pas encore ouvert : personne n’y a écrit."),
        );
    if (!sure) return;
    const refusal = await this.tell("rounds/reveal", {});
    if (refusal) this.context.toasts.show(refusal);
  }
}
