/** How one type of object is drawn: an element made once, pooled, and drawn again when its object changes. */

import { el } from "../../lib/dom";
import type { PlacedObject } from "../model/objects";

export interface DrawContext {
  /** What a screen reader says of the object beside its visible words. */
  details(object: PlacedObject): string;
  /** How the author signs: first name, "" for the template. */
  signature(key: string): string;
  /** Whether somebody changed it while this person was away. */
  isNews(id: string): boolean;
}

export interface ObjectView<T extends PlacedObject> {
  create(): HTMLElement;
  draw(element: HTMLElement, object: T, context: DrawContext): void;
}

export const part = (className: string, tag: "p" | "i" | "small" | "span" = "p"): HTMLElement =>
  el(tag, { class: className });

/** Sets a text only when it differs, so that nothing is laid out again for nothing. */
export function setText(node: Element | null | undefined, text: string): void {
  if (node && node.textContent !== text) node.textContent = text;
}

export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
