/** Comments on the board, loaded apart (see `later`): the panel, the marks on objects and in the plan, what arrives live. */

import { on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { excerpt } from "../names";
import { type Draft, Drafts } from "./drafts";
import { Exchange, Refused } from "./exchange";
import { Markers } from "./markers";
import { Directory } from "./mentions";
import { Panel } from "./panel";
import { goTo, type Place, placeOf } from "./places";
import { markPlan } from "./plan-marks";
import { type Said, Store, type Thread } from "./store";

/** What the parts of the panel share. */
export type CommentsDesk = Comments;

const ADDRESS = /^#comments-(\d+)$/;

export class Comments {
  readonly mayWrite: boolean;
  readonly store: Store;
  readonly drafts: Drafts;
  readonly directory: Directory;
  /** What the server said when it refused last. */
  lastRefusal = "";
  private readonly exchange: Exchange;
  private discussed: ReadonlySet<string> = new Set();
  private readonly panel: Panel;

  constructor(readonly context: BoardContext) {
    const { config, names, signal } = context;
    this.mayWrite = config.comments === "write";
    this.exchange = new Exchange(config.csrf);
    this.store = new Store(context, this.exchange);
    this.directory = new Directory(this.exchange, this.store);
    this.drafts = new Drafts(context, this.exchange, this.store, ({ place }, why) => this.panel.restore(place, why));
    this.panel = new Panel(this);
    if (config.comments === "") return;
    new Markers(this);
    markPlan(this);
    names.also.add((id) => {
      const count = this.store.countOf(id);
      return count > 0 ? tn("%(num)s commentaire", "%(num)s commentaires", count) : "";
    });
    this.store.events.on("change", () => this.rename(), signal);
    this.store.events.on("heard", ({ thread, said }) => this.hear(thread, said), signal);
    on(window, "hashchange", () => this.follow(), signal);
    void this.store.load().then(() => this.follow());
    void this.drafts.send();
  }

  // Opening

  /** The panel, on what is selected. */
  open(opener: HTMLElement | null = null): void {
    const { selection, board } = this.context;
    const id = selection.only ?? (opener === null && selection.ids.size === 0 ? selection.focus : null);
    const from = opener && opener.offsetParent !== null ? opener : (document.activeElement as HTMLElement | null);
    this.about(id !== null && board.get(id) ? id : null, from);
  }

  /** The panel, on an object, a point or the board. */
  about(place: Place, opener = document.activeElement as HTMLElement | null): void {
    if (this.context.config.comments !== "") this.panel.open(place, opener, true);
  }

  openMark(place: Place, thread: number): void {
    const found = this.store.get(thread);
    if (typeof place === "string") {
      this.context.selection.set([place], place);
      this.about(place, null);
    } else if (found) this.panel.reveal(found, null);
  }

  /** Shows on the board what a thread is about. */
  show(thread: Thread): void {
    const isSheet = matchMedia("(max-width: 45em)").matches;
    if (isSheet) this.panel.close();
    if (!goTo(placeOf(thread), this.context)) this.context.announcer.say(t("Cet élément n’est plus sur le tableau."));
  }

  /** A notification, or a message, led to a thread. */
  private follow(): void {
    const id = Number(ADDRESS.exec(location.hash)?.[1]);
    if (id) this.reveal(id);
  }

  /** Opens the panel on a thread. */
  reveal(id: number): void {
    const thread = this.store.get(id);
    if (thread) this.panel.reveal(thread, null);
    else this.context.toasts.show(t("Cet échange n’existe plus."));
  }

  // Writing

  /** Sends new words, now or when the network is back. */
  send(path: string, fields: Record<string, string>, place: string, draft: Draft): void {
    const url = path ? `${this.store.url}/${path}` : this.store.url;
    void this.drafts.add({ once: crypto.randomUUID(), place, url, fields, draft });
  }

  /** Does something at once; false when it was refused or could not be, and the person was told. */
  async act(path: string, fields: Record<string, string> = {}): Promise<boolean> {
    try {
      this.store.take(await this.exchange.post(`${this.store.url}/${path}`, fields));
      return true;
    } catch (error) {
      this.lastRefusal =
        error instanceof Refused && error.message
          ? error.message
          : t("Le serveur ne répond pas : réessayez quand le réseau revient.");
      this.context.toasts.show(this.lastRefusal);
      this.context.announcer.say(this.lastRefusal);
      return false;
    }
  }

  afterSettling(id: number): void {
    this.panel.focusNear(id);
  }

  focusNear(id: number): void {
    this.panel.focusNear(id);
  }

  // People

  nameOf(key: string): string {
    return this.context.people.nameOf(key);
  }

  colourOf(key: string): string {
    return this.context.people.colourOf(key);
  }

  isMine(key: string): boolean {
    const { me } = this.context.config;
    return key === me.key || me.formerKeys.includes(key);
  }

  // What others say

  private hear(thread: Thread, said: readonly Said[]): void {
    const { announcer, toasts, board, config } = this.context;
    const what = thread.object ? excerpt(board.get(thread.object)) : t("le tableau");
    for (const { author, text } of said) {
      const name = this.nameOf(author);
      if (!text.includes(`@[${config.me.key}]`)) {
        announcer.tell(t("%(name)s a commenté : %(what)s", { name, what }));
        continue;
      }
      const words = t("%(name)s vous mentionne dans un commentaire", { name });
      announcer.tell(words, "essential");
      toasts.show(words, { label: t("Voir"), run: () => this.panel.reveal(thread, null) });
    }
  }

  /** The names of objects say how many comments they have. */
  private rename(): void {
    const { stage, people } = this.context;
    const now = new Set(this.store.all.map(({ object }) => object));
    stage.redraw([...this.discussed, ...now].filter((id) => stage.elementOf(id)));
    this.discussed = now;
    people.events.emit("known", undefined); // The plan names objects too.
  }
}
