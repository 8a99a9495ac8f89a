/** Notes that become ideas for a solution, loaded apart: made in one go, said on the notes, and the way back. */

import { all, el, find, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { Exchange, Refused } from "../comments/exchange";
import { goTo } from "../comments/places";
import type { BoardContext } from "../context";
import { isWritten } from "../model/objects";

interface Idea {
  object: string;
  title: string;
  url: string;
}

/** A page of ours led to a note. */
const ADDRESS = /^#note-([\w-]{1,32})$/;

export class Ideas {
  private readonly exchange: Exchange;
  private readonly url: string;
  private byObject = new Map<string, Idea>();

  constructor(private readonly context: BoardContext) {
    const { config, names, signal, page } = context;
    this.exchange = new Exchange(config.csrf);
    this.url = `/boards/${config.board}/ideas`;
    const id = ADDRESS.exec(location.hash)?.[1];
    if (id && !goTo(id, context)) context.toasts.show(t("Cette note n’est plus sur le tableau."));
    if (!config.ideas) return;
    names.also.add((object) => (this.byObject.has(object) ? t("devenue une idée de solution") : ""));
    const tree = find("#plan-tree", page.plan);
    if (tree) {
      const rows = new MutationObserver(() => this.markPlan(tree));
      rows.observe(tree, { childList: true });
      signal.addEventListener("abort", () => rows.disconnect());
      on(
        tree,
        "click",
        (event) => {
          const row = (event.target as Element).closest(".plan-idea")?.closest<HTMLElement>("[data-key]");
          const idea = this.byObject.get(row?.dataset.key?.slice(2) ?? "");
          if (idea) location.assign(idea.url);
        },
        signal,
      );
    }
    void this.load();
  }

  /** An idea from what is selected: notes, or all of a group. */
  open(): void {
    const { selection } = this.context;
    this.make(selection.ids.size > 0 ? [...selection.ids] : selection.focus === null ? [] : [selection.focus]);
  }

  /** An idea from these objects; says where it is, or why it could not be made. */
  make(ids: readonly string[]): void {
    const { board, toasts, announcer } = this.context;
    const notes = [...board.grouped([...ids])].filter((id) => isWritten(board.get(id)));
    const known = notes.length === 1 ? this.byObject.get(notes[0] ?? "") : undefined;
    if (known) {
      toasts.show(t("Cette note est déjà devenue une idée : « %(title)s »", { title: known.title }), {
        label: t("Voir l’idée"),
        run: () => location.assign(known.url),
      });
      return;
    }
    void this.send(notes).then(
      async () => {
        await this.load();
        const made = [...this.byObject.values()].filter(({ object }) => notes.includes(object)).at(-1);
        const words = t("Une idée de solution est née. Ses auteur·rices en sont prévenu·es.");
        announcer.say(words);
        toasts.show(words, made && { label: t("Voir l’idée"), run: () => location.assign(made.url) });
      },
      (error: unknown) => {
        const why = error instanceof Refused ? error.message : "";
        const words = why || t("Le serveur ne répond pas : réessayez quand le réseau revient.");
        announcer.say(words);
        toasts.show(words);
      },
    );
  }

  private send(notes: readonly string[]): Promise<unknown> {
    const fields: [string, string][] = notes.map((id) => ["object", id]);
    return this.exchange.post(this.url, [...fields, ["_once", crypto.randomUUID()]]);
  }

  private async load(): Promise<void> {
    const { stage, people, page } = this.context;
    try {
      const { ideas } = (await this.exchange.get(this.url)) as { ideas: Idea[] };
      this.byObject = new Map(ideas.map((idea) => [idea.object, idea]));
    } catch {
      return; // Said when the board is opened again.
    }
    stage.redraw([...this.byObject.keys()].filter((id) => stage.elementOf(id)));
    people.events.emit("known", undefined); // The plan names objects too.
    const tree = find("#plan-tree", page.plan);
    if (tree) this.markPlan(tree);
  }

  private markPlan(tree: HTMLElement): void {
    for (const row of all<HTMLElement>("[data-key]", tree)) {
      const idea = this.byObject.get(row.dataset.key?.slice(2) ?? "");
      const mark = find(".plan-idea", row);
      if (!idea) mark?.remove();
      else if (!mark) row.append(el("span", { class: "plan-idea", "aria-hidden": "true" }, t("devenue une idée")));
    }
  }
}
