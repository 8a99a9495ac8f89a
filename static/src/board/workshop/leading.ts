/** 'Animer': begin a workshop, say what guests may do meanwhile, lock zones, freeze the board, end it. */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { HourField, wallOf } from "../rounds/pieces";
import { Refusal, type State, type Step } from "./state";

const MOST_STEPS = 12;
const WINDOW_MS = 72 * 3_600_000;

const usual = (): Step[] => [
  { kind: "read", title: t("Lire"), minutes: 5 },
  { kind: "write", title: t("Écrire en silence"), minutes: 7 },
  { kind: "group", title: t("Regrouper"), minutes: 10 },
  { kind: "vote", title: t("Voter"), minutes: 5 },
  { kind: "decide", title: t("Décider"), minutes: 10 },
];

export class Leading {
  private readonly dialog: HTMLDialogElement;
  private readonly steps = el("ol", { class: "workshop-agenda" });
  private readonly opens: HourField;
  private readonly closes: HourField;
  private readonly rights = el("div", { class: "workshop-rights" });
  private readonly error = el("p", { class: "workshop-error", role: "alert" });
  private readonly accept = el("button", { type: "submit", class: "button button-primary" });
  private readonly stop = el("button", { type: "button", class: "button" }, t("Terminer l’atelier"));
  private state: State | null = null;

  constructor(
    private readonly context: BoardContext,
    private readonly tell: (path: string, body: object) => Promise<State>,
  ) {
    const { page, signal } = context;
    const add = el("button", { type: "button", class: "button button-small" }, t("Ajouter une étape"));
    const close = el("button", { type: "button", class: "button" }, t("Fermer"));
    this.opens = new HourField(t("Ouvre le"), t("(facultatif : sinon, tout de suite)"), signal);
    this.closes = new HourField(t("Se termine le"), t("(facultatif : sans heure de fin, en direct)"), signal);
    // Most windows are three days: who gives a beginning is offered an end.
    on(
      this.opens.input,
      "change",
      () => {
        const { value } = this.opens;
        if (!value || this.closes.value) return;
        this.closes.input.value = wallOf(new Date(Date.parse(`${value}Z`) + WINDOW_MS), "UTC");
        this.closes.draw();
      },
      signal,
    );
    const actions = el("p", { class: "actions" }, close, this.stop, this.accept);
    const form = el(
      "form",
      { method: "dialog", novalidate: true },
      this.steps,
      add,
      el("div", { class: "round-pair" }, this.opens.root, this.closes.root),
      this.rights,
      this.error,
      actions,
    );
    this.dialog = el(
      "dialog",
      { class: "dialog workshop-dialog", "aria-labelledby": "workshop-title" },
      el("h2", { id: "workshop-title" }, t("Animer un atelier")),
      form,
    );
    page.root.append(this.dialog);
    on(this.dialog, "keydown", (event) => event.stopPropagation(), signal);
    on(close, "click", () => this.dialog.close(), signal);
    on(add, "click", () => this.addStep({ kind: "other", title: "", minutes: 5 }, true), signal);
    on(this.stop, "click", () => void this.run("/end", {}, true), signal);
    on(
      form,
      "submit",
      (event) => {
        event.preventDefault();
        void this.send();
      },
      signal,
    );
  }

  open(state: State): void {
    const { workshop } = state;
    this.error.textContent = "";
    this.steps.replaceChildren();
    for (const step of workshop?.steps ?? usual()) this.addStep(step);
    this.opens.show(state.zone, workshop?.opens_at);
    this.closes.show(state.zone, workshop?.closes_at);
    this.accept.textContent = workshop ? t("Enregistrer le déroulé") : t("Commencer l’atelier");
    this.stop.hidden = !workshop;
    this.draw(state);
    this.dialog.showModal();
  }

  /** What may have changed while the dialog is open. */
  draw(state: State): void {
    this.state = state;
    const controls = (): HTMLElement[] => [...this.rights.querySelectorAll<HTMLElement>("input, select")];
    const focused = controls().indexOf(document.activeElement as HTMLElement);
    this.drawRights(state);
    controls()[focused]?.focus();
  }

