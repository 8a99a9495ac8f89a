/** What is selected, which object has the focus of the board, and which one is being written. */

import { Emitter } from "./emitter";

export interface SelectionEvents {
  /** The set, the focus or both changed. */
  change: undefined;
  editing: string | null;
}

export class Selection {
  readonly events = new Emitter<SelectionEvents>();
  private selected = new Set<string>();
  private focusId: string | null = null;
  private editingId: string | null = null;

  get ids(): ReadonlySet<string> {
    return this.selected;
  }

  /** The one selected object, null for none or several. */
  get only(): string | null {
    return this.selected.size === 1 ? ([...this.selected][0] ?? null) : null;
  }

  get focus(): string | null {
    return this.focusId;
  }

  get editing(): string | null {
    return this.editingId;
  }

  has(id: string): boolean {
    return this.selected.has(id);
  }

  /** Selects exactly these; the focus goes to the last. */
  set(ids: Iterable<string>, focus?: string | null): void {
    const next = new Set(ids);
    const nextFocus = focus === undefined ? ([...next].at(-1) ?? this.focusId) : focus;
    if (
      nextFocus === this.focusId &&
      next.size === this.selected.size &&
      [...next].every((id) => this.selected.has(id))
    )
      return;
    this.selected = next;
    this.focusId = nextFocus;
    this.events.emit("change", undefined);
  }

  toggle(id: string): void {
    const next = new Set(this.selected);
    if (!next.delete(id)) next.add(id);
    this.set(next, id);
  }

  add(ids: Iterable<string>): void {
    this.set([...this.selected, ...ids]);
  }

  clear(): void {
    this.set([], this.focusId);
  }

  /** Moves the focus without selecting. */
  moveFocus(id: string | null): void {
    this.set(this.selected, id);
  }

  edit(id: string | null): void {
    if (id === this.editingId) return;
    this.editingId = id;
    this.events.emit("editing", id);
  }

  /** Forgets objects that are gone. */
  drop(ids: Iterable<string>): void {
    const gone = new Set(ids);
    if (this.editingId !== null && gone.has(this.editingId)) this.edit(null);
    const kept = [...this.selected].filter((id) => !gone.has(id));
    const focus = this.focusId !== null && gone.has(this.focusId) ? null : this.focusId;
    this.set(kept, focus);
  }
}
