/** The gestures themselves: pan, pinch, move, marquee, drawing a zone, drawing an arrow. */

import { tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Snapper } from "../craft/snapping";
import { centredIn } from "../model/document";
import { type Point, rectBetween } from "../model/geometry";
import { isWritten } from "../model/objects";

const THRESHOLD_PX = 4;
/** How often a drag is written to the document; the screen follows every movement. */
const WRITE_MS = 60;

export abstract class Gesture {
  hasMoved = false;

  constructor(
    protected readonly context: BoardContext,
    protected readonly start: Point,
  ) {}

  /** `free`: nothing attracts what moves. */
  move(screen: Point, free = false): void {
    if (!this.hasMoved && Math.hypot(screen.x - this.start.x, screen.y - this.start.y) < THRESHOLD_PX) return;
    this.hasMoved = true;
    this.follow(screen, free);
  }

  /** The pointer was released. */
  abstract done(screen: Point): void;
  /** Given up: everything is as before. */
  abstract cancel(): void;
  protected abstract follow(screen: Point, free: boolean): void;
}

export class PanGesture extends Gesture {
  private last = this.start;

  protected follow(screen: Point): void {
    this.context.page.stage.classList.add("is-grabbing");
    this.context.camera.panBy(screen.x - this.last.x, screen.y - this.last.y);
    this.last = screen;
  }

  done(): void {
    this.context.page.stage.classList.remove("is-grabbing");
  }

  cancel(): void {
    this.done();
  }
}

/** Two fingers: the board follows both. */
export class PinchGesture extends Gesture {
  private before: { middle: Point; spread: number };

  constructor(
    context: BoardContext,
    private readonly pointers: ReadonlyMap<number, Point>,
  ) {
    super(context, { x: 0, y: 0 });
    this.before = this.measure();
  }

  override move(): void {
    this.follow();
  }

  protected follow(): void {
    if (this.pointers.size < 2) return;
    const now = this.measure();
    const { camera } = this.context;
    camera.panBy(now.middle.x - this.before.middle.x, now.middle.y - this.before.middle.y);
    if (this.before.spread > 0) camera.zoomTo((camera.zoom * now.spread) / this.before.spread, now.middle);
    this.before = now;
  }

  done(): void {}

  cancel(): void {}

  private measure(): { middle: Point; spread: number } {
    const [a, b] = [...this.pointers.values()];
    if (!a || !b) return this.before;
    return { middle: { x: (a.x + b.x) / 2, y: (a.y + b.y) / 2 }, spread: Math.hypot(a.x - b.x, a.y - b.y) };
  }
}

export class MoveGesture extends Gesture {
  private readonly starts = new Map<string, Point>();
  private by: Point = { x: 0, y: 0 };
  private writtenAt = 0;
  private told = false;
  private snapper: Snapper | null = null;

  constructor(
    context: BoardContext,
    start: Point,
    private readonly held: string,
    /** Whether what is held was selected before it was pressed. */
    private readonly wasSelected: boolean,
  ) {
    super(context, start);
    for (const id of context.actions.movable(context.selection.ids)) {
      const object = context.board.placed(id);
      if (object) this.starts.set(id, { x: object.x, y: object.y });
    }
  }

  protected follow(screen: Point, free: boolean): void {
    if (this.starts.size === 0) {
      if (!this.told) this.context.actions.allowedToChange(this.held);
      this.told = true;
      return;
    }
    const { camera, stage, actions, board, later } = this.context;
    if (this.writtenAt === 0) {
      board.beginStep();
      this.snapper = later.craft.now?.snapping.begin(this.starts.keys()) ?? null;
    }
    const by = { x: (screen.x - this.start.x) / camera.zoom, y: (screen.y - this.start.y) / camera.zoom };
    this.by = this.snapper?.move(by, free) ?? by;
    stage.setMoving(new Map([...this.starts].map(([id, at]) => [id, { x: at.x + this.by.x, y: at.y + this.by.y }])));
    if (performance.now() - this.writtenAt < WRITE_MS) return;
    this.writtenAt = performance.now();
    actions.place(this.starts, this.by, false);
  }

