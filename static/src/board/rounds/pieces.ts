/** Small parts that the panels and dialogs of rounds and votes share. */

import { el, on } from "../../lib/dom";
import { locale, t } from "../../lib/i18n";

/** A button that does something. */
export const button = (text: string, run: () => void, signal: AbortSignal, kind = ""): HTMLButtonElement => {
  const made = el("button", { type: "button", class: `button button-small ${kind}`.trim() }, text);
  on(made, "click", run, signal);
  return made;
};

/** "jeudi 12 mars à 18:30", or the hour alone when it is today. */
export function hourOf(iso: string): string {
  const at = new Date(iso);
  const hour: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit" };
  const isToday = at.toDateString() === new Date().toDateString();
  const shown: Intl.DateTimeFormatOptions = isToday
    ? hour
    : { weekday: "long", day: "numeric", month: "long", ...hour };
  return new Intl.DateTimeFormat(locale(), shown).format(at);
}

/** A labelled field. */
export function field(label: string, control: HTMLElement, hint = ""): HTMLElement {
  const id = `round-${Math.random().toString(36).slice(2)}`;
  control.id = id;
  return el(
    "div",
    { class: "round-field" },
    el("label", { for: id }, label, ...(hint ? [el("small", {}, ` ${hint}`)] : [])),
    control,
  );
}

/** A dialog with a form; closing it forgets nothing that was typed. */
export function formDialog(
  title: string,
  fields: HTMLElement[],
  submit: string,
  run: () => Promise<string>,
  done: () => void,
  signal: AbortSignal,
): HTMLDialogElement {
  const error = el("p", { class: "round-error", role: "alert" });
  const accept = el("button", { class: "button button-primary", type: "submit" }, submit);
  const cancel = el("button", { class: "button", type: "button" }, t("Annuler"));
  const form = el("form", { method: "dialog" }, ...fields, error, el("p", { class: "actions" }, cancel, accept));
  const dialog = el("dialog", { class: "dialog round-dialog", "aria-label": title }, el("h2", {}, title), form);
  on(cancel, "click", () => dialog.close(), signal);
  on(dialog, "keydown", (event) => event.stopPropagation(), signal);
  on(
    form,
    "submit",
    (event) => {
      event.preventDefault();
      if (accept.disabled) return;
      accept.disabled = true;
      error.textContent = "";
      void run().then((refusal) => {
        accept.disabled = false;
        error.textContent = refusal;
        if (refusal) return;
        dialog.close();
        done();
      });
    },
    signal,
  );
  return dialog;
}

/** The ISO time of a datetime-local field; null when it is empty. */
export const timeOf = (input: HTMLInputElement): string | null =>
  input.value === "" ? null : new Date(input.value).toISOString();
