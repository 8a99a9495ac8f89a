/** One thread in the panel. Only what changed is drawn again: what somebody writes or has the focus on stays. */

import { confirm } from "../../lib/confirm";
import { el, find, on } from "../../lib/dom";
import { locale, t } from "../../lib/i18n";
import { initialsOf } from "../people";
import type { CommentsDesk } from "./comments";
import { Composer } from "./composer";
import { textNodes, withNames } from "./mentions";
import { placeOf, rectOf, titleOf } from "./places";
import type { Said, Thread } from "./store";

export class ThreadView {
  readonly element: HTMLElement;
  private readonly about = el("button", { type: "button", class: "comment-about" });
  private readonly list = el("ol", { class: "comment-list" });
  private readonly settled = el("p", { class: "small soft", hidden: true });
  private readonly settle = el("button", { type: "button", class: "button button-small" });
  private readonly foot = el("div", { class: "comment-foot" });
  private readonly items = new Map<string, { node: HTMLElement; state: string }>();
  private reply: Composer | null = null;
  private editing: number | null = null;

  constructor(
    private thread: Thread,
    private readonly desk: CommentsDesk,
  ) {
    const { signal } = desk.context;
    const heading = el("h3", { id: `thread-${thread.id}` }, this.about);
    this.element = el(
      "article",
      { class: "comment-thread", "aria-labelledby": heading.id, "data-thread": thread.id },
      heading,
      this.settled,
      this.list,
      this.foot,
    );
    on(this.about, "click", () => desk.show(this.thread), signal);
    on(
      this.settle,
      "click",
      () => {
        const { resolved } = this.thread;
        void desk.act(`${this.thread.id}/${resolved ? "reopen" : "resolve"}`).then((done) => {
          if (!done) return;
          desk.context.announcer.say(resolved ? t("Échange rouvert") : t("Échange résolu"));
          desk.afterSettling(this.thread.id);
        });
      },
      signal,
    );
    this.update(thread);
  }

  get replyPlace(): string {
    return `r-${this.thread.id}`;
  }

  update(thread: Thread): void {
    this.thread = thread;
    const { context, mayWrite } = this.desk;
    const title = titleOf(thread, context);
    if (this.about.textContent !== title) this.about.textContent = title;
    const isThere = rectOf(placeOf(thread), context) !== null;
    this.about.setAttribute("aria-disabled", String(!isThere));
    this.about.title = isThere ? t("Voir sur le tableau") : "";
    this.settled.hidden = !thread.resolved;
    if (thread.resolved)
      this.settled.textContent = t("Résolu par %(name)s, %(when)s", {
        name: this.desk.nameOf(thread.resolved.by),
        when: moment(thread.resolved.at),
      });
    this.drawComments();
    this.settle.textContent = thread.resolved ? t("Rouvrir") : t("Résoudre");
    if (!mayWrite) return;
    if (thread.resolved) {
      this.foot.replaceChildren(this.settle);
      this.reply = null;
    } else if (!this.reply) this.offerReply();
  }

  /** Puts the focus where one answers, or on the thread. */
  focus(): void {
    const target = find("textarea", this.element) ?? find<HTMLElement>("[data-reply]", this.element) ?? this.about;
    this.element.scrollIntoView({ block: "nearest" });
    target.focus();
  }

  /** Words that came back, with why. */
  restore(why: string): void {
    this.openReply().restore(this.desk.drafts.draft(this.replyPlace), why);
  }

  private offerReply(): void {
    const open = el("button", { type: "button", class: "button button-small", "data-reply": true }, t("Répondre"));
    on(open, "click", () => this.openReply().focus(), this.desk.context.signal);
    this.foot.replaceChildren(open, this.settle);
    if (this.desk.drafts.draft(this.replyPlace).text) this.openReply();
  }

  private openReply(): Composer {
    const { desk, replyPlace } = this;
    this.reply ??= new Composer(desk.context, desk.directory, {
      label: t("Votre réponse"),
      send: t("Répondre"),
      draft: desk.drafts.draft(replyPlace),
      keep: (draft) => desk.drafts.keep(replyPlace, draft),
      submit: (text, draft) => {
        this.closeReply();
        desk.send(`${this.thread.id}/replies`, { text }, replyPlace, draft);
      },
      cancel: () => {
        desk.drafts.keep(replyPlace, { text: "", named: {} });
        this.closeReply();
      },
    });
    if (!this.reply.element.isConnected) this.foot.replaceChildren(this.reply.element);
    return this.reply;
  }

  private closeReply(): void {
    this.reply = null;
    this.offerReply();
    find<HTMLElement>("[data-reply]", this.foot)?.focus();
  }

