/** What the server says in the page: the board, the person, their rights, the people whose names appear. */

import type { Colour } from "../generated/board-specs";

export interface Person {
  name: string;
  /** How their notes are signed. */
  short: string;
  colour: Colour;
}

export interface BoardConfig {
  board: number;
  document: number;
  title: string;
  /** `formerKeys`: what they signed with as a guest, before they had an account. */
  me: { key: string; formerKeys: string[]; name: string; colour: Colour };
  rights: { edit: boolean; ownOnly: boolean; frozen: boolean };
  /** "write", "read" or "": what this person may do with comments. */
  comments: string;
  /** The same of ideas for solutions. */
  ideas: string;
  /** Where a tutor writes feedback on this project; "" for everybody else. */
  feedbackUrl: string;
  people: Record<string, Person>;
  peopleUrl: string;
  homeUrl: string;
  signInUrl: string;
  socketPath: string;
  /** Whether a round or a vote is open here, or was. */
  rounds: boolean;
  workshop: boolean;
  /** Styles of what is loaded apart. */
  laterStyles: string;
  csrf: string;
}

/** Reads the page's JSON block. */
export function readConfig(): BoardConfig {
  const block = document.getElementById("board-config");
  const csrf = document.querySelector<HTMLMetaElement>('meta[name="csrf-token"]');
  return { ...(JSON.parse(block?.textContent ?? "{}") as BoardConfig), csrf: csrf?.content ?? "" };
}
