/** Tells the others where this person's pointer is, what they have in hand and what they see: ten times a second at most, four in light mode. */

import { on } from "../../lib/dom";
import type { BoardContext } from "../context";
import { INSIDE, PRESSED } from "../sync/wire";

const POINTER_MS = 100;
const LIGHT_POINTER_MS = 250;
const SELECTION_MS = 150;
const VIEW_MS = 200;

/** At most one call per interval; the last one is never lost. */
function throttle(run: () => void, wait: () => number, signal: AbortSignal): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let due = false;
  const fire = (): void => {
    due = false;
    run();
    timer = setTimeout(() => {
      timer = undefined;
      if (due) fire();
    }, wait());
  };
  signal.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return () => {
    if (timer === undefined) fire();
    else due = true;
  };
}

export function broadcastPresence({ page, camera, session, selection, peers, lightMode, signal }: BoardContext): void {
  let pointer = { x: 0, y: 0, flags: 0 };
  const sendPointer = throttle(
    () => {
      if (peers.size > 0) session.sendPointer(pointer);
    },
    () => (lightMode.isOn ? LIGHT_POINTER_MS : POINTER_MS),
    signal,
  );
  const follow = (event: PointerEvent): void => {
    const at = camera.toBoard(camera.screenOf(event));
    pointer = { x: Math.round(at.x), y: Math.round(at.y), flags: INSIDE | (event.buttons > 0 ? PRESSED : 0) };
    sendPointer();
  };
  const leave = (): void => {
    pointer = { ...pointer, flags: 0 };
    sendPointer();
  };
  on(page.stage, "pointermove", follow, signal);
  on(page.stage, "pointerleave", leave, signal);
  on(
    page.stage,
    "pointerup",
    (event) => {
      if (event.pointerType === "touch") leave();
    },
    signal,
  );

  // What one is shown of somebody else's is not told on: two who follow each other would never come to rest.
  const sendView = throttle(
    () => {
      const { x, y, w, h } = camera.visible;
      if (peers.size > 0 && !camera.isLed) session.tell("v", { at: [x, y, w, h].map(Math.round) });
    },
    () => VIEW_MS,
    signal,
  );
  camera.events.on("change", sendView, signal);
  peers.events.on("people", sendView, signal);

  const sendSelection = throttle(
    () => session.tell("sel", { ids: [...selection.ids].slice(0, 50), editing: selection.editing }),
    () => SELECTION_MS,
    signal,
  );
  selection.events.on("change", sendSelection, signal);
  selection.events.on("editing", sendSelection, signal);
  // A new connection knows nothing of it yet.
  session.events.on("identity", () => setTimeout(sendSelection), signal);
}
