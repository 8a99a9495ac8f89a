/**
 * form[data-draft="key"] (and every autosaved form): a copy of what is typed, on this device, per person.
 *
 * The copy goes when the server has the text: an autosave acknowledged it, or the form was sent and accepted.
 * A form that was sent is known as accepted when the next page of ours is neither an error page nor the same
 * form with its errors. In doubt nothing is erased: the person is offered the copy, also when the row has
 * changed since the copy was made, lest it silently replace something newer.
 */
import { all, debounce, el, find, on } from "../lib/dom";
import { restore, same, type Values, valuesOf } from "../lib/fields";
import { clock, t } from "../lib/i18n";

/** `base` is the version of the row that the form was filled from, where the form has one. */
type Copy = { values: Values; at: number; base?: string; sent?: boolean };

const PREFIX = "draft:";
const LAST_SAVED = "saved";
const KEPT_DAYS = 30;

function mine(): string {
  return `${PREFIX}${document.body.dataset.actor ?? ""}:`;
}

function read(key: string): Copy | null {
  try {
    return JSON.parse(localStorage.getItem(key) ?? "null") as Copy | null;
  } catch {
    return null;
  }
}

function write(key: string, copy: Copy): boolean {
  try {
    localStorage.setItem(key, JSON.stringify(copy));
    return true;
  } catch {
    return false; // storage full or forbidden: the page still holds the text
  }
}

function keys(prefix = PREFIX): string[] {
  try {
    return Object.keys(localStorage).filter((key) => key.startsWith(prefix));
  } catch {
    return [];
  }
}

/** How many unsent texts of this person are on this device. */
export function draftCount(): number {
  return keys(mine()).filter((key) => !read(key)?.sent).length;
}

/** Erases this person's copies from this device. */
export function forgetAll(): void {
  for (const key of keys(mine())) localStorage.removeItem(key);
  takeLastSaved();
}

/**
 * What was saved last in this tab, until its next page: that one may have been on its way already, and then
 * shows an older version.
 */
function keepLastSaved(key: string, values: Values, base: string | undefined): void {
  try {
    sessionStorage.setItem(LAST_SAVED, JSON.stringify({ key, values, base }));
  } catch {
    // forbidden: the next page shows what it was served
  }
}

function takeLastSaved(): { key: string; values: Values; base?: string } | null {
  try {
    const kept = sessionStorage.getItem(LAST_SAVED);
    sessionStorage.removeItem(LAST_SAVED);
    return JSON.parse(kept ?? "null");
  } catch {
    return null;
  }
}

/** Attaches to every form that keeps a draft, and clears the copies that are no longer needed. */
export function keepDrafts(): void {
  const forms = new Map(
    all<HTMLFormElement>("form[data-draft], form[data-autosave]").map((form) => [mine() + nameOf(form), form]),
  );
  const isErrorPage = find(".error-page") !== null;
  for (const key of keys()) {
    const copy = read(key);
    const isOld = !copy || copy.at < Date.now() - KEPT_DAYS * 86_400_000;
    if (isOld || (copy.sent && key.startsWith(mine()) && !isErrorPage && !forms.has(key))) localStorage.removeItem(key);
    else if (copy.sent && isErrorPage) write(key, { ...copy, sent: false });
  }
  const last = takeLastSaved();
  for (const [key, form] of forms) {
    if (last?.key === key) catchUp(form, last.values, last.base);
    keepDraft(form, key);
  }
}

function catchUp(form: HTMLFormElement, values: Values, base: string | undefined): void {
  const version = find<HTMLInputElement>("input[name=version]", form);
  if (!version || !base || Number(version.value) >= Number(base)) return;
  version.value = base;
  restore(form, values);
}

function nameOf(form: HTMLFormElement): string {
  return form.dataset.draft || form.dataset.autosave || "";
}

function baseOf(form: HTMLFormElement): string | undefined {
  return find<HTMLInputElement>("input[name=version]", form)?.value;
}

function keepDraft(form: HTMLFormElement, name: string): void {
  let key = name;
  const served = valuesOf(form);
  const hasErrors = find("[aria-invalid=true]", form) !== null || find(".conflict") !== null;
  const copy = read(key);
  if (copy?.sent && !hasErrors && find(".flash.tone-ok")) localStorage.removeItem(key);
  else if (copy && !hasErrors && !same(copy.values, served)) {
    if (copy.sent || copy.base !== baseOf(form)) offer(form, key, copy);
    else resume(form, key, copy, served);
  }
  // What was refused stands in this page only.
  if (hasErrors) write(key, { values: served, at: Date.now(), base: baseOf(form) });

  const keep = debounce(() => {
    const values = valuesOf(form);
    if (same(values, served) && !hasErrors) localStorage.removeItem(key);
    else write(key, { values, at: Date.now(), base: baseOf(form) });
  }, 300);
  on(form, "input", keep);
  on(form, "change", keep);
  on(window, "pagehide", () => keep.flush());
  on(form, "saved", (event) => {
    keep.cancel();
    const saved = (event as CustomEvent<Values>).detail;
    Object.assign(served, saved);
    localStorage.removeItem(key);
    key = mine() + nameOf(form); // a new form gets its lasting name from its first save
    keepLastSaved(key, saved, baseOf(form));
    if (!same(saved, valuesOf(form))) keep();
  });
  on(document, "submit", (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    keep.cancel();
    write(key, { values: valuesOf(form), at: Date.now(), base: baseOf(form), sent: true });
  });
}

function resume(form: HTMLFormElement, key: string, copy: Copy, served: Values): void {
  restore(form, copy.values);
  const erase = el("button", { class: "button button-small", type: "button" }, t("Effacer le brouillon local"));
  const box = note(
    t("Votre texte de %(time)s, resté sur cet appareil, a été remis dans le formulaire.", { time: when(copy.at) }),
    erase,
  );
  on(erase, "click", () => {
    localStorage.removeItem(key);
    restore(form, served);
    box.remove();
  });
  form.prepend(box);
}

function offer(form: HTMLFormElement, key: string, copy: Copy): void {
  const take = el("button", { class: "button button-small", type: "button" }, t("Le reprendre"));
  const erase = el("button", { class: "button button-small", type: "button" }, t("L’effacer"));
  const said = copy.sent
    ? t("Le texte envoyé à %(time)s est encore sur cet appareil.", { time: when(copy.at) })
    : t("Un texte de %(time)s est resté sur cet appareil. Une autre version a été enregistrée depuis.", {
        time: when(copy.at),
      });
  const box = note(said, take, erase);
  on(take, "click", () => {
    restore(form, copy.values);
    write(key, { ...copy, base: baseOf(form), sent: false });
    box.remove();
  });
  on(erase, "click", () => {
    localStorage.removeItem(key);
    box.remove();
  });
  form.prepend(box);
}

function note(text: string, ...buttons: HTMLElement[]): HTMLElement {
  return el(
    "div",
    { class: "notice draft-note", role: "status" },
    el("div", { class: "split" }, el("p", {}, text), el("div", { class: "cluster" }, ...buttons)),
  );
}

function when(at: number): string {
  const date = new Date(at);
  const day =
    date.toDateString() === new Date().toDateString()
      ? ""
      : `${date.toLocaleDateString(document.documentElement.lang)} `;
  return day + clock(date);
}
