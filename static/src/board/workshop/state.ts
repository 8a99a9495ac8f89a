/** What the server says of a board's workshop, and how it is asked and told. */

import { send } from "../../lib/http";
import { t } from "../../lib/i18n";

export interface Step {
  kind: string;
  title: string;
  minutes: number;
}

export interface Workshop {
  id: number;
  facilitator: string;
  /** The author key of who facilitates. */
  leader: string;
  steps: Step[];
  step: number;
  started_at: string;
  timer: { ends_at: string | null; left_ms: number | null };
  opens_at: string | null;
  closes_at: string | null;
  has_begun: boolean;
  is_over: boolean;
  gathering: Invitation | null;
}

/** Somebody invites all to what they see: left, top, width, height. */
export interface Invitation {
  key: string;
  name: string;
  at: string;
  place: number[];
}

export interface State {
  now: string;
  /** The cohort's time zone. */
  zone: string;
  workshop: Workshop | null;
  novices: boolean;
  inbox: { zone: string } | null;
  frozen: boolean;
  may: { lead: boolean; freeze: boolean };
}

/** The server's refusal, in words for the person. */
export class Refusal extends Error {}

export class Server {
  /** How far the server's clock is ahead of this one, in milliseconds. */
  ahead = 0;

  constructor(private readonly board: number) {}

  read(): Promise<State> {
    return this.ask("");
  }

  /** Each deed is answered by the state after it. Raises: Refusal. */
  tell(path: string, body: object): Promise<State> {
    return this.ask(path, { method: "POST", body });
  }

  private async ask(path: string, options: { method?: string; body?: object } = {}): Promise<State> {
    const sent = Date.now();
    const answer = await send(`/boards/${this.board}/workshop${path}`, options).catch(() => null);
    if (!answer) throw new Refusal(t("Le réseau manque : rien n’a été envoyé, rien n’est perdu."));
    if (!answer.ok) {
      const said = answer.json as { error?: string } | null;
      throw new Refusal(said?.error ?? t("Le serveur n’a pas répondu comme prévu. Réessayez."));
    }
    const state = answer.json as State;
    this.ahead = Date.parse(state.now) - (sent + Date.now()) / 2;
    return state;
  }
}