  private drawRights({ workshop, novices, inbox, frozen, may }: State): void {
    this.rights.replaceChildren();
    if (workshop) {
      this.rights.append(
        this.check(
          t("Mode simple pour les partenaires et les invités : ajouter des notes, les déplacer, voter"),
          novices,
          (on) => this.run("/novices", { on }),
        ),
        this.chooseInbox(inbox?.zone ?? ""),
      );
    }
    if (may.freeze) this.rights.append(this.check(t("Figer le tableau"), frozen, (on) => this.run("/freeze", { on })));
    const zones = this.context.board.zones();
    if (zones.length === 0) return;
    const list = el("fieldset", { class: "workshop-locks" }, el("legend", {}, t("Cadres verrouillés")));
    for (const zone of zones) {
      const name = this.context.board.textOf(zone.id)?.toString() || t("Cadre sans titre");
      list.append(
        this.check(name, zone.locked, async (locked) => {
          this.context.board.update(zone.id, { locked });
        }),
      );
    }
    this.rights.append(list);
  }

  private addStep(step: Step, focus = false): void {
    if (this.steps.children.length >= MOST_STEPS) return;
    const title = el("input", { type: "text", value: step.title, maxlength: 60, "aria-label": t("Titre de l’étape") });
    const minutes = el("input", { type: "number", value: step.minutes, min: 0, max: 240, "aria-label": t("Minutes") });
    const up = el(
      "button",
      { type: "button", class: "button button-small", "aria-label": t("Monter cette étape") },
      "↑",
    );
    const remove = el(
      "button",
      { type: "button", class: "button button-small", "aria-label": t("Retirer cette étape") },
      "×",
    );
    const item = el("li", { "data-kind": step.kind }, title, minutes, up, remove);
    const { signal } = this.context;
    on(
      up,
      "click",
      () => {
        if (item.previousElementSibling) item.previousElementSibling.before(item);
        up.focus();
      },
      signal,
    );
    on(
      remove,
      "click",
      () => {
        if (this.steps.children.length < 2) return;
        const next = (item.nextElementSibling ?? item.previousElementSibling)?.querySelector("input");
        item.remove();
        next?.focus();
      },
      signal,
    );
    this.steps.append(item);
    if (focus) title.focus();
  }

  private check(label: string, checked: boolean, change: (on: boolean) => Promise<void>): HTMLElement {
    const box = el("input", { type: "checkbox", checked });
    on(box, "change", () => void change(box.checked), this.context.signal);
    return el("label", { class: "workshop-check" }, box, ` ${label}`);
  }

  private chooseInbox(zone: string): HTMLElement {
    const choice = el(
      "select",
      { id: "workshop-inbox" },
      el("option", { value: "" }, t("Aucune : partout sur le tableau")),
    );
    for (const one of this.context.board.zones()) {
      const name = this.context.board.textOf(one.id)?.toString() || t("Cadre sans titre");
      choice.append(el("option", { value: one.id, selected: one.id === zone }, name));
    }
    on(choice, "change", () => void this.run("/inbox", { zone: choice.value }), this.context.signal);
    return el(
      "div",
      { class: "field" },
      el("label", { for: "workshop-inbox" }, t("Boîte de réception des invités")),
      choice,
    );
  }

  private async send(): Promise<void> {
    const workshop = this.state?.workshop;
    const steps = [...this.steps.children].map((item) => {
      const [title, minutes] = [...item.querySelectorAll("input")];
      const kind = (item as HTMLElement).dataset.kind ?? "other";
      return { kind, title: title?.value ?? "", minutes: Math.round(Number(minutes?.value)) };
    });
    const step = Math.min(workshop?.step ?? 0, steps.length - 1);
    await this.run(
      workshop ? "/agenda" : "",
      { steps, step, opens: this.opens.value, closes: this.closes.value },
      true,
    );
  }

  private async run(path: string, body: object, closes = false): Promise<void> {
    this.error.textContent = "";
    try {
      await this.tell(path, body);
      if (closes) this.dialog.close();
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.error.textContent = error.message;
    }
  }
}
