/** Pictures that become part of the board: chosen, pasted or dropped, sent to be checked, then put where they were meant. */

import { OBJECT_SPECS } from "../../generated/board-specs";
import { el, on } from "../../lib/dom";
import { send } from "../../lib/http";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { newId } from "../model/document";
import { clamp, type Point, withinWorld } from "../model/geometry";

const KINDS = "image/jpeg,image/png,image/webp,image/gif";
const MOST_BYTES = 10 * 1024 * 1024;
const MOST_AT_ONCE = 10;
/** The longer side of a picture when it is put on the board, in board units. */
const IMAGE_SIDE = 480;
/** How far several pictures lie from each other, in board units. */
const STEP = 32;

/** Below this a file is sent as it is; above, a slow network is spared what the server would throw away. */
const SMALL_BYTES = 700 * 1024;
/** The longer side that the server keeps, in pixels. */
const MOST_SIDE = 2_048;
const QUALITY = 0.9;

interface Kept {
  name: string;
  width: number;
  height: number;
}

export class Pictures {
  private readonly field: HTMLInputElement;
  /** Where what is being chosen goes; undefined for in view. */
  private place: Point | undefined;

  constructor(
    private readonly context: BoardContext,
    /** Opens the words of a picture where the person works. */
    private readonly write: (id: string) => void,
  ) {
    const { page, signal } = context;
    this.field = el("input", { type: "file", accept: KINDS, multiple: true, hidden: true });
    page.root.append(this.field);
    on(
      this.field,
      "change",
      () => {
        const files = [...(this.field.files ?? [])];
        this.field.value = "";
        this.take(files, this.place);
      },
      signal,
    );
  }

  /** Says of pictures that they show nothing that words should say, or takes that back. */
  setDecorative(ids: Iterable<string>, decorative: boolean): void {
    const { board, rights, announcer } = this.context;
    const able = [...ids].filter((id) => board.get(id)?.type === "image" && rights.mayChange(board.get(id)));
    board.closeUndoStep();
    board.changeEach(able, (id) => {
      board.update(id, { decorative });
      if (decorative) board.writeText(id, "");
    });
    board.closeUndoStep();
    announcer.say(decorative ? t("Image décorative : les lecteurs d’écran ne la décrivent pas") : t("Image à décrire"));
  }

  /** Lets the person choose files, or take a photograph on a telephone. */
  choose(at?: Point): void {
    if (!this.context.actions.allowedToAdd("image")) return;
    this.place = at;
    this.field.click();
  }

  /** Sends files one after the other and puts the pictures around a point, or in view. */
  take(files: readonly File[], at?: Point): void {
    const { actions, session } = this.context;
    if (files.length === 0 || !actions.allowedToAdd("image")) return;
    const { connection } = session.status;
    if (connection !== "live" && connection !== "fallback") {
      this.say(t("Une image a besoin du réseau : ajoutez-la quand la connexion revient."));
      return;
    }
    if (files.length > MOST_AT_ONCE) {
      this.say(t("Dix images à la fois, pas plus."));
      return;
    }
    void this.takeEach(files, at ?? this.context.camera.middle);
  }

  private async takeEach(files: readonly File[], at: Point): Promise<void> {
    const { announcer } = this.context;
    let last: string | null = null;
    for (const [number, file] of files.entries()) {
      const place = { x: at.x + number * STEP, y: at.y + number * STEP };
      const picture = await this.send(file, place);
      const made = picture && this.put(picture, place);
      if (made) {
        last = made;
        announcer.say(t("Image ajoutée"));
      }
    }
    if (last && files.length === 1) this.write(last);
  }

  /** A picture, as large as it is but no larger than a frame, centred on a point; null when not allowed. */
  private put(image: Kept, middle: Point): string | null {
    const { actions, board, selection } = this.context;
    if (!actions.allowedToAdd("image")) return null;
    const spec = OBJECT_SPECS.image;
    const scale = Math.min(1, IMAGE_SIDE / Math.max(image.width, image.height));
    const w = Math.round(clamp(image.width * scale, spec.w.minimum, spec.w.maximum));
    const h = Math.round(clamp(image.height * scale, spec.h.minimum, spec.h.maximum));
    const id = newId();
    board.closeUndoStep();
    board.create(id, {
      type: "image",
      ...withinWorld({ x: middle.x - w / 2, y: middle.y - h / 2 }),
      ...actions.signed(),
      zone: board.zoneAt(middle),
      image: image.name,
      w,
      h,
    });
    board.closeUndoStep();
    selection.set([id], id);
    return id;
  }

  /** What the server keeps of a file; null when it refuses it, which is said. */
  private async send(file: File, at: Point): Promise<Kept | null> {
    const { config, announcer, signal } = this.context;
    announcer.say(t("Envoi de l’image…"));
    const waiting = this.showWaiting(at);
    try {
      const sent = file.size > SMALL_BYTES ? await smaller(file) : file;
      if (sent.size > MOST_BYTES) {
        this.refused(file, t("Cette image dépasse 10 Mo. Réduisez-la, ou faites-en une capture d’écran."));
        return null;
      }
      const answer = await send(`/documents/${config.document}/images`, { method: "POST", file: sent, signal });
      if (answer.ok) return answer.json as Kept;
      const { error } = (answer.json ?? {}) as { error?: string };
      this.refused(file, error ?? t("Elle n’a pas pu être enregistrée. Réessayez dans un instant."));
    } catch {
      if (!signal.aborted) this.refused(file, t("Le réseau a manqué pendant l’envoi. Recommencez."));
    } finally {
      waiting.remove();
    }
    return null;
  }

  private showWaiting(at: Point): HTMLElement {
    const box = el("div", { class: "board-waiting-image", "aria-hidden": "true" }, t("Envoi de l’image…"));
    box.style.transform = `translate(${at.x - 120}px, ${at.y - 80}px)`;
    this.context.page.writing.append(box);
    return box;
  }

  private refused(file: File, why: string): void {
    this.say(file.name ? t("« %(name)s » : %(why)s", { name: file.name, why }) : why);
  }

  private say(text: string): void {
    this.context.announcer.say(text);
    this.context.toasts.show(text);
  }
}

/** The same picture no larger than the server keeps it; the file itself when this browser cannot, or it is no smaller. */
async function smaller(file: File): Promise<Blob> {
  try {
    const bitmap = await createImageBitmap(file);
    const scale = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
    const canvas = el("canvas", {
      width: Math.round(bitmap.width * scale),
      height: Math.round(bitmap.height * scale),
    });
    canvas.getContext("2d")?.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const made = await new Promise<Blob | null>((done) => {
      canvas.toBlob(done, "image/webp", QUALITY);
    });
    return made && made.size < file.size ? made : file;
  } catch {
    return file;
  }
}
