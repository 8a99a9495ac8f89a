/** How one type of object is drawn: an element made once, pooled, and drawn again when its object changes. */

import { all, el } from "../../lib/dom";
import type { LinkObject, PlacedObject } from "../model/objects";
import type { Known } from "./link";

export interface DrawContext {
  /** What a screen reader says of the object beside its visible words. */
  details(object: PlacedObject): string;
  /** How the author signs: first name, "" for the template. */
  signature(key: string): string;
  /** Whether somebody changed it while this person was away. */
  isNews(id: string): boolean;
  /** Where the picture of this name is got from. */
  addressOf(image: string): string;
  /** Whether it is among what this person searches. */
  isFound(id: string): boolean;
  /** What this reader may know of what a card points to. */
  cardOf(link: LinkObject): Known;
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

/** What is shown of every option alike, its words for screen readers among them; other parts may hang marks on it. */
export function drawDetails(element: HTMLElement, object: PlacedObject, context: DrawContext): void {
  element.toggleAttribute("data-fresh", context.isNews(object.id));
  element.toggleAttribute("data-found", context.isFound(object.id));
  setText(all(":scope > .sr-only", element).at(-1), context.details(object));
}

/** Shows or hides; even the same value would make the browser style the element again. */
export function setHidden(element: HTMLElement, hidden: boolean): void {
  if (element.hidden !== hidden) element.hidden = hidden;
}

/** Sets an attribute only when it differs: even the same value makes the browser style the element again. */
export function setAttribute(node: Element, name: string, value: string): void {
  if (node.getAttribute(name) !== value) node.setAttribute(name, value);
}
