/** Where a comment is written. What is typed is kept as it is typed, and is there again after any mishap. */

import { el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import type { Draft } from "./drafts";
import { type Directory, MentionPicker, toTokens } from "./mentions";

const MOST = 2_000;

export interface Writing {
  label: string;
  send: string;
  /** What was typed before. */
  draft: Draft;
  keep(draft: Draft): void;
  /** Takes the words over; `text` names people as the server does. */
  submit(text: string, draft: Draft): void;
  /** Offers to give up; without, the composer stays. */
  cancel?(): void;
}

let areas = 0;

export class Composer {
  readonly element: HTMLFormElement;
  readonly area: HTMLTextAreaElement;
  private readonly error = el("p", { class: "comment-error", role: "alert", hidden: true });
  private named: Record<string, string>;

  constructor(
    context: BoardContext,
    directory: Directory,
    private readonly writing: Writing,
  ) {
    areas += 1;
    const id = `comment-area-${areas}`;
    this.area = el("textarea", { id, rows: 2, maxlength: MOST, spellcheck: "true", autocapitalize: "sentences" });
    this.named = { ...writing.draft.named };
    this.area.value = writing.draft.text;
    const { signal } = context;
    const picker = new MentionPicker(
      this.area,
      directory,
      context,
      (name, key) => {
        this.named[name] = key;
      },
      signal,
    );
    const mention = el(
      "button",
      {
        type: "button",
        class: "icon-button",
        "aria-label": t("Mentionner quelqu’un"),
        title: t("Mentionner quelqu’un"),
      },
      "@",
    );
    const cancel = el("button", { type: "button", class: "button button-small" }, t("Renoncer"));
    this.element = el(
      "form",
      { class: "comment-form" },
      el("label", { for: id }, writing.label),
      el("div", { class: "comment-field" }, this.area, picker.list),
      this.error,
      el(
        "div",
        { class: "comment-actions" },
        mention,
        ...(writing.cancel ? [cancel] : []),
        el("button", { type: "submit", class: "button button-primary button-small" }, writing.send),
      ),
    );
    on(mention, "click", () => picker.begin(), signal);
    on(cancel, "click", () => writing.cancel?.(), signal);
    on(
      this.area,
      "input",
      () => {
        writing.keep(this.draft);
        this.grow();
      },
      signal,
    );
    on(
      this.area,
      "keydown",
      (event) => {
        if (event.isComposing) return;
        if (picker.key(event)) event.stopPropagation();
        else if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) this.submit();
        else if (event.key === "Escape" && writing.cancel) {
          event.stopPropagation();
          writing.cancel();
        } else return;
        event.preventDefault();
      },
      signal,
    );
    on(
      this.element,
      "submit",
      (event) => {
        event.preventDefault();
        this.submit();
      },
      signal,
    );
  }

  get draft(): Draft {
    return { text: this.area.value, named: this.named };
  }

  /** Says what the words are about, when that changes. */
  set label(text: string) {
    const label = find("label", this.element);
    if (label) label.textContent = text;
  }

  focus(): void {
    this.area.focus();
    this.area.setSelectionRange(this.area.value.length, this.area.value.length);
    this.grow();
  }

  /** Shows what was typed for another place, or what came back. */
  restore(draft: Draft, why = ""): void {
    this.named = { ...draft.named };
    this.area.value = draft.text;
    this.say(why);
    this.grow();
  }

  private say(why: string): void {
    this.error.textContent = why;
    this.error.hidden = why === "";
  }

  private grow(): void {
    this.area.style.blockSize = "auto";
    if (this.area.scrollHeight > 0) this.area.style.blockSize = `${Math.min(this.area.scrollHeight + 4, 240)}px`;
  }

  private submit(): void {
    const { draft } = this;
    if (draft.text.trim() === "") {
      this.say(t("Écrivez quelque chose d’abord."));
      this.area.focus();
      return;
    }
    this.restore({ text: "", named: {} });
    this.writing.keep(this.draft);
    this.writing.submit(toTokens(draft.text.trim(), draft.named), draft);
  }
}
