/** The panel of comments: beside the board, over the plan; a sheet on a phone. */

import { el, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { CommentsDesk } from "./comments";
import { Composer } from "./composer";
import { type Place, placeName, placeOf, questionOf } from "./places";
import type { Thread } from "./store";
import { ThreadView } from "./thread-view";

type Shown = "open" | "resolved";

export class Panel {
  readonly element: HTMLElement;
  private readonly heading = el("h2", { id: "comments-title", tabindex: -1 }, t("Commentaires"));
  private readonly list = el("div", { class: "comment-threads" });
  private readonly empty = el("p", { class: "comment-empty soft" });
  private readonly scope = el("p", { class: "comment-scope", hidden: true });
  private readonly muting = el("button", { type: "button", class: "comment-deed" });
  private readonly filters: Record<Shown, HTMLButtonElement>;
  private readonly views = new Map<number, ThreadView>();
  private readonly composer: Composer | null;
  private shown: Shown = "open";
  /** What new words are about. */
  private place: Place = null;
  /** The object whose threads are shown, alone. */
  private only: string | null = null;
  private opener: HTMLElement | null = null;

  constructor(private readonly desk: CommentsDesk) {
    const { context, mayWrite } = desk;
    const { signal, page } = context;
    const filter = (what: Shown, words: string): HTMLButtonElement => {
      const button = el("button", { type: "button" }, words);
      on(
        button,
        "click",
        () => {
          this.shown = what;
          this.draw();
        },
        signal,
      );
      return button;
    };
    this.filters = { open: filter("open", t("Ouverts")), resolved: filter("resolved", t("Résolus")) };
    const close = el(
      "button",
      { type: "button", class: "icon-button", "aria-label": t("Fermer les commentaires"), title: t("Fermer") },
      "×",
    );
    this.composer = mayWrite
      ? new Composer(context, desk.directory, {
          label: questionOf(null, context),
          send: t("Publier"),
          draft: desk.drafts.draft(placeName(null)),
          keep: (draft) => desk.drafts.keep(placeName(this.place), draft),
          submit: (text, draft) => this.submit(text, draft),
        })
      : null;
    this.element = el(
      "aside",
      { class: "board-comments", id: "comments", "aria-labelledby": "comments-title", hidden: true },
      el("div", { class: "comment-top" }, this.heading, close),
      el(
        "div",
        { class: "segmented", role: "group", "aria-label": t("Quels échanges montrer") },
        this.filters.open,
        this.filters.resolved,
      ),
      this.scope,
      el("div", { class: "comment-body" }, this.empty, this.list, el("p", {}, this.muting)),
      ...(this.composer ? [this.composer.element] : []),
    );
    this.muting.hidden = !context.config.me.key.startsWith("u");
    page.root.append(this.element);
    on(close, "click", () => this.close(), signal);
    on(this.muting, "click", () => void this.mute(), signal);
    on(
      this.element,
      "keydown",
      (event) => {
        if (event.key === "Escape") this.close();
        // Other keys pressed here are not for the board; those that go round the regions are.
        else if (event.key === "F6") return;
        event.stopPropagation();
      },
      signal,
    );
    desk.store.events.on("change", () => this.draw(), signal);
    context.people.events.on("known", () => this.draw(), signal);
    context.board.changes.on("objects", () => this.drawSoon(), signal);
  }

  get isOpen(): boolean {
    return !this.element.hidden;
  }

  /** Opens on a place: its threads if it is an object that has some, and the words to be written about it. */
  open(place: Place, opener: HTMLElement | null, focus: boolean): void {
    if (!this.isOpen) this.opener = opener;
    this.element.hidden = false;
    this.only = typeof place === "string" ? place : null;
    if (this.only !== null && !this.threads().some(({ resolved }) => !resolved)) this.shown = "open";
    if (this.only === null && this.shown === "resolved") this.shown = "open";
    this.about(place);
    this.draw();
    if (!focus) return;
    if (this.composer) this.composer.focus();
    else this.heading.focus();
  }

  /** Opens on one thread. */
  reveal(thread: Thread, opener: HTMLElement | null): void {
    if (!this.isOpen) this.opener = opener;
    this.element.hidden = false;
    this.only = null;
    this.shown = thread.resolved ? "resolved" : "open";
    this.about(placeOf(thread));
    this.draw();
    this.views.get(thread.id)?.focus();
  }

  close(): void {
    this.element.hidden = true;
    const { opener } = this;
    this.opener = null;
    if (opener?.isConnected && opener.offsetParent !== null && opener !== document.body) opener.focus();
    else this.desk.context.stage.takeFocus();
  }

  /** Words that came back from the server, with why. */
  restore(place: string, why: string): void {
    const view = [...this.views.values()].find(({ replyPlace }) => replyPlace === place);
    if (view) view.restore(why);
    else if (placeName(this.place) === place) this.composer?.restore(this.desk.drafts.draft(place), why);
    else this.desk.context.toasts.show(why);
  }

  /** The focus goes to this thread, or to what stands where it was. */
  focusNear(id: number): void {
    const view = this.views.get(id) ?? [...this.views.values()][0];
    if (view) view.focus();
    else this.heading.focus();
  }

  private about(place: Place): void {
    this.place = place;
    if (!this.composer) return;
    this.composer.label = questionOf(place, this.desk.context);
    this.composer.restore(this.desk.drafts.draft(placeName(place)));
  }

  private submit(text: string, draft: { text: string; named: Record<string, string> }): void {
    const { place } = this;
    const fields: Record<string, string> = { text };
    if (typeof place === "string") fields.object = place;
    else if (place) Object.assign(fields, { x: String(place.x), y: String(place.y) });
    this.shown = "open";
    this.desk.send("", fields, placeName(place), draft);
    this.desk.context.announcer.say(t("Commentaire publié"));
  }

  private async mute(): Promise<void> {
    const { store } = this.desk;
    const muted = !store.muted;
    if (!(await this.desk.act("mute", { muted: muted ? "1" : "0" }))) return;
    this.desk.context.announcer.say(
      muted ? t("Vous ne serez plus prévenu·e") : t("Vous serez prévenu·e des commentaires"),
    );
  }

  private threads(): Thread[] {
    const { only } = this;
    return this.desk.store.all.filter(({ object }) => only === null || object === only);
  }

  private timer: ReturnType<typeof setTimeout> | undefined;

  private drawSoon(): void {
    if (!this.isOpen) return;
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      this.draw();
    }, 200);
  }

  private draw(): void {
    if (!this.isOpen) return;
    const { store } = this.desk;
    const all = this.threads();
    const count = all.filter(({ resolved }) => !resolved).length;
    const label = (what: Shown, words: string, number: number): void => {
      const button = this.filters[what];
      button.textContent = `${words} (${number})`;
      button.setAttribute("aria-pressed", String(this.shown === what));
    };
    label("open", t("Ouverts"), count);
    label("resolved", t("Résolus"), all.length - count);
    this.drawScope();
    const wanted = all.filter(({ resolved }) => (this.shown === "resolved") === (resolved !== null));
    const ids = new Set(wanted.map(({ id }) => id));
    for (const [id, view] of this.views) {
      if (ids.has(id)) continue;
      view.element.remove();
      this.views.delete(id);
    }
    let before: Element | null = null;
    for (const thread of wanted) {
      let view = this.views.get(thread.id);
      if (view) view.update(thread);
      else {
        view = new ThreadView(thread, this.desk);
        this.views.set(thread.id, view);
      }
      const place: Element | null = before === null ? this.list.firstElementChild : before.nextElementSibling;
      if (place !== view.element) this.list.insertBefore(view.element, place);
      before = view.element;
    }
    const waiting = this.desk.drafts.waiting().filter(({ place }) => !place.startsWith("r-"));
    this.empty.textContent =
      waiting.length > 0
        ? tn(
            "%(num)s commentaire attend le réseau : il partira tout seul.",
            "%(num)s commentaires attendent le réseau : ils partiront tout seuls.",
            waiting.length,
          )
        : wanted.length > 0
          ? ""
          : this.shown === "resolved"
            ? t("Aucun échange résolu.")
            : store.isLoaded
              ? t("Aucun commentaire ici pour le moment.")
              : t("Les commentaires se chargent…");
    this.muting.textContent = store.muted
      ? t("Être à nouveau prévenu·e des commentaires de ce tableau")
      : t("Ne plus être prévenu·e des commentaires de ce tableau");
  }

  private drawScope(): void {
    this.scope.hidden = this.only === null;
    if (this.only === null || this.scope.dataset.of === this.only) return;
    this.scope.dataset.of = this.only;
    const every = el("button", { type: "button", class: "comment-deed" }, t("Tous les échanges"));
    on(
      every,
      "click",
      () => {
        this.only = null;
        delete this.scope.dataset.of;
        this.draw();
        this.heading.focus();
      },
      this.desk.context.signal,
    );
    this.scope.replaceChildren(t("Sur cet élément seulement."), " ", every);
  }
}
