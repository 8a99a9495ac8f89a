/**
 * A card that points to something else of the workspace. What that is called is told by the server, to each reader by their
 * own rights: the board itself does not know.
 */

import { el } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { LinkObject } from "../model/objects";
import { drawDetails, type ObjectView, part, setText } from "./view";

/** What a reader may know of what a card points to. */
export interface Card {
  kind: LinkObject["kind"];
  id: number;
  title: string;
  /** What it is and in which state, in words. */
  label: string;
  url: string;
}

/** Null for what this reader may not see or what is gone, undefined for what is not known yet. */
export type Known = Card | null | undefined;

export const titleOf = (card: Known): string =>
  card ? card.title : card === null ? t("Élément non accessible") : t("Renvoi");

export const linkView: ObjectView<LinkObject> = {
  create: () =>
    el(
      "div",
      { class: "board-link", role: "option" },
      part("", "p"),
      part("", "small"),
      part("", "span"),
      part("sr-only", "span"),
    ),

  draw(element, link, context) {
    drawDetails(element, link, context);
    const card = context.cardOf(link);
    const [title, label, words] = element.children;
    setText(label, card?.label ?? "");
    setText(title, titleOf(card));
    setText(words, link.text);
    element.style.inlineSize = `${link.w}px`;
    element.style.blockSize = `${link.h}px`;
  },
};