  done(): void {
    if (!this.hasMoved) {
      // A press without a move on one of several selected objects selects it alone: so one goes into a group.
      if (this.wasSelected && this.context.selection.ids.size > 1) this.context.selection.set([this.held], this.held);
      return;
    }
    this.letGo();
    if (this.starts.size === 0) return;
    this.context.actions.place(this.starts, this.by, true);
    this.context.board.endStep();
  }

  cancel(): void {
    this.letGo();
    if (this.writtenAt > 0) this.context.board.dropStep();
  }

  private letGo(): void {
    this.context.stage.setMoving(null);
    this.snapper?.end();
  }
}

/** A rectangle drawn on the board, shown while it is drawn. */
abstract class RectangleGesture extends Gesture {
  private readonly frame = document.createElement("div");

  constructor(
    context: BoardContext,
    protected readonly corner: Point,
  ) {
    super(context, context.camera.toScreen(corner));
    this.frame.className = "board-marquee";
  }

  protected follow(screen: Point): void {
    const rect = rectBetween(this.start, screen);
    if (!this.frame.isConnected) this.context.page.overlay.append(this.frame);
    this.frame.style.transform = `translate(${rect.x}px, ${rect.y}px)`;
    this.frame.style.inlineSize = `${rect.w}px`;
    this.frame.style.blockSize = `${rect.h}px`;
  }

  cancel(): void {
    this.frame.remove();
  }
}

export class MarqueeGesture extends RectangleGesture {
  private readonly before: string[];

  constructor(context: BoardContext, corner: Point, keep: boolean) {
    super(context, corner);
    this.before = keep ? [...context.selection.ids] : [];
    if (!keep) context.selection.clear();
  }

  protected override follow(screen: Point): void {
    super.follow(screen);
    const { board, camera, selection } = this.context;
    const rect = rectBetween(this.corner, camera.toBoard(screen));
    const inside = [...board.query(rect)].filter((id) => {
      const object = board.get(id);
      return isWritten(object) && centredIn(object, rect);
    });
    selection.set([...this.before, ...board.grouped(inside)]);
  }

  done(): void {
    this.cancel();
    const count = this.context.selection.ids.size;
    if (this.hasMoved && count > 1)
      this.context.announcer.say(tn("%(num)s note sélectionnée", "%(num)s notes sélectionnées", count));
  }
}

export class ZoneGesture extends RectangleGesture {
  done(screen: Point): void {
    this.cancel();
    const { actions, camera, editor, tools } = this.context;
    const rect = this.hasMoved
      ? rectBetween(this.corner, camera.toBoard(screen))
      : { x: this.corner.x, y: this.corner.y, w: 400, h: 300 };
    tools.take("select");
    const made = actions.createZone(rect);
    if (made) setTimeout(() => editor.open(made, "end", true));
  }
}

/** From an object to another: pressed on one, released on the other, or two presses. */
export class ConnectGesture extends Gesture {
  constructor(
    context: BoardContext,
    start: Point,
    private readonly from: string,
    private readonly targetAt: (screen: Point) => string | null,
  ) {
    super(context, start);
  }

  protected follow(screen: Point): void {
    const source = this.context.board.placed(this.from);
    if (source) this.context.connectors.setDraft(source, this.context.camera.toBoard(screen));
  }

  done(screen: Point): void {
    this.context.connectors.setDraft(null);
    if (!this.hasMoved) return; // The second press names the other end.
    const { tools, actions, selection } = this.context;
    const target = this.targetAt(screen);
    tools.take("select");
    const made = target === null ? null : actions.connect(this.from, target);
    if (made) selection.set([made], target);
  }

  cancel(): void {
    this.context.connectors.setDraft(null);
    this.context.tools.take("select");
  }
}
