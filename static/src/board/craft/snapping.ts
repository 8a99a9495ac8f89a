/** Snapping while one drags: neighbours in view attract, guides show on what; Alt keeps them away. */

import { el } from "../../lib/dom";
import type { BoardContext } from "../context";
import { boundsOf, type Point, type Rect } from "../model/geometry";
import { isPlaced } from "../model/objects";
import { type Guide, type Lines, snap } from "../model/snap";

const REACH_PX = 6;
/** Past this many neighbours nobody could tell which one attracts. */
const MOST_NEIGHBOURS = 300;

export class Snapping {
  constructor(private readonly context: BoardContext) {}

  /** Starts a drag of these objects, which do not attract themselves. */
  begin(moving: Iterable<string>): Snapper {
    const { board, camera } = this.context;
    const own = new Set(moving);
    const around = [...board.query(camera.visible)].filter((id) => !own.has(id)).map((id) => board.get(id));
    const neighbours: Rect[] = around.filter(isPlaced);
    const box = boundsOf([...own].map((id) => board.placed(id)).filter((object) => object !== undefined));
    return new Snapper(this.context, box, neighbours.length > MOST_NEIGHBOURS ? [] : neighbours);
  }
}

export class Snapper {
  private readonly layer = el("div", { class: "board-guides", "aria-hidden": "true" });

  constructor(
    private readonly context: BoardContext,
    /** What is dragged, as it was at the start. */
    private readonly box: Rect | null,
    private readonly neighbours: readonly Rect[],
  ) {
    context.page.overlay.append(this.layer);
  }

  /** The shift to use instead of the pointer's. `free`: nothing attracts. */
  move(by: Point, free: boolean): Point {
    if (!this.box) return by;
    const found = this.find({ ...this.box, x: this.box.x + by.x, y: this.box.y + by.y }, { x: "all", y: "all" }, free);
    return { x: by.x + found.x, y: by.y + found.y };
  }

  /** The size to use instead of the one that the pointer draws, for sides that may change. */
  size(box: Rect, sides: { x: boolean; y: boolean }, free: boolean): { w: number; h: number } {
    const found = this.find(box, { x: sides.x ? "end" : "none", y: sides.y ? "end" : "none" }, free);
    return { w: box.w + found.x, h: box.h + found.y };
  }

  /** Takes the guides away. */
  end(): void {
    this.layer.remove();
  }

  private find(box: Rect, lines: { x: Lines; y: Lines }, free: boolean): Point {
    const { camera } = this.context;
    const { by, guides } = free
      ? { by: { x: 0, y: 0 }, guides: [] }
      : snap(box, this.neighbours, REACH_PX / camera.zoom, lines);
    this.layer.replaceChildren(...guides.map((guide) => this.drawn(guide)));
    return by;
  }

  private drawn({ axis, at, from, to }: Guide): HTMLElement {
    const { camera } = this.context;
    const start = camera.toScreen(axis === "x" ? { x: at, y: from } : { x: from, y: at });
    const line = el("i", { "data-axis": axis });
    line.style.transform = `translate(${Math.round(start.x)}px, ${Math.round(start.y)}px)`;
    line.style[axis === "x" ? "height" : "width"] = `${(to - from) * camera.zoom}px`;
    return line;
  }
}
