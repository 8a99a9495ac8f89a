/**
 * Pointer, wheel and touch on the board. One gesture at a time, as a small object that follows the pointer until it is
 * released or given up (Escape).
 */

import { on } from "../../lib/dom";
import type { BoardContext } from "../context";
import type { Point } from "../model/geometry";
import { isPlaced, isWritten } from "../model/objects";
import {
  ConnectGesture,
  type Gesture,
  MarqueeGesture,
  MoveGesture,
  PanGesture,
  PinchGesture,
  ZoneGesture,
} from "./gesture-kinds";

const TAP_PX = 6;
const LONG_PRESS_MS = 400;
const DOUBLE_TAP_MS = 320;
const WHEEL_ZOOM = 0.0022;
const LINE_PX = 18;

export class Gestures {
  private gesture: Gesture | null = null;
  private readonly pointers = new Map<number, Point>();
  /** Whether the last press was a finger's. */
  private isTouch = false;
  private spaceHeld = false;
  private penHeld = false;
  /** Whether the finger stayed where it was put long enough. */
  private isLongPress = false;
  private pressTimer: ReturnType<typeof setTimeout> | undefined;
  private lastTap: { at: number; point: Point } | null = null;

  constructor(private readonly context: BoardContext) {
    const { page, signal } = context;
    const stage = page.stage;
    on(stage, "pointerdown", (event) => this.down(event), signal);
    on(
      stage,
      "mousedown",
      (event) => {
        // Where the focus goes is said in `focusBoard`; a press never selects the page's text.
        if (!(event.target as Element).closest("[data-ui], .board-editor")) event.preventDefault();
      },
      signal,
    );
    on(stage, "pointermove", (event) => this.move(event), signal);
    on(stage, "pointerup", (event) => this.up(event), signal);
    on(stage, "pointercancel", (event) => this.cancel(event), signal);
    on(stage, "dblclick", (event) => this.doubleClick(event), signal);
    on(stage, "contextmenu", (event) => this.menu(event), signal);
    // The press that opens the menu is not one on its item under the finger.
    const release = (event: Event): void => {
      if (this.isLongPress && !(event.target as Element).closest("[data-ui]")) event.preventDefault();
    };
    stage.addEventListener("touchend", release, { passive: false, signal });
    stage.addEventListener("wheel", (event) => this.wheel(event), { passive: false, signal });
    on(stage, "scroll", () => stage.scrollTo(0, 0), signal);
    on(document.body, "keydown", (event) => this.key(event, true), signal);
    on(document.body, "keyup", (event) => this.key(event, false), signal);
  }

  /** Gives up what is being done; true when there was something. */
  giveUp(): boolean {
    if (!this.gesture) return false;
    this.gesture.cancel();
    this.end();
    return true;
  }

  private pointOf(event: { clientX: number; clientY: number }): Point {
    return this.context.camera.screenOf(event);
  }

  private objectAt(target: EventTarget | null): string | null {
    const hit = target instanceof Element ? target.closest<HTMLElement | SVGElement>("[data-object]") : null;
    if (!hit || hit.dataset.object === undefined) return null;
    const id = hit.dataset.object;
    const object = this.context.board.get(id);
    // A zone is held by its heading only, and a zone of the template not at all.
    if (object?.type === "zone") {
      const heading = (target as Element).closest(".board-zone-head");
      return heading && !object.locked ? id : null;
    }
    return object ? id : null;
  }

  /** From afar, objects are not elements: the board says what lies under the point. */
  private farObjectAt(screen: Point): string | null {
    return this.context.stage.farObjectAt(this.context.camera.toBoard(screen));
  }

  private down(event: PointerEvent): void {
    if ((event.target as Element).closest("[data-ui], .board-editor")) return;
    const { editor, page, tools, camera } = this.context;
    // A palm on the table while a pen draws.
    if (this.penHeld && event.pointerType === "touch") return;
    this.penHeld = event.pointerType === "pen";
    const screen = this.pointOf(event);
    this.pointers.set(event.pointerId, screen);
    this.isTouch = event.pointerType === "touch";
    if (editor.isOpen) editor.finish(false);
    page.stage.setPointerCapture(event.pointerId);
    clearTimeout(this.pressTimer);
    if (this.pointers.size === 2) {
      this.gesture?.cancel();
      this.gesture = new PinchGesture(this.context, this.pointers);
      return;
    }
    if (this.gesture) return;
    const id = this.objectAt(event.target) ?? this.farObjectAt(screen);
    if (event.pointerType === "touch") {
      if (tools.current === "select") this.touchDown(event, screen, id);
      else this.toolDown(event, screen, id);
      return;
    }
    if (event.button === 1 || (event.button === 0 && this.spaceHeld)) {
      event.preventDefault();
      this.gesture = new PanGesture(this.context, screen);
    } else if (event.button === 0) {
      if (id === null) event.preventDefault();
      if (tools.current !== "select") this.toolDown(event, screen, id);
      else if (id !== null) this.press(event, screen, id);
      else this.gesture = new MarqueeGesture(this.context, camera.toBoard(screen), event.shiftKey);
    }
    this.context.stage.takeFocus();
  }

