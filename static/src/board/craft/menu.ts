/**
 * The menu of what is selected, or of the board where nothing is: right click, long press, Shift+F10, the bar's last button.
 * Its items stand in the page's template; only those that can be done are shown. WAI-ARIA's menu pattern.
 */

import { all, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Benches } from "../later";
import { type Arrangement, leastFor } from "../model/arrange";
import { boundsOf, centre, type Point } from "../model/geometry";
import { isPlaced, isWritten } from "../model/objects";
import { NOTE_SIZE, slotInZone } from "../model/placement";
import { ZOOM_MAX } from "../view/camera";
import { fold } from "../view/dialogs";
import type { Craft } from "./craft";

const MARGIN_PX = 8;

export class Menu {
  private readonly menu = find("#board-menu") as HTMLElement;
  private ids: string[] = [];
  /** Where the focus was in the plan, if it was opened from there. */
  private before: HTMLElement | null = null;
  /** What was pointed at, in board units. */
  private at: Point = { x: 0, y: 0 };

  constructor(
    private readonly context: BoardContext,
    private readonly craft: Craft,
    private readonly benches: Benches,
  ) {
    const { signal, page } = context;
    const { menu } = this;
    for (const item of all("[data-menu]", menu)) {
      on(item, "click", () => this.run(item.dataset.menu ?? ""), signal);
      on(item, "pointerenter", () => item.focus({ preventScroll: true }), signal);
    }
    on(menu, "keydown", (event) => this.key(event), signal);
    on(menu, "contextmenu", (event) => event.preventDefault(), signal);
    on(
      menu,
      "focusout",
      (event) => {
        if (!menu.contains(event.relatedTarget as Node | null)) this.close(false);
      },
      signal,
    );
    // Not an automatic popover: the release of the press that opened it would close it.
    page.root.addEventListener("pointerdown", (event) => this.pressedElsewhere(event), { capture: true, signal });
    on(window, "resize", () => this.close(false), signal);
  }

  /** Opens at a point of the window, else beside what is selected. `part`: only the arranging of several. */
  open(point: Point | null, part: "all" | "arrange" | "plan" = "all"): void {
    this.before = part === "plan" ? (document.activeElement as HTMLElement | null) : null;
    const { selection, camera, page, stage } = this.context;
    this.ids = selection.ids.size > 0 ? [...selection.ids] : point || selection.focus === null ? [] : [selection.focus];
    const box = page.stage.getBoundingClientRect();
    const anchor = point ?? this.beside(box);
    this.at = camera.toBoard({ x: anchor.x - box.left, y: anchor.y - box.top });
    const can = { ...this.possible(), ...(part === "plan" ? this.possibleInPlan() : {}) };
    for (const item of all("[data-menu]", this.menu)) {
      const name = item.dataset.menu ?? "";
      const isPart =
        part === "all" || (part === "plan" ? !NOT_IN_PLAN.has(name) : item.closest("[data-part=arrange]") !== null);
      item.hidden = !isPart || !(can[name] || (part === "plan" && IN_PLAN.has(name) && this.context.rights.canEdit));
    }
    for (const section of all("[role=group]", this.menu)) section.hidden = this.itemsIn(section).length === 0;
    if (this.items().length === 0) return;
    stage.flush();
    // A telephone shows either; a menu belongs to what is shown.
    (part === "plan" ? page.plan : page.stage).append(this.menu);
    this.menu.showPopover();
    const { offsetWidth: w, offsetHeight: h } = this.menu;
    const x = anchor.x + w + MARGIN_PX > innerWidth ? anchor.x - w : anchor.x;
    const y = Math.min(anchor.y, innerHeight - h - MARGIN_PX);
    this.menu.style.left = `${Math.max(MARGIN_PX, Math.min(x, innerWidth - w - MARGIN_PX))}px`;
    this.menu.style.top = `${Math.max(MARGIN_PX, y)}px`;
    this.items()[0]?.focus({ preventScroll: true });
  }

  private close(focus: boolean): void {
    if (!this.menu.matches(":popover-open")) return;
    this.menu.hidePopover();
    if (!focus) return;
    if (this.before) this.before.focus();
    else this.context.stage.takeFocus();
  }

  private pressedElsewhere(event: PointerEvent): void {
    if (!this.menu.contains(event.target as Node)) this.close(false);
  }