  private drawComments(): void {
    const { desk, thread } = this;
    const waiting = desk.drafts.waiting().filter(({ place }) => place === this.replyPlace);
    const wanted = new Map<string, { state: string; make: () => HTMLElement }>();
    for (const one of thread.comments)
      wanted.set(`c-${one.id}`, {
        state: JSON.stringify([one, desk.nameOf(one.author), thread.resolved !== null]),
        make: () => this.comment(one),
      });
    for (const one of waiting)
      wanted.set(`w-${one.once}`, {
        state: "",
        make: () =>
          el(
            "li",
            { class: "comment is-waiting" },
            el("p", { class: "small soft" }, t("En attente du réseau")),
            el("p", { class: "comment-text" }, one.draft.text),
          ),
      });
    for (const [key, { node }] of this.items) {
      if (wanted.has(key)) continue;
      node.remove();
      this.items.delete(key);
    }
    let before: Element | null = null;
    for (const [key, { state, make }] of wanted) {
      const known = this.items.get(key);
      let node = known?.node;
      if (!known || (known.state !== state && key !== `c-${this.editing}`)) {
        const made = make();
        known?.node.replaceWith(made);
        this.items.set(key, { node: made, state });
        node = made;
      }
      const place: Element | null = before === null ? this.list.firstElementChild : before.nextElementSibling;
      if (node && place !== node) this.list.insertBefore(node, place);
      before = node ?? before;
    }
  }

  private comment(said: Said): HTMLElement {
    const { desk } = this;
    const name = desk.nameOf(said.author);
    const head = el(
      "p",
      { class: "comment-head" },
      el(
        "span",
        { class: "avatar avatar-s", "data-colour": desk.colourOf(said.author), "aria-hidden": "true" },
        initialsOf(name),
      ),
      el("b", {}, name),
      el("time", { datetime: said.at, class: "small soft" }, moment(said.at)),
      ...(said.edited && !said.deleted ? [el("span", { class: "small soft" }, t("modifié"))] : []),
    );
    if (said.deleted)
      return el("li", { class: "comment" }, head, el("p", { class: "comment-text soft" }, t("Commentaire supprimé")));
    const node = el(
      "li",
      { class: "comment" },
      head,
      el("p", { class: "comment-text" }, ...textNodes(said.text, (key) => desk.nameOf(key))),
    );
    if (desk.isMine(said.author) && desk.mayWrite) {
      const edit = el("button", { type: "button", class: "comment-deed" }, t("Modifier"));
      const remove = el("button", { type: "button", class: "comment-deed" }, t("Supprimer"));
      on(edit, "click", () => this.edit(said, node), desk.context.signal);
      on(remove, "click", () => void this.remove(said), desk.context.signal);
      node.append(el("p", { class: "comment-deeds" }, edit, remove));
    }
    return node;
  }

  private edit(said: Said, node: HTMLElement): void {
    const { desk } = this;
    const place = `e-${said.id}`;
    const kept = desk.drafts.draft(place);
    this.editing = said.id;
    const end = (): void => {
      desk.drafts.keep(place, { text: "", named: {} });
      this.editing = null;
      this.redraw(said.id);
    };
    const composer: Composer = new Composer(desk.context, desk.directory, {
      label: t("Modifier ce commentaire"),
      send: t("Enregistrer"),
      draft: kept.text ? kept : withNames(said.text, (key) => desk.nameOf(key)),
      keep: (draft) => desk.drafts.keep(place, draft),
      submit: (text, draft) => {
        desk.drafts.keep(place, draft);
        void desk.act(`${this.thread.id}/${said.id}/edit`, { text }).then((done) => {
          if (done) end();
          else composer.restore(draft, desk.lastRefusal);
        });
      },
      cancel: end,
    });
    find(".comment-text", node)?.replaceWith(composer.element);
    find(".comment-deeds", node)?.remove();
    composer.focus();
  }

  private async remove(said: Said): Promise<void> {
    const sure = await confirm(
      t("Supprimer ce commentaire ?"),
      t("Supprimer"),
      t("Ses mots disparaissent pour tout le monde."),
    );
    if (!sure || !(await this.desk.act(`${this.thread.id}/${said.id}/delete`))) return;
    this.desk.context.announcer.say(t("Commentaire supprimé"));
    this.desk.focusNear(this.thread.id);
  }

  /** Draws a comment anew, and gives the focus back to it. */
  private redraw(id: number): void {
    const known = this.items.get(`c-${id}`);
    if (known) known.state = "";
    this.drawComments();
    find<HTMLElement>("button", this.items.get(`c-${id}`)?.node)?.focus();
  }
}

/** When something was said: the time today, else the day as well. */
export function moment(iso: string): string {
  const when = new Date(iso);
  const isToday = when.toDateString() === new Date().toDateString();
  const format = new Intl.DateTimeFormat(
    locale(),
    isToday ? { timeStyle: "short" } : { dateStyle: "medium", timeStyle: "short" },
  );
  return format.format(when);
}
