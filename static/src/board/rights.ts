/** What this person may change now. The server decides again; this only spares useless tries. */

import { type BoardObject, isWritten } from "./model/objects";

export class Rights {
  private editing: boolean;
  /** What a workshop closes to this person: a type of object, or a deed; with the sentence that says why. */
  closed: ReadonlyMap<string, string> = new Map();
  /** The zone where all they add goes; "" for anywhere. */
  inbox = "";

  constructor(
    readonly me: string,
    private readonly formerKeys: readonly string[],
    private readonly ownOnly: boolean,
    canEdit: boolean,
  ) {
    this.editing = canEdit;
  }

  /** Whether anything may be added or changed. */
  get canEdit(): boolean {
    return this.editing;
  }

  set canEdit(value: boolean) {
    this.editing = value;
  }

  /** What cannot be read cannot be changed; see `mayRemove`. */
  mayChange(object: BoardObject | undefined): boolean {
    return object?.type !== "unknown" && !this.closed.has(object?.type ?? "") && this.mayRemove(object);
  }

  mayRemove(object: BoardObject | undefined): boolean {
    if (!this.editing || !object || object.locked) return false;
    return !this.ownOnly || object.author === this.me || this.formerKeys.includes(object.author);
  }

  /** Why an object cannot be changed, for the sentence that says so. */
  obstacle(object: BoardObject | undefined): "read_only" | "locked" | "not_yours" | null {
    if (this.mayChange(object)) return null;
    if (!this.editing) return "read_only";
    return object && isWritten(object) && !object.locked ? "not_yours" : "locked";
  }
}
