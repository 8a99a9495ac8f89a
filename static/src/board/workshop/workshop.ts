/**
 * The workshop of a board, loaded apart (see `later`): when the server says that one is on or changed, or on opening
 * 'Animer'. All it shows is the server's; what it asks for, the server decides.
 */

import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { Leading } from "./leading";
import { Refusal, Server, type State } from "./state";
import { Strip } from "./strip";

export class WorkshopPart {
  private readonly server: Server;
  private readonly strip: Strip;
  private readonly leading: Leading;
  private state: State | null = null;

  constructor(private readonly context: BoardContext) {
    const { config, session, signal } = context;
    this.server = new Server(config.board);
    this.strip = new Strip(context, (path, body) => void this.say(path, body));
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
      const state = await this.server.read();
      this.take(state);
      return state;
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.context.toasts.show(error.message);
      return null;
    }
  }

  private async tell(path: string, body: object): Promise<State> {
    const state = await this.server.tell(path, body);
    this.take(state);
    return state;
  }

  private async say(path: string, body: object): Promise<void> {
    try {
      await this.tell(path, body);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      this.context.toasts.show(error.message);
    }
  }

  private take(state: State): void {
    const { page, stage, announcer } = this.context;
    const before = this.state?.workshop;
    const { workshop } = state;
    this.state = state;
    page.root.toggleAttribute("data-novice", state.novices && !state.may.lead);
    if (workshop) {
      this.strip.draw(workshop, this.server.ahead, state.may.lead);
      if (!this.strip.root.isConnected) page.root.querySelector(".board-messages")?.before(this.strip.root);
    } else if (this.strip.root.isConnected) {
      const hadFocus = this.strip.root.contains(document.activeElement);
      this.strip.root.remove();
      if (hadFocus) stage.takeFocus();
    }
    if (workshop && (before?.id !== workshop.id || before.step !== workshop.step))
      announcer.say(t("Étape : %(title)s", { title: workshop.steps[workshop.step]?.title ?? "" }));
    else if (before && !workshop) announcer.say(t("L’atelier est terminé."));
    this.leading.draw(state);
  }
}