  private press(event: PointerEvent, screen: Point, id: string): void {
    const { selection, board } = this.context;
    if (event.shiftKey) {
      selection.toggle(id);
      return;
    }
    const wasSelected = this.pick(id);
    if (isPlaced(board.get(id))) this.gesture = new MoveGesture(this.context, screen, id, wasSelected);
  }

  /** Selects an object with its group, unless it is selected; whether it was. */
  private pick(id: string): boolean {
    const { selection, board } = this.context;
    const wasSelected = selection.has(id);
    if (!wasSelected) selection.set(board.grouped([id]), id);
    return wasSelected;
  }

  private touchDown(event: PointerEvent, screen: Point, id: string | null): void {
    this.gesture = new PanGesture(this.context, screen);
    this.isLongPress = false;
    this.pressTimer = setTimeout(() => {
      if (!(this.gesture instanceof PanGesture) || this.gesture.hasMoved) return;
      this.isLongPress = true;
      navigator.vibrate?.(12);
      if (id === null) this.context.selection.clear();
      else {
        this.pick(id);
        // Released without having moved, it was for the menu.
        if (isPlaced(this.context.board.get(id))) this.gesture = new MoveGesture(this.context, screen, id, false);
      }
      event.preventDefault();
    }, LONG_PRESS_MS);
  }

  private toolDown(event: PointerEvent, screen: Point, id: string | null): void {
    const { tools, camera, actions, editor } = this.context;
    const at = camera.toBoard(screen);
    switch (tools.current) {
      case "note":
      case "text": {
        const made = tools.current === "note" ? actions.createNote({ at }) : actions.createText(at);
        tools.take("select");
        // After the pointer events of this press, which would take the focus away again.
        if (made) setTimeout(() => editor.open(made, "end", true));
        break;
      }
      case "zone":
        this.gesture = new ZoneGesture(this.context, at);
        break;
      case "connector":
        this.connectFrom(screen, id);
        break;
      case "stroke":
        this.gesture = this.context.later.drawing.now?.begin(screen, event) ?? null;
        break;
      case "carry":
        actions.carryTo(at);
        this.context.toasts.hide();
        tools.take("select");
        break;
      default:
    }
  }

  private connectFrom(screen: Point, id: string | null): void {
    const { tools, actions, selection, board } = this.context;
    const target = id !== null && isWritten(board.get(id)) ? id : null;
    if (tools.connectFrom !== null && target !== null && target !== tools.connectFrom) {
      const made = actions.connect(tools.connectFrom, target);
      tools.take("select");
      if (made) selection.set([made], target);
    } else if (target !== null) {
      tools.take("connector", target);
      this.gesture = new ConnectGesture(this.context, screen, target, (point) => this.writtenAt(point));
    } else tools.take("select");
  }

  /** The note or text under a screen point. */
  private writtenAt(screen: Point): string | null {
    const box = this.context.page.stage.getBoundingClientRect();
    for (const element of document.elementsFromPoint(box.left + screen.x, box.top + screen.y)) {
      const id = this.objectAt(element);
      if (id !== null && isWritten(this.context.board.get(id))) return id;
    }
    return this.farObjectAt(screen);
  }

  private move(event: PointerEvent): void {
    const screen = this.pointOf(event);
    if (this.pointers.has(event.pointerId)) this.pointers.set(event.pointerId, screen);
    this.gesture?.move(screen, event.altKey);
  }

