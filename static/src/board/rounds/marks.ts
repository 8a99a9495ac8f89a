/** The votes that stand on notes, on the board and in the plan: one's own while the vote is open, the totals after. */

import { all, el, find, on } from "../../lib/dom";
import type { BoardContext } from "../context";
import { setText } from "../objects/view";

export interface Mark {
  count: number;
  /** Filled: one's own points, or the most of all. */
  strong: boolean;
}

export class Marks {
  private marks: ReadonlyMap<string, Mark> = new Map();
  /** The elements that carry a mark, and the note each stands for. */
  private readonly shown = new Map<HTMLElement, { note: string; mark: HTMLElement }>();

  constructor(
    private readonly context: BoardContext,
    /** Touching a mark of the board. */
    touched: (note: string) => void,
  ) {
    const { stage, page, signal } = context;
    stage.onDraw(() => this.drawOnBoard(), signal);
    on(
      page.notes,
      "click",
      (event) => {
        const mark = (event.target as Element).closest(".vote-mark");
        const note = mark?.closest<HTMLElement>("[data-object]")?.dataset.object;
        if (note !== undefined) touched(note);
      },
      signal,
    );
    const tree = find("#plan-tree");
    if (!tree) return;
    const rows = new MutationObserver(() => this.drawInPlan());
    rows.observe(tree, { childList: true });
    signal.addEventListener("abort", () => rows.disconnect(), { once: true });
  }

  show(marks: ReadonlyMap<string, Mark>): void {
    this.marks = marks;
    this.context.stage.redrawAll(true); // their accessible names say it too
    find("#plan-tree")?.dispatchEvent(new Event("redraw"));
    this.drawInPlan();
  }

  of(note: string): Mark | undefined {
    return this.marks.get(note);
  }

  private drawOnBoard(): void {
    for (const [element, { note, mark }] of this.shown) {
      if (element.dataset.object === note && element.isConnected && this.marks.has(note)) continue;
      mark.remove();
      this.shown.delete(element);
    }
    for (const [note, { count, strong }] of this.marks) {
      const element = this.context.stage.elementOf(note);
      if (!element) continue;
      let mark = this.shown.get(element)?.mark;
      if (!mark) {
        mark = el("span", { class: "vote-mark", "aria-hidden": "true", "data-ui": true });
        element.append(mark);
        this.shown.set(element, { note, mark });
      }
      setText(mark, String(count));
      mark.classList.toggle("is-strong", strong);
    }
  }

  private drawInPlan(): void {
    for (const row of all("#plan-tree > .plan-note")) {
      const mark = this.marks.get(row.dataset.key?.slice(2) ?? "");
      const aside = find(".plan-aside", row);
      if (aside && mark && mark.count > 0) aside.dataset.votes = String(mark.count);
      else delete aside?.dataset.votes;
    }
  }
}
