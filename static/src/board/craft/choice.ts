/** The dialog that asks for one of several: a zone, the other end of an arrow, what to do with what was pasted. */

import { all, el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { readingOrder } from "../model/reading-order";
import { fold } from "../view/dialogs";

export class Choice {
  private readonly choice = find<HTMLDialogElement>("#choice") as HTMLDialogElement;
  private before: HTMLElement | null = null;

  constructor(private readonly context: BoardContext) {
    const { signal } = context;
    on(
      this.choice,
      "close",
      () => {
        if (document.activeElement === document.body) this.before?.focus();
      },
      signal,
    );
    const filter = find<HTMLInputElement>("[data-choice-filter]", this.choice);
    if (filter) on(filter, "input", () => this.filter(filter.value), signal);
    on(this.choice, "keydown", (event) => this.choiceKey(event), signal);
  }

  /** A zone, or "" for outside of all. */
  zone(then: (zone: string) => void): void {
    const { board, names } = this.context;
    const options = board
      .zones()
      .map((zone) => ({ id: zone.id, label: names.zoneTitle(zone.id), number: zone.number }));
    this.open(t("Déplacer vers"), [...options, { id: "", label: t("Hors cadre"), number: 0 }], false, then);
  }

  /** A note or a text other than `from`. */
  target(from: string, then: (id: string) => void, title = t("Relier à")): void {
    const { board, names } = this.context;
    const options = readingOrder(board)
      .filter((object) => object.id !== from)
      .map((object) => ({
        id: object.id,
        label: names.inShort(object),
        colour: object.type === "note" ? object.colour : undefined,
      }));
    this.open(title, options, true, then);
  }

  /** `filtered`: many of them can be searched. Closing gives none. */
  open(
    title: string,
    options: { id: string; label: string; number?: number; colour?: string | undefined }[],
    filtered: boolean,
    then: (id: string) => void,
  ): void {
    this.before = document.activeElement as HTMLElement | null;
    const heading = find("h2", this.choice);
    if (heading) heading.textContent = title;
    const field = find("[data-choice-search]", this.choice);
    if (field) field.hidden = !filtered || options.length < 8;
    const filter = find<HTMLInputElement>("[data-choice-filter]", this.choice);
    if (filter) filter.value = "";
    const list = find("[data-choice-list]", this.choice) as HTMLElement;
    list.replaceChildren(
      ...options.map(({ id, label, number, colour }) => {
        const mark = colour
          ? el("span", { class: "swatch", "data-colour": colour }, el("i", { class: "band" }))
          : number
            ? el("span", { class: "board-number" }, String(number))
            : "";
        const button = el("button", { type: "button", class: "menu-item" }, mark, el("span", {}, label));
        button.addEventListener("click", () => {
          this.choice.close();
          then(id);
        });
        return el("li", {}, button);
      }),
    );
    this.choice.showModal();
    (field && !field.hidden ? filter : find("button", list))?.focus();
  }

  private filter(words: string): void {
    const wanted = fold(words);
    for (const item of all("[data-choice-list] > li", this.choice))
      item.hidden = !fold(item.textContent ?? "").includes(wanted);
  }

  private choiceKey(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = all<HTMLElement>("[data-choice-list] > li:not([hidden]) button", this.choice);
    const at = buttons.indexOf(document.activeElement as HTMLElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }
}
