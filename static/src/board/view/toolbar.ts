/** The dock of tools, the phone's bar, the zoom control: buttons with data-do, and which of them is on. */

import { all, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { boundsOf } from "../model/geometry";
import { isPlaced, isWritten } from "../model/objects";
import { setText } from "../objects/view";
import type { Tool } from "../tools";

const ZOOM_STEP = 1.25;

export interface Commands {
  note(): void;
  showPlan(): void;
  showBoard(): void;
  help(): void;
}

export class Toolbar {
  constructor(
    private readonly context: BoardContext,
    private readonly commands: Commands,
  ) {
    const { page, signal, tools, board, camera, session } = context;
    for (const button of all<HTMLButtonElement>("[data-do]", page.root)) {
      on(button, "click", () => this.run(button.dataset.do ?? ""), signal);
    }
    for (const bar of all("[role=toolbar]", page.root)) roveIn(bar, signal);
    tools.events.on("change", () => this.showTool(), signal);
    board.changes.on("undo", () => this.showUndo(), signal);
    camera.events.on("change", () => this.showZoom(), signal);
    session.events.on("status", () => this.showRights(), signal);
    this.showTool();
    this.showUndo();
    this.showZoom();
    this.showRights();
  }

  private run(what: string): void {
    const { actions, camera, board, tools, selection } = this.context;
    switch (what) {
      case "select":
      case "text":
      case "zone":
        tools.take(what);
        break;
      case "connector": {
        const from = selection.only !== null && isWritten(board.get(selection.only)) ? selection.only : null;
        tools.take("connector", from);
        this.context.announcer.say(
          from ? t("Choisissez la note d’arrivée") : t("Choisissez la note de départ, puis celle d’arrivée"),
        );
        break;
      }
      case "stroke":
        this.context.later.drawing.use((drawing) => drawing.take());
        break;
      case "card":
        this.context.later.cards.use((cards) => cards.choose());
        break;
      case "image":
        this.context.later.craft.use((craft) => craft.pictures.choose());
        break;
      case "note":
        this.commands.note();
        break;
      case "undo":
        actions.undo();
        break;
      case "redo":
        actions.redo();
        break;
      case "zoom-in":
        camera.zoomTo(camera.zoom * ZOOM_STEP);
        break;
      case "zoom-out":
        camera.zoomTo(camera.zoom / ZOOM_STEP);
        break;
      case "zoom-reset":
        camera.zoomTo(1);
        break;
      case "fit": {
        const bounds = boundsOf([...board.values()].filter(isPlaced));
        if (bounds) camera.fit(bounds);
        break;
      }
      case "plan":
        this.commands.showPlan();
        break;
      case "board":
        this.commands.showBoard();
        break;
      case "help":
        this.commands.help();
        break;
      default:
    }
  }

  private showTool(): void {
    const { page, tools } = this.context;
    const names: Tool[] = ["select", "text", "zone", "connector", "stroke"];
    for (const button of all("[data-do][aria-pressed]", page.root)) {
      const name = button.dataset.do as Tool;
      if (names.includes(name)) button.setAttribute("aria-pressed", String(tools.current === name));
    }
    page.stage.dataset.tool = tools.current;
  }

  private showUndo(): void {
    const { page, board } = this.context;
    const show = (what: string, possible: boolean): void => {
      // Not `disabled`: a button that loses its focus when used up loses its reader too.
      for (const button of all(`[data-do="${what}"]`, page.root))
        button.setAttribute("aria-disabled", String(!possible));
    };
    show("undo", board.canUndo);
    show("redo", board.canRedo);
  }

  private showZoom(): void {
    const percent = Math.round(this.context.camera.zoom * 100);
    setText(find("[data-zoom]", this.context.page.root), t("%(percent)s %%", { percent }));
  }

  private showRights(): void {
    const { page, session, rights } = this.context;
    rights.canEdit = session.status.canEdit;
    page.root.toggleAttribute("data-read-only", !rights.canEdit);
    if (!rights.canEdit) this.context.editor.finish(true); // What was typed so far is sent; what is refused is given back.
  }
}

/** One tab stop per toolbar; arrows go from button to button. */
export function roveIn(bar: HTMLElement, signal: AbortSignal): void {
  const set = (current: HTMLElement | undefined): void => {
    for (const button of all<HTMLElement>("button", bar)) button.tabIndex = button === current ? 0 : -1;
  };
  set(shownIn(bar)[0] ?? all<HTMLElement>("button", bar)[0]);
  on(bar, "focusin", (event) => set(event.target as HTMLElement), signal);
  on(
    bar,
    "keydown",
    (event) => {
      const list = shownIn(bar);
      const at = list.indexOf(document.activeElement as HTMLElement);
      const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
      const next =
        step !== undefined
          ? list[(at + step + list.length) % list.length]
          : event.key === "Home"
            ? list[0]
            : event.key === "End"
              ? list.at(-1)
              : undefined;
      if (!next || at < 0) return;
      event.preventDefault();
      next.focus();
    },
    signal,
  );
}

const shownIn = (bar: HTMLElement): HTMLElement[] =>
  all<HTMLElement>("button", bar).filter((button) => button.offsetParent !== null);

/** The tab stop of a toolbar whose buttons came and went: one that is shown. Gives it. */
export function keepStop(bar: HTMLElement): HTMLElement | undefined {
  const shown = shownIn(bar);
  const stop = shown.find(({ tabIndex }) => tabIndex === 0) ?? shown[0];
  if (stop) stop.tabIndex = 0;
  return stop;
}
