/**
 * The board from afar: when hundreds of objects are too small to be read, one canvas draws them as coloured rectangles with
 * greeked lines, so that the whole of a large board still moves smoothly. What is selected or focused stays an element.
 */

import { COLOURS, type Colour, OBJECT_SPECS } from "../../generated/board-specs";
import { on } from "../../lib/dom";
import { grow, type Rect } from "../model/geometry";
import type { PlacedObject, StrokeObject } from "../model/objects";
import { NIB_WIDTH, pathOf } from "../model/stroke";
import { setHidden } from "../objects/view";
import type { Camera } from "./camera";

const MOST_DENSITY = 2;
/** Zone titles keep this size on screen, in pixels. */
const TITLE_PX = 12;
/** Narrower zones have no room for their title. */
const TITLED_PX = 90;
const LINE = 19.2;
/** Drawn beyond each edge of the screen, so that a pan only moves what is there. */
const MARGIN_PX = 200;
/** While the zoom changes, what was drawn is stretched so far, and drawn anew beyond. */
const MOST_STRETCH = 1.25;
/** What others do is drawn ten times a second. */
const REST_MS = 100;

interface Ink {
  fill: string;
  ink: string;
}

interface Inks {
  notes: Record<Colour, Ink>;
  zone: Ink;
  text: string;
  strokes: Record<StrokeObject["ink"], string>;
}

/** What the canvas shows: a part of the board, at a zoom. */
interface Drawn {
  area: Rect;
  zoom: number;
}

export class FarLayer {
  private inks: Inks | null = null;
  private drawn: Drawn | null = null;
  private isStale = true;
  private restTimer: ReturnType<typeof setTimeout> | undefined;
  private readonly lines = new WeakMap<StrokeObject, Path2D>();

  /** `objectsIn`: what is to be drawn of a part of the board, lowest first; `show` is asked for again through `wake`. */
  constructor(
    private readonly canvas: HTMLCanvasElement,
    private readonly camera: Camera,
    private readonly objectsIn: (area: Rect) => PlacedObject[],
    private readonly wake: () => void,
    signal: AbortSignal,
  ) {
    on(
      matchMedia("(prefers-color-scheme: dark)"),
      "change",
      () => {
        this.inks = null;
        this.touch(true);
      },
      signal,
    );
    signal.addEventListener("abort", () => clearTimeout(this.restTimer), { once: true });
  }

  /** Something of what is drawn has changed: to be seen at once when it was done here, soon when others did it. */
  touch(atOnce: boolean): void {
    if (this.canvas.hidden) this.drawn = null;
    else if (atOnce) this.drawAgain();
    else this.restTimer ??= setTimeout(() => this.drawAgain(), REST_MS);
  }

  /**
   * Shows the board as the camera sees it. What was drawn is moved and stretched while it covers the view; `exactly` draws
   * again what is stretched.
   */
  show(exactly: boolean): void {
    setHidden(this.canvas, false);
    if (this.isStale || !this.drawn || !this.covers(this.drawn, exactly)) this.drawn = this.draw();
    const { x, y } = this.camera.toScreen(this.drawn.area);
    this.canvas.style.transform = `translate(${x}px, ${y}px) scale(${this.camera.zoom / this.drawn.zoom})`;
  }

  /** Takes the canvas away: an empty one would still be laid over the board at every frame. */
  hide(): void {
    setHidden(this.canvas, true);
    this.drawn = null;
  }

  private drawAgain(): void {
    clearTimeout(this.restTimer);
    this.restTimer = undefined;
    this.isStale = true;
    this.wake();
  }

  private covers({ area, zoom }: Drawn, exactly: boolean): boolean {
    const stretch = this.camera.zoom / zoom;
    if (stretch !== 1 && (exactly || stretch > MOST_STRETCH || stretch < 1 / MOST_STRETCH)) return false;
    const { x, y, w, h } = this.camera.visible;
    return x >= area.x && y >= area.y && x + w <= area.x + area.w && y + h <= area.y + area.h;
  }

  private draw(): Drawn {
    this.isStale = false;
    this.inks ??= readInks(this.canvas);
    const { zoom, visible } = this.camera;
    const area = grow(visible, MARGIN_PX / zoom);
    const context = this.prepare(area.w * zoom, area.h * zoom);
    const drawn = { area, zoom };
    if (!context) return drawn;
    const objects = this.objectsIn(area);
    for (const zone of objects) if (zone.type === "zone") this.drawZone(context, drawn, zone, zone.title, this.inks);
    for (const object of objects) {
      if (object.type === "zone") continue;
      const x = (object.x - area.x) * zoom;
      const y = (object.y - area.y) * zoom;
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
      } else if (object.type === "stroke") {
        context.save();
        context.translate(x, y);
        context.scale(zoom, zoom);
        context.strokeStyle = this.inks.strokes[object.ink];
        context.lineWidth = Math.max(NIB_WIDTH[object.nib], 1 / zoom);
        context.stroke(this.lineOf(object));
        context.restore();
      } else {
        context.fillStyle = this.inks.zone.ink;
        context.fillRect(x, y, w, h);
      }
    }
    return drawn;
  }

  /** A cleared canvas of this size, measured in screen pixels. */
  private prepare(width: number, height: number): CanvasRenderingContext2D | null {
    const { canvas } = this;
    const density = Math.min(MOST_DENSITY, devicePixelRatio);
    const [w, h] = [Math.round(width * density), Math.round(height * density)];
    if (canvas.width !== w || canvas.height !== h) {
      [canvas.width, canvas.height] = [w, h];
      canvas.style.inlineSize = `${width}px`;
      canvas.style.blockSize = `${height}px`;
    }
    const context = canvas.getContext("2d");
    context?.setTransform(density, 0, 0, density, 0, 0);
    context?.clearRect(0, 0, width, height);
    return context;
  }

  private lineOf(stroke: StrokeObject): Path2D {
    const line = this.lines.get(stroke) ?? new Path2D(pathOf(stroke));
    this.lines.set(stroke, line);
    return line;
  }

  private drawZone(
    context: CanvasRenderingContext2D,
    { area, zoom }: Drawn,
    zone: Rect,
    title: string,
    inks: Inks,
  ): void {
    const x = (zone.x - area.x) * zoom;
    const y = (zone.y - area.y) * zoom;
    context.beginPath();
    context.roundRect(x, y, zone.w * zoom, zone.h * zoom, 14 * zoom);
    context.fillStyle = inks.zone.fill;
    context.fill();
    context.strokeStyle = inks.zone.ink;
    context.stroke();
    if (zone.w * zoom < TITLED_PX) return;
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
  const strokes = {} as Inks["strokes"];
  for (const ink of OBJECT_SPECS.stroke.ink.choices) {
    probe.dataset.ink = ink;
    strokes[ink] = style.color;
  }
  probe.remove();
  return { notes, zone, text, strokes };
}
