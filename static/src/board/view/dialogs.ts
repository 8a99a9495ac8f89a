/** The board's dialogs: where to move, what to join, the shortcuts, how many notes to paste. Native <dialog>. */

import { all, el, find, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { readingOrder } from "../model/reading-order";
import { excerpt } from "../names";

export class Dialogs {
  private readonly choice = find<HTMLDialogElement>("#choice") as HTMLDialogElement;
  private readonly shortcuts = find<HTMLDialogElement>("#shortcuts") as HTMLDialogElement;
  private before: HTMLElement | null = null;

  constructor(
    private readonly context: () => BoardContext,
    signal: AbortSignal,
  ) {
    for (const dialog of [this.choice, this.shortcuts, find<HTMLDialogElement>("#people")]) {
      if (!dialog) continue;
      on(
        dialog,
        "click",
        (event) => {
          if (event.target === dialog || (event.target as Element).closest("[data-close]")) dialog.close();
        },
        signal,
      );
      // Keys pressed in a dialog are not for the board behind it.
      on(dialog, "keydown", (event) => event.stopPropagation(), signal);
    }
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

  help(): void {
    this.shortcuts.showModal();
  }

  /** A zone, or "" for outside of all. */
  chooseZone(then: (zone: string) => void): void {
    const { board, names } = this.context();
    const options = board
      .zones()
      .map((zone) => ({ id: zone.id, label: names.zoneTitle(zone.id), number: zone.number }));
    this.open(t("Déplacer vers"), [...options, { id: "", label: t("Hors cadre"), number: 0 }], false, then);
  }

  /** A note or a text other than `from`. */
  chooseTarget(from: string, then: (id: string) => void): void {
    const { board } = this.context();
    const options = readingOrder(board)
      .filter((object) => object.id !== from)
      .map((object) => ({
        id: object.id,
        label: excerpt(object),
        colour: object.type === "note" ? object.colour : undefined,
      }));
    this.open(t("Relier à"), options, true, then);
  }

  /** Whether to make one note per line. */
  confirmPaste(count: number, then: (several: boolean) => void): void {
    const options = [
      { id: "several", label: tn("Créer %(num)s note, une par ligne", "Créer %(num)s notes, une par ligne", count) },
      { id: "one", label: t("Tout mettre dans une seule note") },
    ];
    this.open(t("Coller plusieurs lignes"), options, false, (id) => then(id === "several"));
  }

  private open(
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

/** Lower case without accents, to search by what was meant. */
export const fold = (text: string): string =>
  text.normalize("NFD").replace(/\p{M}/gu, "").replace(/’/g, "'").toLowerCase();