  private up(event: PointerEvent): void {
    const start = this.pointers.get(event.pointerId);
    this.pointers.delete(event.pointerId);
    if (event.pointerType === "pen") this.penHeld = false;
    clearTimeout(this.pressTimer);
    const gesture = this.gesture;
    if (!gesture) return;
    if (gesture instanceof PinchGesture) {
      if (this.pointers.size > 0) return;
      this.end();
      return;
    }
    if (this.pointers.size > 0) return;
    const screen = this.pointOf(event);
    gesture.done(screen);
    const isTap = start !== undefined && !gesture.hasMoved;
    this.end();
    if (!isTap || event.pointerType !== "touch") return;
    if (this.isLongPress) this.openMenu(event);
    else if (gesture instanceof PanGesture) this.tap(screen, event);
  }

  /** Right click; keys and fingers have ways of their own. */
  private menu(event: MouseEvent): void {
    if ((event.target as Element).closest("[data-ui], .board-editor")) return;
    event.preventDefault();
    if (event.button !== 2 || this.isTouch) return;
    const id = this.underPoint(event) ?? this.farObjectAt(this.pointOf(event));
    if (id === null) this.context.selection.clear();
    else this.pick(id);
    this.openMenu(event);
  }

  private openMenu({ clientX, clientY }: MouseEvent): void {
    this.context.later.craft.use((craft) => craft.menu.open({ x: clientX, y: clientY }));
  }

  /** What lies under the pointer, which the stage has captured. */
  private underPoint({ clientX, clientY }: MouseEvent): string | null {
    return this.objectAt(document.elementFromPoint(clientX, clientY));
  }

  private tap(screen: Point, event: PointerEvent): void {
    const { selection, editor, actions, camera, board } = this.context;
    const id = this.underPoint(event) ?? this.farObjectAt(screen);
    const isDouble =
      this.lastTap !== null &&
      event.timeStamp - this.lastTap.at < DOUBLE_TAP_MS &&
      Math.hypot(screen.x - this.lastTap.point.x, screen.y - this.lastTap.point.y) < TAP_PX * 4;
    this.lastTap = isDouble ? null : { at: event.timeStamp, point: screen };
    if (id === null && !isDouble) selection.clear();
    else if (id !== null) {
      selection.set(isDouble ? [id] : board.grouped([id]), id);
      if (isDouble) this.act(id);
    } else {
      const made = actions.createNote({ at: camera.toBoard(screen) });
      if (made) editor.open(made, "end", true);
    }
    if (!editor.isOpen) this.context.stage.takeFocus();
  }

  /** Twice pressed: a card is opened, everything else is written in. */
  private act(id: string): void {
    const { board, later, editor } = this.context;
    const object = board.get(id);
    if (object?.type === "link") later.cards.use((cards) => cards.open(object));
    else editor.open(id);
  }

  private cancel(event: PointerEvent): void {
    if (event.pointerType === "pen") this.penHeld = false;
    this.pointers.delete(event.pointerId);
    clearTimeout(this.pressTimer);
    this.giveUp();
  }

  private end(): void {
    this.gesture = null;
  }

  private doubleClick(event: MouseEvent): void {
    if ((event.target as Element).closest("[data-ui], .board-editor")) return;
    const { editor, actions, camera, selection } = this.context;
    const point = this.pointOf(event);
    const id = this.underPoint(event) ?? this.farObjectAt(point);
    if (id !== null) {
      selection.set([id], id);
      this.act(id);
      return;
    }
    const made = actions.createNote({ at: camera.toBoard(point) });
    if (made) editor.open(made, "end", true);
  }

  private wheel(event: WheelEvent): void {
    event.preventDefault();
    const { camera } = this.context;
    const unit =
      event.deltaMode === WheelEvent.DOM_DELTA_LINE ? LINE_PX : event.deltaMode === WheelEvent.DOM_DELTA_PAGE ? 400 : 1;
    if (event.ctrlKey || event.metaKey) {
      camera.zoomTo(
        camera.zoom *
          Math.exp(-event.deltaY * unit * WHEEL_ZOOM * (event.deltaMode === 0 && Math.abs(event.deltaY) < 40 ? 4 : 1)),
        this.pointOf(event),
      );
    } else if (event.shiftKey && event.deltaX === 0) camera.panBy(-event.deltaY * unit, 0);
    else camera.panBy(-event.deltaX * unit, -event.deltaY * unit);
  }

  private key(event: KeyboardEvent, isDown: boolean): void {
    if (event.code !== "Space") return;
    const target = event.target as Element;
    if (isDown && target.closest("input, textarea, button, select, a, [role=option], [role=treeitem], dialog")) return;
    this.spaceHeld = isDown;
    this.context.page.stage.classList.toggle("is-panning", isDown);
    if (isDown) event.preventDefault();
  }
}
