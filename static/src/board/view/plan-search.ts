/**
 * Searching the board by words or by person: the plan keeps what matches, the board marks it, and one goes from one to the
 * next, close enough to read.
 */

import { all, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { centre } from "../model/geometry";
import { isWritten, type WrittenObject } from "../model/objects";
import { readingOrder } from "../model/reading-order";
import { setText } from "../objects/view";
import { fold } from "./dialogs";

/** Below this zoom, what is found is brought to its real size. */
const READABLE_ZOOM = 0.75;

interface Plan {
  /** Other words are searched. */
  changed(): void;
  /** This note is the one looked at. */
  show(id: string): void;
  /** Goes from the field into the list. */
  enter(): void;
}

export class PlanSearch {
  private readonly field = find("[data-plan-search]") as HTMLInputElement;
  private readonly walk = find("[data-search-walk]") as HTMLElement;
  private at = -1;

  constructor(
    private readonly context: BoardContext,
    private readonly found: Set<string>,
    private readonly plan: Plan,
  ) {
    const { signal } = context;
    on(
      this.field,
      "input",
      () => {
        this.at = -1;
        plan.changed();
      },
      signal,
    );
    on(this.field, "keydown", (event) => this.key(event), signal);
    for (const button of all("[data-search-step]", this.walk))
      on(button, "click", () => this.step(Number(button.dataset.searchStep)), signal);
  }

  focus(): void {
    this.field.focus();
    this.field.select();
  }

  clear(): void {
    this.field.value = "";
    this.at = -1;
  }

  /** What the plan shows: null for everything. Also marks the same on the board. */
  filter(): ((note: WrittenObject) => boolean) | null {
    const words = fold(this.field.value.trim());
    const { people } = this.context;
    const matches =
      words === ""
        ? null
        : (note: WrittenObject) => fold(note.text).includes(words) || fold(people.nameOf(note.author)).includes(words);
    this.mark(matches ? readingOrder(this.context.board).filter(matches) : []);
    return matches;
  }

  private mark(notes: readonly WrittenObject[]): void {
    const before = [...this.found];
    this.found.clear();
    for (const { id } of notes) this.found.add(id);
    const changed = [...before.filter((id) => !this.found.has(id)), ...this.found];
    if (changed.length > 0) this.context.stage.redraw(changed.filter((id) => this.context.stage.elementOf(id)));
    this.walk.hidden = this.found.size === 0;
    this.count();
  }

  private count(): void {
    const count = this.found.size;
    this.at = Math.min(this.at, count - 1);
    setText(
      find("[data-search-count]", this.walk),
      this.at < 0 ? String(count) : t("%(at)s sur %(count)s", { at: this.at + 1, count }),
    );
  }

  /** To the next one, or the one before; round at the ends. */
  private step(by: number): void {
    this.filter(); // The plan is drawn a little later: what is searched may not be marked yet.
    const ids = [...this.found];
    if (ids.length === 0) return;
    this.at = this.at < 0 ? (by > 0 ? 0 : ids.length - 1) : (this.at + by + ids.length) % ids.length;
    this.count();
    const { board, camera, announcer } = this.context;
    const note = board.placed(ids[this.at] as string);
    if (!note) return;
    if (camera.zoom < READABLE_ZOOM) camera.zoomTo(1);
    const { middle } = camera;
    const target = centre(note);
    camera.panBy((middle.x - target.x) * camera.zoom, (middle.y - target.y) * camera.zoom);
    this.plan.show(note.id);
    const words = isWritten(note) ? note.text : "";
    announcer.say(t("%(at)s sur %(count)s : %(words)s", { at: this.at + 1, count: ids.length, words }));
  }

  private key(event: KeyboardEvent): void {
    if (event.key === "Escape" && this.field.value !== "") {
      this.clear();
      this.plan.changed();
    } else if (event.key === "Enter") this.step(event.shiftKey ? -1 : 1);
    else if (event.key === "ArrowDown") this.plan.enter();
    else return;
    event.preventDefault();
  }
}
