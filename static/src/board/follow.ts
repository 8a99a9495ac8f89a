/** What the page does when the board changes, when it opens, and when the window does something. */

import { on } from "../lib/dom";
import type { BoardContext } from "./context";
import { boundsOf } from "./model/geometry";
import { isPlaced, isWritten } from "./model/objects";
import { setAttribute } from "./objects/view";
import type { LocalCopy } from "./sync/local-copy";
import { FIT_MARGIN } from "./view/camera";

/** The name under which the camera is kept. */
export const VIEW_NOTE = "view";
/** Below this, the whole board at once would be unreadable: the first zone is shown instead. */
const READABLE = 0.45;
/** A phone shows less of the first zone rather than words that nobody can read. */
const READABLE_NARROW = 0.75;

/** Where one left off, else the whole board, else its first zone. */
export function firstView({ board, camera, page }: BoardContext, saved: string | null): void {
  const [x, y, zoom] = (saved ?? "").split(" ").map(Number);
  if (saved && x !== undefined && y !== undefined && zoom && [x, y, zoom].every(Number.isFinite)) {
    camera.set({ x, y, zoom });
    return;
  }
  const bounds = boundsOf([...board.values()].filter(isPlaced));
  if (!bounds || page.stage.clientWidth === 0) return;
  camera.fit(bounds);
  const first = board.zones()[0];
  if (camera.zoom < READABLE && first) camera.fit({ ...first, h: Math.min(first.h, first.w * 1.4) });
  if (camera.zoom >= READABLE_NARROW || !matchMedia("(max-width: 45em)").matches) return;
  const corner = first ?? bounds;
  camera.set({ x: corner.x - FIT_MARGIN, y: corner.y - FIT_MARGIN, zoom: READABLE_NARROW });
}

/** What is gone is no longer selected; what is named anew is drawn again. */
export function followBoard({ board, selection, stage, peers, people, news, page, signal }: BoardContext): void {
  const keepReachable = (): void =>
    setAttribute(page.list, "tabindex", isWritten(board.get(selection.focus ?? "")) ? "-1" : "0");
  board.changes.on(
    "objects",
    (change) => {
      if (change.removed.length > 0) selection.drop(change.removed.map((object) => object.id));
      keepReachable();
    },
    signal,
  );
  selection.events.on("change", keepReachable, signal);
  /** Where each object lay: the zone that it left is named anew too. */
  const zones = new Map<string, string>();
  board.changes.on(
    "objects",
    (change) => {
      // The names of zones count their notes, those of notes their arrows.
      const named = new Set<string>();
      for (const object of [...[...change.added, ...change.updated].map((id) => board.get(id)), ...change.removed]) {
        if (isPlaced(object)) {
          named.add(zones.get(object.id) ?? "").add(object.zone);
          zones.set(object.id, object.zone);
        } else if (object) named.add(object.from).add(object.to);
      }
      stage.redraw(named);
    },
    signal,
  );
  peers.events.on("selection", (ids) => stage.redraw(ids), signal);
  news.events.on("change", (ids) => stage.redraw(ids), signal);
  people.events.on("known", () => stage.redrawAll(true), signal);
}

export function followWindow({ session, camera, page, signal }: BoardContext, copy: LocalCopy): void {
  const measure = (): void => {
    const dock = matchMedia("(min-width: 45.0625em)").matches;
    const { left, top } = page.stage.getBoundingClientRect();
    camera.resize(
      { x: left, y: top, w: page.stage.clientWidth, h: page.stage.clientHeight },
      {
        top: 0,
        right: 0,
        bottom: dock ? 56 : 12,
        left: dock ? 72 : 0,
      },
    );
  };
  const observer = new ResizeObserver(measure);
  observer.observe(page.stage);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
  measure();
  on(window, "online" as never, () => session.retryNow(), signal);
  on(window, "offline" as never, () => session.loseConnection(), signal);
  on(
    document,
    "visibilitychange" as never,
    () => {
      if (document.visibilityState === "hidden") session.flushNow();
      else session.retryNow();
    },
    signal,
  );
  addEventListener(
    "pagehide",
    () => {
      session.flushNow();
      if (session.status.connection === "live" || session.status.connection === "fallback") session.noteLeaving();
      if (page.root.hasAttribute("data-ready")) copy.writeNote(VIEW_NOTE, `${camera.x} ${camera.y} ${camera.zoom}`);
    },
    { signal },
  );
  addEventListener(
    "beforeunload",
    (event) => {
      if (session.status.unsaved > 0 && !session.status.durable) event.preventDefault();
    },
    { signal },
  );
}
