/** The bar under what is selected: write, colour, join, arrange, duplicate, move to, delete, more. Only what can be done is shown. */

import type { Colour } from "../../generated/board-specs";
import { all, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { boundsOf, type Rect } from "../model/geometry";
import { type BoardObject, isPlaced, isWritten } from "../model/objects";
import { COLOUR_NAMES } from "../names";
import type { Dialogs } from "./dialogs";

const GAP_PX = 14;

export class ContextBar {
  private readonly bar: HTMLElement;
  private readonly palette: HTMLElement;
  private paletteFor: string[] = [];
  /** Of the bar, in pixels. */
  private size = { w: 0, h: 0 };

  constructor(
    private readonly context: BoardContext,
    private readonly dialogs: Dialogs,
  ) {
    const { page, signal, selection, stage, board } = context;
    this.bar = find(".board-context", page.overlay) as HTMLElement;
    this.palette = find("#palette") as HTMLElement;
    for (const button of all<HTMLButtonElement>("[data-act]", page.root)) {
      on(button, "click", () => this.act(button.dataset.act ?? "", button, [...selection.ids]), signal);
    }
    for (const swatch of all<HTMLButtonElement>("[data-pick]", this.palette)) {
      on(swatch, "click", () => this.pick(swatch.dataset.pick as Colour), signal);
    }
    on(this.palette, "keydown", (event) => this.paletteKey(event), signal);
    on(
      this.bar,
      "keydown",
      (event) => {
        if (event.key !== "Escape") return;
        event.stopPropagation();
        this.context.stage.takeFocus();
      },
      signal,
    );
    stage.onDraw(() => this.place(), signal);
    const watch = new ResizeObserver(() => {
      this.size = { w: this.bar.offsetWidth, h: this.bar.offsetHeight };
      this.place();
    });
    watch.observe(this.bar);
    signal.addEventListener("abort", () => watch.disconnect(), { once: true });
    board.changes.on(
      "objects",
      ({ added, updated, removed }) => {
        if ([...added, ...updated, ...removed.map(({ id }) => id)].some((id) => selection.has(id))) this.show();
      },
      signal,
    );
    selection.events.on("change", () => this.show(), signal);
    selection.events.on("editing", () => this.show(), signal);
    this.show();
  }

  /** Does what a button says to some objects; the plan's own bar uses it too. */
  act(what: string, from: HTMLElement, ids: string[]): void {
    const { actions, editor, tools, announcer, rights, board, later } = this.context;
    switch (what) {
      case "write":
        if (ids[0] !== undefined) editor.open(ids[0]);
        break;
      case "colour":
        this.openPalette(from, ids);
        break;
      case "connect":
        if (ids[0] === undefined) break;
        tools.take("connector", ids[0]);
        announcer.say(t("Choisissez la note d’arrivée"));
        this.context.stage.takeFocus();
        break;
      case "follow": {
        const link = board.get(ids[0] ?? "");
        if (link?.type === "link") later.cards.use((cards) => cards.open(link));
        break;
      }
      case "duplicate":
        later.craft.use((craft) => craft.pasting.duplicate(ids));
        break;
      case "move":
        this.dialogs.chooseZone((zone) => actions.moveToZone(ids, zone));
        break;
      case "remove": {
        const able = ids.filter((id) => rights.mayRemove(board.get(id)));
        if (actions.remove(able.length > 0 ? able : ids)) this.context.stage.takeFocus();
        break;
      }
      case "arrange":
      case "more": {
        const { left, bottom } = from.getBoundingClientRect();
        later.craft.use((craft) => craft.menu.open({ x: left, y: bottom + 4 }, what === "arrange" ? "arrange" : "all"));
        break;
      }
      default:
    }
  }

  openPalette(from: HTMLElement, ids: string[]): void {
    this.paletteFor = ids;
    this.palette.showPopover();
    const anchor = from.getBoundingClientRect();
    const size = this.palette.getBoundingClientRect();
    const left = Math.max(8, Math.min(anchor.left, innerWidth - size.width - 8));
    const above = anchor.bottom + 8 + size.height > innerHeight;
    this.palette.style.left = `${left}px`;
    this.palette.style.top = `${Math.max(8, above ? anchor.top - size.height - 8 : anchor.bottom + 8)}px`;
    const current = this.colourOf(ids);
    for (const swatch of all("[data-pick]", this.palette))
      swatch.setAttribute("aria-pressed", String(swatch.dataset.pick === current));
    (find('[aria-pressed="true"]', this.palette) ?? find("[data-pick]", this.palette))?.focus();
  }

  private pick(colour: Colour): void {
    this.context.actions.recolour(this.paletteFor, colour);
    this.palette.hidePopover();
  }

  private paletteKey(event: KeyboardEvent): void {
    // Escape closes the palette by itself and is not for the board behind it.
    event.stopPropagation();
    const swatches = all<HTMLElement>("[data-pick]", this.palette);
    const at = swatches.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: 4, ArrowUp: -4 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    swatches[(at + step + swatches.length) % swatches.length]?.focus();
  }

  private colourOf(ids: Iterable<string>): Colour | null {
    for (const id of ids) {
      const object = this.context.board.get(id);
      if (object?.type === "note") return object.colour;
    }
    return null;
  }

  private show(): void {
    const { selection, board, rights } = this.context;
    if (selection.ids.size === 0 && this.bar.hidden) return;
    const objects = [...selection.ids]
      .map((id) => board.get(id))
      .filter((object): object is BoardObject => object !== undefined);
    const able = objects.filter((object) => rights.mayChange(object));
    const one = objects.length === 1 ? objects[0] : undefined;
    const can: Record<string, boolean> = {
      follow: one?.type === "link",
      write: one !== undefined && able.length === 1,
      colour: able.some((object) => object.type === "note"),
      connect: rights.canEdit && isWritten(one),
      duplicate: rights.canEdit && objects.some(isPlaced),
      arrange: able.filter(isPlaced).length > 1,
      move: able.some(isWritten),
      remove: objects.some((object) => rights.mayRemove(object)),
      more: true,
    };
    for (const button of all<HTMLButtonElement>("[data-act]", this.bar)) button.hidden = !can[button.dataset.act ?? ""];
    const visible = objects.length > 0 && selection.editing === null && Object.values(can).some(Boolean);
    this.bar.hidden = !visible;
    const colour = this.colourOf(selection.ids);
    const swatch = find("[data-act=colour]", this.bar);
    if (swatch && colour) {
      swatch.dataset.colour = colour;
      swatch.setAttribute("aria-label", t("Couleur et motif : %(colour)s", { colour: t(COLOUR_NAMES[colour]) }));
    }
    this.place();
  }

  /** Under the selection, or over it when there is no room below. */
  private place(): void {
    if (this.bar.hidden) return;
    const { selection, board, stage, camera, connectors, page } = this.context;
    const rects: Rect[] = [];
    for (const id of selection.ids) {
      const object = board.get(id);
      if (isPlaced(object)) rects.push(object.type === "zone" ? { ...object, h: 52 } : stage.seenAt(object));
      else {
        const middle = connectors.middleOf(id);
        if (middle) rects.push({ ...middle, w: 1, h: 1 });
      }
    }
    const bounds = boundsOf(rects);
    this.bar.classList.toggle("is-waiting", page.stage.classList.contains("is-grabbing") || rects.length === 0);
    if (!bounds) return;
    const start = camera.toScreen(bounds);
    const end = camera.toScreen({ x: bounds.x + bounds.w, y: bounds.y + bounds.h });
    const { w, h } = this.size;
    const x = Math.max(8, Math.min(start.x, camera.size.w - w - 8));
    const below = end.y + GAP_PX;
    const y = below + h + 8 <= camera.size.h ? below : start.y - GAP_PX - h;
    this.bar.style.transform = `translate(${Math.round(x)}px, ${Math.round(Math.max(8, Math.min(y, camera.size.h - h - 8)))}px)`;
  }
}