  private beside(box: DOMRect): Point {
    const { board, camera, connectors } = this.context;
    const placed = this.ids.map((id) => board.get(id)).filter(isPlaced);
    const bounds = boundsOf(placed);
    const middle = bounds ? centre(bounds) : (connectors.middleOf(this.ids[0] ?? "") ?? camera.middle);
    const screen = camera.toScreen(middle);
    return { x: box.left + screen.x, y: box.top + screen.y };
  }

  /** Which items make sense for what is selected, by this person, now. */
  private possible(): Record<string, boolean> {
    const { board, rights } = this.context;
    const { arranging, sizing } = this.craft;
    const { ids } = this;
    const objects = ids.map((id) => board.get(id)).filter((object) => object !== undefined);
    const able = objects.filter((object) => rights.mayChange(object));
    const one = objects.length === 1 ? objects[0] : undefined;
    const units = arranging.unitCount(ids);
    const isEmpty = objects.length === 0;
    const arrange = (how: Arrangement): boolean => units >= leastFor(how);
    return {
      follow: one?.type === "link",
      write: one !== undefined && able.length === 1,
      colour: able.some((object) => object.type === "note"),
      connect: rights.canEdit && isWritten(one),
      comment: this.context.config.comments === "write" && (isEmpty || one !== undefined),
      carry: able.some(isPlaced),
      move: able.some(isWritten),
      idea: this.context.config.ideas === "write" && objects.some(isWritten),
      feedback: this.context.config.feedbackUrl !== "" && isWritten(one),
      copy: objects.some(isPlaced),
      cut: able.some(isPlaced),
      paste: rights.canEdit,
      duplicate: rights.canEdit && objects.some(isPlaced),
      group: arranging.canGroup(ids),
      ungroup: arranging.canUngroup(ids),
      larger: sizing.canResize(ids),
      smaller: sizing.canResize(ids),
      zoom: objects.some(isPlaced),
      remove: objects.some((object) => rights.mayRemove(object)),
      note: isEmpty && rights.canEdit,
      image: isEmpty && rights.canEdit,
      draw: isEmpty && rights.canEdit,
      card: isEmpty && rights.canEdit,
      decorative: able.some((object) => object.type === "image" && !object.decorative),
      described: able.some((object) => object.type === "image" && object.decorative),
      all: isEmpty && board.size > 0,
      fit: isEmpty && board.size > 0,
      help: isEmpty,
      ...Object.fromEntries(ARRANGEMENTS.map((how): [string, boolean] => [how, arrange(how)])),
    };
  }

  /** What the board has other gestures for. */
  private possibleInPlan(): Record<string, boolean> {
    const { board, rights } = this.context;
    const object = board.get(this.ids[0] ?? "");
    const isMovable = isWritten(object) && rights.mayChange(object);
    return { frame: rights.canEdit, earlier: isMovable, later: isMovable, "group-with": isMovable };
  }

