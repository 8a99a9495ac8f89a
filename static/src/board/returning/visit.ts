/** 'Since my last visit' in words. Pure: what the server counted comes in. */

import { t, tn } from "../../lib/i18n";

/** What `POST /boards/<id>/visit` answers on arriving. */
export interface Since {
  /** ISO 8601. */
  since: string;
  notes: Record<string, "new" | "changed">;
  removed: number;
}

export interface Counts {
  added: number;
  changed: number;
  removed: number;
}

export function countsOf({ notes, removed }: Since): Counts {
  const kinds = Object.values(notes);
  const added = kinds.filter((kind) => kind === "new").length;
  return { added, changed: kinds.length - added, removed };
}

export const total = ({ added, changed, removed }: Counts): number => added + changed + removed;

const DAY_MS = 86_400_000;

/** 'Depuis mardi : 5 notes nouvelles, 2 modifiées, 1 enlevée.' */
export function sentence(since: Date, counts: Counts, now: Date, language: string): string {
  return t("Depuis %(when)s : %(what)s.", { when: whenWords(since, now, language), what: whatWords(counts) });
}

/** As people say it: an hour of today, yesterday, a day of this week, else a date. */
export function whenWords(since: Date, now: Date, language: string): string {
  const format = (options: Intl.DateTimeFormatOptions): string =>
    new Intl.DateTimeFormat(language, options).format(since);
  const midnight = (at: Date): number => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
  const days = Math.round((midnight(now) - midnight(since)) / DAY_MS);
  if (days <= 0) return format({ hour: "numeric", minute: "2-digit" });
  if (days === 1) return t("hier");
  if (days < 7) return format({ weekday: "long" });
  const isThisYear = since.getFullYear() === now.getFullYear();
  const date = format({ day: "numeric", month: "long", ...(isThisYear ? {} : { year: "numeric" }) });
  return t("le %(date)s", { date });
}

function whatWords({ added, changed, removed }: Counts): string {
  const parts: string[] = [];
  if (added > 0) parts.push(tn("%(num)s note nouvelle", "%(num)s notes nouvelles", added));
  if (changed > 0)
    parts.push(
      added > 0
        ? tn("%(num)s modifiée", "%(num)s modifiées", changed)
        : tn("%(num)s note modifiée", "%(num)s notes modifiées", changed),
    );
  if (removed > 0)
    parts.push(
      parts.length > 0
        ? tn("%(num)s enlevée", "%(num)s enlevées", removed)
        : tn("%(num)s note enlevée", "%(num)s notes enlevées", removed),
    );
  return parts.join(", ");
}
