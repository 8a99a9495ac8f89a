/** What comments are about: an object, a point, or the board; its words, and the way to it. */

import { find } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Point, Rect } from "../model/geometry";
import { isPlaced } from "../model/objects";
import { excerpt } from "../names";
import type { Thread } from "./store";

/** An object's id, a point, or null for the board as a whole. */
export type Place = string | Point | null;

export const placeOf = ({ object, x, y }: Thread): Place => object || (x !== null && y !== null ? { x, y } : null);

/** A name for a place, under which a draft is kept. */
export function placeName(place: Place): string {
  if (place === null) return "board";
  return typeof place === "string" ? `o-${place}` : `p-${Math.round(place.x)}-${Math.round(place.y)}`;
}

/** What a thread is about, in words. */
export function titleOf(thread: Thread, { board }: BoardContext): string {
  if (thread.object === "") return thread.x === null ? t("Le tableau") : t("Un endroit du tableau");
  const object = board.get(thread.object);
  if (object) return t("« %(words)s »", { words: excerpt(object) });
  return thread.quote
    ? t("Sur une note supprimée : « %(words)s »", { words: thread.quote })
    : t("Sur une note supprimée");
}

/** The label of the words to be written about a place. */
export function questionOf(place: Place, { board }: BoardContext): string {
  if (place === null) return t("Commenter le tableau");
  if (typeof place !== "string") return t("Commenter cet endroit du tableau");
  return t("Commenter « %(words)s »", { words: excerpt(board.get(place)) });
}

/** Where a place is seen now, in board units; null when it is nowhere. */
export function rectOf(place: Place, { board, stage, connectors }: BoardContext): Rect | null {
  if (place === null) return null;
  if (typeof place !== "string") return { ...place, w: 0, h: 0 };
  const object = board.get(place);
  if (isPlaced(object)) return stage.seenAt(object);
  const middle = object && connectors.middleOf(place);
  return middle ? { ...middle, w: 0, h: 0 } : null;
}

/** Shows a place on the board; true when it is there. */
export function goTo(place: Place, context: BoardContext): boolean {
  const { board, camera, selection, stage, page } = context;
  const rect = rectOf(place, context);
  if (!rect) return false;
  if (getComputedStyle(page.stage).visibility === "hidden") find('[data-do="board"]', page.root)?.click();
  if (typeof place === "string" && board.get(place)) selection.set([place], place);
  camera.reveal(rect);
  stage.takeFocus();
  return true;
}
