/**
 * Putting pieces down on the board: around a point, in the free slots of a frame, or beside what they were copied from.
 * Many are put down in steps that the server takes, with a bar and a way to stop; one undo takes them all back.
 */

import { OBJECTS_MAX } from "../../generated/board-specs";
import { el, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { boundsOf, centre, isWithin, type Point, withinWorld } from "../model/geometry";
import type { PlacedObject } from "../model/objects";
import { coveredBy, type Piece, type Remade, rectOf, remake, takePieces } from "../model/pieces";
import { NOTE_SIZE, roomFor, slotsForAll } from "../model/placement";

const COPY_OFFSET = 24;
/** More than this are put down in steps, this many at a time. */
const AT_ONCE = 200;
/** What is selected is drawn, wherever it lies: more than this are not selected once put down. */
const MOST_SELECTED = 300;

export class Pasting {
  constructor(private readonly context: BoardContext) {}

  /** How many objects the board still takes. */
  get room(): number {
    return Math.max(0, OBJECTS_MAX - this.context.board.size);
  }

  duplicate(ids: Iterable<string>): void {
    const pieces = takePieces(this.context.board, ids);
    if (pieces.length === 0 || !this.context.actions.allowedToAdd()) return;
    void this.put(pieces, { x: COPY_OFFSET, y: COPY_OFFSET }).then((made) => {
      const { announcer } = this.context;
      announcer.say(tn("%(num)s élément dupliqué", "%(num)s éléments dupliqués", made));
    });
  }

  /** Copied objects, with their middle at the point; a little aside when the same ones lie there already. */
  async putAround(pieces: readonly Piece[], at: Point): Promise<void> {
    const bounds = coveredBy(pieces);
    if (!bounds) return;
    const middle = centre(bounds);
    const by = { x: Math.round(at.x - middle.x), y: Math.round(at.y - middle.y) };
    const first = rectOf(pieces.find(({ type }) => type !== "connector") as Piece);
    while (this.liesAt({ x: first.x + by.x, y: first.y + by.y })) {
      by.x += COPY_OFFSET;
      by.y += COPY_OFFSET;
    }
    this.say(await this.put(pieces, by));
  }

  /** New notes: in the free slots of the zone ("" for none) when it has enough, else as a block near the point, over nothing. */
  async putNotes(notes: readonly Piece[], at: Point, zoneId: string): Promise<void> {
    const { board, rights } = this.context;
    const zone = board.get(rights.inbox || zoneId);
    const slots = zone?.type === "zone" ? slotsForAll(board, zone, notes.length) : null;
    if (slots) {
      const placed = notes.map((note, index) => ({ ...note, ...(slots[index] as Point) }));
      this.say(await this.put(placed, { x: 0, y: 0 }));
      return;
    }
    const block = coveredBy(notes);
    if (!block) return;
    const corner = { x: Math.round(at.x - Math.min(block.w, 4 * NOTE_SIZE) / 2), y: Math.round(at.y - NOTE_SIZE / 2) };
    const free = roomFor(this.context.board, { ...block, ...corner });
    this.say(await this.put(notes, { x: free.x - block.x, y: free.y - block.y }));
  }

  /** Creates the pieces, moved `by`; gives how many there are. */
  private async put(pieces: readonly Piece[], by: Point): Promise<number> {
    const { board, selection, camera, stage, page } = this.context;
    const made = remake(pieces, by);
    let done = 0;
    board.beginStep();
    if (made.length <= AT_ONCE) {
      board.changeEach(made, (piece) => this.create(piece));
      done = made.length;
    } else done = await this.inSteps(made);
    board.endStep();
    const placed = made.slice(0, done).map(({ id }) => board.placed(id));
    const there = placed.filter((object): object is PlacedObject => object !== undefined);
    selection.set(there.length > MOST_SELECTED ? [] : there.map(({ id }) => id));
    const bounds = boundsOf(there);
    if (bounds && bounds.w < camera.visible.w / 2 && bounds.h < camera.visible.h / 2) camera.reveal(bounds);
    else if (bounds && !isWithin(bounds, camera.visible)) camera.fit(bounds, camera.zoom);
    if (!page.plan.contains(document.activeElement)) stage.takeFocus();
    return done;
  }

  private create({ id, values, text }: Remade): void {
    const { board, actions } = this.context;
    if (values.type !== "connector") {
      Object.assign(values, withinWorld({ x: Number(values.x), y: Number(values.y) }));
      const rect = rectOf({ ...values, id, text });
      if (values.zone === "" && values.type !== "zone") values.zone = board.zoneAt(centre(rect));
    }
    board.create(id, { ...values, ...actions.signed() }, text);
  }

  private inSteps(made: readonly Remade[]): Promise<number> {
    const { board, rights, page, signal } = this.context;
    const bar = el("progress", { max: made.length, value: 0, "aria-labelledby": "pasting-title" });
    const count = el("p", { class: "soft num" });
    const stop = el("button", { type: "button", class: "button" }, t("Arrêter là"));
    const dialog = el(
      "dialog",
      { class: "dialog board-pasting", "aria-labelledby": "pasting-title" },
      el("h2", { id: "pasting-title" }, t("Ajout en cours")),
      bar,
      count,
      el("p", { class: "actions" }, stop),
    );
    page.root.append(dialog);
    let stopped = false;
    on(stop, "click", () => dialog.close(), signal);
    on(dialog, "keydown", (event) => event.stopPropagation(), signal);
    on(
      dialog,
      "close",
      () => {
        stopped = true;
      },
      signal,
    );
    dialog.showModal();
    return new Promise((resolve) => {
      let done = 0;
      const step = (): void => {
        if (!stopped && rights.canEdit && !signal.aborted && done < made.length) {
          const part = made.slice(done, done + AT_ONCE);
          board.changeEach(part, (piece) => this.create(piece));
          done += part.length;
          bar.value = done;
          count.textContent = t("%(done)s sur %(count)s", { done, count: made.length });
          requestAnimationFrame(() => setTimeout(step));
          return;
        }
        dialog.remove();
        resolve(done);
      };
      step();
    });
  }

  private liesAt(corner: Point): boolean {
    const { board } = this.context;
    const here = [...board.query({ x: corner.x - 1, y: corner.y - 1, w: 2, h: 2 })].map((id) => board.placed(id));
    return here.some((object) => object?.x === corner.x && object.y === corner.y);
  }

  private say(made: number): void {
    const { announcer, toasts, actions } = this.context;
    const text = tn("%(num)s élément collé", "%(num)s éléments collés", made);
    announcer.say(text);
    if (made > MOST_SELECTED) toasts.show(text, { label: t("Annuler"), run: () => actions.undo() });
  }
}
