/**
 * Draws the objects that are on screen: one pooled element per visible object, nothing for the others.
 * Selected, focused and edited objects always keep their element. All drawing happens once per frame.
 */

import type { Page } from "../context";
import type { BoardChange, BoardDocument } from "../model/document";
import { grow, intersects, type Point, type Rect } from "../model/geometry";
import { isPlaced, isWritten, type PlacedObject } from "../model/objects";
import { byOrder } from "../model/order";
import { viewOf } from "../objects/registry";
import { type DrawContext, setAttribute } from "../objects/view";
import type { Selection } from "../selection";
import type { Camera } from "./camera";
import { FarLayer } from "./far-layer";

const MARGIN_PX = 220;
const MOUNTS_PER_FRAME = 40;
const POOL = 200;
/** Below this zoom, and past this many objects in view, one canvas draws them: they are too small to be read. */
const FAR_ZOOM = 0.4;
const FAR_MANY = 300;
const TRAVEL_MS = 200;
const GRID = 24;
const MOST_STRETCH = 1.3;

interface Mounted {
  element: HTMLElement;
  type: PlacedObject["type"];
}

export class Stage {
  private readonly mounted = new Map<string, Mounted>();
  private readonly pools = new Map<string, HTMLElement[]>();
  private readonly dirty = new Set<string>();
  private readonly far: FarLayer;
  /** Whether the canvas stands for the elements. */
  private isFar = false;
  /** How high each object lies, and the order that says so. */
  private ranks: Map<string, { rank: number; order: string }> | null = null;
  /** The distance of the dots as they are painted. */
  private dotsDrawn = GRID;
  private viewChanged = true;
  /** Selection, focus or what is being written changed. */
  private statesChanged = false;
  private travelTimer: ReturnType<typeof setTimeout> | undefined;
  private scheduled = false;
  private moving: ReadonlyMap<string, Point> | null = null;
  private readonly afterDraw = new Set<() => void>();

  constructor(
    private readonly page: Pick<Page, "stage" | "dots" | "world" | "list" | "far" | "zones" | "notes">,
    private readonly board: BoardDocument,
    private readonly camera: Camera,
    private readonly selection: Selection,
    private readonly remote: (id: string) => { colour: string; writer: string } | null,
    private readonly context: DrawContext,
    signal: AbortSignal,
  ) {
    this.far = new FarLayer(
      page.far,
      camera,
      (area) => this.farObjects(area),
      () => this.redrawAll(false),
      signal,
    );
    board.changes.on("objects", (change) => this.take(change), signal);
    camera.events.on("change", () => this.travel(), signal);
    selection.events.on("change", () => this.restate(), signal);
    selection.events.on("editing", () => this.restate(), signal);
    signal.addEventListener("abort", () => clearTimeout(this.travelTimer), { once: true });
  }

  /** The element of an object, if it is drawn. */
  elementOf(id: string): HTMLElement | null {
    return this.mounted.get(id)?.element ?? null;
  }

  /** What lies topmost at a board point (a line is too thin to be met), while the canvas stands for the elements; null otherwise. */
  farObjectAt(point: Point): string | null {
    if (!this.isFar) return null;
    const here = [...this.board.query({ ...point, w: 1, h: 1 })].filter((id) => {
      const object = this.board.get(id);
      return isWritten(object) && object.type !== "stroke";
    });
    return here.sort((a, b) => this.rankOf(b) - this.rankOf(a))[0] ?? null;
  }

  /** Where the board's focus lies: the option in focus, else the list itself (a zone or an arrow is no option). */
  focusTarget(): HTMLElement {
    const { focus } = this.selection;
    const element = focus === null ? null : this.elementOf(focus);
    return element?.getAttribute("role") === "option" ? element : this.page.list;
  }

  /** Gives the board the focus; the plan, where a telephone shows that instead. */
  takeFocus(): void {
    this.flush();
    const target = this.focusTarget();
    target.focus({ preventScroll: true });
    if (document.activeElement !== target) document.querySelector<HTMLElement>("#plan-tree [tabindex='0']")?.focus();
  }

  /** Draws at once what is waiting, so that the element of an object can be focused now. */
  flush(): void {
    this.draw();
  }

  onDraw(run: () => void, signal: AbortSignal): void {
    this.afterDraw.add(run);
    signal.addEventListener("abort", () => this.afterDraw.delete(run), { once: true });
  }

