/**
 * 'Historique': the board's moments in a panel, as the server draws them beside now, and bringing a part back. What came
 * back is taken back by undo. Without this script the menu's link leads to a page that does the same.
 */

import { el, find, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import { Exchange, Refused } from "../comments/exchange";
import type { BoardContext } from "../context";
import { sideDialog } from "../side-dialog";
import { drawArea } from "./area";
import { Restorations, type Restored } from "./restorations";

/** The slider is followed once it rests. */
const REST_MS = 250;

export class Past {
  private readonly body = el("div", { class: "past-body" });
  private readonly title = el("h2", { id: "past-title", tabindex: "-1" }, t("Historique"));
  private readonly fullPage = el("a", { class: "button" }, t("Ouvrir la page complète"));
  private readonly dialog: HTMLDialogElement;
  private readonly exchange: Exchange;
  private readonly restorations: Restorations;
  private url = "";
  private timer: ReturnType<typeof setTimeout> | undefined;
  /** The moment that is shown, "" for the last. */
  private moment = "";
  /** Answers that come late are left. */
  private asked = 0;

  constructor(
    private readonly context: BoardContext,
    /** The page's own: a policy of Trusted Types is made once. */
    private readonly showFragment: (target: Element, html: string) => void,
  ) {
    const { signal, config } = context;
    this.exchange = new Exchange(config.csrf);
    this.restorations = new Restorations(context, this.exchange);
    this.dialog = sideDialog(context, "past", this.title, this.body, this.fullPage);
    on(
      this.dialog,
      "click",
      (event) => {
        if (!(event.target as HTMLElement).closest("[data-back], .past-body form .actions a")) return;
        event.preventDefault();
        void this.show(true);
      },
      signal,
    );
    on(this.dialog, "input", (event) => this.slide(event), signal);
    on(this.dialog, "submit", (event) => this.submit(event), signal);
  }

  open(opener: HTMLElement): void {
    this.url = opener.getAttribute("href") ?? "";
    this.fullPage.setAttribute("href", this.url);
    this.moment = "";
    this.dialog.showModal();
    this.title.focus();
    void this.show(false);
  }

  /** Asks for the moment, and shows it; a late answer to another wish is left. */
  private async show(focus: boolean): Promise<void> {
    const query = new URLSearchParams({ part: "1", ...(this.moment && { moment: this.moment }) });
    await this.load(fetch(`${this.url}?${query}`, { credentials: "same-origin" }), focus);
    this.fullPage.setAttribute("href", this.moment ? `${this.url}?moment=${this.moment}` : this.url);
    this.title.textContent = t("Historique");
    const form = find<HTMLFormElement>("form[data-restore]", this.body);
    const picture = find("[data-picture]", this.body);
    if (form && picture) drawArea(picture, form, this.context.signal);
  }

  private async load(request: Promise<Response>, focus: boolean): Promise<void> {
    this.asked += 1;
    const { asked } = this;
    this.body.setAttribute("aria-busy", "true");
    const range = find("#moment", this.body) === document.activeElement;
    try {
      const answer = await request;
      if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
      const html = await answer.text();
      if (asked !== this.asked) return;
      this.showFragment(this.body, html);
    } catch {
      if (asked !== this.asked) return;
      this.body.replaceChildren(
        el("p", {}, t("Ce moment ne peut pas être montré maintenant : réessayez quand le réseau revient.")),
        el(
          "p",
          { class: "actions" },
          el("button", { type: "button", class: "button", "data-back": true }, t("Réessayer")),
        ),
      );
    }
    this.body.removeAttribute("aria-busy");
    if (range) find("#moment", this.body)?.focus();
    else if (focus) this.title.focus();
  }

  private slide(event: Event): void {
    const range = event.target;
    if (!(range instanceof HTMLInputElement) || range.dataset.moments === undefined) return;
    const said = (JSON.parse(range.dataset.moments) as string[])[range.valueAsNumber - 1] ?? "";
    range.setAttribute("aria-valuetext", said);
    const output = find("[data-moment]", this.body);
    if (output) output.textContent = said;
    this.moment = range.value;
    clearTimeout(this.timer);
    this.timer = setTimeout(() => void this.show(false), REST_MS);
  }

  private submit(event: Event): void {
    const form = event.target as HTMLFormElement;
    const fields = [...new FormData(form)].map(([name, value]): [string, string] => [name, String(value)]);
    event.preventDefault();
    if (form.method === "get") void this.show(false);
    else if (form.matches("[data-restore]")) {
      const body = new URLSearchParams(fields);
      this.title.textContent = t("Ce qui changera");
      void this.load(fetch(`${form.action}?part=1`, { method: "POST", credentials: "same-origin", body }), true);
    } else void this.restore(form.action, fields);
  }

  private async restore(url: string, fields: [string, string][]): Promise<void> {
    const { announcer, toasts, actions } = this.context;
    try {
      const made = (await this.exchange.post(url, fields)) as Restored;
      this.dialog.close();
      if (made.count > 0) this.restorations.add(made);
      const words =
        made.count > 0
          ? tn(
              "%(num)s élément est revenu au moment choisi",
              "%(num)s éléments sont revenus au moment choisi",
              made.count,
            )
          : t("Le tableau est déjà comme vous le demandez : rien n’a changé.");
      announcer.say(words);
      toasts.show(words, made.count > 0 ? { label: t("Annuler"), run: () => actions.undo() } : undefined);
    } catch (error) {
      const why = error instanceof Refused ? error.message : "";
      const words = why || t("Le serveur ne répond pas : réessayez quand le réseau revient.");
      announcer.say(words);
      toasts.show(words);
    }
  }
}
