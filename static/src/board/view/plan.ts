/**
 * The plan: the whole board as a tree, and a full equivalent of it. Everything that can be done on the board to a note can
 * be done here by keyboard, by voice or by touch. Shows the same selection as the board.
 */

import { all, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { isWritten } from "../model/objects";
import { readZones } from "../model/reading-order";
import { setText } from "../objects/view";
import type { ContextBar } from "./context-bar";
import type { Dialogs } from "./dialogs";
import { idOf, keyOf, noteKey, type PlanItem, planItems } from "./plan-items";
import { PlanRows } from "./plan-rows";
import { PlanSearch } from "./plan-search";
import { PlanWriter } from "./plan-writer";
import { keepStop } from "./toolbar";

const REDRAW_MS = 80;
/** What others do is listed less often: rows that change places all the time could not be read. */
const OTHERS_MS = 400;
/** The plan of a large board on a slow device follows less often: drawing it may take a tenth of the time. */
const REST = 9;

export class Plan {
  private readonly tree = find("#plan-tree") as HTMLElement;
  private readonly search: PlanSearch;
  private readonly bar = find("[data-plan-bar]") as HTMLElement;
  private readonly rows: PlanRows;
  private readonly writer: PlanWriter;
  private read = readZones;
  private items: PlanItem[] = [];
  private readonly closed = new Set<string>();
  private current: string | null = null;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private dueAt = 0;
  private lastDrawMs = 0;
  private following = false;

  constructor(
    private readonly context: BoardContext,
    private readonly contextBar: ContextBar,
    private readonly dialogs: Dialogs,
    /** Ids of the notes that the search finds, for the board to show. */
    found: Set<string>,
    private readonly goToBoard: () => void,
  ) {
    const { board, selection, people, peers, session, signal } = context;
    this.rows = new PlanRows(this.tree, context);
    this.writer = new PlanWriter(context, {
      ended: (key, focus) => {
        this.rows.get(key)?.querySelector(".plan-words")?.replaceChildren();
        this.draw();
        if (focus) this.focusRow(this.itemOf(key) ? key : this.current);
      },
      next: () => this.addNote(),
    });
    this.tree.setAttribute("role", "tree");
    this.tree.replaceChildren();
    const later = (): void => this.drawSoon();
    board.changes.on("objects", ({ local }) => this.drawSoon(local ? REDRAW_MS : OTHERS_MS), signal);
    people.events.on("known", later, signal);
    peers.events.on("selection", () => this.drawSoon(OTHERS_MS), signal);
    session.events.on("status", () => this.showBar(), signal);
    selection.events.on("change", () => this.follow(), signal);
    this.search = new PlanSearch(context, found, {
      changed: later,
      show: (id) => this.show(id),
      enter: () => this.focusRow(this.items.find((item) => item.kind === "note")?.key ?? this.current),
    });
    on(this.tree, "keydown", (event) => this.key(event), signal);
    on(this.tree, "redraw", later, signal);
    on(this.tree, "click", (event) => this.click(event), signal);
    // A screen reader brings the focus to a row by itself.
    on(
      this.tree,
      "focusin",
      (event) => {
        const key = this.keyAt(event.target);
        if (key !== null && key !== this.current) this.setCurrent(key);
      },
      signal,
    );
    on(
      this.tree,
      "dblclick",
      (event) => {
        const key = this.keyAt(event.target);
        if (key) this.write(key);
      },
      signal,
    );
    for (const button of all<HTMLButtonElement>("[data-plan-act]", this.bar)) {
      on(button, "click", () => this.act(button.dataset.planAct ?? "", button), signal);
    }
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
    this.draw();
  }

  /** Puts the focus on the current row. */
  focus(): void {
    this.draw();
    this.focusRow(this.current ?? this.items[0]?.key ?? null);
  }

  /** Lists the notes in another order from now on. */
  listBy(read: typeof readZones): void {
    this.read = read;
    this.draw();
  }

  /** Writes in the row of an object. */
  writeIn(id: string): void {
    this.draw();
    this.write(keyOf(this.context.board.get(id)) ?? noteKey(id));
  }

  focusSearch(): void {
    this.search.focus();
  }

  /** A new note in the current zone, written at once. */
  addNote(): void {
    const item = this.itemOf(this.current);
    const zone = item?.kind === "zone" ? item.zone?.id : item?.kind === "note" ? item.note.zone : undefined;
    const made = this.context.actions.createNote(zone ? { zone } : this.defaultPlace());
    if (!made) return;
    this.search.clear();
    this.draw();
    this.write(noteKey(made), true);
  }

  private defaultPlace(): { zone?: string } {
    const zone = this.context.board.zones()[0];
    return zone ? { zone: zone.id } : {};
  }

  // Drawing

  private drawSoon(waitMs = REDRAW_MS): void {
    const now = performance.now();
    const dueAt = now + Math.max(waitMs, REST * this.lastDrawMs);
    if (this.timer !== undefined && this.dueAt <= dueAt) return;
    clearTimeout(this.timer);
    this.dueAt = dueAt;
    this.timer = setTimeout(() => {
      this.timer = undefined;
      const began = performance.now();
      this.draw();
      this.lastDrawMs = performance.now() - began;
    }, dueAt - now);
  }

  private draw(): void {
    const { board } = this.context;
    const wanted = this.search.filter();
    const items = planItems(board, this.read, this.closed, wanted);
    // While a row is being written in, rows keep their places: moving it would interrupt the writing.
    const { key } = this.writer;
    this.items = items.some((item) => item.key === key) ? this.inFormerOrder(items) : items;
    if (this.current === null || !this.itemOf(this.current)) this.current = this.items[0]?.key ?? null;
    const focused = this.tree.contains(document.activeElement) ? document.activeElement : null;
    this.rows.show(this.items, this.current, key);
    if (focused && document.activeElement !== focused) {
      if (focused.isConnected) (focused as HTMLElement).focus({ preventScroll: true });
      else this.focusRow(this.current);
    }
    this.tree.toggleAttribute("data-empty", this.items.length === 0);
    setText(
      find("[data-plan-empty]"),
      this.items.length > 0 ? "" : wanted ? t("Aucune note ne correspond.") : t("Ce tableau est encore vide."),
    );
    this.showBar();
  }

  private inFormerOrder(items: PlanItem[]): PlanItem[] {
    const before = new Map(this.items.map((item, index) => [item.key, index]));
    if (items.some((item) => !before.has(item.key))) return items;
    return items.toSorted((a, b) => (before.get(a.key) ?? 0) - (before.get(b.key) ?? 0));
  }

  /** Makes a note the current row without leaving the search. */
  private show(id: string): void {
    this.setCurrent(noteKey(id));
    this.rows.get(noteKey(id))?.scrollIntoView({ block: "nearest" });
  }

  // The current row

  private itemOf(key: string | null): PlanItem | undefined {
    return key === null ? undefined : this.items.find((item) => item.key === key);
  }

  private setCurrent(key: string, select = true): void {
    const before = this.current;
    this.current = key;
    for (const item of [this.itemOf(before), this.itemOf(key)]) if (item) this.rows.draw(item, key, this.writer.key);
    this.showBar();
    if (!select) return;
    const { selection, board, camera } = this.context;
    const item = this.itemOf(key);
    this.following = true;
    if (item?.kind === "zone") selection.clear();
    else selection.set([idOf(key)], item?.kind === "note" ? idOf(key) : selection.focus);
    this.following = false;
    const shown = item?.kind === "link" ? board.placed(item.other) : board.placed(idOf(key));
    if (shown && this.context.page.stage.offsetParent !== null)
      camera.reveal(shown.type === "zone" ? { ...shown, h: Math.min(shown.h, 200) } : shown);
  }

  private focusRow(key: string | null): void {
    if (key === null) {
      this.search.focus();
      return;
    }
    this.setCurrent(key);
    const row = this.rows.get(key);
    row?.focus({ preventScroll: true });
    row?.scrollIntoView({ block: "nearest" });
  }

  /** Shows on the plan what is selected on the board. */
  private follow(): void {
    if (this.following) return;
    const { selection, board } = this.context;
    const id = selection.only ?? (selection.has(selection.focus ?? "") ? selection.focus : null);
    const key = keyOf(board.get(id ?? ""));
    if (!key) return;
    if (!this.itemOf(key)) this.draw();
    if (!this.itemOf(key) || id === idOf(this.current ?? "")) return;
    this.setCurrent(key, false);
    this.rows.get(key)?.scrollIntoView({ block: "nearest" });
  }

  private showBar(): void {
    const { rights, board } = this.context;
    const item = this.itemOf(this.current);
    const object = item && board.get(idOf(item.key));
    const able = rights.mayChange(object);
    const can: Record<string, boolean> = {
      add: rights.canEdit,
      follow: object?.type === "link",
      write: able && item?.kind !== undefined,
      colour: able && object?.type === "note",
      move: able && isWritten(object),
      connect: rights.canEdit && isWritten(object),
      remove: rights.mayRemove(object),
      more: rights.canEdit && item !== undefined,
    };
    let isOther = false;
    for (const button of all<HTMLButtonElement>("[data-plan-act]", this.bar)) {
      const isHidden = !can[button.dataset.planAct ?? ""];
      isOther ||= button.hidden !== isHidden;
      button.hidden = isHidden;
    }
    this.bar.hidden = !find("button:not([hidden])", this.bar);
    if (isOther) keepStop(this.bar);
  }

  // Pointer and keys

  private keyAt(target: EventTarget | null): string | null {
    return (target as Element | null)?.closest<HTMLElement>("[data-key]")?.dataset.key ?? null;
  }

  private click(event: MouseEvent): void {
    const key = this.keyAt(event.target);
    if (key === null || (event.target as Element).closest("textarea")) return;
    const item = this.itemOf(key);
    if (
      item?.kind === "zone" &&
      (event.target as Element).closest(".board-number, .plan-words, .plan-aside") &&
      key === this.current
    )
      this.toggle(key);
    this.focusRow(key);
  }

  private key(event: KeyboardEvent): void {
    if (event.target instanceof HTMLTextAreaElement || event.ctrlKey || event.metaKey || event.isComposing) return;
    const item = this.itemOf(this.current);
    if (!item || !(event.altKey ? this.tradeKey(event, item) : this.moveKey(event, item) || this.actKey(event, item)))
      return;
    event.preventDefault();
    event.stopPropagation();
  }

  private moveKey(event: KeyboardEvent, item: PlanItem): boolean {
    const at = this.items.indexOf(item);
    switch (event.key) {
      case "ArrowDown":
        this.focusRow(this.items[at + 1]?.key ?? item.key);
        return true;
      case "ArrowUp":
        this.focusRow(this.items[at - 1]?.key ?? item.key);
        return true;
      case "Home":
        this.focusRow(this.items[0]?.key ?? item.key);
        return true;
      case "End":
        this.focusRow(this.items.at(-1)?.key ?? item.key);
        return true;
      case "ArrowRight":
        if (item.kind === "zone" && !item.isOpen) this.toggle(item.key);
        else if ((this.items[at + 1]?.level ?? 0) > item.level) this.focusRow(this.items[at + 1]?.key ?? item.key);
        return true;
      case "ArrowLeft":
        if (item.kind === "zone") {
          if (item.isOpen) this.toggle(item.key);
        } else this.focusRow(item.parent);
        return true;
      case "PageDown":
      case "PageUp": {
        const zones = this.items.filter(({ kind }) => kind === "zone");
        const here = zones.findLastIndex((zone) => this.items.indexOf(zone) <= at);
        this.focusRow(
          zones[Math.max(0, Math.min(zones.length - 1, here + (event.key === "PageDown" ? 1 : -1)))]?.key ?? item.key,
        );
        return true;
      }
      default:
        return false;
    }
  }

  /** Before or after its neighbour. */
  private tradeKey({ key }: KeyboardEvent, item: PlanItem): boolean {
    const by = { ArrowUp: -1, ArrowDown: 1 }[key];
    if (by) this.context.later.craft.use(({ arranging }) => arranging.trade(idOf(item.key), by));
    return by !== undefined;
  }

  private actKey(event: KeyboardEvent, item: PlanItem): boolean {
    const row = this.rows.get(item.key) as HTMLElement;
    switch (event.key) {
      case "Enter":
        if (item.kind === "zone" && !this.context.rights.mayChange(item.zone ?? undefined)) this.toggle(item.key);
        else if (item.kind === "note" && item.note.type === "link") this.act("follow", row);
        else this.write(item.key);
        return true;
      case "F2":
        this.goToBoard();
        return true;
      case "Delete":
      case "Backspace":
        this.act("remove", row);
        return true;
      case "ContextMenu":
      case "F10":
        if (event.key === "F10" && !event.shiftKey) return false;
        keepStop(this.bar)?.focus();
        return true;
      default:
    }
    const letters: Record<string, string> = { n: "add", m: "move", l: "connect", c: "colour", k: "comment" };
    const what = this.context.lettersOn ? letters[event.key.toLowerCase()] : undefined;
    if (!what) return false;
    this.act(what, row);
    return true;
  }

  private toggle(key: string): void {
    if (!this.closed.delete(key)) this.closed.add(key);
    this.draw();
  }

  private act(what: string, from: HTMLElement): void {
    const { actions, board } = this.context;
    const item = this.itemOf(this.current);
    if (what === "add") this.addNote();
    if (!item || what === "add") return;
    const id = idOf(item.key);
    switch (what) {
      case "write":
        this.write(item.key);
        break;
      case "colour":
        if (actions.allowedToChange(id)) this.contextBar.openPalette(from, [id]);
        break;
      case "move":
        if (!isWritten(board.get(id)) || !actions.allowedToChange(id)) break;
        this.dialogs.chooseZone((zone) => {
          actions.moveToZone([id], zone);
          this.draw();
          this.focusRow(item.key);
        });
        break;
      case "more": {
        const { left, top } = from.getBoundingClientRect();
        this.context.later.craft.use((craft) => craft.menu.open({ x: left, y: top }, "plan"));
        break;
      }
      case "follow":
        this.contextBar.act(what, from, [id]);
        break;
      case "connect":
        if (!isWritten(board.get(id)) || !actions.allowedToAdd("connector")) break;
        this.dialogs.chooseTarget(id, (target) => {
          actions.connect(id, target);
          this.draw();
          this.focusRow(item.key);
        });
        break;
      case "comment":
        this.context.later.comments.use((comments) => comments.about(id));
        break;
      case "remove":
        this.remove(item);
        break;
      default:
    }
  }

  private remove(item: PlanItem): void {
    const at = this.items.indexOf(item);
    const next = this.items.slice(at + 1).find(({ level }) => level <= item.level) ?? this.items[at - 1];
    if (!this.context.actions.remove([idOf(item.key)])) return;
    this.draw();
    const key = next && this.itemOf(next.key) ? next.key : (this.items[0]?.key ?? null);
    this.focusRow(key);
  }

  private write(key: string, fresh = false): void {
    if (!this.context.actions.allowedToChange(idOf(key))) return;
    this.writer.finish(false);
    this.setCurrent(key);
    const row = this.rows.get(key);
    if (row) this.writer.open(key, idOf(key), row, fresh);
  }
}
