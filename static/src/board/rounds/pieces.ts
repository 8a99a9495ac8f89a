/** Small parts that the panels and dialogs of rounds and votes share. */

import { el, on } from "../../lib/dom";
import { locale, t } from "../../lib/i18n";

/** A button that does something. */
export const button = (text: string, run: () => void, signal: AbortSignal, kind = ""): HTMLButtonElement => {
  const made = el("button", { type: "button", class: `button button-small ${kind}`.trim() }, text);
  on(made, "click", run, signal);
  return made;
};

/**
 * "jeudi 12 mars à 18:30", or the hour alone when it is today. With the cohort's `zone`, by its clock and, where one's own
 * shows something else, by one's own too.
 */
export function hourOf(iso: string, zone = ""): string {
  const at = new Date(iso);
  const own = shown(at);
  if (zone === "" || !differs(at, zone)) return own;
  return t("%(hour)s (heure de %(place)s), chez vous %(own)s", { hour: shown(at, zone), place: placeOf(zone), own });
}

function shown(at: Date, timeZone?: string): string {
  const day = (when: Date): string => new Intl.DateTimeFormat("sv", { timeZone }).format(when);
  const hour: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", timeZone };
  const isToday = day(at) === day(new Date());
  const form: Intl.DateTimeFormatOptions = isToday ? hour : { weekday: "long", day: "numeric", month: "long", ...hour };
  return new Intl.DateTimeFormat(locale(), form).format(at);
}

/** What a wall of this zone shows then, as a datetime-local field writes it. */
export const wallOf = (at: Date, timeZone?: string): string =>
  new Intl.DateTimeFormat("sv", { timeZone, dateStyle: "short", timeStyle: "short" }).format(at).replace(" ", "T");

/** The instant at which a wall of this zone shows this; for hints, the server's answer is the truth. */
export function instantOf(wall: string, timeZone: string): Date {
  const meant = Date.parse(`${wall}Z`);
  let at = meant;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  for (let i = 0; i < 2; i += 1) at += meant - Date.parse(`${wallOf(new Date(at), timeZone)}Z`);
  return new Date(at);
}

const differs = (at: Date, zone: string): boolean => wallOf(at, zone) !== wallOf(at);

/** "America/Cayenne" → "Cayenne". */
export const placeOf = (zone: string): string => (zone.split("/").at(-1) ?? zone).replaceAll("_", " ");

/** A field for an hour by the cohort's clock; under it, the same by one's own where it differs. */
export class HourField {
  readonly root: HTMLElement;
  readonly input = el("input", { type: "datetime-local" });
  private readonly own = el("small", { class: "hint" });
  private zone = "";

  constructor(label: string, hint: string, signal: AbortSignal) {
    this.root = field(label, this.input, hint);
    this.root.append(this.own);
    on(this.input, "input", () => this.draw(), signal);
  }

  /** What is sent: the wall's hour, without an offset; null for none. */
  get value(): string | null {
    return this.input.value || null;
  }

  show(zone: string, iso: string | null = null): void {
    this.zone = zone;
    if (iso !== null) this.input.value = wallOf(new Date(iso), zone);
    this.draw();
  }

  draw(): void {
    const { zone, input } = this;
    const at = input.value && zone ? instantOf(input.value, zone) : null;
    const words = zone === "" ? "" : t("À l’heure de %(place)s.", { place: placeOf(zone) });
    const here = at && differs(at, zone) ? t("Chez vous : %(hour)s.", { hour: shown(at) }) : "";
    this.own.textContent = [words, here].filter(Boolean).join(" ");
  }
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
