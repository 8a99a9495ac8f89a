/** Which part of the board is on screen, and how large. Screen points are relative to the stage. */

import { Emitter } from "../emitter";
import { centre, clamp, type Point, type Rect } from "../model/geometry";

export const ZOOM_MIN = 0.1;
export const ZOOM_MAX = 3;
export const FIT_MARGIN = 28;

export class Camera {
  readonly events = new Emitter<{ change: undefined }>();
  /** Board point at the stage's top left corner. */
  x = 0;
  y = 0;
  zoom = 1;
  /** Whether it shows what somebody else sees. */
  isLed = false;
  /** Size of the stage on screen, and what floats over its edges. */
  private width = 1;
  private height = 1;
  /** Where the stage lies in the window, in pixels. */
  private corner: Point = { x: 0, y: 0 };
  private insets = { top: 0, right: 0, bottom: 0, left: 0 };

  resize({ x, y, w, h }: Rect, insets: Camera["insets"]): void {
    this.corner = { x, y };
    this.width = w;
    this.height = h;
    this.insets = insets;
    this.events.emit("change", undefined);
  }

  /** Of the view on screen, in pixels. */
  get size(): { w: number; h: number } {
    return { w: this.width, h: this.height };
  }

  get visible(): Rect {
    return { x: this.x, y: this.y, w: this.width / this.zoom, h: this.height / this.zoom };
  }

  /** The screen point of an event, without asking the page to be laid out. */
  screenOf({ clientX, clientY }: { clientX: number; clientY: number }): Point {
    return { x: clientX - this.corner.x, y: clientY - this.corner.y };
  }

  toBoard(screen: Point): Point {
    return { x: this.x + screen.x / this.zoom, y: this.y + screen.y / this.zoom };
  }

  toScreen(point: Point): Point {
    return { x: (point.x - this.x) * this.zoom, y: (point.y - this.y) * this.zoom };
  }

  /** The middle of what is really seen, in board units. */
  get middle(): Point {
    const { top, right, bottom, left } = this.insets;
    return this.toBoard({ x: (left + this.width - right) / 2, y: (top + this.height - bottom) / 2 });
  }

  panBy(dx: number, dy: number): void {
    this.x -= dx / this.zoom;
    this.y -= dy / this.zoom;
    this.events.emit("change", undefined);
  }

  /** Zooms so that the board point under `at` stays there. */
  zoomTo(zoom: number, at: Point = { x: this.width / 2, y: this.height / 2 }): void {
    const fixed = this.toBoard(at);
    this.zoom = clamp(zoom, ZOOM_MIN, ZOOM_MAX);
    this.x = fixed.x - at.x / this.zoom;
    this.y = fixed.y - at.y / this.zoom;
    this.events.emit("change", undefined);
  }

  set(view: { x: number; y: number; zoom: number }): void {
    this.zoom = clamp(view.zoom, ZOOM_MIN, ZOOM_MAX);
    this.x = view.x;
    this.y = view.y;
    this.events.emit("change", undefined);
  }

  /** Shows the whole rectangle, no larger than `most`. */
  fit(rect: Rect, most = 1): void {
    this.set(this.fitting(rect, most));
  }

  /** Where it would stand to show the whole rectangle, no larger than `most`. */
  fitting(rect: Rect, most = 1): { x: number; y: number; zoom: number } {
    const free = this.freeArea();
    const zoom = clamp(Math.min(free.w / Math.max(rect.w, 1), free.h / Math.max(rect.h, 1), most), ZOOM_MIN, ZOOM_MAX);
    const middle = centre(rect);
    const target = centre(free);
    return { x: middle.x - target.x / zoom, y: middle.y - target.y / zoom, zoom };
  }

  /** Moves as little as needed to bring the rectangle into view. */
  reveal(rect: Rect): void {
    const free = this.freeArea();
    const corner = this.toScreen(rect);
    const w = rect.w * this.zoom;
    const h = rect.h * this.zoom;
    const dx = shift(corner.x, w, free.x, free.w);
    const dy = shift(corner.y, h, free.y, free.h);
    if (dx !== 0 || dy !== 0) this.panBy(dx, dy);
  }

  private freeArea(): Rect {
    const { top, right, bottom, left } = this.insets;
    return {
      x: left + FIT_MARGIN,
      y: top + FIT_MARGIN,
      w: Math.max(40, this.width - left - right - 2 * FIT_MARGIN),
      h: Math.max(40, this.height - top - bottom - 2 * FIT_MARGIN),
    };
  }
}

function shift(start: number, size: number, from: number, room: number): number {
  if (start < from || size > room) return from - start;
  return start + size > from + room ? from + room - start - size : 0;
}
