/** The dialog that chooses what a card points to, among what this person may see. By keyboard: type, arrows, Enter. */

import { all, debounce, el, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { Card } from "../objects/link";

const TYPING_MS = 250;

export class Picker {
  private readonly dialog: HTMLDialogElement;
  private readonly field: HTMLInputElement;
  private readonly list = el("ul", { class: "board-choices" });
  private readonly told = el("p", { class: "soft", role: "status" });
  private before: HTMLElement | null = null;
  private chosen: (card: Card) => void = () => {};
  /** The newest question: answers to earlier ones are late. */
  private question = 0;

  constructor(
    root: HTMLElement,
    private readonly ask: (query: Record<string, string>) => Promise<Card[]>,
    signal: AbortSignal,
  ) {
    this.field = el("input", {
      type: "search",
      autocomplete: "off",
      placeholder: t("Chercher un problème, un tableau…"),
    });
    const cancel = el("button", { type: "button", class: "button" }, t("Renoncer"));
    this.dialog = el(
      "dialog",
      { class: "dialog board-choice board-cards", "aria-labelledby": "cards-title" },
      el("h2", { id: "cards-title" }, t("Renvoi vers")),
      el("label", { class: "board-search" }, el("span", { class: "sr-only" }, t("Chercher")), this.field),
      this.list,
      this.told,
      el("p", { class: "actions" }, cancel),
    );
    root.append(this.dialog);
    const search = debounce(() => void this.search(), TYPING_MS);
    on(this.field, "input", search, signal);
    on(cancel, "click", () => this.dialog.close(), signal);
    on(this.dialog, "click", (event) => event.target === this.dialog && this.dialog.close(), signal);
    on(this.dialog, "keydown", (event) => this.key(event), signal);
    on(
      this.dialog,
      "close",
      () => {
        this.question += 1;
        search.cancel();
        if (document.activeElement === document.body) this.before?.focus();
      },
      signal,
    );
  }

  open(then: (card: Card) => void): void {
    this.before = document.activeElement as HTMLElement | null;
    this.chosen = then;
    this.field.value = "";
    this.list.replaceChildren();
    this.told.textContent = "";
    this.dialog.showModal();
    this.field.focus();
    void this.search();
  }

  private async search(): Promise<void> {
    this.question += 1;
    const { question } = this;
    let cards: Card[] | null = null;
    try {
      cards = await this.ask({ search: this.field.value.trim() });
    } catch {
      // Told below.
    }
    if (question !== this.question) return;
    this.list.replaceChildren(...(cards ?? []).map((card) => el("li", {}, this.choice(card))));
    this.told.textContent =
      cards === null
        ? t("Le réseau manque : réessayez dans un instant.")
        : cards.length === 0
          ? t("Rien de ce que vous pouvez voir ne correspond.")
          : tn("%(num)s résultat", "%(num)s résultats", cards.length);
  }

  private choice(card: Card): HTMLElement {
    const button = el(
      "button",
      { type: "button", class: "menu-item" },
      el("span", {}, card.title, el("small", { class: "soft" }, ` ${card.label}`)),
    );
    button.addEventListener("click", () => {
      this.dialog.close();
      this.chosen(card);
    });
    return button;
  }

  private key(event: KeyboardEvent): void {
    event.stopPropagation(); // Not for the board behind it.
    const buttons = all<HTMLElement>("button", this.list);
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined) {
      if (at + step < 0) this.field.focus();
      else buttons[Math.min(at + step, buttons.length - 1)]?.focus();
    } else if (event.key === "Enter" && event.target === this.field) buttons[0]?.click();
    else return;
    event.preventDefault();
  }
}
