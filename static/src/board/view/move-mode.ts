/** Moving by keyboard: the selection follows the arrows until it is dropped or put back; each step is spoken or seen. */

import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Direction, Point } from "../model/geometry";

const STEP = 24;
const FINE_STEP = 4;

export const ARROWS: Readonly<Record<string, Direction>> = {
  ArrowLeft: "left",
  ArrowRight: "right",
  ArrowUp: "up",
  ArrowDown: "down",
};

const DELTA: Readonly<Record<Direction, Point>> = {
  left: { x: -1, y: 0 },
  right: { x: 1, y: 0 },
  up: { x: 0, y: -1 },
  down: { x: 0, y: 1 },
};

export class MoveMode {
  private starts: Map<string, Point> | null = null;
  private by: Point = { x: 0, y: 0 };

  constructor(private readonly context: BoardContext) {}

  get isOn(): boolean {
    return this.starts !== null;
  }

  /** Takes the selection, or the focused object, in hand. */
  start(): void {
    const { selection, actions, board, announcer, page } = this.context;
    const ids = selection.ids.size > 0 ? [...selection.ids] : selection.focus === null ? [] : [selection.focus];
    const starts = new Map<string, Point>();
    for (const id of actions.movable(ids)) {
      const object = board.placed(id);
      if (object) starts.set(id, { x: object.x, y: object.y });
    }
    if (starts.size === 0) {
      if (ids[0] !== undefined) actions.allowedToChange(ids[0]);
      return;
    }
    this.starts = starts;
    this.by = { x: 0, y: 0 };
    board.closeUndoStep();
    page.root.classList.add("is-key-moving");
    announcer.say(
      t("Mode déplacement : flèches pour déplacer, Maj pour un pas fin, Entrée pour poser, Échap pour renoncer."),
    );
  }

  /** True when the key was for the move; Tab drops, then goes on its way. */
  key(event: KeyboardEvent): boolean {
    const arrow = ARROWS[event.key];
    if (arrow) this.step(arrow, event.shiftKey ? FINE_STEP : STEP);
    else if (event.key === "Escape") this.end(false);
    else if (["Enter", " ", "m", "M", "Tab"].includes(event.key)) this.end(true);
    return event.key !== "Tab";
  }

  /** Drops what moves where it is, or puts it back. */
  end(keep: boolean): void {
    const { starts } = this;
    if (!starts) return;
    this.starts = null;
    const { actions, announcer, board, page } = this.context;
    page.root.classList.remove("is-key-moving");
    if (keep) actions.place(starts, this.by, true);
    else {
      actions.place(starts, { x: 0, y: 0 }, false);
      announcer.say(t("Remis à sa place"));
    }
    board.closeUndoStep();
  }

  private step(arrow: Direction, length: number): void {
    if (!this.starts) return;
    const { actions, camera, board, selection } = this.context;
    this.by = { x: this.by.x + DELTA[arrow].x * length, y: this.by.y + DELTA[arrow].y * length };
    actions.place(this.starts, this.by, false);
    const object = selection.focus === null ? undefined : board.placed(selection.focus);
    if (object) camera.reveal(object);
  }
}