  /** Shows objects where they are dragged to, whatever the document says; null ends it. */
  setMoving(places: ReadonlyMap<string, Point> | null): void {
    for (const id of [...(this.moving?.keys() ?? []), ...(places?.keys() ?? [])]) this.dirty.add(id);
    this.moving = places;
    this.schedule();
  }

  /** Where an object is seen now, dragging included. */
  seenAt(object: PlacedObject): Rect {
    const place = this.moving?.get(object.id);
    return place ? { ...place, w: object.w, h: object.h } : object;
  }

  /** Draws objects again: names were learnt, somebody else selects them. */
  redraw(ids: Iterable<string>): void {
    for (const id of ids) this.dirty.add(id);
    this.redrawAll(false);
  }

  redrawAll(contents: boolean): void {
    this.viewChanged = true;
    if (contents) for (const id of this.mounted.keys()) this.dirty.add(id);
    this.schedule();
  }

  /** The camera moves: the world is its own layer for as long as it does. */
  private travel(): void {
    const { stage } = this.page;
    if (this.travelTimer === undefined) stage.classList.add("is-travelling");
    clearTimeout(this.travelTimer);
    this.travelTimer = setTimeout(() => {
      this.travelTimer = undefined;
      this.viewChanged = true;
      stage.classList.remove("is-travelling");
      this.schedule();
    }, TRAVEL_MS);
    this.redrawAll(false);
  }

  private restate(): void {
    this.statesChanged = true;
    this.far.touch(true); // what is selected is an element, and what no longer is comes back
    this.redrawAll(false);
  }

  private take(change: BoardChange): void {
    for (const object of change.removed) this.unmount(object.id);
    if (this.isReordered(change)) this.ranks = null;
    this.far.touch(change.local);
    this.redraw([...change.added, ...change.updated]);
  }

  private schedule(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    requestAnimationFrame(() => this.draw());
  }

  private draw(): void {
    this.scheduled = false;
    if (this.viewChanged) this.place();
    if (this.statesChanged) {
      this.statesChanged = false;
      for (const id of this.mounted.keys()) this.drawState(id);
    }
    if (this.dirty.size > 0) {
      for (const id of this.dirty) this.drawOne(id);
      this.dirty.clear();
      this.ownOptions();
    }
    if (this.isFar) this.far.show(this.travelTimer === undefined);
    else this.far.hide();
    for (const run of this.afterDraw) run();
  }

  /** Mounts what came into view, unmounts what left it. */
  private place(): void {
    this.viewChanged = false;
    const { x, y, zoom } = this.camera;
    this.page.world.style.transform = `translate(${-x * zoom}px, ${-y * zoom}px) scale(${zoom})`;
    this.placeDots();
    const wanted = this.board.query(this.inView());
    const isFar = zoom < FAR_ZOOM && wanted.size > FAR_MANY;
    this.isFar = isFar;
    if (isFar) wanted.clear();
    for (const id of this.pinned()) wanted.add(id);
    for (const id of [...this.mounted.keys()]) if (!wanted.has(id)) this.unmount(id);
    let mounts = 0;
    for (const id of wanted) {
      if (this.mounted.has(id)) continue;
      mounts += 1;
      if (mounts <= MOUNTS_PER_FRAME || this.isPinned(id)) this.dirty.add(id);
    }
    if (mounts > MOUNTS_PER_FRAME) this.redrawAll(false);
  }

  /** The board's dots: a layer of its own, which is moved and stretched, and painted again only at rest. */
  private placeDots(): void {
    const { x, y, zoom } = this.camera;
    const step = dotStep(zoom);
    const stretch = step / this.dotsDrawn;
    const { style } = this.page.dots;
    if (this.travelTimer === undefined || stretch > MOST_STRETCH || stretch < 1 / MOST_STRETCH) {
      this.dotsDrawn = step;
      style.backgroundSize = `${step}px ${step}px`;
    }
    const shift = (pan: number): number => -((((pan * zoom) % step) + step) % step);
    style.transform = `translate(${shift(x)}px, ${shift(y)}px) scale(${step / this.dotsDrawn})`;
  }

  /** What the canvas draws of a part of the board: all that is no element, lowest first. */
  private farObjects(area: Rect): PlacedObject[] {
    const ids = [...this.board.query(area)].filter((id) => !this.isPinned(id));
    ids.sort((a, b) => this.rankOf(a) - this.rankOf(b));
    return ids.map((id) => this.board.get(id)).filter(isPlaced);
  }

