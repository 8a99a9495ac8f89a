/** What the server says of the round and the votes of a board, and how it is asked and told. */

import { send } from "../../lib/http";
import { t } from "../../lib/i18n";

export interface OwnNote {
  key: string;
  text: string;
  colour: string;
}

export interface Round {
  id: number;
  zone: string;
  prompt: string;
  opens_at: string | null;
  closes_at: string | null;
  has_begun: boolean;
  takes_notes: boolean;
  may_write: boolean;
  may_reveal: boolean;
  /** How many notes wait in all; told to who opened the round only. */
  waiting: number | null;
  mine: OwnNote[];
}

export interface Ballot {
  id: number;
  question: string;
  points: number;
  cap: number | null;
  with_partners: boolean;
  opens_at: string | null;
  closes_at: string | null;
  has_begun: boolean;
  may_vote: boolean;
  may_close: boolean;
  notes: string[];
  /** One's own points by note. */
  mine: Record<string, number>;
}

export interface Total {
  note: string;
  text: string;
  points: number;
}

export interface Result {
  id: number;
  question: string;
  points: number;
  voters: number;
  closed_at: string;
  totals: Total[];
}

export interface State {
  /** The cohort's time zone. */
  zone: string;
  round: Round | null;
  ballot: Ballot | null;
  results: Result[];
}

/** The server's refusal, in words for the person. */
export class Refusal extends Error {}

export class Server {
  constructor(private readonly board: number) {}

  read(): Promise<State> {
    return this.ask("rounds");
  }

  /** Each deed is answered by the state after it. Raises: Refusal. */
  tell(path: string, body: object): Promise<State> {
    return this.ask(path, { method: "POST", body });
  }

  private async ask(path: string, options: { method?: string; body?: object } = {}): Promise<State> {
    const answer = await send(`/boards/${this.board}/${path}`, options).catch(() => null);
    if (!answer) throw new Refusal(t("Le réseau manque : rien n’a été envoyé, rien n’est perdu."));
    if (answer.ok) return answer.json as State;
    const said = answer.json as { error?: string } | null;
    throw new Refusal(said?.error ?? t("Le serveur n’a pas répondu comme prévu. Réessayez."));
  }
}
