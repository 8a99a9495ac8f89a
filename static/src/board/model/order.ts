/**
 * Order keys: strings that sort like the objects they belong to, so that an object can be put between two others
 * by writing one key, whoever else writes at the same time.
 *
 * A key is six base-62 digits (the whole part) and any number of further digits (the fraction). Adding at an end
 * counts the whole part up or down and never grows the key. Keys compare by code unit; equal keys sort by id.
 */

const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE = DIGITS.length;
const WHOLE = 6;
const MIDDLE = `V${"0".repeat(WHOLE - 1)}`;
export const ORDER_MAX = 64;

const digit = (char: string | undefined): number => (char === undefined ? 0 : Math.max(0, DIGITS.indexOf(char)));
const at = (value: number): string => DIGITS[value] ?? "0";

function wholeOf(key: string): number {
  let value = 0;
  for (let i = 0; i < WHOLE; i += 1) value = value * BASE + digit(key[i]);
  return value;
}

function keyOf(whole: number): string {
  let rest = whole;
  let key = "";
  for (let i = 0; i < WHOLE; i += 1) {
    key = at(rest % BASE) + key;
    rest = Math.floor(rest / BASE);
  }
  return key;
}

/** The shortest digits strictly between two digit strings; `high` null means no upper bound. */
function midpoint(low: string, high: string | null): string {
  let key = "";
  let bound = high;
  for (let i = 0; ; i += 1) {
    const a = digit(low[i]);
    const b = bound === null ? BASE : digit(bound[i]);
    if (b - a > 1) return key + at(Math.floor((a + b) / 2));
    key += at(a);
    if (b > a) bound = null;
    if (i > ORDER_MAX * 2) return key;
  }
}

/** A key after `low` and before `high`; an empty string or null leaves that side open. */
export function orderBetween(low: string | null, high: string | null): string {
  if (!low && !high) return MIDDLE;
  if (!high) return keyOf(wholeOf(low as string) + 1);
  if (!low) {
    const whole = wholeOf(high);
    return whole > 0 ? keyOf(whole - 1) : midpoint("", high);
  }
  if (low >= high) return low;
  if (wholeOf(high) - wholeOf(low) > 1) return keyOf(wholeOf(low) + 1);
  const key = midpoint(low, high);
  return key.length <= ORDER_MAX ? key : low;
}

/** Sorts objects by key, then by id, so that every screen shows the same order. */
export function byOrder(a: { order: string; id: string }, b: { order: string; id: string }): number {
  if (a.order !== b.order) return a.order < b.order ? -1 : 1;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}
