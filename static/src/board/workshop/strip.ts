/** The agenda over the board: its steps, the time left, and what whoever facilitates does next. */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Workshop } from "./state";

const LAST_SECONDS = 30;
const TICK_MS = 250;

export class Strip {
  readonly root = el("section", { class: "workshop", "aria-label": t("Séance d’atelier"), "data-ui": true });
  private readonly steps = el("ol", { class: "workshop-steps", tabindex: 0, "aria-label": t("Étapes") });
  private readonly timer = el("p", { class: "workshop-timer num", role: "timer" });
  private readonly deeds = el("div", { class: "workshop-deeds", role: "group", "aria-label": t("Animer") });
  private readonly note = el("p", { class: "workshop-note small" });
  private workshop: Workshop | null = null;
  private ahead = 0;
  /** The end that was announced, so that it is once. */
  private warned = "";
  private ticking: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly context: BoardContext,
    private readonly tell: (path: string, body: object) => void,
  ) {
    this.root.append(this.steps, this.timer, this.deeds, this.note);
    on(this.root, "keydown", (event) => event.stopPropagation(), context.signal);
    context.signal.addEventListener("abort", () => clearInterval(this.ticking), { once: true });
  }

  draw(workshop: Workshop, ahead: number, mayLead: boolean): void {
    this.workshop = workshop;
    this.ahead = ahead;
    this.steps.replaceChildren(...workshop.steps.map((step, place) => this.item(workshop, step.title, place)));
    this.drawDeeds(workshop, mayLead);
    this.note.textContent = windowOf(workshop);
    this.note.hidden = this.note.textContent === "";
    clearInterval(this.ticking);
    if (workshop.timer.ends_at) this.ticking = setInterval(() => this.tick(), TICK_MS);
    this.tick();
  }

  private item(workshop: Workshop, title: string, place: number): HTMLElement {
    const isNow = place === workshop.step;
    const mark = el(
      "span",
      { class: "workshop-mark", "aria-hidden": "true" },
      place < workshop.step ? "✓" : `${place + 1}`,
    );
    const state = place < workshop.step ? "done" : isNow ? "now" : "next";
    return el("li", { "data-state": state, "aria-current": isNow ? "step" : undefined }, mark, title);
  }

  private drawDeeds({ step, steps, timer }: Workshop, mayLead: boolean): void {
    this.deeds.hidden = !mayLead;
    if (!mayLead) return;
    const focused = (document.activeElement as HTMLElement | null)?.dataset?.deed;
    const deeds: [string, string, () => void][] = [];
    const time = (name: string, deed: string): unknown =>
      deeds.push([deed, name, () => this.tell("/timer", { do: deed })]);
    if (timer.ends_at) time(t("Pause"), "pause");
    else if (timer.left_ms !== null) time(t("Reprendre"), "resume");
    else time(t("Lancer le minuteur"), "start");
    time(t("+1 min"), "add");
    if (timer.ends_at || timer.left_ms !== null) time(t("Arrêter"), "stop");
    if (step + 1 < steps.length)
      deeds.push(["next", t("Étape suivante"), () => this.tell("/step", { step: step + 1 })]);
    this.deeds.replaceChildren(
      ...deeds.map(([deed, name, run]) => {
        const button = el("button", { type: "button", class: "button button-small", "data-deed": deed }, name);
        on(button, "click", run, this.context.signal);
        return button;
      }),
    );
    if (!focused) return;
    const again =
      this.deeds.querySelector<HTMLElement>(`[data-deed="${focused}"]`) ?? this.deeds.querySelector("button");
    again?.focus();
  }

  private tick(): void {
    const { timer } = this.workshop as Workshop;
    const left = timer.ends_at ? Date.parse(timer.ends_at) - (Date.now() + this.ahead) : timer.left_ms;
    this.timer.hidden = left === null;
    if (left === null) return;
    const seconds = Math.max(0, Math.ceil(left / 1000));
    const text = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
    if (this.timer.textContent !== text) this.timer.textContent = text;
    this.root.toggleAttribute("data-last", seconds <= LAST_SECONDS);
    if (timer.ends_at && seconds <= LAST_SECONDS && seconds > 0 && this.warned !== timer.ends_at) {
      this.warned = timer.ends_at;
      this.context.announcer.alert(t("Plus que 30 secondes."));
    }
    if (seconds === 0) clearInterval(this.ticking);
  }
}

function windowOf(workshop: Workshop): string {
  const hour = (iso: string): string =>
    new Date(iso).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
  if (workshop.is_over) return t("Le temps de l’atelier est écoulé.");
  if (!workshop.has_begun && workshop.opens_at)
    return t("L’atelier ouvre : %(hour)s", { hour: hour(workshop.opens_at) });
  return workshop.closes_at ? t("Ouvert jusqu’à : %(hour)s", { hour: hour(workshop.closes_at) }) : "";
}
