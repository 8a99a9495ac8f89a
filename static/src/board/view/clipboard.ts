/** Copy, cut and paste: notes as lines of text; several pasted lines offer as many notes. */

import { on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { PASTE_MAX } from "../actions";
import type { BoardContext } from "../context";
import { isWritten, textLimit } from "../model/objects";
import { readingOrder } from "../model/reading-order";
import type { Dialogs } from "./dialogs";

export function clipboard(context: BoardContext, dialogs: Dialogs): void {
  const { page, signal, selection, board, actions, announcer } = context;

  const copy = (event: ClipboardEvent): boolean => {
    if (selection.ids.size === 0 || hasTextSelection()) return false;
    const words = readingOrder(board)
      .filter((object) => selection.has(object.id))
      .map((object) => object.text.trim());
    if (words.length === 0) return false;
    event.clipboardData?.setData("text/plain", words.join("\n"));
    event.preventDefault();
    return true;
  };

  on(
    page.list,
    "copy",
    (event) => {
      if (copy(event)) announcer.say(t("Copié"));
    },
    signal,
  );
  on(
    page.list,
    "cut",
    (event) => {
      if (copy(event)) actions.remove(selection.ids);
    },
    signal,
  );
  on(
    page.list,
    "paste",
    (event) => {
      const pasted = event.clipboardData?.getData("text/plain") ?? "";
      if (pasted.trim() === "" || !actions.allowedToAdd()) return;
      event.preventDefault();
      paste(pasted);
    },
    signal,
  );

  function paste(pasted: string): void {
    const lines = pasted
      .split(/\r\n|\r|\n/)
      .map((line) => line.replace(/\t+/g, " · ").trim())
      .filter((line) => line !== "");
    const focus = selection.focus === null ? undefined : board.get(selection.focus);
    const where = isWritten(focus) && focus.zone ? { zone: focus.zone } : {};
    if (lines.length < 2) {
      actions.createNotes([pasted.trim().slice(0, textLimit("note"))], where);
      return;
    }
    if (lines.length > PASTE_MAX) {
      announcer.say(t("Au plus %(max)s lignes à la fois.", { max: PASTE_MAX }));
      context.toasts.show(
        t("%(count)s lignes, c’est trop pour une fois : collez-en %(max)s au plus.", {
          count: lines.length,
          max: PASTE_MAX,
        }),
      );
      return;
    }
    dialogs.confirmPaste(lines.length, (several) => {
      actions.createNotes(several ? lines : [pasted.trim().slice(0, textLimit("note"))], where);
    });
  }
}

const hasTextSelection = (): boolean => {
  const chosen = getSelection();
  return chosen !== null && !chosen.isCollapsed;
};
