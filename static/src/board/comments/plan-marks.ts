/** In the plan, each row whose object is discussed says so, and leads there. */

import { all, el, find, on } from "../../lib/dom";
import { tn } from "../../lib/i18n";
import type { CommentsDesk } from "./comments";

export function markPlan(desk: CommentsDesk): void {
  const { context, store } = desk;
  const tree = find("#plan-tree", context.page.plan);
  if (!tree) return;
  const draw = (): void => {
    for (const row of all<HTMLElement>("[data-key]", tree)) {
      const id = row.dataset.key?.slice(2) ?? "";
      const count = id === "" ? 0 : store.countOf(id);
      let mark = find<HTMLElement>(".plan-comments", row);
      if (count === 0) {
        mark?.remove();
        continue;
      }
      if (!mark) {
        // A row is one thing to a screen reader: its name tells the number, and K opens the comments.
        mark = el("span", { class: "plan-comments", "aria-hidden": "true" });
        row.append(mark);
      }
      const words = tn("%(num)s commentaire", "%(num)s commentaires", count);
      if (mark.textContent !== words) mark.textContent = words;
    }
  };
  const rows = new MutationObserver(draw);
  rows.observe(tree, { childList: true });
  context.signal.addEventListener("abort", () => rows.disconnect());
  store.events.on("change", draw, context.signal);
  on(
    tree,
    "click",
    (event) => {
      const mark = (event.target as Element).closest(".plan-comments");
      const row = mark?.closest<HTMLElement>("[data-key]");
      if (row) desk.about(row.dataset.key?.slice(2) ?? null, row);
    },
    context.signal,
  );
}
