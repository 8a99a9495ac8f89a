// What a client meant to write, and what it was told of it. Kept apart from the Yjs document, so that the two
// can be compared: an edit that was acknowledged must be found in what the server stored, once.

export class EditLog {
  constructor() {
    this.edits = new Map(); // id → { id, kind, object, value, acked: seq | null, refused: code | null }
    this.waiting = new Map(); // n → the ids of the edits in that batch
    this.unsent = []; // made while there was no connection: part of the next difference
  }

  made(edits) {
    for (const edit of edits) this.edits.set(edit.id, { ...edit, acked: null, refused: null });
    return edits.map((edit) => edit.id);
  }

  sent(n, ids) {
    this.waiting.set(n, ids);
  }

  kept(ids) {
    this.unsent.push(...ids);
  }

  // everything not yet acknowledged goes with the next difference
  takeUnsent() {
    const ids = this.unsent;
    this.unsent = [];
    return ids;
  }

  lostConnection() {
    for (const ids of this.waiting.values()) this.unsent.push(...ids);
    this.waiting.clear();
  }

  acknowledged(n, seq) {
    for (const [number, ids] of this.waiting) {
      if (number > n) continue;
      this.waiting.delete(number);
      this.settled(ids, seq);
    }
  }

  settled(ids, seq) {
    for (const id of ids) {
      const edit = this.edits.get(id);
      if (edit) edit.acked = seq;
    }
  }

  // `isPassing`: the server could not take it now; it is to be sent again
  refused(n, code, isPassing) {
    const ids = this.waiting.get(n) ?? [];
    this.waiting.delete(n);
    if (isPassing) this.unsent.push(...ids);
    else for (const id of ids) this.edits.get(id).refused = code;
  }

  get acked() {
    return [...this.edits.values()].filter((edit) => edit.acked !== null).map((edit) => edit.id);
  }

  get open() {
    return this.waiting.size + (this.unsent.length > 0 ? 1 : 0);
  }
}

const occurrences = (text, part) => text.split(part).length - 1;

// Compares the logs of several clients with stored objects (id → plain object). Gives the ids of edits that were
// acknowledged and are not there (or deleted and still there), and of edits that are there twice.
export function compare(logs, objects) {
  const found = { edits: 0, acked: 0, refused: [], lost: [], doubled: [] };
  const removed = new Set();
  for (const log of logs) {
    for (const edit of log.edits.values()) if (edit.kind === "remove") removed.add(edit.object);
  }
  for (const log of logs) {
    for (const edit of log.edits.values()) {
      found.edits += 1;
      if (edit.refused !== null) found.refused.push(`${edit.id}: ${edit.refused}`);
      if (edit.acked !== null) found.acked += 1;
      const object = objects[edit.object];
      if (edit.kind === "remove") {
        if (edit.acked !== null && object !== undefined) found.lost.push(edit.id);
        continue;
      }
      const count = object === undefined ? 0 : occurrences(object.text ?? "", edit.value);
      const isThere = edit.value === "" ? object !== undefined : count > 0;
      if (edit.acked !== null && !isThere && !removed.has(edit.object)) found.lost.push(edit.id);
      if (edit.value !== "" && count > 1) found.doubled.push(edit.id);
    }
  }
  return found;
}
