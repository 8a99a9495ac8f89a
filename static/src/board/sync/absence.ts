/**
 * What others changed on a board while this page was away: noted as it arrives, on top of the state one left.
 *
 * Yjs says which client wrote what, not which person: that is asked of the server afterwards. Who deleted something is
 * not known at all. Moves within a frame are not told: a board that is tidied up moves everything.
 */

import * as Y from "yjs";
import { OBJECT_SPECS } from "../../generated/board-specs";
import type { BoardDocument } from "../model/document";

export interface Missed {
  id: string;
  kind: "added" | "changed" | "removed";
  /** Yjs client ids that made the change. */
  clients: ReadonlySet<number>;
  /** Whether this person changed it too, and the server did not have that yet. */
  alsoMine: boolean;
}

const QUIET_FIELDS = new Set(["x", "y", "w", "h", "order"]);
type Events = Y.YEvent<Y.AbstractType<unknown>>[];

export class Absence {
  private readonly seen = new Map<string, { kind: Missed["kind"]; clients: Set<number> }>();
  private readonly mine = new Set<string>();
  private stopWatching: (() => void) | null = null;

  constructor(private readonly board: BoardDocument) {
    board.changes.on("replaced", () => this.stop());
  }

  /** From now on what arrives is noted. */
  begin(): void {
    if (this.stopWatching) return;
    const objects = this.board.doc.getMap("objects");
    const watch = (events: Events, transaction: Y.Transaction): void => {
      if (transaction.local) return;
      for (const event of events) this.note(event, objects);
    };
    objects.observeDeep(watch);
    this.stopWatching = () => objects.unobserveDeep(watch);
  }

  /** Objects with own changes that the server does not have. */
  addMine(ids: ReadonlySet<string>): void {
    if (this.stopWatching) for (const id of ids) this.mine.add(id);
  }

  /** What was missed; null when no absence had begun. */
  end(): Missed[] | null {
    if (!this.stopWatching) return null;
    const missed = [...this.seen].map(([id, { kind, clients }]) => ({
      id,
      kind,
      clients,
      alsoMine: this.mine.has(id),
    }));
    this.stop();
    return missed;
  }

  private stop(): void {
    this.stopWatching?.();
    this.stopWatching = null;
    this.seen.clear();
    this.mine.clear();
  }

  private note(event: Y.YEvent<Y.AbstractType<unknown>>, objects: Y.Map<unknown>): void {
    if (event.target === objects) {
      for (const [id, { action }] of event.changes.keys) {
        if (action === "delete") this.add(id, "removed", null);
        else this.add(id, action === "add" ? "added" : "changed", objects._map.get(id));
      }
      return;
    }
    const id = String(event.path[0]);
    if (event.target instanceof Y.Map) {
      for (const name of event.changes.keys.keys())
        if (!QUIET_FIELDS.has(name)) this.add(id, "changed", event.target._map.get(name));
    } else {
      this.add(id, "changed", null);
      for (let item = event.target._start; item; item = item.right) if (event.adds(item)) this.add(id, "changed", item);
    }
  }

  private add(id: string, kind: Missed["kind"], item: Y.Item | null | undefined): void {
    const type = this.board.doc.getMap<Y.Map<unknown>>("objects").get(id)?.get?.("type");
    if (kind !== "removed" && !(typeof type === "string" && Object.hasOwn(OBJECT_SPECS, type))) return;
    const entry = this.seen.get(id) ?? { kind, clients: new Set<number>() };
    if (kind !== "changed") entry.kind = kind;
    if (item) entry.clients.add(item.id.client);
    this.seen.set(id, entry);
  }
}
