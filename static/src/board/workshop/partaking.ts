/** What goes with the step that is on: its round or its vote, how it stands, and the way to it. */

import { t, tn } from "../../lib/i18n";
import { hourOf } from "../rounds/pieces";
import type { State as Rounds } from "../rounds/state";
import type { Workshop } from "./state";

export interface Partaking {
  /** How it stands, in words. */
  said: string;
  /** The way to it, and what `Rounds.begin` calls it. */
  deed: { name: string; what: string } | null;
}

const NOTHING: Partaking = { said: "", deed: null };

/** What to show of the current step; `zone` is the cohort's. */
export function partakingIn(workshop: Workshop, mayLead: boolean, rounds: Rounds | null): Partaking {
  const kind = workshop.steps[workshop.step]?.kind;
  if (!rounds || !workshop.has_begun || workshop.is_over) return NOTHING;
  if (kind === "write") return inRound(mayLead, rounds);
  return kind === "vote" ? inBallot(workshop, mayLead, rounds) : NOTHING;
}

function inRound(mayLead: boolean, { round, zone }: Rounds): Partaking {
  if (!round)
    return mayLead
      ? { said: "", deed: { name: t("Ouvrir un tour privé"), what: "round" } }
      : { said: t("Le tour d’écriture n’est pas encore ouvert."), deed: null };
  const waiting = round.waiting === null ? "" : tn("%(num)s note attend", "%(num)s notes attendent", round.waiting);
  if (!round.has_begun && round.opens_at)
    return { said: t("Ouvre : %(hour)s", { hour: hourOf(round.opens_at, zone) }), deed: null };
  if (!round.takes_notes) return { said: waiting || t("Le temps d’écriture est écoulé."), deed: null };
  return {
    said: waiting || t("Le tour privé est ouvert."),
    deed: round.may_write ? { name: t("Écrire ma note"), what: "round" } : null,
  };
}

function inBallot(workshop: Workshop, mayLead: boolean, { ballot, results, zone }: Rounds): Partaking {
  if (ballot) {
    if (!ballot.has_begun && ballot.opens_at)
      return { said: t("Ouvre : %(hour)s", { hour: hourOf(ballot.opens_at, zone) }), deed: null };
    const left = ballot.points - Object.values(ballot.mine).reduce((sum, points) => sum + points, 0);
    return {
      said: ballot.may_vote
        ? tn("Il vous reste %(num)s voix", "Il vous reste %(num)s voix", left)
        : t("Le vote est ouvert."),
      deed: ballot.may_vote ? { name: t("Voter"), what: "ballot" } : null,
    };
  }
  const [result] = results;
  if (result && result.closed_at > workshop.started_at)
    return {
      said: tn("Vote clos : %(num)s votant·e", "Vote clos : %(num)s votant·es", result.voters),
      deed: { name: t("Voir les résultats"), what: "results" },
    };
  return mayLead
    ? { said: "", deed: { name: t("Ouvrir un vote"), what: "ballot" } }
    : { said: t("Le vote n’est pas encore ouvert."), deed: null };
}
