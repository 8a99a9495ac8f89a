/**
 * Writing on the board: a real text area over the object, with the browser's own editing, spelling and input methods.
 * One object at a time. The note grows to show what is written in it.
 */

import { OBJECT_SPECS } from "../../generated/board-specs";
import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { centre, type Point, type Rect } from "../model/geometry";
import { isPlaced, textLimit } from "../model/objects";
import { noteHeightFor } from "../objects/note";
import { TextBinding } from "./text-binding";

/** Where the caret goes: at the end, or over the whole text so that typing replaces it. */
export type Caret = "end" | "all";

const READABLE_ZOOM = 0.75;

export class BoardEditor {
  private close: AbortController | null = null;
  private area: HTMLTextAreaElement | null = null;
  private fresh = false;
  private seenFrom: { x: number; y: number; zoom: number } | null = null;

  constructor(private readonly context: () => BoardContext) {}

  get isOpen(): boolean {
    return this.area !== null;
  }

  /** Writes in an object; `fresh` objects left empty are removed. False when it may not be written in. */
  open(id: string, caret: Caret = "end", fresh = false): boolean {
    const { board, selection, actions, camera, stage, page, signal } = this.context();
    const object = board.get(id);
    if (!object || object.type === "unknown" || !actions.allowedToChange(id)) return false;
    this.finish(false, true);
    if (camera.zoom < READABLE_ZOOM && isPlaced(object)) this.comeCloser(object);
    this.fresh = fresh;
    board.closeUndoStep();
    const closing = new AbortController();
    this.close = closing;
    signal.addEventListener("abort", () => closing.abort(), { once: true, signal: closing.signal });
    const area = el("textarea", {
      class: `board-editor board-editor-${object.type}`,
      "aria-label": LABELS[object.type](),
      maxlength: textLimit(object.type),
      rows: 1,
      spellcheck: "true",
      autocapitalize: "sentences",
    });
    if (object.type === "image" || object.type === "stroke") area.placeholder = LABELS[object.type]();
    this.area = area;
    page.writing.append(area);
    selection.set([id], id);
    selection.edit(id);
    stage.flush();
    new TextBinding(area, board, id, closing.signal, () => this.fit());
    this.place();
    area.focus({ preventScroll: true });
    if (caret === "all") area.select();
    else area.setSelectionRange(area.value.length, area.value.length);
    this.listen(area, closing.signal);
    if (isPlaced(object)) camera.reveal(object.type === "zone" ? { ...object, h: 60 } : object);
    return true;
  }

  /** Stops writing; `focus` gives the focus back to the object, `goesOn` says that writing starts elsewhere at once. */
  finish(focus: boolean, goesOn = false): void {
    const area = this.area;
    if (!area) return;
    const { board, rights, selection, stage } = this.context();
    const id = selection.editing;
    this.area = null;
    this.close?.abort();
    selection.edit(null);
    board.closeUndoStep();
    if (
      rights.canEdit &&
      id !== null &&
      this.fresh &&
      board.get(id) &&
      area.value.trim() === "" &&
      board.get(id)?.type !== "zone"
    ) {
      board.remove([id]);
    }
    area.remove();
    if (!goesOn) this.stepBack();
    if (focus) stage.takeFocus();
  }

  /** Zooms in to write in letters that can be read. */
  private comeCloser(object: Rect): void {
    const { camera } = this.context();
    const { x, y, zoom } = camera;
    this.seenFrom ??= { x, y, zoom };
    camera.zoomTo(1, camera.toScreen(centre(object)));
  }

  /** Goes back to where one was before writing, unless one moved meanwhile. */
  private stepBack(): void {
    const { camera } = this.context();
    const before = this.seenFrom;
    this.seenFrom = null;
    if (before && camera.zoom === 1) camera.set(before);
  }

  private listen(area: HTMLTextAreaElement, signal: AbortSignal): void {
    const { board, stage, actions, selection } = this.context();
    stage.onDraw(() => this.place(), signal);
    on(
      area,
      "blur",
      () => {
        // Another window may have the focus: then the text area is still the document's active element.
        setTimeout(() => {
          if (document.activeElement !== area && this.area === area) this.finish(false);
        });
      },
      signal,
    );
    on(
      area,
      "keydown",
      (event) => {
        event.stopPropagation();
        if (event.isComposing) return;
        const command = event.ctrlKey || event.metaKey;
        if (event.key === "Escape") {
          event.preventDefault();
          this.finish(true);
        } else if (event.key === "Enter" && command) {
          event.preventDefault();
          const beside = selection.editing;
          this.finish(false);
          const made = beside === null ? null : actions.createNote({ beside });
          if (made) this.open(made, "end", true);
        } else if (command && event.key.toLowerCase() === "z") {
          event.preventDefault();
          if (event.shiftKey) board.redo();
          else board.undo();
        } else if (event.key === "Enter" && area.classList.contains("board-editor-zone")) {
          event.preventDefault();
          this.finish(true);
        }
      },
      signal,
    );
    on(
      area,
      "beforeinput",
      (event) => {
        if (event.inputType === "historyUndo" || event.inputType === "historyRedo") event.preventDefault();
      },
      signal,
    );
    for (const type of ["pointerdown", "dblclick", "paste", "copy"] as const)
      on(area, type, (event) => event.stopPropagation(), signal);
  }

  /** Keeps the text area over its object. */
  private place(): void {
    const { board, selection, connectors } = this.context();
    const area = this.area;
    const object = selection.editing === null ? undefined : board.get(selection.editing);
    if (!area || !object) return;
    if (object.type === "connector") {
      this.placeAt(area, connectors.middleOf(object.id) ?? this.context().camera.middle);
    } else {
      area.style.transform = `translate(${object.x}px, ${object.y}px)`;
      area.style.inlineSize = `${object.w}px`;
      if (object.type === "note") {
        area.dataset.colour = object.colour;
        area.style.blockSize = `${object.h}px`;
      } else if (object.type === "text") {
        area.dataset.size = object.size;
        area.style.blockSize = "0";
        area.style.blockSize = `${area.scrollHeight}px`;
      } else if (object.type !== "zone") {
        area.style.transform = `translate(${object.x}px, ${object.y + object.h}px)`;
        area.style.blockSize = "0";
        area.style.blockSize = `${area.scrollHeight}px`;
      }
    }
  }

  private placeAt(area: HTMLTextAreaElement, point: Point): void {
    area.style.transform = `translate(${point.x - 80}px, ${point.y - 18}px)`;
  }

  /** A note becomes as high as its words need. */
  private fit(): void {
    const { board, selection } = this.context();
    const id = selection.editing;
    const object = id === null ? undefined : board.get(id);
    const area = this.area;
    if (!area || object?.type !== "note") return;
    const style = getComputedStyle(area);
    const inside =
      area.scrollHeight - Number.parseFloat(style.paddingBlockStart) - Number.parseFloat(style.paddingBlockEnd);
    if (area.scrollHeight <= object.h + 1) return;
    const h = noteHeightFor(inside, object.h, OBJECT_SPECS.note.h.maximum);
    if (h !== object.h) board.update(object.id, { h });
  }
}

const LABELS = {
  note: () => t("Texte de la note"),
  text: () => t("Texte"),
  image: () => t("Ce que montre l’image, pour qui ne la voit pas"),
  stroke: () => t("Ce que montre le dessin, pour qui ne le voit pas"),
  link: () => t("Pourquoi ce renvoi, en quelques mots"),
  zone: () => t("Titre du cadre"),
  connector: () => t("Mots du lien"),
} as const;
