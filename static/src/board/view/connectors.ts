/** The layer of arrows: draws the connectors whose two ends exist and that may be on screen. */

import type { BoardDocument } from "../model/document";
import { boundsOf, grow, intersects, type Point, type Rect } from "../model/geometry";
import { isPlaced } from "../model/objects";
import { type ConnectorParts, createConnector, shapeBetween, shapeTo } from "../objects/connector";
import { setText } from "../objects/view";
import type { Selection } from "../selection";
import type { Camera } from "./camera";
import type { Stage } from "./stage";

export class ConnectorLayer {
  private readonly drawn = new Map<string, { parts: ConnectorParts; path: string }>();
  private readonly draft = createConnector("");

  constructor(
    private readonly layer: SVGSVGElement,
    /** Above the notes: words on an arrow are never covered. */
    private readonly labels: SVGSVGElement,
    private readonly board: BoardDocument,
    private readonly stage: Stage,
    private readonly camera: Camera,
    private readonly selection: Selection,
    signal: AbortSignal,
  ) {
    this.draft.group.classList.add("is-draft");
    stage.onDraw(() => this.draw(), signal);
  }

  /** The middle of a connector on the board, or null when it is not drawn. */
  middleOf(id: string): Point | null {
    const shape = this.shapeOf(id);
    return shape?.middle ?? null;
  }

  /** An arrow being drawn from an object to a point; null removes it. */
  setDraft(from: Rect | null, to?: Point): void {
    if (!from || !to) {
      this.draft.group.remove();
      return;
    }
    const shape = shapeTo(from, to);
    this.draft.line.setAttribute("d", shape.path);
    this.draft.head.setAttribute("d", shape.head);
    if (!this.draft.group.isConnected) this.layer.append(this.draft.group);
  }

  private shapeOf(id: string): ReturnType<typeof shapeBetween> | null {
    const object = this.board.get(id);
    if (object?.type !== "connector" || object.from === object.to) return null;
    const from = this.board.get(object.from);
    const to = this.board.get(object.to);
    if (!isPlaced(from) || !isPlaced(to)) return null;
    const [a, b] = [this.stage.seenAt(from), this.stage.seenAt(to)];
    const bounds = boundsOf([a, b]);
    if (!bounds || !intersects(grow(bounds, 80), this.camera.visible)) return null;
    return shapeBetween(a, b);
  }

  private draw(): void {
    const wanted = new Set<string>();
    for (const object of this.board.values()) {
      if (object.type !== "connector") continue;
      const shape = this.shapeOf(object.id);
      if (!shape) continue;
      wanted.add(object.id);
      const entry = this.drawn.get(object.id) ?? { parts: createConnector(object.id), path: "" };
      const { parts } = entry;
      if (!this.drawn.has(object.id)) {
        this.drawn.set(object.id, entry);
        this.layer.append(parts.group);
      }
      if (entry.path !== shape.path) {
        entry.path = shape.path;
        parts.hit.setAttribute("d", shape.path);
        parts.line.setAttribute("d", shape.path);
        parts.head.setAttribute("d", shape.head);
        parts.label.setAttribute("x", String(Math.round(shape.middle.x)));
        parts.label.setAttribute("y", String(Math.round(shape.middle.y - 8)));
      }
      this.drawLabel(parts.label, object.label);
      parts.group.classList.toggle("is-selected", this.selection.has(object.id));
    }
    for (const [id, { parts }] of this.drawn) {
      if (wanted.has(id)) continue;
      parts.group.remove();
      parts.label.remove();
      this.drawn.delete(id);
    }
  }

  private drawLabel(label: SVGTextElement, words: string): void {
    setText(label, words);
    if (words === "") label.remove();
    else if (!label.isConnected) this.labels.append(label);
  }
}
