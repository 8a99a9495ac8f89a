/** The rows of the plan as elements: made once per object, drawn again when it changes, kept in order. */

import { el } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { wordsOf } from "../model/objects";
import { excerpt } from "../names";
import { setAttribute, setText } from "../objects/view";
import type { PlanItem } from "./plan-items";

export class PlanRows {
  private readonly rows = new Map<string, HTMLElement>();

  constructor(
    private readonly tree: HTMLElement,
    private readonly context: BoardContext,
  ) {}

  get(key: string | null): HTMLElement | undefined {
    return key === null ? undefined : this.rows.get(key);
  }

  /** Makes the tree show these rows, in this order. `written` is being written in: its words are left alone. */
  show(items: readonly PlanItem[], current: string | null, written: string | null): void {
    const keys = new Set(items.map((item) => item.key));
    for (const [key, row] of this.rows) {
      if (keys.has(key)) continue;
      row.remove();
      this.rows.delete(key);
    }
    let place = this.tree.firstElementChild;
    for (const item of items) {
      const row = this.rows.get(item.key) ?? this.create(item);
      this.draw(item, current, written);
      // The row that stands in the way alone has gone elsewhere: it is put in when its turn comes.
      if (place && row === place.nextElementSibling) {
        place.remove();
        place = row;
      }
      if (row === place) place = place.nextElementSibling;
      else this.tree.insertBefore(row, place);
    }
  }

  private create(item: PlanItem): HTMLElement {
    const mark =
      item.kind === "zone"
        ? el("span", { class: "board-number", "aria-hidden": "true" })
        : item.kind === "note"
          ? el("span", { class: "swatch" }, el("i", { class: "band" }))
          : el("span", { class: "plan-arrow", "aria-hidden": "true" }, item.isIncoming ? "←" : "→");
    const row = el(
      "li",
      { role: "treeitem", id: `p-${item.key}`, class: `plan-${item.kind}`, "data-key": item.key, tabindex: -1 },
      mark,
      el("span", { class: "plan-words" }),
      el("span", { class: "plan-aside", "aria-hidden": "true" }),
      el("span", { class: "sr-only" }),
    );
    this.rows.set(item.key, row);
    return row;
  }

  /** Draws one row again. */
  draw(item: PlanItem, current: string | null, written: string | null): void {
    const row = this.rows.get(item.key);
    if (!row) return;
    setAttribute(row, "aria-level", String(item.level));
    setAttribute(row, "aria-posinset", String(item.position));
    setAttribute(row, "aria-setsize", String(item.size));
    setAttribute(row, "aria-selected", String(item.key === current));
    setAttribute(row, "tabindex", item.key === current ? "0" : "-1");
    const [mark, words, aside, details] = row.children as unknown as [Element, Element, Element, Element];
    const write = (text: string): void => {
      if (item.key !== written) setText(words, text);
    };
    if (item.kind === "zone") {
      const number = item.zone?.number ?? 0;
      const count = tn("%(num)s note", "%(num)s notes", item.count);
      setAttribute(row, "aria-expanded", String(item.isOpen));
      setText(mark, number > 0 ? String(number) : "");
      write(item.zone ? wordsOf(item.zone) || t("Cadre sans titre") : (item.title ?? t("Hors cadre")));
      setText(aside, String(item.count));
      setText(details, number > 0 ? `${t("cadre %(number)s", { number })}, ${count}` : count);
      this.drawPrompt(row, item.zone?.prompt ?? "");
    } else if (item.kind === "note") {
      const { note } = item;
      const { people, peers, names } = this.context;
      const writer = peers.at(note.id)?.writer ?? "";
      if (note.type === "note") setAttribute(row, "data-colour", note.colour);
      mark.classList.toggle("is-blank", note.type !== "note");
      mark.classList.toggle("is-image", note.type === "image");
      row.toggleAttribute("data-link", note.type === "link");
      const own = note.text.trim();
      write(note.type === "link" ? [names.standIn(note), own].filter(Boolean).join("\n") : own || names.standIn(note));
      words.classList.toggle("soft", note.text.trim() === "");
      setText(aside, writer ? t("%(name)s écrit…", { name: writer }) : people.shortNameOf(note.author));
      setText(details, names.ofWritten(note, writer));
    } else {
      const label = item.link.label.trim();
      const other = excerpt(this.context.board.get(item.other));
      write(label ? `${label} : ${other}` : other);
      setText(details, item.isIncoming ? t("lien reçu") : t("lien"));
    }
  }

  private drawPrompt(row: HTMLElement, prompt: string): void {
    let place = row.querySelector(".plan-prompt");
    if (prompt === "") {
      place?.remove();
      return;
    }
    if (!place) {
      place = el("span", { class: "plan-prompt" });
      row.append(place);
    }
    setText(place, prompt);
  }
}
