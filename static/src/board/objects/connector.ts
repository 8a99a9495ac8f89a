/** A connector: an arrow between two objects, drawn from side to side, with a few words in its middle. */

import { centre, type Point, type Rect } from "../model/geometry";

const SVG = "http://www.w3.org/2000/svg";
const HEAD = 11;
/** The arrow stops this far before what it points at. */
const GAP = 4;

export interface ConnectorParts {
  group: SVGGElement;
  hit: SVGPathElement;
  line: SVGPathElement;
  head: SVGPathElement;
  label: SVGTextElement;
}

export function createConnector(id: string): ConnectorParts {
  const make = <K extends keyof SVGElementTagNameMap>(tag: K, className: string): SVGElementTagNameMap[K] => {
    const node = document.createElementNS(SVG, tag);
    node.setAttribute("class", className);
    return node;
  };
  const parts: ConnectorParts = {
    group: make("g", "board-connector"),
    hit: make("path", "board-connector-hit"),
    line: make("path", "board-connector-line"),
    head: make("path", "board-connector-head"),
    label: make("text", "board-connector-label"),
  };
  parts.group.dataset.object = id;
  parts.label.setAttribute("text-anchor", "middle");
  parts.group.append(parts.hit, parts.line, parts.head);
  return parts;
}

export interface ConnectorShape {
  path: string;
  head: string;
  middle: Point;
}

/** The curve between two rectangles: leaves and arrives square to the nearest sides. */
export function shapeBetween(from: Rect, to: Rect): ConnectorShape {
  const a = centre(from);
  const b = centre(to);
  const gapX = Math.abs(b.x - a.x) - (from.w + to.w) / 2;
  const gapY = Math.abs(b.y - a.y) - (from.h + to.h) / 2;
  const flat = gapX >= gapY;
  const sign = Math.sign(flat ? b.x - a.x : b.y - a.y) || 1;
  const start = flat ? { x: a.x + (sign * from.w) / 2, y: a.y } : { x: a.x, y: a.y + (sign * from.h) / 2 };
  const end = flat ? { x: b.x - sign * (to.w / 2 + GAP), y: b.y } : { x: b.x, y: b.y - sign * (to.h / 2 + GAP) };
  return curve(start, end, flat, sign);
}

/** The curve from a rectangle to a point, while a connector is being drawn. */
export function shapeTo(from: Rect, to: Point): ConnectorShape {
  return shapeBetween(from, { x: to.x, y: to.y, w: 0, h: 0 });
}

function curve(start: Point, end: Point, flat: boolean, sign: number): ConnectorShape {
  const reach = Math.max(24, Math.abs(flat ? end.x - start.x : end.y - start.y) / 2) * sign;
  const c1 = flat ? { x: start.x + reach, y: start.y } : { x: start.x, y: start.y + reach };
  const tip = flat ? { x: end.x - sign * HEAD, y: end.y } : { x: end.x, y: end.y - sign * HEAD };
  const c2 = flat ? { x: tip.x - reach, y: tip.y } : { x: tip.x, y: tip.y - reach };
  const side = HEAD * 0.55;
  const head = flat
    ? `M${n(end.x)} ${n(end.y)}L${n(tip.x)} ${n(tip.y - side)}V${n(tip.y + side)}Z`
    : `M${n(end.x)} ${n(end.y)}L${n(tip.x - side)} ${n(tip.y)}H${n(tip.x + side)}Z`;
  return {
    path: `M${n(start.x)} ${n(start.y)}C${n(c1.x)} ${n(c1.y)} ${n(c2.x)} ${n(c2.y)} ${n(tip.x)} ${n(tip.y)}`,
    head,
    middle: {
      x: (start.x + 3 * c1.x + 3 * c2.x + tip.x) / 8,
      y: (start.y + 3 * c1.y + 3 * c2.y + tip.y) / 8,
    },
  };
}

const n = (value: number): number => Math.round(value * 10) / 10;
