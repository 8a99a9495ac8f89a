/**
 * The board from afar: when hundreds of objects are too small to be read, one canvas draws them as coloured rectangles with
 * greeked lines, so that the whole of a large board still moves smoothly. What is selected or focused stays an element.
 */

import { COLOURS, type Colour } from "../../generated/board-specs";
import { on } from "../../lib/dom";
import type { BoardDocument } from "../model/document";
import type { Rect } from "../model/geometry";
import { isPlaced, type PlacedObject } from "../model/objects";
import type { Camera } from "./camera";

const MOST_DENSITY = 2;
/** Zone titles keep this size on screen, in pixels. */
const TITLE_PX = 12;
const LINE = 19.2;

interface Ink {
  fill: string;
  ink: string;
}

interface Inks {
  notes: Record<Colour, Ink>;
  zone: Ink;
  text: string;
}

export class FarLayer {
  private inks: Inks | null = null;
  private isClear = true;

  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly board: BoardDocument,
    private readonly camera: Camera,
    signal: AbortSignal,
  ) {
    on(
      matchMedia("(prefers-color-scheme: dark)"),
      "change",
      () => {
        this.inks = null;
      },
      signal,
    );
  }

  /** Draws these objects, lowest first. */
  draw(ids: readonly string[], seenAt: (object: PlacedObject) => Rect): void {
    const context = this.prepare();
    if (!context) return;
    this.inks ??= readInks(this.canvas);
    const { zoom } = this.camera;
    const objects = ids.map((id) => this.board.get(id)).filter(isPlaced);
    for (const zone of objects) if (zone.type === "zone") this.drawZone(context, seenAt(zone), zone.title, this.inks);
    for (const object of objects) {
      if (object.type === "zone") continue;
      const { x, y } = this.camera.toScreen(seenAt(object));
      const w = object.w * zoom;
      const h = object.h * zoom;
      if (object.type === "note") {
        const { fill, ink } = this.inks.notes[object.colour];
        context.fillStyle = fill;
        context.fillRect(x, y, w, h);
        context.fillStyle = ink;
        context.fillRect(x, y, w, Math.max(1, 10 * zoom));
        this.drawLines(context, x + 12 * zoom, y + 24 * zoom, w - 24 * zoom, object.text.length);
      } else if (object.type === "text") {
        context.fillStyle = this.inks.text;
        this.drawLines(context, x, y + 4 * zoom, w, object.text.length);
      }
    }
    this.isClear = false;
  }

  clear(): void {
    if (this.isClear) return;
    this.canvas.getContext("2d")?.clearRect(0, 0, this.canvas.width, this.canvas.height);
    this.isClear = true;
  }

  /** A canvas as large as the stage, cleared, measured in screen pixels. */
  private prepare(): CanvasRenderingContext2D | null {
    const { canvas } = this;
    const { clientWidth, clientHeight } = canvas;
    const density = Math.min(MOST_DENSITY, devicePixelRatio);
    const [w, h] = [Math.round(clientWidth * density), Math.round(clientHeight * density)];
    if (canvas.width !== w || canvas.height !== h) [canvas.width, canvas.height] = [w, h];
    const context = canvas.getContext("2d");
    context?.setTransform(density, 0, 0, density, 0, 0);
    context?.clearRect(0, 0, clientWidth, clientHeight);
    return context;
  }

  private drawZone(context: CanvasRenderingContext2D, zone: Rect, title: string, inks: Inks): void {
    const { zoom } = this.camera;
    const { x, y } = this.camera.toScreen(zone);
    context.beginPath();
    context.roundRect(x, y, zone.w * zoom, zone.h * zoom, 14 * zoom);
    context.fillStyle = inks.zone.fill;
    context.fill();
    context.strokeStyle = inks.zone.ink;
    context.stroke();
    context.fillStyle = inks.text;
    context.font = `700 ${TITLE_PX}px ${getComputedStyle(this.canvas).fontFamily}`;
    context.textBaseline = "top";
    context.fillText(title, x + 6, y + 5, Math.max(20, zone.w * zoom - 12));
  }

  /** As many grey lines as the words would take, to the eye. */
  private drawLines(context: CanvasRenderingContext2D, x: number, y: number, w: number, length: number): void {
    const { zoom } = this.camera;
    const lines = Math.min(5, Math.ceil((length * 7.5 * zoom) / Math.max(1, w)));
    context.globalAlpha = 0.45;
    for (let line = 0; line < lines; line += 1) {
      context.fillRect(x, y + line * LINE * zoom, line === lines - 1 ? w * 0.6 : w, Math.max(1, 5 * zoom));
    }
    context.globalAlpha = 1;
  }
}

/** The colours of the theme in force, as the style sheet resolves them. */
function readInks(near: HTMLElement): Inks {
  const probe = document.createElement("i");
  probe.className = "board-ink";
  near.after(probe);
  const style = getComputedStyle(probe);
  const read = (): Ink => ({ fill: style.backgroundColor, ink: style.borderTopColor });
  const zone = read();
  const text = style.color;
  const notes = {} as Record<Colour, Ink>;
  for (const colour of COLOURS) {
    probe.dataset.colour = colour;
    notes[colour] = read();
  }
  probe.remove();
  return { notes, zone, text };
}
