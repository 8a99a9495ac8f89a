/**
 * Following: the view of somebody present becomes one's own, by one's own choice, until one moves oneself. Loaded apart.
 *
 * It moves the camera and nothing else: never the focus, never the selection. Who reads with their ears is told in which
 * zone the other one looks.
 */

import { all, el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { centre, type Rect } from "../model/geometry";
import { setText } from "../objects/view";
import { firstName } from "../people";
import { ZOOM_MAX } from "../view/camera";
import { PeopleList } from "./people-list";

const GLIDE_MS = 110;
/** A connection that is lost and found again is no goodbye. */
const GONE_MS = 6_000;
const NO_MOVE = new Set(["F6", "Tab", "Shift", "Control", "Alt", "Meta"]);

export class Following {
  private readonly chip = el("div", { class: "board-following", "data-ui": true });
  private readonly border = el("div", { class: "board-led", "aria-hidden": "true" });
  private readonly words = el("p");
  private readonly where = el("p", { class: "small soft" });
  private readonly toBoard = el("button", { type: "button", class: "button button-small" }, t("Voir le tableau"));
  private readonly list: PeopleList;
  private readonly still = matchMedia("(prefers-reduced-motion: reduce)");
  private key: string | null = null;
  private peer: number | null = null;
  private seen: Rect | null = null;
  private zone = "";
  private isSteering = false;
  private at = "";
  private frame = 0;
  private last = 0;
  private gone: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly context: BoardContext) {
    const { camera, page, peers, session, signal } = context;
    this.list = new PeopleList(context, (key) => (key === this.key ? this.stop() : this.follow(key)));
    const end = el("button", { type: "button", class: "button button-small" }, t("Arrêter de suivre"));
    this.chip.append(this.words, this.where, this.toBoard, end);
    on(end, "click", () => this.stop(), signal);
    on(this.toBoard, "click", () => find<HTMLElement>('[data-do="board"]')?.click(), signal);
    session.events.on("view", ({ peer, at }) => peer === this.peer && this.look(at), signal);
    peers.events.on("people", () => this.seek(), signal);
    camera.events.on("change", () => this.moved(), signal);
    const own = (event: Event): void => {
      if (!(event instanceof KeyboardEvent && NO_MOVE.has(event.key))) this.letGo();
    };
    for (const what of ["pointerdown", "wheel", "keydown"])
      page.stage.addEventListener(what, own, { capture: true, passive: true, signal });
    on(
      document,
      "keydown" as never,
      (event: KeyboardEvent) => {
        if (event.key === "Escape" && this.key && !find("dialog[open]")) this.stop();
      },
      signal,
    );
    signal.addEventListener("abort", () => this.end(), { once: true });
  }

  /** The people who are here. */
  open(): void {
    this.list.open(this.key);
  }

  /** Follows somebody; `place` is what they saw when they asked for it, shown at once. */
  follow(key: string, place: readonly number[] = []): void {
    const { announcer, camera, session } = this.context;
    this.end();
    this.key = key;
    const [x, y, w, h] = place;
    if (x !== undefined && y !== undefined && w && h) this.look([x, y, w, h]);
    if (!this.peerOf(key) && session.status.connection === "fallback") {
      // Nobody is seen from here: what they showed is all there is. Else they may come in a moment, as after a reload.
      const target = this.seen && camera.fitting(this.seen, ZOOM_MAX);
      this.end();
      if (target) camera.set(target);
      return;
    }
    camera.isLed = true;
    this.seek();
    this.draw();
    announcer.say(t("Vous suivez %(name)s. Échap pour arrêter.", { name: this.name }));
  }

  private get name(): string {
    return firstName(this.context.people.nameOf(this.key ?? ""));
  }

  /** The newest window of this person. */
  private peerOf(key: string): number | null {
    return [...this.context.peers.values()].filter((peer) => peer.key === key).at(-1)?.peer ?? null;
  }

  /** Who is followed may have another number since, or be gone. */
  private seek(): void {
    this.list.draw(this.key);
    if (!this.key) return;
    const peer = this.peerOf(this.key);
    clearTimeout(this.gone);
    if (peer === null)
      this.gone = setTimeout(() => this.stop(t("%(name)s est parti·e.", { name: this.name })), GONE_MS);
    else if (peer !== this.peer) this.context.session.tell("follow", { peer });
    this.peer = peer;
  }

  private look(at: readonly number[]): void {
    const [x = 0, y = 0, w = 1, h = 1] = at;
    this.seen = { x, y, w, h };
    const { board, names, announcer } = this.context;
    const zone = board.zoneAt(centre(this.seen));
    if (zone !== this.zone) {
      this.zone = zone;
      const title = zone && names.zoneTitle(zone);
      if (title) announcer.tell(t("%(name)s regarde « %(zone)s ».", { name: this.name, zone: title }));
      this.draw();
    }
    this.steer();
  }

  private steer(): void {
    if (this.frame !== 0 || !this.seen) return;
    this.last = performance.now();
    this.frame = requestAnimationFrame((now) => this.step(now));
  }

  private step(now: number): void {
    this.frame = 0;
    if (!this.seen || !this.key) return;
    const { camera, lightMode } = this.context;
    const target = camera.fitting(this.seen, ZOOM_MAX);
    const atOnce = this.still.matches || lightMode.isOn;
    const share = atOnce ? 1 : 1 - Math.exp(-Math.max(1, now - this.last) / GLIDE_MS);
    this.last = now;
    const left = Math.hypot(target.x - camera.x, target.y - camera.y) * camera.zoom;
    const isThere = atOnce || (left < 1 && Math.abs(target.zoom / camera.zoom - 1) < 0.002);
    const near = (from: number, to: number): number => from + (to - from) * share;
    this.isSteering = true;
    camera.set(
      isThere
        ? target
        : { x: near(camera.x, target.x), y: near(camera.y, target.y), zoom: near(camera.zoom, target.zoom) },
    );
    this.isSteering = false;
    this.at = this.stand();
    if (!isThere) this.frame = requestAnimationFrame((next) => this.step(next));
  }

  private stand(): string {
    const { x, y, zoom } = this.context.camera;
    return `${x} ${y} ${zoom}`;
  }

  /** The camera moved: by us, by a window of another size, or by the person. */
  private moved(): void {
    if (!this.key || this.isSteering) return;
    if (this.at === "" || this.stand() === this.at) this.steer();
    else this.letGo();
  }

  /** One's own move: it counts at once, and what was is one press away. */
  private letGo(): void {
    const { key, name } = this;
    if (!key) return;
    this.end();
    const said = t("Vous ne suivez plus %(name)s.", { name });
    this.context.announcer.say(said);
    this.context.toasts.show(said, { label: t("Reprendre"), run: () => this.follow(key) });
  }

  /** Stops, and says so. */
  private stop(why = t("Vous ne suivez plus %(name)s.", { name: this.name })): void {
    const { announcer, toasts, stage } = this.context;
    const hadFocus = this.chip.contains(document.activeElement);
    this.end();
    announcer.say(why);
    toasts.show(why);
    if (hadFocus) stage.takeFocus();
  }

  private end(): void {
    const { camera, session } = this.context;
    clearTimeout(this.gone);
    cancelAnimationFrame(this.frame);
    if (this.peer !== null) session.tell("follow", { peer: null });
    this.frame = 0;
    this.key = this.peer = this.seen = null;
    this.zone = this.at = "";
    this.chip.remove();
    this.border.remove();
    this.list.draw(null);
    if (!camera.isLed) return;
    camera.isLed = false;
    camera.events.emit("change", undefined); // what one sees now is one's own view again
  }

  private draw(): void {
    const { page, peers, names } = this.context;
    if (!this.key || !this.context.camera.isLed) return;
    const person = [...peers.values()].find(({ key }) => key === this.key);
    this.border.dataset.colour = person?.colour ?? "sable";
    page.stage.append(this.border);
    setText(this.words, t("Vous suivez %(name)s", { name: this.name }));
    setText(this.where, this.zone ? names.zoneTitle(this.zone) : "");
    this.where.hidden = this.zone === "";
    this.toBoard.hidden = page.stage.offsetParent !== null && getComputedStyle(page.stage).visibility !== "hidden";
    if (!this.chip.isConnected) find(".board-panels")?.before(this.chip);
    for (const dialog of all<HTMLDialogElement>("#people[open]")) dialog.close();
  }
}
