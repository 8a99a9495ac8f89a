/** A dialog of a part that is loaded apart: its title, what it shows, a way out. A press beside it closes it. */

import { el, on } from "../lib/dom";
import { t } from "../lib/i18n";
import type { BoardContext } from "./context";

/** `title` has the id `<name>-title`; `actions` stand after 'Fermer'. */
export function sideDialog(
  { page, signal }: BoardContext,
  name: string,
  title: HTMLElement,
  body: HTMLElement,
  ...actions: HTMLElement[]
): HTMLDialogElement {
  const close = el("button", { type: "button", class: "button" }, t("Fermer"));
  const dialog = el(
    "dialog",
    { class: `dialog ${name}-dialog`, "aria-labelledby": `${name}-title` },
    title,
    body,
    el("p", { class: "actions" }, close, ...actions),
  );
  page.root.append(dialog);
  on(close, "click", () => dialog.close(), signal);
  on(
    dialog,
    "click",
    (event) => {
      if (event.target === dialog) dialog.close();
    },
    signal,
  );
  // Keys pressed in a dialog are not for the board behind it.
  on(dialog, "keydown", (event) => event.stopPropagation(), signal);
  return dialog;
}
