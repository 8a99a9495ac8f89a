/**
 * Undoing what was brought back. The server made the change, so it takes it back: whatever others changed since stays. Ctrl+Z
 * does it as one step: at once while nothing was done after it, else once one's own later steps are undone.
 */

import { t } from "../../lib/i18n";
import { type Exchange, Refused } from "../comments/exchange";
import type { BoardContext } from "../context";

/** What the server answers on bringing something back. */
export interface Restored {
  seq: number;
  before: number;
  ids: string[];
  count: number;
}

export class Restorations {
  private readonly made: Restored[] = [];
  private isCovered = false;

  constructor(
    private readonly context: BoardContext,
    private readonly exchange: Pick<Exchange, "post">,
  ) {
    const { board, actions, signal } = context;
    board.changes.on(
      "objects",
      ({ local }) => {
        if (local) this.isCovered = true;
      },
      signal,
    );
    const undo = actions.undo.bind(actions);
    actions.undo = () => {
      const last = this.made.at(-1);
      if (last && (!this.isCovered || !board.canUndo)) void this.undo(last);
      else undo();
    };
  }

  add(restored: Restored): void {
    this.made.push(restored);
    this.isCovered = false;
    this.context.board.closeUndoStep();
  }

  private async undo(restored: Restored): Promise<void> {
    const { config, announcer, toasts } = this.context;
    this.made.pop();
    const { seq, before, ids } = restored;
    const fields: [string, string][] = ids.map((id) => ["id", id]);
    fields.push(["seq", String(seq)], ["before", String(before)]);
    try {
      const { count } = (await this.exchange.post(`/boards/${config.board}/history/undo`, fields)) as Restored;
      const kept = ids.length - count;
      announcer.say(t("Annulé"));
      if (kept > 0) toasts.show(t("Annulé, sauf ce que d’autres ont changé depuis (%(count)s)", { count: kept }));
    } catch (error) {
      this.made.push(restored);
      const words = error instanceof Refused ? error.message : "";
      toasts.show(words || t("Le serveur ne répond pas : réessayez quand le réseau revient."));
    }
  }
}
