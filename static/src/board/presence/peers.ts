/** Who else is here now, where their pointers are, what they have selected and what they write. */

import type { Colour } from "../../generated/board-specs";
import { Emitter } from "../emitter";
import { colourOf, firstName, type People } from "../people";
import type { SyncSession } from "../sync/session";
import { INSIDE } from "../sync/wire";

export interface PeerState {
  peer: number;
  key: string;
  name: string;
  role: string;
  colour: Colour;
  /** Board units; null while the pointer is not over the board. */
  pointer: { x: number; y: number } | null;
  selected: ReadonlySet<string>;
  editing: string | null;
}

interface PeerEvents {
  /** Somebody came or left. */
  people: undefined;
  pointers: undefined;
  /** Ids of objects whose outline changes. */
  selection: ReadonlySet<string>;
}

export class Peers {
  readonly events = new Emitter<PeerEvents>();
  private readonly states = new Map<number, PeerState>();
  private ownPeer: number | null = null;

  constructor(session: SyncSession, people: People, signal: AbortSignal) {
    const { events } = session;
    events.on(
      "identity",
      (me) => {
        this.ownPeer = me.peer;
      },
      signal,
    );
    events.on("peersReset", () => this.reset(), signal);
    events.on(
      "peers",
      ({ joined, left }) => {
        for (const peer of left) this.remove(peer);
        for (const peer of joined) {
          if (peer.peer === this.ownPeer) continue;
          const colour = colourOf(peer.colour);
          people.add(peer.key, peer.name, colour);
          this.states.set(peer.peer, { ...peer, colour, pointer: null, selected: new Set(), editing: null });
        }
        this.events.emit("people", undefined);
      },
      signal,
    );
    events.on(
      "pointers",
      (pointers) => {
        for (const { peer, x, y, flags } of pointers) {
          const state = this.states.get(peer);
          if (state) state.pointer = flags & INSIDE ? { x, y } : null;
        }
        this.events.emit("pointers", undefined);
      },
      signal,
    );
    events.on(
      "selection",
      ({ peer, ids, editing }) => {
        const state = this.states.get(peer);
        if (!state) return;
        const touched = new Set([
          ...state.selected,
          ...ids,
          ...(state.editing ? [state.editing] : []),
          ...(editing ? [editing] : []),
        ]);
        state.selected = new Set(ids);
        state.editing = editing;
        this.events.emit("selection", touched);
        this.events.emit("pointers", undefined);
      },
      signal,
    );
  }

  values(): Iterable<PeerState> {
    return this.states.values();
  }

  get size(): number {
    return this.states.size;
  }

  /** One state per person: several windows of one person count once. */
  persons(): PeerState[] {
    return [...new Map([...this.states.values()].map((state) => [state.key, state])).values()];
  }

  /** Who has an object in hand: the one who writes in it, else one who selected it. */
  at(id: string): { colour: Colour; writer: string } | null {
    let holder: PeerState | null = null;
    for (const state of this.states.values()) {
      if (state.editing === id) return { colour: state.colour, writer: firstName(state.name) };
      if (state.selected.has(id)) holder = state;
    }
    return holder ? { colour: holder.colour, writer: "" } : null;
  }

  private remove(peer: number): void {
    const state = this.states.get(peer);
    if (!state) return;
    this.states.delete(peer);
    this.events.emit("selection", new Set([...state.selected, ...(state.editing ? [state.editing] : [])]));
    this.events.emit("pointers", undefined);
  }

  private reset(): void {
    if (this.states.size === 0) return;
    for (const peer of [...this.states.keys()]) this.remove(peer);
    this.events.emit("people", undefined);
  }
}
