/** What a workshop closes to partners and guests, told before the server has to refuse it; and where their notes go. */

import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { State } from "./state";

/** What novices do not add, and do not change; `NOVICE_MAY` (models/board/participation.py) is the rule. */
const BEYOND_NOVICES = ["text", "image", "zone", "connector", "stroke", "link", "colour", "size"];

export class Bounds {
  constructor(private readonly context: BoardContext) {
    const { board, rights, tools, signal } = context;
    tools.events.on(
      "change",
      () => {
        if (rights.closed.has(tools.current)) {
          context.actions.allowedTo(tools.current);
          tools.take("select");
        }
      },
      signal,
    );
    board.changes.on(
      "objects",
      (change) => {
        if (change.local && rights.inbox && change.added.length > 0) this.tell();
      },
      signal,
    );
  }

  /** Keeps to what the server says; those who facilitate are not bound. */
  draw({ novices, inbox, may }: State): void {
    const { page, rights, tools, stage } = this.context;
    const isNovice = novices && !may.lead;
    const closed = new Map<string, string>();
    if (isNovice) {
      const why = t("Pendant cet atelier, vous pouvez ajouter des notes, les déplacer et voter.");
      for (const deed of BEYOND_NOVICES) closed.set(deed, why);
    }
    rights.inbox = inbox && !may.lead ? inbox.zone : "";
    if (rights.inbox)
      closed.set("move", t("Vos notes attendent dans la boîte de réception : qui anime les place ensuite."));
    rights.closed = closed;
    page.root.toggleAttribute("data-novice", isNovice);
    page.root.toggleAttribute("data-inbox", rights.inbox !== "");
    if (rights.closed.has(tools.current)) tools.take("select");
    stage.redrawAll(false);
  }

  /** What to keep in mind, in words; "" when nothing is closed to this person. */
  get words(): string {
    const { rights, names } = this.context;
    if (!rights.inbox) return rights.closed.get("text") ?? "";
    const zone = names.zoneTitle(rights.inbox);
    return t("Vos notes arrivent dans « %(zone)s » : qui anime les place ensuite.", { zone });
  }

  private tell(): void {
    const { announcer, toasts } = this.context;
    announcer.say(this.words);
    toasts.show(this.words);
  }
}
