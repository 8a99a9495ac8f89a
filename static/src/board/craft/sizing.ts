/** The size of a note, a text or a frame: by its corner, or a step at a time from the menu. */

import { OBJECT_SPECS } from "../../generated/board-specs";
import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { clamp, type Point, type Rect } from "../model/geometry";
import type { BoardObject, PlacedObject } from "../model/objects";
import { setHidden } from "../objects/view";
import type { Snapper, Snapping } from "./snapping";

/** Objects smaller than this on screen have no handle. */
const LEAST_PX = 40;
const STEP = 24;
const WRITE_MS = 60;
const THRESHOLD_PX = 4;

interface Side {
  minimum: number;
  maximum: number;
}
type Sides = { w: Side; h?: Side };

/** Which sides of an object may change, and between which bounds; null for none. */
export function sidesOf(object: BoardObject | undefined): Sides | null {
  if (!object || object.type === "unknown") return null;
  const spec = OBJECT_SPECS[object.type] as { w?: Side; h?: Side };
  return spec.w ? { w: spec.w, ...(spec.h && { h: spec.h }) } : null;
}

export class Sizing {
  private readonly handle: HTMLElement;
  private drag: { object: PlacedObject; sides: Sides; start: Point; snapper: Snapper; writtenAt: number } | null = null;

  constructor(
    private readonly context: BoardContext,
    private readonly snapping: Snapping,
  ) {
    const { page, stage, board, selection, signal } = context;
    // A help for the pointer only: the menu does the same.
    this.handle = el("i", { class: "board-handle", "data-ui": true, "aria-hidden": "true", hidden: true });
    page.overlay.append(this.handle);
    on(this.handle, "pointerdown", (event) => this.begin(event), signal);
    on(this.handle, "pointermove", (event) => this.follow(event), signal);
    on(this.handle, "pointerup", (event) => this.release(event), signal);
    on(this.handle, "pointercancel", () => this.end(false), signal);
    // Before the board's own keys: Escape gives up the drag and nothing else.
    page.root.addEventListener("keydown", (event) => this.escape(event), { capture: true, signal });
    stage.onDraw(() => this.place(), signal);
    board.changes.on("objects", () => this.place(), signal);
    selection.events.on("change", () => this.place(), signal);
    selection.events.on("editing", () => this.place(), signal);
    this.place();
  }

  canResize(ids: ReadonlySet<string> | readonly string[]): boolean {
    const { board, rights } = this.context;
    return (
      !rights.closed.has("size") &&
      [...ids].some((id) => sidesOf(board.get(id)) !== null && rights.mayChange(board.get(id)))
    );
  }

  /** One step larger or smaller, for all that may change. */
  step(ids: Iterable<string>, by: 1 | -1): void {
    const { board, rights, announcer } = this.context;
    const objects = [...ids].map((id) => board.placed(id)).filter((object) => object && rights.mayChange(object));
    board.closeUndoStep();
    board.changeEach(objects as PlacedObject[], (object) => {
      const sides = sidesOf(object);
      if (sides) this.write(object, sides, object.w + by * STEP, object.h + by * STEP);
    });
    board.closeUndoStep();
    announcer.say(by > 0 ? t("Agrandi") : t("Réduit"));
  }

  /** A picture keeps its ratio. */
  private write(object: PlacedObject, { w, h }: Sides, width: number, height: number): void {
    const within = (value: number, side: Side): number => Math.round(clamp(value, side.minimum, side.maximum));
    if (object.type === "image" && h) {
      const { minimum, maximum } = h;
      const scale = clamp(
        width / object.w,
        minimum / Math.min(object.w, object.h),
        maximum / Math.max(object.w, object.h),
      );
      this.context.board.update(object.id, { w: Math.round(object.w * scale), h: Math.round(object.h * scale) });
      return;
    }
    this.context.board.update(object.id, { w: within(width, w), ...(h && { h: within(height, h) }) });
  }

  private begin(event: PointerEvent): void {
    const { board, selection } = this.context;
    const object = board.placed(selection.only ?? "");
    const sides = sidesOf(object);
    if (event.button !== 0 || !object || !sides) return;
    event.preventDefault();
    this.handle.setPointerCapture(event.pointerId);
    const start = { x: event.clientX, y: event.clientY };
    this.drag = { object, sides, start, snapper: this.snapping.begin([object.id]), writtenAt: 0 };
    board.beginStep();
  }

  private follow(event: PointerEvent): void {
    const { drag } = this;
    if (!drag || performance.now() - drag.writtenAt < WRITE_MS) return;
    if (drag.writtenAt === 0 && Math.hypot(event.clientX - drag.start.x, event.clientY - drag.start.y) < THRESHOLD_PX)
      return;
    drag.writtenAt = performance.now();
    this.resize(drag, event);
  }

  private release(event: PointerEvent): void {
    if (this.drag && this.drag.writtenAt > 0) this.resize(this.drag, event);
    this.end(true);
  }

  private resize({ object, sides, start, snapper }: NonNullable<Sizing["drag"]>, event: PointerEvent): void {
    const { zoom } = this.context.camera;
    const box: Rect = {
      x: object.x,
      y: object.y,
      w: object.w + (event.clientX - start.x) / zoom,
      h: object.h + (event.clientY - start.y) / zoom,
    };
    const { w, h } = snapper.size(box, { x: true, y: sides.h !== undefined }, event.altKey);
    this.write(object, sides, w, h);
  }

  private end(keep: boolean): void {
    const { drag } = this;
    if (!drag) return;
    this.drag = null;
    drag.snapper.end();
    if (keep) this.context.board.endStep();
    else this.context.board.dropStep();
    this.context.stage.takeFocus();
  }

  private escape(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !this.drag) return;
    event.preventDefault();
    event.stopPropagation();
    this.end(false);
  }

  /** At the lower right corner of the one selected object. */
  private place(): void {
    const { board, selection, rights, stage, camera } = this.context;
    const object = board.placed(selection.only ?? "");
    const seen = object && stage.seenAt(object);
    const isSized = object && selection.editing === null && sidesOf(object) !== null && rights.mayChange(object);
    // On a smaller object it would be taken for the object.
    const isShown = isSized && seen !== undefined && Math.min(seen.w, seen.h) * camera.zoom >= LEAST_PX;
    setHidden(this.handle, !isShown);
    if (!isShown) return;
    const corner = camera.toScreen({ x: seen.x + seen.w, y: seen.y + seen.h });
    this.handle.style.transform = `translate(${Math.round(corner.x)}px, ${Math.round(corner.y)}px)`;
  }
}
