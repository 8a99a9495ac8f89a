/** Other people's pointers over the board, gliding between the positions that arrive, ten a second, four in light mode. */

import { el } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { LightMode } from "../light-mode";
import type { Point } from "../model/geometry";
import { setText } from "../objects/view";
import { firstName } from "../people";
import type { Camera } from "../view/camera";
import type { PeerState, Peers } from "./peers";

const GLIDE_MS = 70;
const LIGHT_GLIDE_MS = 180;
/** More pointers than these jump: to have them all glide would cost more than the rest of the board. */
const MOST_GLIDING = 10;

interface Drawn {
  element: HTMLElement;
  at: Point;
}

export class CursorLayer {
  /** Moved by the camera as a whole: a pan moves one element, however many people are here. */
  private readonly layer = el("div", { class: "board-cursors" });
  private readonly drawn = new Map<number, Drawn>();
  private zoom = 0;
  private frame = 0;
  private lastTime = 0;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");

  constructor(
    overlay: HTMLElement,
    private readonly peers: Peers,
    private readonly camera: Camera,
    private readonly lightMode: LightMode,
    signal: AbortSignal,
  ) {
    overlay.append(this.layer);
    peers.events.on("pointers", () => this.wake(), signal);
    peers.events.on("people", () => this.wake(), signal);
    camera.events.on("change", () => this.wake(), signal);
    signal.addEventListener("abort", () => cancelAnimationFrame(this.frame), { once: true });
  }

  private wake(): void {
    if (this.frame !== 0) return;
    this.lastTime = performance.now();
    this.frame = requestAnimationFrame((now) => this.draw(now));
  }

  private draw(now: number): void {
    this.frame = 0;
    const glide = this.lightMode.isOn ? LIGHT_GLIDE_MS : GLIDE_MS;
    const isStill = this.still.matches || this.drawn.size > MOST_GLIDING;
    const share = isStill ? 1 : 1 - Math.exp(-Math.max(1, now - this.lastTime) / glide);
    this.lastTime = now;
    const { x, y, zoom } = this.camera;
    this.layer.style.transform = `translate(${-x * zoom}px, ${-y * zoom}px)`;
    const isZoomed = this.zoom !== zoom;
    this.zoom = zoom;
    let moving = false;
    const seen = new Set<number>();
    for (const peer of this.peers.values()) {
      if (!peer.pointer) continue;
      seen.add(peer.peer);
      const known = this.drawn.get(peer.peer);
      const drawn = known ?? this.create(peer);
      const dx = peer.pointer.x - drawn.at.x;
      const dy = peer.pointer.y - drawn.at.y;
      drawn.at = { x: drawn.at.x + dx * share, y: drawn.at.y + dy * share };
      moving ||= !isStill && Math.abs(dx) + Math.abs(dy) > 0.5;
      // Neither moved by a transform nor positioned: the browser would arrange as many parts at every frame.
      if (isZoomed || !known || dx || dy)
        drawn.element.style.margin = `${drawn.at.y * zoom}px 0 0 ${drawn.at.x * zoom}px`;
      const name = firstName(peer.name);
      setText(drawn.element.lastElementChild, peer.editing ? t("%(name)s écrit…", { name }) : name);
    }
    for (const [peer, { element }] of this.drawn) {
      if (seen.has(peer)) continue;
      element.remove();
      this.drawn.delete(peer);
    }
    if (moving) this.frame = requestAnimationFrame((next) => this.draw(next));
  }

  private create(peer: PeerState): Drawn {
    const element = el(
      "div",
      { class: "board-cursor", "aria-hidden": "true", "data-colour": peer.colour },
      el("i"),
      el("span"),
    );
    this.layer.append(element);
    const drawn = { element, at: peer.pointer ?? { x: 0, y: 0 } };
    this.drawn.set(peer.peer, drawn);
    return drawn;
  }
}
