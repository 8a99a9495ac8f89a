/** Keys that work wherever the focus is on the page: undo, search, help, going round the regions. */

import { find, on } from "../../lib/dom";
import type { BoardContext } from "../context";
import type { Dialogs } from "./dialogs";
import type { BoardKeyboard } from "./keyboard";
import type { Plan } from "./plan";

export function pageKeys(context: BoardContext, keyboard: BoardKeyboard, plan: Plan, dialogs: Dialogs): void {
  const { actions, editor, stage, page, signal } = context;

  const regions: (() => HTMLElement | null)[] = [
    () => find('.board-dock [tabindex="0"]', page.root),
    () => stage.focusTarget(),
    () => find("#plan-tree [tabindex='0']", page.root) ?? find("[data-plan-search]", page.root),
    () => find(".workshop :is(button, [tabindex])", page.root),
    () => find(".board-back", page.root),
  ];

  function nextRegion(step: 1 | -1): void {
    const places = [find(".board-dock"), page.stage, page.plan, find(".workshop"), find(".board-header")];
    const here = places.findIndex((place) => place?.contains(document.activeElement));
    for (let i = 1; i <= regions.length; i += 1) {
      const target = regions[(here + step * i + regions.length * 2) % regions.length]?.();
      // What a telephone has put away takes no focus; the board hands it on to a note.
      target?.focus({ preventScroll: true });
      if (target?.contains(document.activeElement)) return;
    }
  }

  on(
    document.body,
    "keydown",
    (event) => {
      if (event.defaultPrevented || event.isComposing) return;
      const target = event.target as Element;
      const inField = target.closest("input, textarea, select, dialog") !== null;
      const command = event.ctrlKey || event.metaKey;
      const key = event.key.toLowerCase();
      let handled = true;
      if (event.key === "F6") {
        editor.finish(false);
        nextRegion(event.shiftKey ? -1 : 1);
      } else if (command && key === "f" && !event.shiftKey && page.plan.offsetParent !== null) plan.focusSearch();
      else if (inField) handled = false;
      else if (command && key === "z") {
        if (event.shiftKey) actions.redo();
        else actions.undo();
      } else if (command && key === "y") actions.redo();
      else if (event.key === "?" && context.lettersOn) dialogs.help();
      else if (!command && !event.altKey) handled = keyboard.shortcut(event);
      else handled = false;
      if (handled) event.preventDefault();
    },
    signal,
  );
}
