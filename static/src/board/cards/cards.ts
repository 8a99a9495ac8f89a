/**
 * Cards that point to problems, boards and the like, loaded apart (see `later`): what they are called, asked of the server in
 * batches and told to each reader by their own rights; the dialog that chooses one; opening one.
 */

import { send } from "../../lib/http";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { newId } from "../model/document";
import { centre, type Point, withinWorld } from "../model/geometry";
import type { LinkObject } from "../model/objects";
import { slotNear } from "../model/placement";
import type { Card, Known } from "../objects/link";
import type { Dialogs } from "../view/dialogs";
import { Picker } from "./picker";

const MOST_AT_ONCE = 100;
const GATHER_MS = 30;
const SIZE = { w: 260, h: 112 };

export class Cards {
  private readonly known = new Map<string, Card | null>();
  private readonly wanted = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | undefined;
  private readonly picker: Picker;

  constructor(
    private readonly context: BoardContext,
    private readonly dialogs: Dialogs,
  ) {
    const { session, board, signal } = context;
    for (const object of board.values()) if (object.type === "link") this.of(object);
    this.picker = new Picker(context.page.root, (query) => this.ask(query), signal);
    // Rights and titles may have changed while one was away.
    session.events.on(
      "returned",
      () => {
        for (const name of this.known.keys()) this.wanted.add(name);
        this.gather();
      },
      signal,
    );
    signal.addEventListener("abort", () => clearTimeout(this.timer), { once: true });
  }

  /** What this reader may know of it; asks for it the first time. */
  of({ kind, target }: LinkObject): Known {
    const name = `${kind}.${target}`;
    const card = this.known.get(name);
    if (card === undefined && !this.wanted.has(name)) {
      this.wanted.add(name);
      this.gather();
    }
    return card;
  }

  /** Opens what it points to, in a window of its own: the board stays. */
  open(link: LinkObject): void {
    const { toasts, announcer } = this.context;
    const card = this.of(link);
    if (card) {
      window.open(card.url, "_blank", "noopener");
      return;
    }
    const text =
      card === null
        ? t("Vous n’avez pas accès à cet élément, ou il n’existe plus.")
        : t("Ce renvoi n’est pas encore lu : réessayez quand le réseau revient.");
    announcer.say(text);
    toasts.show(text);
  }

  /** Lets the person choose what a new card points to. */
  choose(at?: Point): void {
    if (this.context.actions.allowedToAdd("link")) this.picker.open((card) => this.create(card, at));
  }

  /** An address of ours was pasted: offers a card instead of the words. `asText` pastes them. */
  async offer(address: string, at: Point, asText: () => void): Promise<void> {
    const [card] = await this.ask({ address }).catch(() => []);
    if (!card) {
      asText();
      return;
    }
    const options = [
      { id: "card", label: t("Ajouter un renvoi vers « %(title)s »", { title: card.title }) },
      { id: "text", label: t("Coller l’adresse dans une note") },
    ];
    this.dialogs.choose(t("Coller une adresse du site"), options, (id) => {
      if (id === "card") this.create(card, at);
      else asText();
    });
  }

  private create(card: Card, at?: Point): void {
    const { board, actions, selection, camera, announcer, stage } = this.context;
    if (!actions.allowedToAdd("link")) return;
    this.known.set(`${card.kind}.${card.id}`, card);
    const middle = at ?? camera.middle;
    const corner = { x: Math.round(middle.x - SIZE.w / 2), y: Math.round(middle.y - SIZE.h / 2) };
    const place = at ? corner : slotNear(board, corner);
    const id = newId();
    board.closeUndoStep();
    board.create(id, {
      type: "link",
      ...withinWorld(place),
      ...SIZE,
      ...actions.signed(),
      zone: board.zoneAt(centre({ ...place, ...SIZE })),
      kind: card.kind,
      target: card.id,
    });
    board.closeUndoStep();
    selection.set([id], id);
    const made = board.placed(id);
    if (made) camera.reveal(made);
    announcer.say(t("Renvoi ajouté : %(title)s", { title: card.title }));
    stage.takeFocus();
  }

  private gather(): void {
    this.timer ??= setTimeout(() => {
      this.timer = undefined;
      void this.read();
    }, GATHER_MS);
  }

  private async read(): Promise<void> {
    const names = [...this.wanted].slice(0, MOST_AT_ONCE);
    if (names.length === 0) return;
    let found: Card[];
    try {
      found = await this.ask({ of: names.join(",") });
    } catch {
      for (const name of names) this.wanted.delete(name); // Asked again when they are drawn again.
      return;
    }
    for (const name of names) {
      this.wanted.delete(name);
      this.known.set(name, found.find(({ kind, id }) => `${kind}.${id}` === name) ?? null);
    }
    const { board } = this.context;
    const named = new Set(names);
    board.touch(
      [...board.values()]
        .filter((object) => object.type === "link" && named.has(`${object.kind}.${object.target}`))
        .map(({ id }) => id),
    );
    if (this.wanted.size > 0) this.gather();
  }

  /** Raises when there is no answer. */
  private async ask(query: Record<string, string>): Promise<Card[]> {
    const { config, signal } = this.context;
    const answer = await send(`/boards/${config.board}/cards?${new URLSearchParams(query)}`, { signal });
    if (!answer.ok) throw new Error(String(answer.status));
    return (answer.json as { cards: Card[] }).cards;
  }
}
