/** Texts and frames without a pointer: the tool is taken by its letter, Enter puts it down where one works. */

import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { boundsOf, type Point } from "../model/geometry";
import { slotBeside, slotNear } from "../model/placement";

/** In board units: between frames, and the size of the first one. */
const GAP = 40;
const FRAME = { w: 480, h: 480 };

export class ByKeyboard {
  constructor(private readonly context: BoardContext) {
    const { tools, announcer, signal } = context;
    tools.events.on(
      "change",
      () => {
        if (tools.current === "text") announcer.say(t("Texte : touchez où l’écrire, ou Entrée pour l’écrire ici."));
        if (tools.current === "zone") announcer.say(t("Cadre : tracez-le, ou Entrée pour le poser à côté des autres."));
      },
      signal,
    );
    // Before the board's own keys: with such a tool in hand, Enter is for it.
    document.addEventListener("keydown", (event) => this.key(event), { capture: true, signal });
  }

  /** A frame to the right of the others; null when not allowed. */
  frame(): string | null {
    const { board, actions, camera } = this.context;
    const frames = board.zones();
    const bounds = boundsOf(frames) ?? { ...camera.middle, w: -GAP, h: 0 };
    const { w, h } = frames.at(-1) ?? FRAME;
    return actions.createZone({ x: bounds.x + bounds.w + GAP, y: bounds.y, w, h });
  }

  private text(): string | null {
    const { board, actions, camera, selection } = this.context;
    const beside = board.placed(selection.focus ?? "");
    const free: Point = beside ? slotBeside(board, beside.id) : slotNear(board, camera.middle);
    return actions.createText(free);
  }

  private key(event: KeyboardEvent): void {
    const { tools, editor, page } = this.context;
    const { current } = tools;
    if (event.key !== "Enter" || event.isComposing || (current !== "text" && current !== "zone")) return;
    const target = event.target as Element;
    if (!(page.list.contains(target) || target === document.body) || target instanceof HTMLTextAreaElement) return;
    event.preventDefault();
    event.stopPropagation();
    tools.take("select");
    const made = current === "text" ? this.text() : this.frame();
    if (made) editor.open(made, "end", true);
  }
}