  /** What has elements: what is on screen, and a margin around it. */
  private inView(): Rect {
    return grow(this.camera.visible, MARGIN_PX / this.camera.zoom);
  }

  private pinned(): string[] {
    const ids = [...this.selection.ids, this.selection.focus, this.selection.editing];
    return ids.filter((id): id is string => id !== null && isPlaced(this.board.get(id)));
  }

  private isPinned(id: string): boolean {
    return this.selection.has(id) || this.selection.focus === id || this.selection.editing === id;
  }

  private drawOne(id: string): void {
    const object = this.board.get(id);
    if (!isPlaced(object)) return;
    let mounted = this.mounted.get(id);
    if (mounted && mounted.type !== object.type) {
      this.unmount(id);
      mounted = undefined;
    }
    if (!mounted) {
      if (!this.isPinned(id) && this.isFar) return;
      if (!this.isPinned(id) && !intersects(object, this.inView())) return;
      mounted = this.mount(object);
    }
    const place = this.seenAt(object);
    // Not a transform: each would be one more part for the browser to arrange at every frame.
    mounted.element.style.left = `${place.x}px`;
    mounted.element.style.top = `${place.y}px`;
    mounted.element.style.zIndex = String(this.rankOf(id));
    viewOf(object).draw(mounted.element, object, this.context);
    this.drawState(id);
  }

  private drawState(id: string): void {
    const mounted = this.mounted.get(id);
    if (!mounted) return;
    const { element } = mounted;
    const selected = this.selection.has(id);
    if (element.getAttribute("role") === "option") {
      setAttribute(element, "aria-selected", String(selected));
      setAttribute(element, "tabindex", this.selection.focus === id ? "0" : "-1");
    }
    element.classList.toggle("is-selected", selected);
    element.classList.toggle("is-editing", this.selection.editing === id);
    element.classList.toggle("is-moving", this.moving?.has(id) ?? false);
    const remote = this.remote(id);
    if (remote) element.dataset.remote = remote.colour;
    else delete element.dataset.remote;
    if (remote?.writer) element.dataset.writer = remote.writer;
    else delete element.dataset.writer;
  }

  private mount(object: PlacedObject): Mounted {
    const element = this.pools.get(object.type)?.pop() ?? viewOf(object).create();
    element.id = `o-${object.id}`;
    element.dataset.object = object.id;
    const mounted: Mounted = { element, type: object.type };
    this.mounted.set(object.id, mounted);
    (object.type === "zone" ? this.page.zones : this.page.notes).append(element);
    return mounted;
  }

  private unmount(id: string): void {
    const mounted = this.mounted.get(id);
    if (!mounted) return;
    this.mounted.delete(id);
    mounted.element.remove();
    mounted.element.classList.remove("is-selected", "is-editing", "is-moving");
    const pool = this.pools.get(mounted.type) ?? [];
    this.pools.set(mounted.type, pool);
    if (pool.length < POOL) pool.push(mounted.element);
  }

  private rankOf(id: string): number {
    if (!this.ranks) {
      const all = [...this.board.values()].filter(isPlaced).sort(byOrder);
      this.ranks = new Map(all.map(({ id: key, order }, rank) => [key, { rank: rank + 1, order }]));
    }
    return this.ranks.get(id)?.rank ?? 0;
  }

  private isReordered({ added, updated }: BoardChange): boolean {
    return added.length > 0 || updated.some((id) => this.ranks?.get(id)?.order !== this.board.placed(id)?.order);
  }

  /** Each zone owns, for screen readers, the options that lie in it, in reading order. */
  private ownOptions(): void {
    const owned = new Map<string, PlacedObject[]>();
    for (const id of this.mounted.keys()) {
      const object = this.board.get(id);
      if (!isWritten(object) || !object.zone) continue;
      const list = owned.get(object.zone) ?? [];
      owned.set(object.zone, list);
      list.push(object);
    }
    for (const [id, { element, type }] of this.mounted) {
      if (type !== "zone") continue;
      const list = owned.get(id)?.sort((a, b) => a.y - b.y || a.x - b.x) ?? [];
      if (list.length > 0) setAttribute(element, "aria-owns", list.map((object) => `o-${object.id}`).join(" "));
      else element.removeAttribute("aria-owns");
    }
  }
}

/** The distance of the dots on screen: that of the board's grid, doubled until it is not a texture. */
function dotStep(zoom: number): number {
  let step = GRID * zoom;
  while (step < GRID * 0.75) step *= 2;
  return step;
}
