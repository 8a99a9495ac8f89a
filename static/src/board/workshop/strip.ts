/** The agenda over the board: its steps, the time left, and what whoever facilitates does next. */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { hourOf } from "../rounds/pieces";
import type { Partaking } from "./partaking";
import type { State, Workshop } from "./state";

/** Its name for the page, its words, and what it does. */
type Deed = [deed: string, words: string, run: () => void];

const LAST_SECONDS = 30;
const TICK_MS = 250;

export class Strip {
  readonly root = el("section", { class: "workshop", "aria-label": t("Séance d’atelier"), "data-ui": true });
  private readonly steps = el("ol", { class: "workshop-steps", tabindex: 0, "aria-label": t("Étapes") });
  private readonly timer = el("p", { class: "workshop-timer num", role: "timer" });
  private readonly deeds = el("div", { class: "workshop-deeds", role: "group", "aria-label": t("Animer") });
  private readonly note = el("p", { class: "workshop-note small" });
  private readonly said = el("p", { class: "workshop-said" });
  private workshop: Workshop | null = null;
  /** What the buttons do, and which were drawn last. */
  private runs = new Map<string, () => void>();
  private drawn: string | null = null;
  private ahead = 0;
  /** The end that was announced, so that it is once. */
  private warned = "";
  private ticking: ReturnType<typeof setInterval> | undefined;

  constructor(
    private readonly context: BoardContext,
    private readonly tell: (path: string, body: object) => void,
    private readonly does: {
      /** To the round or the vote of the step. */
      partake(what: string): void;
      gather(): void;
      follow(key: string): void;
    },
  ) {
    this.root.append(this.steps, this.timer, this.said, this.deeds, this.note);
    on(this.root, "keydown", (event) => event.key === "F6" || event.stopPropagation(), context.signal);
    context.signal.addEventListener("abort", () => clearInterval(this.ticking), { once: true });
  }

  /** `leader`: who facilitates, if they are here and somebody else; `words`: what this person is to keep to. */
  draw({ workshop, may, zone }: State, ahead: number, partaking: Partaking, leader: string, words: string): void {
    if (!workshop) return;
    this.workshop = workshop;
    this.ahead = ahead;
    this.steps.replaceChildren(...workshop.steps.map((step, place) => this.item(workshop, step.title, place)));
    const now = this.steps.querySelector<HTMLElement>("[data-state=now]");
    if (now)
      this.steps.scrollLeft = now.offsetLeft - this.steps.offsetLeft - (this.steps.clientWidth - now.offsetWidth) / 2;
    this.drawDeeds(this.deedsOf(workshop, may.lead, partaking, leader));
    this.said.textContent = partaking.said;
    this.said.hidden = partaking.said === "";
    this.note.textContent = [words, windowOf(workshop, zone)].filter(Boolean).join(" ");
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

  private deedsOf(
    { step, steps, timer, leader: key, has_begun }: Workshop,
    mayLead: boolean,
    { deed }: Partaking,
    leader: string,
  ): Deed[] {
    const deeds: Deed[] = deed ? [["partake", deed.name, () => this.does.partake(deed.what)]] : [];
    const follow = (): unknown =>
      leader && deeds.push(["follow", t("Suivre %(name)s", { name: leader }), () => this.does.follow(key)]);
    if (!mayLead || !has_begun) {
      follow();
      return deeds;
    }
    const time = (name: string, what: string): unknown =>
      deeds.push([what, name, () => this.tell("/timer", { do: what })]);
    if (timer.ends_at) time(t("Pause"), "pause");
    else if (timer.left_ms !== null) time(t("Reprendre"), "resume");
    else time(t("Lancer le minuteur"), "start");
    if (timer.ends_at || timer.left_ms !== null) {
      time(t("+1 min"), "add");
      time(t("Arrêter"), "stop");
    }
    deeds.push(["gather", t("Rassembler"), () => this.does.gather()]);
    follow();
    if (step + 1 < steps.length)
      deeds.push(["next", t("Étape suivante"), () => this.tell("/step", { step: step + 1 })]);
    return deeds;
  }

  private drawDeeds(deeds: Deed[]): void {
    this.runs = new Map(deeds.map(([deed, , run]) => [deed, run]));
    const names = deeds.map(([deed, name]) => `${deed} ${name}`).join();
    if (names === this.drawn) return; // what is pressed right now stays
    this.drawn = names;
    this.deeds.hidden = deeds.length === 0;
    const before = [...this.deeds.children].indexOf(document.activeElement as Element);
    const focused = (this.deeds.children[before] as HTMLElement | undefined)?.dataset.deed;
    this.deeds.replaceChildren(
      ...deeds.map(([deed, name]) => {
        const kind = deed === "partake" ? "button button-small button-primary" : "button button-small";
        const button = el("button", { type: "button", class: kind, "data-deed": deed }, name);
        on(button, "click", () => this.runs.get(deed)?.(), this.context.signal);
        return button;
      }),
    );
    if (focused === undefined) return;
    const now = [...this.deeds.querySelectorAll<HTMLElement>("button")];
    // 'Pause' becomes 'Reprendre' in its place.
    (now.find(({ dataset }) => dataset.deed === focused) ?? now[before] ?? now[0] ?? this.steps).focus();
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

function windowOf(workshop: Workshop, zone: string): string {
  if (workshop.is_over) return t("Le temps de l’atelier est écoulé.");
  if (!workshop.has_begun && workshop.opens_at)
    return t("L’atelier ouvre : %(hour)s", { hour: hourOf(workshop.opens_at, zone) });
  return workshop.closes_at ? t("Ouvert jusqu’à : %(hour)s", { hour: hourOf(workshop.closes_at, zone) }) : "";
}
