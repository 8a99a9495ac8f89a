/** 'Rassembler': the invitation to look where somebody looks. It moves nothing by itself, and never takes the focus. */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { setText } from "../objects/view";
import type { Invitation } from "./state";

/** How long an invitation stays, as on the server. */
const LASTS_MS = 120_000;

export class Gathering {
  private readonly root = el("section", { class: "board-round board-gathering", "aria-label": t("Invitation") });
  private readonly words = el("p");
  private invitation: Invitation | null = null;
  /** Invitations that were answered. */
  private readonly answered = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly context: BoardContext) {
    const { signal } = context;
    const join = el("button", { type: "button", class: "button button-primary button-small" }, t("Rejoindre"));
    const later = el("button", { type: "button", class: "button button-small" }, t("Plus tard"));
    join.setAttribute("aria-keyshortcuts", "J");
    this.root.append(this.words, el("p", { class: "round-actions" }, join, later));
    on(join, "click", () => this.accept(), signal);
    on(later, "click", () => this.close(), signal);
    on(
      document,
      "keydown" as never,
      (event: KeyboardEvent) => {
        const isPlain = !event.ctrlKey && !event.metaKey && !event.altKey && !event.shiftKey;
        const isWriting = (event.target as Element).closest("input, textarea, select, dialog, [contenteditable]");
        if (!this.invitation || !isPlain || isWriting || !context.lettersOn || event.key.toLowerCase() !== "j") return;
        event.preventDefault();
        event.stopPropagation();
        this.accept();
      },
      signal,
    );
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  /** What the server says; `now` is its clock. */
  draw(invitation: Invitation | null, now: number): void {
    const isNew = invitation && invitation.key !== this.context.config.me.key && !this.answered.has(invitation.at);
    if (!isNew) {
      if (this.invitation && invitation?.at !== this.invitation.at) this.close();
      return;
    }
    if (this.invitation?.at === invitation.at) return;
    this.invitation = invitation;
    const said = t("%(name)s invite tout le monde à regarder au même endroit.", { name: invitation.name });
    setText(this.words, said);
    document.querySelector(".board-panels")?.prepend(this.root);
    this.context.announcer.say(this.context.lettersOn ? `${said} ${t("J pour rejoindre.")}` : said);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.close(), Math.max(0, Date.parse(invitation.at) + LASTS_MS - now));
  }

  private accept(): void {
    const { invitation } = this;
    this.close();
    if (invitation) this.context.later.following.use((following) => following.follow(invitation.key, invitation.place));
  }

  private close(): void {
    const hadFocus = this.root.contains(document.activeElement);
    if (this.invitation) this.answered.add(this.invitation.at);
    this.invitation = null;
    clearTimeout(this.timer);
    this.root.remove();
    if (hadFocus) this.context.stage.takeFocus();
  }
}
