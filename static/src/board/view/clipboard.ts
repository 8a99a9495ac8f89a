/** Hears copy, cut, paste and files dropped, on the board and in the plan; what they do is loaded apart (`craft/clipboard`). */

import { on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { PIECES_TYPE } from "../model/pieces";

export function clipboard({ page, signal, actions, selection, later, toasts, camera }: BoardContext): void {
  /** Not while writing, nor when words of the page are selected: those are the browser's to copy. */
  const isForBoard = (event: ClipboardEvent): boolean =>
    !event.defaultPrevented &&
    (event.target as Element).closest("input, textarea, dialog") === null &&
    (event.type === "paste" || getSelection()?.isCollapsed !== false);

  const copy = (event: ClipboardEvent): boolean => {
    if (!isForBoard(event) || selection.ids.size === 0) return false;
    if (later.craft.now) return later.craft.now.clipboard.copy(event);
    later.craft.use(() => toasts.show(t("Rien n’est encore copié : réessayez maintenant.")));
    return false;
  };

  on(page.root, "copy", copy, signal);
  on(
    page.root,
    "cut",
    (event) => {
      if (copy(event)) actions.remove(selection.ids);
    },
    signal,
  );
  on(
    page.root,
    "paste",
    (event) => {
      const data = event.clipboardData;
      if (!data || !isForBoard(event)) return;
      const pasted = { text: data.getData("text/plain"), pieces: data.getData(PIECES_TYPE) };
      const files = [...data.files];
      if (pasted.text.trim() === "" && pasted.pieces === "") {
        if (files.length > 0) later.craft.use((craft) => craft.pictures.take(files));
        return;
      }
      event.preventDefault(); // a spreadsheet also leaves a picture of what was copied: its cells are worth more
      later.craft.use((craft) => craft.clipboard.paste(pasted));
    },
    signal,
  );

  on(
    page.stage,
    "dragover",
    (event) => {
      if (event.dataTransfer?.types.includes("Files")) event.preventDefault();
    },
    signal,
  );
  on(
    page.stage,
    "drop",
    (event) => {
      const files = [...(event.dataTransfer?.files ?? [])];
      if (files.length === 0) return;
      event.preventDefault();
      const box = page.stage.getBoundingClientRect();
      const at = camera.toBoard({ x: event.clientX - box.left, y: event.clientY - box.top });
      later.craft.use((craft) => craft.pictures.take(files, at));
    },
    signal,
  );
}
