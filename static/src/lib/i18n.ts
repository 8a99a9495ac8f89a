/**
 * Texts of the scripts. The source is French: `t("Enregistré à %(time)s", { time })`.
 *
 * The page carries, as JSON in #i18n, the texts that differ from their source: English, or French with its
 * no-break spaces. A text the page does not carry is shown as it stands.
 */

type Values = Record<string, string | number>;
type Catalogue = { locale: string; texts: Record<string, string | string[]> };

let catalogue: Catalogue | undefined;

function read(): Catalogue {
  if (!catalogue) {
    const block = document.getElementById("i18n")?.textContent;
    catalogue = block ? (JSON.parse(block) as Catalogue) : { locale: document.documentElement.lang, texts: {} };
  }
  return catalogue;
}

function fill(text: string, values: Values): string {
  return text.replace(/%(?:\((\w+)\)[sd]|%)/g, (found, name?: string) =>
    name === undefined ? "%" : String(values[name] ?? found),
  );
}

/** The text in the reader's language, with its values. */
export function t(text: string, values: Values = {}): string {
  const found = read().texts[text];
  return fill(typeof found === "string" ? found : text, values);
}

/** A text that counts; `%(num)s` is the count. French says « 0 page », English "0 pages". */
export function tn(one: string, other: string, count: number, values: Values = {}): string {
  const { locale, texts } = read();
  const found = texts[one];
  const forms = Array.isArray(found) ? found : [one, other];
  const single = locale === "fr" ? Math.abs(count) < 2 : count === 1;
  return fill((single ? forms[0] : forms[1]) ?? other, { num: count, ...values });
}

/** Marks a text for translation where it is declared; show it with `t`. */
export function N_(text: string): string {
  return text;
}

/** "fr" or "en", as Intl wants it. */
export function locale(): string {
  return read().locale;
}

/** 14:02, by the device's clock. */
export function clock(when: Date): string {
  return new Intl.DateTimeFormat(locale(), { hour: "2-digit", minute: "2-digit" }).format(when);
}
