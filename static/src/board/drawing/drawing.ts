/** Drawing by hand, loaded apart (see `later`): the pen, its inks and widths, and the eraser that takes whole strokes. */

import { OBJECT_SPECS, type StrokeFields } from "../../generated/board-specs";
import { all, el, on } from "../../lib/dom";
import { N_, t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { newId } from "../model/document";
import { centre, type Point, withinWorld } from "../model/geometry";
import { NIB_WIDTH, pathThrough } from "../model/stroke";
import { Gesture } from "../view/gesture-kinds";
import { roveIn } from "../view/toolbar";
import { strokeThrough } from "./shape";

const SVG = "http://www.w3.org/2000/svg";
/** How much of the way to the pointer the pen goes at each movement: what is left out is the tremor of the hand. */
const FOLLOW = 0.65;
/** What the eye does not see, in pixels. */
const PRECISION_PX = 0.6;

type Ink = StrokeFields["ink"];
type Nib = StrokeFields["nib"];

const INK_NAMES: Record<Ink, string> = {
  encre: N_("Encre"),
  petrole: N_("Pétrole"),
  brique: N_("Brique"),
  mousse: N_("Mousse"),
};
const NIB_NAMES: Record<Nib, string> = { fine: N_("Trait fin"), broad: N_("Trait large") };

export class Drawing {
  private ink: Ink = "encre";
  private nib: Nib = "fine";
  private erases = false;
  private readonly bar: HTMLElement;

  constructor(private readonly context: BoardContext) {
    const { page, tools, signal } = context;
    const { ink, nib } = OBJECT_SPECS.stroke;
    const button = (attrs: Record<string, string>, name: string, ...children: Node[]): HTMLElement =>
      el("button", { type: "button", "aria-label": name, title: name, ...attrs }, ...children);
    this.bar = el(
      "div",
      { class: "board-pens", role: "toolbar", "aria-label": t("Dessin"), "data-ui": true, hidden: true },
      ...ink.choices.map((name) => button({ "data-ink": name }, t(INK_NAMES[name]), el("i"))),
      el("hr"),
      ...nib.choices.map((name) => button({ "data-nib": name }, t(NIB_NAMES[name]), el("i"))),
      el("hr"),
      el("button", { type: "button", "data-eraser": true }, t("Gomme")),
      el("button", { type: "button", "data-done": true }, t("Terminer")),
    );
    page.stage.append(this.bar);
    roveIn(this.bar, signal);
    on(this.bar, "click", (event) => this.pick((event.target as Element).closest("button")), signal);
    on(
      this.bar,
      "keydown",
      (event) => {
        if (event.key === "Escape") this.pick(this.bar.querySelector("[data-done]"));
        else if (!["Enter", " ", "Tab"].includes(event.key)) return;
        event.stopPropagation();
      },
      signal,
    );
    tools.events.on("change", () => this.show(), signal);
    this.show();
  }

  /** Takes the pen. */
  take(): void {
    const { actions, tools, announcer } = this.context;
    if (!actions.allowedToAdd("stroke")) return;
    this.erases = false;
    tools.take("stroke");
    this.show();
    announcer.say(
      t(
        "Dessin : à la souris, au doigt ou au stylet. Au clavier, une note, un texte ou une image décrite dit la même chose. Échap pour renoncer.",
      ),
    );
  }

  /** What a press begins while the pen is held. */
  begin(screen: Point, event: PointerEvent): Gesture | null {
    if (event.button !== 0 && event.pointerType === "mouse") return null;
    if (this.erases) return new EraseGesture(this.context, screen);
    return new DrawGesture(this.context, screen, this.ink, this.nib);
  }

  private pick(button: Element | null): void {
    if (!(button instanceof HTMLElement)) return;
    const { ink, nib } = button.dataset;
    if (ink) this.ink = ink as Ink;
    if (nib) this.nib = nib as Nib;
    this.erases = "eraser" in button.dataset && !this.erases;
    if ("done" in button.dataset) {
      this.context.tools.take("select");
      this.context.stage.takeFocus();
    }
    this.show();
  }

  private show(): void {
    const { tools, page } = this.context;
    this.bar.hidden = tools.current !== "stroke";
    page.stage.toggleAttribute("data-erasing", this.erases && !this.bar.hidden);
    for (const button of all("button:not([data-done])", this.bar)) {
      const { ink, nib } = button.dataset;
      const isOn = ink ? ink === this.ink && !this.erases : nib ? nib === this.nib && !this.erases : this.erases;
      button.setAttribute("aria-pressed", String(isOn));
    }
  }
}

/** One stroke, from press to release; seen by others once it is whole. */
class DrawGesture extends Gesture {
  private readonly flat: number[] = [];
  private readonly layer = document.createElementNS(SVG, "svg");
  private readonly line = document.createElementNS(SVG, "path");
  private readonly life = new AbortController();
  private last: Point;

  constructor(
    context: BoardContext,
    start: Point,
    private readonly ink: Ink,
    private readonly nib: Nib,
  ) {
    super(context, start);
    const { page, camera } = context;
    this.layer.setAttribute("class", "board-arrows board-stroke-draft");
    this.layer.setAttribute("aria-hidden", "true");
    this.layer.dataset.ink = ink;
    this.layer.dataset.nib = nib;
    this.layer.append(this.line);
    page.writing.append(this.layer);
    this.last = camera.toBoard(start);
    this.flat.push(this.last.x, this.last.y);
    this.draw();
    // The pointer says more than once a frame where it was.
    const box = page.stage.getBoundingClientRect();
    on(
      page.stage,
      "pointermove",
      (event) => {
        const all = event.getCoalescedEvents?.() ?? [];
        for (const { clientX, clientY } of all.length > 0 ? all : [event])
          this.goTo(camera.toBoard({ x: clientX - box.left, y: clientY - box.top }), FOLLOW);
        this.draw();
      },
      this.life.signal,
    );
  }

  protected follow(): void {}

  done(screen: Point): void {
    const { actions, board, camera, announcer } = this.context;
    this.cancel();
    if (this.hasMoved) this.goTo(camera.toBoard(screen), 1);
    if (!actions.allowedToAdd("stroke")) return;
    const { points, ...box } = strokeThrough(this.flat, PRECISION_PX / camera.zoom, this.nib);
    board.closeUndoStep();
    board.create(newId(), {
      type: "stroke",
      ...box,
      ...withinWorld(box),
      ...actions.signed(),
      zone: board.zoneAt(centre(box)),
      points,
      ink: this.ink,
      nib: this.nib,
    });
    board.closeUndoStep();
    announcer.say(t("Dessin ajouté"));
  }

  cancel(): void {
    this.life.abort();
    this.layer.remove();
  }

  private goTo(to: Point, share: number): void {
    this.last = { x: this.last.x + (to.x - this.last.x) * share, y: this.last.y + (to.y - this.last.y) * share };
    this.flat.push(this.last.x, this.last.y);
  }

  private draw(): void {
    this.line.setAttribute("stroke-width", String(NIB_WIDTH[this.nib]));
    this.line.setAttribute("d", pathThrough(this.flat));
  }
}

/** Takes away the strokes it goes over, whole; one step to undo. */
class EraseGesture extends Gesture {
  private count = 0;

  constructor(context: BoardContext, start: Point) {
    super(context, start);
    context.board.beginStep();
    this.follow(start);
  }

  protected follow(screen: Point): void {
    const { page, board, rights } = this.context;
    const box = page.stage.getBoundingClientRect();
    for (const element of document.elementsFromPoint(box.left + screen.x, box.top + screen.y)) {
      const id = element.closest<HTMLElement>("[data-object]")?.dataset.object ?? "";
      const object = board.get(id);
      if (object?.type !== "stroke" || !rights.mayRemove(object)) continue;
      board.remove([id]);
      this.count += 1;
    }
  }

  done(): void {
    this.context.board.endStep();
    if (this.count > 0) this.context.announcer.say(tn("%(num)s dessin effacé", "%(num)s dessins effacés", this.count));
  }

  cancel(): void {
    this.context.board.dropStep();
  }
}
