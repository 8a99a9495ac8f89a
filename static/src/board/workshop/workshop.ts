/**
 * The workshop of a board, loaded apart (see `later`): when the server says that one is on or changed, or on opening
 * 'Animer'. All it shows is the server's; what it asks for, the server decides.
 */

import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { firstName } from "../people";
import type { Rounds } from "../rounds/rounds";
import { Bounds } from "./bounds";
import { Gathering } from "./gathering";
import { Leading } from "./leading";
import { partakingIn } from "./partaking";
import { Refusal, Server, type State } from "./state";
import { Strip } from "./strip";

/** A moment after the hour, the server knows it too. */
const AFTER_HOUR_MS = 1_500;
const MOST_DELAY_MS = 2 ** 31 - 1;

export class WorkshopPart {
  private readonly server: Server;
  private readonly strip: Strip;
  private readonly leading: Leading;
  private readonly bounds: Bounds;
  private readonly gathering: Gathering;
  private state: State | null = null;
  /** The rounds and votes of the board, once an agenda has some. */
  private rounds: Rounds | null = null;
  private hour: ReturnType<typeof setTimeout> | undefined;
  /** How much was told to the server so far. */
  private deeds = 0;

  constructor(private readonly context: BoardContext) {
    const { config, session, later, peers, signal } = context;
    this.server = new Server(config.board);
    this.strip = new Strip(context, (path, body) => void this.say(path, body), {
      partake: (what) => this.rounds?.begin(what),
      gather: () => void this.gather(),
      follow: (key) => later.following.use((following) => following.follow(key)),
    });
    this.bounds = new Bounds(context);
    this.gathering = new Gathering(context);
    peers.events.on("people", () => this.drawStrip(), signal);
    signal.addEventListener("abort", () => clearTimeout(this.hour), { once: true });
    this.leading = new Leading(context, (path, body) => this.tell(path, body));
    let wasLive = session.status.connection === "live";
    session.events.on(
      "status",
      ({ connection }) => {
        if (connection === "live" && !wasLive) this.refresh();
        wasLive = connection === "live";
      },
      signal,
    );
  }

  /** The button 'Animer'. */
  open(): void {
    void this.look().then((state) => state && this.leading.open(state));
  }

  /** Asks the server anew. */
  refresh(): void {
    void this.look();
  }

  private async look(): Promise<State | null> {
    try {
      const { deeds } = this;
      const state = await this.server.read();
      // What was read before one's own deed, or beside it, may lack it: the deed's answer has it.
      if (deeds === this.deeds) this.take(state);
      return state;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.context.toasts.show(error.message);
      return null;
    }
  }

  private async tell(path: string, body: object): Promise<State> {
    this.deeds += 1;
    const { deeds } = this;
    try {
      const state = await this.server.tell(path, body);
      if (deeds === this.deeds) this.take(state);
      return state;
    } catch (error) {
      this.refresh(); // what was read meanwhile was left aside
      throw error;
    }
  }

  private async say(path: string, body: object): Promise<void> {
    try {
      await this.tell(path, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.context.toasts.show(error.message);
    }
  }

  private async gather(): Promise<void> {
    const { x, y, w, h } = this.context.camera.visible;
    const { announcer, toasts } = this.context;
    try {
      await this.tell("/gather", { place: [x, y, w, h].map(Math.round) });
      const said = t("Invitation envoyée : chacun choisit de vous rejoindre.");
      announcer.say(said);
      toasts.show(said);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      announcer.say(error.message);
      toasts.show(error.message);
    }
  }

  /** The first name of who facilitates, if they are here and somebody else. */
  private get leader(): string {
    const key = this.state?.workshop?.leader;
    const found =
      key && key !== this.context.config.me.key && this.context.peers.persons().find((one) => one.key === key);
    return found ? firstName(found.name) : "";
  }

  private drawStrip(): void {
    const { state } = this;
    if (!state?.workshop) return;
    const partaking = partakingIn(state.workshop, state.may.lead, this.rounds?.state ?? null);
    this.strip.draw(state, this.server.ahead, partaking, this.leader, this.bounds.words);
  }

  /** Rounds and votes are a bundle of their own: asked for when the agenda has some. */
  private needRounds(): void {
    const { later, signal } = this.context;
    if (this.rounds || !this.state?.workshop?.steps.some(({ kind }) => kind === "write" || kind === "vote")) return;
    later.rounds.load().then(
      (rounds) => {
        if (this.rounds) return;
        this.rounds = rounds;
        rounds.events.on("change", () => this.drawStrip(), signal);
        rounds.refresh();
      },
      () => null, // without a network: asked for again with the next state
    );
  }

  /** Asks again when the hour comes at which it opens or is over. */
  private planLook(): void {
    clearTimeout(this.hour);
    const { workshop } = this.state ?? {};
    const now = Date.now() + this.server.ahead;
    const next = [workshop?.opens_at, workshop?.closes_at]
      .map((hour) => (hour ? Date.parse(hour) - now : 0))
      .filter((delay) => delay > 0);
    if (next.length > 0)
      this.hour = setTimeout(() => this.refresh(), Math.min(Math.min(...next) + AFTER_HOUR_MS, MOST_DELAY_MS));
  }

  private take(state: State): void {
    const { page, stage, announcer } = this.context;
    const before = this.state?.workshop;
    const { workshop } = state;
    this.state = state;
    this.bounds.draw(state);
    this.needRounds();
    this.planLook();
    this.gathering.draw(workshop?.gathering ?? null, Date.now() + this.server.ahead);
    if (workshop) {
      this.drawStrip();
      if (!this.strip.root.isConnected) page.root.querySelector(".board-messages")?.prepend(this.strip.root);
    } else if (this.strip.root.isConnected) {
      const hadFocus = this.strip.root.contains(document.activeElement);
      this.strip.root.remove();
      if (hadFocus) stage.takeFocus();
    }
    // Who leads hears what their own deed did; the others are told.
    const tell = (words: string): void => (state.may.lead ? announcer.say(words) : announcer.tell(words, "essential"));
    if (workshop && (before?.id !== workshop.id || before.step !== workshop.step))
      tell(t("Étape : %(title)s", { title: workshop.steps[workshop.step]?.title ?? "" }));
    else if (before && !workshop) tell(t("L’atelier est terminé."));
    this.leading.draw(state);
  }
}
