/** In the plan, each row that is news says so, as the mark on the board does. */

import { all, el, find } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";

export function markPlan({ news, page, signal }: BoardContext): void {
  const tree = find("#plan-tree", page.plan);
  if (!tree) return;
  const draw = (): void => {
    const kinds = new Map(news.entries.map(({ id, kind }) => [id, kind]));
    for (const row of all<HTMLElement>(":scope > .plan-note", tree)) {
      const kind = kinds.get(row.dataset.key?.slice(2) ?? "");
      const mark = find(".plan-fresh", row);
      if (!kind) mark?.remove();
      // What is read out of a row says it too.
      else if (!mark)
        row.append(
          el("span", { class: "plan-fresh", "aria-hidden": "true" }, kind === "added" ? t("nouvelle") : t("modifiée")),
        );
    }
  };
  const rows = new MutationObserver(draw);
  rows.observe(tree, { childList: true });
  signal.addEventListener("abort", () => rows.disconnect());
  news.events.on(
    "change",
    () => {
      draw();
      tree.dispatchEvent(new Event("redraw"));
    },
    signal,
  );
  draw();
}
