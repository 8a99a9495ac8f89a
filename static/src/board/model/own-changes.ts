/**
 * Taking back and making again what this person changed, and nothing of what others did.
 *
 * A step is what one undo takes back: a pause, a change of subject or `cut` ends it. A drag is one step however long it
 * lasts, and so is a change so large that it is written in parts.
 */

import * as Y from "yjs";

const PAUSE_MS = 600;
const STEP = "step";

type Stored = Y.Map<unknown>;
type StackItem = Y.UndoManager["undoStack"][number];

export class OwnChanges {
  private readonly manager: Y.UndoManager;
  private step = 0;
  /** Whether all changes belong to the present step, pauses or not. */
  private held = false;
  /** The stack being undone or redone as it was before: tells which item is being taken from it. */
  private before: { stack: readonly StackItem[]; items: readonly StackItem[] } | null = null;

  constructor(
    private readonly objects: Y.Map<Stored>,
    origin: object,
    /** What a field reads as when it was never written; undefined when it cannot be missing. */
    private readonly defaultOf: (object: Stored, field: string) => unknown,
    changed: () => void,
  ) {
    this.manager = new Y.UndoManager(objects, {
      trackedOrigins: new Set([origin]),
      captureTimeout: PAUSE_MS,
      deleteFilter: (item) => this.mayDelete(item),
    });
    this.manager.on("stack-item-added", ({ stackItem, type }) => {
      if (this.manager.currStackItem) stackItem.meta.set(STEP, this.manager.currStackItem.meta.get(STEP));
      else if (type === "undo") {
        if (!this.held) this.step += 1;
        stackItem.meta.set(STEP, this.step);
      }
      changed();
    });
    for (const name of ["stack-item-popped", "stack-cleared"] as const) this.manager.on(name, changed);
  }

  /** Whether changes of this origin were made by undoing or redoing. */
  isOrigin(origin: unknown): boolean {
    return origin === this.manager;
  }

  get canUndo(): boolean {
    return this.manager.undoStack.length > 0;
  }

  get canRedo(): boolean {
    return this.manager.redoStack.length > 0;
  }

  undo(): boolean {
    return this.replay("undo", this.manager.undoStack);
  }

  redo(): boolean {
    return this.replay("redo", this.manager.redoStack);
  }

  /** What follows is another step. */
  cut(): void {
    this.manager.stopCapturing();
  }

  get isHeld(): boolean {
    return this.held;
  }

  /** What follows, until `release`, is one step. */
  hold(): void {
    this.cut();
    this.step += 1;
    this.held = true;
  }

  release(): void {
    this.held = false;
    this.cut();
  }

  /** Ends the present step by taking it back, as if it had never been. */
  giveUp(): void {
    const { undoStack } = this.manager;
    if (this.held && undoStack.at(-1)?.meta.get(STEP) === this.step) {
      this.undo();
      const { redoStack } = this.manager;
      while (redoStack.at(-1)?.meta.get(STEP) === this.step) redoStack.pop();
    }
    this.release();
  }

  destroy(): void {
    this.manager.destroy();
  }

  private replay(what: "undo" | "redo", stack: StackItem[]): boolean {
    let done = false;
    let step: unknown;
    do {
      this.before = { stack, items: [...stack] };
      const item = this.manager[what]();
      this.before = null;
      if (!item) return done;
      done = true;
      step = item.meta.get(STEP);
    } while (stack.at(-1)?.meta.get(STEP) === step);
    return done;
  }

  /**
   * Asked for each thing that undoing would delete. An object in which somebody else has written stays, with all that
   * belongs to it; a field that was not there before gets its default, since no field is ever removed.
   */
  private mayDelete(item: Y.Item): boolean {
    const object = this.objectOf(item);
    const taken = this.before && this.before.items[this.before.stack.length];
    if (!object || !taken) return true;
    if (Y.isDeleted(taken.insertions, object.id)) return !this.hasWordsOfOthers(object);
    const map = item.parent;
    if (!item.deleted && item.parentSub !== null && map instanceof Y.Map && map._item === object) {
      const value = this.defaultOf(map, item.parentSub);
      if (value === undefined) return false;
      map.set(item.parentSub, value);
    }
    return true;
  }

  /** The item that holds the whole object of which this one is a part. */
  private objectOf(item: Y.Item): Y.Item | null {
    let at: Y.Item | null = item;
    while (at && at.parent !== this.objects) at = at.parent instanceof Y.AbstractType ? at.parent._item : null;
    return at;
  }

  private hasWordsOfOthers(object: Y.Item): boolean {
    const map = object.content instanceof Y.ContentType ? object.content.type : null;
    const own = this.objects.doc?.clientID;
    for (const { content } of map?._map.values() ?? []) {
      if (!(content instanceof Y.ContentType)) continue;
      for (let letter = content.type._start; letter; letter = letter.right) {
        if (!letter.deleted && letter.id.client !== own) return true;
      }
    }
    return false;
  }
}
