/**
 * The board by keyboard: arrows from note to note, writing, moving, connecting, deleting, zooming.
 * Keys are matched by `code` where a letter's place differs between keyboards, by `key` where its name counts.
 */

import { on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { boundsOf, type Direction } from "../model/geometry";
import { nearestIn, nearestTo } from "../model/navigation";
import { isPlaced, isWritten, type WrittenObject } from "../model/objects";
import { readingOrder } from "../model/reading-order";
import { ZOOM_MAX } from "./camera";
import { ARROWS, MoveMode } from "./move-mode";

const ZOOM_STEP = 1.25;
/** What a single letter started, until the next key shows whether it was a word. */
interface Pending {
  letter: string;
  id: string;
}

export class BoardKeyboard {
  private readonly moving: MoveMode;
  private pending: Pending | null = null;
  /** The zone that Page Up or Down led to last, if nothing in it could take the focus. */
  private emptyZone: string | null = null;

  constructor(
    private readonly context: BoardContext,
    private readonly giveUpGesture: () => boolean,
  ) {
    const { page, signal, selection } = context;
    this.moving = new MoveMode(context);
    on(page.list, "keydown", (event) => this.key(event), signal);
    on(page.list, "focusin", (event) => this.focused(event), signal);
    on(
      page.list,
      "focusout",
      () => {
        this.moving.end(true);
      },
      signal,
    );
    selection.events.on(
      "change",
      () => {
        this.pending = null;
        this.emptyZone = null;
      },
      signal,
    );
  }

  /** A single-letter shortcut pressed while the focus is elsewhere on the page; true when it was one. */
  shortcut(event: KeyboardEvent): boolean {
    if (event.key === "Escape") return this.escape();
    const isForTree = (event.target as Element).closest("[role=tree]") !== null;
    return isPrintable(event) && !isForTree && (this.zoomKey(event) || this.letterKey(event));
  }

  private focused(event: FocusEvent): void {
    const id = (event.target as HTMLElement).dataset.object;
    const { selection, board } = this.context;
    if (id !== undefined && id !== selection.focus) selection.moveFocus(id);
    if (event.target !== this.context.page.list || selection.ids.size > 0) return;
    // Entering the board: the first note in reading order, or where one was.
    const first = selection.focus === null ? readingOrder(board)[0]?.id : undefined;
    if (first !== undefined && event.relatedTarget instanceof Element && this.cameByKeyboard()) this.goTo(first, false);
  }

  /** A press with the mouse after keys were used still shows the focus: it is no coming by keyboard. */
  private cameByKeyboard(): boolean {
    const { list, stage } = this.context.page;
    return list.matches(":focus-visible") && !stage.matches(":active");
  }

  private key(event: KeyboardEvent): void {
    if (event.target instanceof HTMLTextAreaElement || event.isComposing) return;
    if (this.moving.isOn ? this.movingKey(event) : this.boardKey(event)) {
      event.preventDefault();
      event.stopPropagation();
    }
  }

  /** True when the key was for the board. */
  private boardKey(event: KeyboardEvent): boolean {
    const command = event.ctrlKey || event.metaKey;
    const arrow = ARROWS[event.key];
    if (arrow && !event.altKey) return this.arrow(arrow, command, event.shiftKey);
    if (command && !event.altKey) return this.commandKey(event);
    if (event.altKey || (event.key === "?" && this.context.lettersOn)) return false;
    return this.namedKey(event) || this.letterKey(event) || this.typing(event);
  }

  /** While moving, every key is for the move, unless it shows that a word was meant. */
  private movingKey(event: KeyboardEvent): boolean {
    const command = event.ctrlKey || event.metaKey || event.altKey;
    if (this.pending && isPrintable(event) && !command) return this.wasAWord(event);
    this.pending = null;
    return this.moving.key(event);
  }

  private commandKey(event: KeyboardEvent): boolean {
    const { later, selection } = this.context;
    const ids = [...selection.ids];
    switch (event.key.toLowerCase()) {
      case "a":
        return this.selectZone();
      case "d":
        later.craft.use((craft) => craft.pasting.duplicate(ids));
        return true;
      case "g":
        later.craft.use(({ arranging }) => (event.shiftKey ? arranging.ungroup(ids) : arranging.group(ids)));
        return true;
      default:
        return false;
    }
  }

  private namedKey(event: KeyboardEvent): boolean {
    const { selection, editor, tools } = this.context;
    switch (event.key) {
      case "Enter":
      case "F2":
        if (event.key === "Enter" && this.follow()) return true;
        if (tools.current === "connector" && tools.connectFrom !== null) this.finishConnector();
        else if (selection.focus !== null) editor.open(selection.focus);
        return true;
      case "Escape":
        return this.escape();
      case "Delete":
      case "Backspace":
        this.removeSelected();
        return true;
      case " ":
        if (selection.focus !== null) selection.toggle(selection.focus);
        return true;
      case "Home":
      case "End":
        return this.zoneEdge(event.key === "End");
      case "PageUp":
      case "PageDown":
        return this.nextZone(event.key === "PageDown" ? 1 : -1);
      case "F10":
        return event.shiftKey && this.menu();
      case "ContextMenu":
        return this.menu();
      default:
        return this.zoomKey(event);
    }
  }

  /** Opens what the card in focus points to. */
  private follow(): boolean {
    const { selection, board, later, tools } = this.context;
    const object = board.get(selection.focus ?? "");
    if (object?.type !== "link" || tools.current !== "select") return false;
    later.cards.use((cards) => cards.open(object));
    return true;
  }

  private zoomKey({ key }: KeyboardEvent): boolean {
    if (!this.context.lettersOn || !["+", "=", "-"].includes(key)) return false;
    this.zoom(key === "-" ? 1 / ZOOM_STEP : ZOOM_STEP);
    return true;
  }

  private letterKey(event: KeyboardEvent): boolean {
    if (!this.context.lettersOn) return false;
    const { selection, actions, editor, tools, camera, later } = this.context;
    if (this.pending && isPrintable(event)) return this.wasAWord(event);
    const digit =
      event.shiftKey && !/^\d$/.test(event.key)
        ? /^Digit([012])$/.exec(event.code)?.[1]
        : /^(?:Digit|Numpad)([012])$/.exec(event.code)?.[1];
    if (digit !== undefined && !(event.shiftKey && /^\d$/.test(event.key))) {
      if (digit === "0") this.zoom(1 / camera.zoom);
      else this.fit(digit === "2");
      return true;
    }
    if (event.shiftKey && event.key !== "?") return false;
    switch (event.key.toLowerCase()) {
      case "n": {
        const made = actions.createNote(selection.focus === null ? {} : { beside: selection.focus });
        if (made) editor.open(made, "end", true);
        return true;
      }
      case "m":
        this.remember(event.key);
        this.moving.start();
        return true;
      case "l":
        this.remember(event.key);
        if (!actions.allowedTo("connector")) return true;
        tools.take(
          "connector",
          selection.focus !== null && isWritten(this.context.board.get(selection.focus)) ? selection.focus : null,
        );
        this.context.announcer.say(
          t("Choisissez la note à relier avec les flèches, puis Entrée. Échap pour renoncer."),
        );
        return true;
      case "k":
        this.context.later.comments.use((comments) => comments.open());
        return true;
      case "v":
        this.remember(event.key);
        tools.take("select");
        return true;
      case "t":
        this.remember(event.key);
        if (actions.allowedToAdd("text")) tools.take("text");
        return true;
      case "i":
        if (actions.allowedToAdd("image")) later.craft.use((craft) => craft.pictures.choose());
        return true;
      case "d":
        this.remember(event.key);
        if (actions.allowedToAdd("stroke")) later.drawing.use((drawing) => drawing.take());
        return true;
      case "r":
        if (actions.allowedToAdd("link")) later.cards.use((cards) => cards.choose());
        return true;
      case "c":
        this.remember(event.key);
        if (actions.allowedToAdd("zone")) tools.take("zone");
        return true;
      default:
        return false;
    }
  }

  /** A letter that chose a tool while a note was selected may have begun a word: the next letter tells. */
  private remember(letter: string): void {
    const { selection } = this.context;
    const id = selection.only;
    this.pending = id === null ? null : { letter, id };
  }

  private wasAWord(event: KeyboardEvent): boolean {
    const { pending } = this;
    this.pending = null;
    if (!pending) return false;
    this.moving.end(false);
    this.context.tools.take("select");
    return this.replaceText(pending.id, pending.letter + event.key);
  }

  private typing(event: KeyboardEvent): boolean {
    const { selection, board, editor } = this.context;
    const id = selection.only;
    if (!isPrintable(event) || event.key === " " || id === null || !isWritten(board.get(id))) return false;
    // The key itself then lands in the text area, dead keys and input methods included.
    if (editor.open(id, "all")) return false;
    return true;
  }

  private replaceText(id: string, words: string): boolean {
    const { editor, board } = this.context;
    if (!editor.open(id, "all")) return true;
    board.writeText(id, words);
    const area = document.activeElement;
    if (area instanceof HTMLTextAreaElement) area.setSelectionRange(words.length, words.length);
    return true;
  }

  // Going from note to note

  private arrow(direction: Direction, focusOnly: boolean, add: boolean): boolean {
    const { board, selection, camera } = this.context;
    const from = selection.focus === null ? undefined : board.get(selection.focus);
    const all = this.written();
    const next = isPlaced(from)
      ? nearestIn(direction, from, all)
      : nearestTo({ x: camera.middle.x, y: camera.middle.y }, all);
    if (next) this.goTo(next.id, focusOnly, add);
    return true;
  }

  private written(): WrittenObject[] {
    return [...this.context.board.values()].filter((object): object is WrittenObject => isWritten(object));
  }

  private goTo(id: string, focusOnly: boolean, add = false): void {
    const { selection, board, camera, stage, tools } = this.context;
    const object = board.placed(id);
    if (!object) return;
    const connecting = tools.current === "connector";
    if (focusOnly || connecting) selection.moveFocus(id);
    else if (add) selection.set([...selection.ids, ...board.grouped([id])], id);
    else selection.set(board.grouped([id]), id);
    camera.reveal(object);
    stage.takeFocus();
  }

  private zoneEdge(last: boolean): boolean {
    const { board, selection } = this.context;
    const focus = selection.focus === null ? undefined : board.get(selection.focus);
    const zone = isWritten(focus) ? focus.zone : null;
    const notes = readingOrder(board).filter((object) => zone === null || object.zone === zone);
    const target = last ? notes.at(-1) : notes[0];
    if (target) this.goTo(target.id, false);
    return true;
  }

  private nextZone(step: 1 | -1): boolean {
    const { board, selection, announcer, names, camera } = this.context;
    const zones = board.zones();
    if (zones.length === 0) return true;
    const focus = selection.focus === null ? undefined : board.get(selection.focus);
    // A zone without notes takes no focus: one goes on from it all the same.
    const last = this.emptyZone ?? (isWritten(focus) ? focus.zone : "");
    const here = zones.findIndex(({ id }) => id === last);
    const zone = zones[here < 0 && step < 0 ? zones.length - 1 : (here + step + zones.length) % zones.length];
    if (!zone) return true;
    const notes = readingOrder(board).filter((object) => object.zone === zone.id);
    announcer.say(names.ofZone(zone, notes.length));
    if (notes[0]) this.goTo(notes[0].id, false);
    else camera.reveal(zone);
    this.emptyZone = notes[0] ? null : zone.id;
    return true;
  }

  private selectZone(): boolean {
    const { board, selection } = this.context;
    const focus = selection.focus === null ? undefined : board.get(selection.focus);
    const zone = isWritten(focus) ? focus.zone : null;
    const ids = this.written()
      .filter((object) => zone === null || object.zone === zone)
      .map((object) => object.id);
    selection.set(ids, selection.focus);
    return true;
  }

  // Acting

  private removeSelected(): void {
    const { selection, board, actions, stage } = this.context;
    const ids = selection.ids.size > 0 ? [...selection.ids] : selection.focus === null ? [] : [selection.focus];
    const first = ids.map((id) => board.placed(id)).find((object) => object !== undefined);
    const gone = new Set(ids);
    const next = first
      ? nearestTo(
          first,
          this.written().filter((object) => !gone.has(object.id)),
        )
      : null;
    if (ids.length === 0 || !actions.remove(ids)) return;
    if (next) this.goTo(next.id, false);
    else stage.takeFocus();
  }

  private escape(): boolean {
    const { tools, selection, announcer } = this.context;
    if (this.giveUpGesture()) return true;
    if (tools.current !== "select") {
      tools.take("select");
      announcer.say(t("Annulé"));
    } else selection.clear();
    return true;
  }

  private finishConnector(): void {
    const { tools, selection, actions } = this.context;
    const from = tools.connectFrom;
    const to = selection.focus;
    tools.take("select");
    if (from === null || to === null) return;
    actions.connect(from, to);
    selection.set([to], to);
  }

  private menu(): boolean {
    this.context.later.craft.use((craft) => craft.menu.open(null));
    return true;
  }

  private zoom(factor: number): void {
    const { camera, selection, board } = this.context;
    const focus = selection.focus === null ? undefined : board.placed(selection.focus);
    camera.zoomTo(
      camera.zoom * factor,
      focus && camera.toScreen({ x: focus.x + focus.w / 2, y: focus.y + focus.h / 2 }),
    );
  }

  private fit(selectionOnly: boolean): void {
    const { board, selection, camera } = this.context;
    const objects =
      selectionOnly && selection.ids.size > 0 ? [...selection.ids].map((id) => board.placed(id)) : [...board.values()];
    const bounds = boundsOf(objects.filter(isPlaced));
    if (bounds) camera.fit(bounds, selectionOnly ? ZOOM_MAX / 2 : 1);
  }
}

/** A key that writes one character. */
function isPrintable(event: KeyboardEvent): boolean {
  return Array.from(event.key).length === 1;
}