  private run(what: string): void {
    const { context, craft, benches, ids, at } = this;
    const { actions, board, camera, selection, stage, editor } = context;
    this.close(true);
    if ((ARRANGEMENTS as readonly string[]).includes(what)) {
      craft.arranging.arrange(ids, what as Arrangement);
      return;
    }
    switch (what) {
      case "connect":
        benches.dialogs.chooseTarget(ids[0] ?? "", (target) => actions.connect(ids[0] ?? "", target));
        break;
      case "colour":
        benches.contextBar.openPalette(stage.elementOf(ids[0] ?? "") ?? context.page.stage, ids);
        break;
      case "carry":
        this.carry();
        break;
      case "comment":
        context.later.comments.use((comments) => comments.about(ids[0] ?? at));
        break;
      case "idea":
        context.later.ideas.use((ideas) => ideas.make(ids));
        break;
      case "feedback":
        location.assign(`${context.config.feedbackUrl}?about=note.${context.config.board}.${ids[0]}`);
        break;
      case "copy":
      case "cut":
        craft.clipboard.run(what);
        break;
      case "paste":
        void craft.clipboard.pasteFromMenu(at);
        break;
      case "group":
        craft.arranging.group(ids);
        break;
      case "ungroup":
        craft.arranging.ungroup(ids);
        break;
      case "group-with":
        craft.choice.target(ids[0] ?? "", (other) => craft.arranging.group([...ids, other]), t("Grouper avec"));
        break;
      case "earlier":
      case "later":
        craft.arranging.trade(ids[0] ?? "", what === "later" ? 1 : -1);
        break;
      case "frame": {
        const made = craft.byKeyboard.frame();
        if (made) benches.plan.writeIn(made);
        break;
      }
      case "larger":
      case "smaller":
        craft.sizing.step(ids, what === "larger" ? 1 : -1);
        break;
      case "note": {
        const made = actions.createNote({ at });
        if (made) editor.open(made, "end", true);
        break;
      }
      case "image":
        craft.pictures.choose(this.before ? this.inZone() : at);
        break;
      case "draw":
        context.later.drawing.use((drawing) => drawing.take());
        break;
      case "card":
        context.later.cards.use((cards) => cards.choose(this.before ? this.inZone() : at));
        break;
      case "decorative":
      case "described":
        craft.pictures.setDecorative(ids, what === "decorative");
        break;
      case "all":
        selection.set([...board.values()].filter(isWritten).map(({ id }) => id));
        break;
      case "zoom":
      case "fit": {
        const objects = what === "zoom" ? ids.map((id) => board.get(id)) : [...board.values()];
        const bounds = boundsOf(objects.filter(isPlaced));
        if (bounds) camera.fit(bounds, what === "zoom" ? ZOOM_MAX / 2 : 1);
        break;
      }
      case "help":
        benches.dialogs.help();
        break;
      default:
        benches.contextBar.act(what, this.menu, ids);
    }
  }

  /** The middle of the next free slot of the zone where the plan is, undefined for in view. */
  private inZone(): Point | undefined {
    const { board } = this.context;
    const object = board.get(this.ids[0] ?? this.context.selection.focus ?? "");
    const zone = board.get(isWritten(object) ? object.zone : (object?.id ?? "")) ?? board.zones()[0];
    if (zone?.type !== "zone") return undefined;
    return centre({ ...slotInZone(board, zone), w: NOTE_SIZE, h: NOTE_SIZE });
  }

  /** The next press says where to. */
  private carry(): void {
    const { tools, announcer, toasts } = this.context;
    tools.take("carry");
    const text = t("Touchez l’endroit où poser ce que vous tenez.");
    announcer.say(text);
    toasts.show(text, { label: t("Renoncer"), run: () => tools.take("select") });
  }

  private key(event: KeyboardEvent): void {
    // Keys pressed in the menu are not for the board behind it.
    event.stopPropagation();
    const items = this.items();
    const at = items.indexOf(document.activeElement as HTMLElement);
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (event.key === "Escape" || event.key === "Tab") this.close(true);
    else if (event.key === "Home") items[0]?.focus();
    else if (event.key === "End") items.at(-1)?.focus();
    else if (step !== undefined) items[(at + step + items.length) % items.length]?.focus();
    else if (event.key.length === 1 && event.key !== " " && !event.ctrlKey && !event.metaKey) {
      const rest = [...items.slice(at + 1), ...items.slice(0, at + 1)];
      rest.find((item) => fold(nameOf(item)).startsWith(fold(event.key)))?.focus();
    } else return;
    event.preventDefault();
  }

  private items(): HTMLElement[] {
    return this.itemsIn(this.menu).filter((item) => item.offsetParent !== null || !this.menu.matches(":popover-open"));
  }

  private itemsIn(part: HTMLElement): HTMLElement[] {
    return all("[data-menu]:not([hidden])", part);
  }
}

/** What the plan has a button of its own for, or what needs a point of the board. */
const NOT_IN_PLAN: ReadonlySet<string> = new Set([
  "follow",
  "write",
  "colour",
  "connect",
  "note",
  "carry",
  "move",
  "paste",
  "draw",
  "zoom",
  "all",
  "fit",
  "help",
  "remove",
]);
/** What the plan adds, whatever row is chosen. */
const IN_PLAN: ReadonlySet<string> = new Set(["image", "card"]);

const ARRANGEMENTS = [
  "left",
  "centre",
  "right",
  "top",
  "middle",
  "bottom",
  "spread-x",
  "spread-y",
] as const satisfies readonly Arrangement[];

const nameOf = (item: HTMLElement): string => item.getAttribute("aria-label") ?? item.textContent?.trim() ?? "";
