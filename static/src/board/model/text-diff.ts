/**
 * What one edit of a text changed, as the smallest piece, so that two people writing in the same text
 * merge letter by letter. Positions are UTF-16 code units, as in Y.Text and in a textarea.
 */

export interface TextChange {
  index: number;
  remove: number;
  insert: string;
}

/** One piece of a Y.Text delta. */
export interface DeltaPart {
  retain?: number;
  insert?: unknown;
  delete?: number;
}

const isHighSurrogate = (unit: number): boolean => unit >= 0xd800 && unit <= 0xdbff;
const isLowSurrogate = (unit: number): boolean => unit >= 0xdc00 && unit <= 0xdfff;

/**
 * The change from `before` to `after`, or null when they are equal.
 * `caret` is where the cursor stands in `after`: it says which of several equal letters was typed.
 * A pair of surrogates is never split.
 */
export function diffText(before: string, after: string, caret = after.length): TextChange | null {
  if (before === after) return null;
  const most = Math.min(before.length, after.length);
  let end = 0;
  const tail = Math.min(most, after.length - Math.min(caret, after.length));
  while (end < tail && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  let start = 0;
  while (start < most - end && before[start] === after[start]) start += 1;
  while (end < most - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  if (start > 0 && isHighSurrogate(before.charCodeAt(start - 1))) start -= 1;
  if (end > 0 && isLowSurrogate(before.charCodeAt(before.length - end))) end -= 1;
  return { index: start, remove: before.length - start - end, insert: after.slice(start, after.length - end) };
}

/** Where a position in the old text is after a delta; an insertion exactly there pushes it only when `sticky` is "after". */
export function movePosition(
  position: number,
  delta: readonly DeltaPart[],
  sticky: "before" | "after" = "before",
): number {
  let read = 0;
  let moved = position;
  for (const part of delta) {
    if (read > position) break;
    if (part.retain !== undefined) read += part.retain;
    else if (part.delete !== undefined) {
      moved -= Math.min(part.delete, Math.max(0, position - read));
      read += part.delete;
    } else if (read < position || (read === position && sticky === "after")) {
      moved += typeof part.insert === "string" ? part.insert.length : 1;
    }
  }
  return Math.max(0, moved);
}

/**
 * The same change against a text that received `deltas` meanwhile. Text that others put right before or right after
 * the removed piece stays; what they put inside it goes with it.
 */
export function rebaseChange(change: TextChange, deltas: readonly (readonly DeltaPart[])[]): TextChange {
  let start = change.index;
  let end = change.index + change.remove;
  for (const delta of deltas) {
    const moved = change.remove > 0 ? movePosition(end, delta) : start;
    start = movePosition(start, delta, "after");
    end = change.remove > 0 ? Math.max(start, moved) : start;
  }
  return { index: start, remove: end - start, insert: change.insert };
}

/** Two texts that were typed one after the other at one place of `base`, as one; null when they were not. */
export function joinTyped(base: string, first: string, second: string): string | null {
  const [one, other] = [diffText(base, first), diffText(base, second)];
  if (!one || !other || one.index !== other.index || other.remove > 0) return null;
  const end = one.index + one.insert.length;
  return first.slice(0, end) + other.insert + first.slice(end);
}
