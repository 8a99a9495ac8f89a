/**
 * 'Mode d'emploi': the template's instructions and example beside the board, as the server writes them.
 * Nothing of the example comes onto the board unless somebody presses its button. Without this script the menu's link
 * leads to a page that says the same.
 */

import { COLOURS, type Colour } from "../../generated/board-specs";
import { el, find, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { newId } from "../model/document";
import { boundsOf, intersects } from "../model/geometry";
import { isPlaced, isWritten } from "../model/objects";
import { NOTE_SIZE, roomFor, slotInZone } from "../model/placement";
import { sideDialog } from "../side-dialog";

interface Pieces {
  notes: { id: string; zone: string; x: number; y: number; colour: string; text: string }[];
  /** Ids of notes: from, to. */
  arrows: [string, string][];
}

export class Guide {
  private readonly body = el("div", { class: "guide-body" });
  private readonly dialog: HTMLDialogElement;

  constructor(
    private readonly context: BoardContext,
    /** The page's own: a policy of Trusted Types is made once. */
    private readonly showFragment: (target: Element, html: string) => void,
  ) {
    const title = el("h2", { id: "guide-title", tabindex: "-1" }, t("Mode d’emploi"));
    this.dialog = sideDialog(context, "guide", title, this.body);
    on(
      this.dialog,
      "click",
      (event) => {
        const button = (event.target as HTMLElement).closest<HTMLElement>("[data-add-example]");
        if (button) this.add(JSON.parse(button.dataset.addExample ?? "") as Pieces);
      },
      context.signal,
    );
  }

  open(opener: HTMLElement): void {
    this.dialog.showModal();
    find("h2", this.dialog)?.focus();
    void this.load(opener.getAttribute("href") ?? "");
  }

  private async load(url: string): Promise<void> {
    this.body.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(`${url}?part=1`, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(url);
      this.showFragment(this.body, await answer.text());
    } catch {
      this.body.replaceChildren(
        el("p", {}, t("Le mode d’emploi n’est pas disponible sans réseau. Réessayez plus tard.")),
      );
    }
    this.body.removeAttribute("aria-busy");
    const row = find("[data-add-example-row]", this.body);
    if (row) row.hidden = !this.context.rights.canEdit;
  }

  /** Lays the example down as one's own notes: where it has them, else in the next free slots. One step to undo. */
  private add({ notes, arrows }: Pieces): void {
    const { board, actions, announcer, toasts, camera } = this.context;
    const ids = new Map<string, string>();
    board.beginStep();
    board.changeEach(notes, (note) => {
      const id = newId();
      ids.set(note.id, id);
      const colour: Colour = COLOURS.find((known) => known === note.colour) ?? "jonc";
      const place = this.placeOf(note);
      const zone = board.get(note.zone)?.type === "zone" ? note.zone : "";
      board.create(id, { type: "note", ...place, zone, colour, ...actions.signed() }, note.text);
    });
    board.changeEach(arrows, ([from, to]) => {
      const ends = { from: ids.get(from) ?? "", to: ids.get(to) ?? "" };
      board.create(newId(), { type: "connector", ...ends, ...actions.signed() });
    });
    board.endStep();
    this.dialog.close();
    const bounds = boundsOf([...board.values()].filter(isPlaced));
    if (bounds) camera.fit(bounds, 1);
    const said = tn("Une note de l’exemple ajoutée", "%(num)s notes de l’exemple ajoutées", notes.length);
    announcer.say(said);
    toasts.show(said, { label: t("Annuler"), run: () => actions.undo() });
  }

  private placeOf(note: Pieces["notes"][number]): { x: number; y: number } {
    const { board } = this.context;
    const wanted = { x: note.x, y: note.y, w: NOTE_SIZE, h: NOTE_SIZE };
    const zone = board.get(note.zone);
    if (zone?.type !== "zone") return roomFor(board, wanted);
    const isTaken = [...board.query(wanted)].some((id) => {
      const found = board.placed(id);
      return found !== undefined && isWritten(found) && intersects(found, wanted);
    });
    return isTaken ? slotInZone(board, zone) : { x: note.x, y: note.y };
  }
}
