/** The values of a form as plain data: what drafts keep and autosave sends. */

export type Values = Record<string, string | string[]>;

const PRIVATE = new Set(["csrf_token", "_once", "version", "next"]);

/** What the person filled in, without tokens, files and passwords. Names used twice, and checkboxes, give lists. */
export function valuesOf(form: HTMLFormElement): Values {
  const values: Values = {};
  for (const control of controlsOf(form)) {
    const { name, type } = control as HTMLInputElement;
    if (type === "checkbox") {
      const checked = (control as HTMLInputElement).checked ? [control.value] : [];
      values[name] = [...(values[name] ?? []), ...checked];
    } else if (type === "radio") {
      if ((control as HTMLInputElement).checked) values[name] = control.value;
      else values[name] ??= "";
    } else {
      values[name] = control.value;
    }
  }
  return values;
}

/** Puts values back and tells it by a `restored` event. Names that the form no longer has are ignored. */
export function restore(form: HTMLFormElement, values: Values): void {
  for (const control of controlsOf(form)) {
    const value = values[control.name];
    if (value === undefined) continue;
    if (control.type === "checkbox" || control.type === "radio") {
      (control as HTMLInputElement).checked = [value].flat().includes(control.value);
    } else if (typeof value === "string") {
      control.value = value;
    }
  }
  form.dispatchEvent(new Event("restored", { bubbles: true }));
}

export function same(one: Values, other: Values): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

function controlsOf(form: HTMLFormElement): Control[] {
  return [...form.elements].filter(
    (control): control is Control =>
      (control instanceof HTMLInputElement ||
        control instanceof HTMLTextAreaElement ||
        control instanceof HTMLSelectElement) &&
      control.name !== "" &&
      !PRIVATE.has(control.name) &&
      !["password", "file", "submit", "button"].includes(control.type),
  );
}
