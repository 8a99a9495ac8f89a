/** The results of closed votes: bars in a real table, equal places told as such, and the same as text. */

import { el, on } from "../../lib/dom";
import { t, tn } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { button, hourOf } from "./pieces";
import type { Result, Total } from "./state";

/** Each total with its place: equal totals share one. */
export function ranked(totals: readonly Total[]): { place: number; total: Total }[] {
  return totals.map((total) => ({ place: 1 + totals.filter(({ points }) => points > total.points).length, total }));
}

/** What came first, or that several did, or that nobody voted. */
export function verdict({ totals }: Result): string {
  const most = Math.max(0, ...totals.map(({ points }) => points));
  if (most === 0) return t("Aucune voix n’a été donnée.");
  const first = totals.filter(({ points }) => points === most);
  const votes = tn("%(num)s voix", "%(num)s voix", most);
  if (first.length === 1)
    return t("En tête, avec %(votes)s : « %(note)s ».", { votes, note: words(first[0] as Total) });
  return t("%(num)s notes à égalité en tête, avec %(votes)s chacune : le vote ne les départage pas.", {
    num: first.length,
    votes,
  });
}

const words = ({ text }: Total): string => text.trim() || t("Sans texte");

function taking({ voters, points }: Result): string {
  const people = tn("%(num)s personne a voté", "%(num)s personnes ont voté", voters);
  return t("%(people)s, %(votes)s chacune au plus.", { people, votes: tn("%(num)s voix", "%(num)s voix", points) });
}

/** As lines of text, for a report or a message. */
export function asText(result: Result): string {
  const lines = ranked(result.totals).map(
    ({ place, total }) =>
      `${place}. ${words(total).replace(/\s+/g, " ")} — ${tn("%(num)s voix", "%(num)s voix", total.points)}`,
  );
  return [result.question || t("Vote"), `${verdict(result)} ${taking(result)}`, "", ...lines].join("\n");
}

export class Results {
  private readonly dialog: HTMLDialogElement;
  private readonly content = el("div", { class: "vote-results" });

  constructor(private readonly context: BoardContext) {
    const { signal } = context;
    const close = el("button", { class: "button", type: "button" }, t("Fermer"));
    this.dialog = el(
      "dialog",
      { class: "dialog round-dialog", "aria-labelledby": "results-title" },
      el("h2", { id: "results-title" }, t("Résultats des votes")),
      this.content,
      el("p", { class: "actions" }, close),
    );
    on(close, "click", () => this.dialog.close(), signal);
    on(this.dialog, "keydown", (event) => event.stopPropagation(), signal);
    on(
      this.dialog,
      "click",
      (event) => {
        if (event.target === this.dialog) this.dialog.close();
      },
      signal,
    );
  }

  show(results: readonly Result[]): void {
    const parts = results.map((result, index) => this.part(result, index === 0));
    this.content.replaceChildren(
      ...(parts.length > 0
        ? parts
        : [el("p", {}, t("Aucun vote n’est clos sur ce tableau. Ouvrez-en un par le menu, « Voter »."))]),
    );
    if (!this.dialog.isConnected) this.context.page.root.append(this.dialog);
    this.dialog.showModal();
  }

  private part(result: Result, isOpen: boolean): HTMLElement {
    const title = result.question || t("Vote");
    const when = t("Clos : %(hour)s", { hour: hourOf(result.closed_at) });
    const copy = button(t("Copier"), () => void this.copy(result), this.context.signal);
    copy.setAttribute("aria-label", t("Copier le résultat de « %(title)s » en texte", { title }));
    return el(
      "details",
      { open: isOpen },
      el("summary", {}, el("strong", {}, title), " ", el("small", {}, when)),
      el("p", {}, verdict(result)),
      el("p", { class: "hint" }, taking(result)),
      this.table(result, title),
      el("p", { class: "round-actions" }, copy),
    );
  }

  private table({ totals }: Result, title: string): HTMLTableElement {
    const most = Math.max(1, ...totals.map(({ points }) => points));
    const head = [t("Place"), t("Note"), t("Voix")].map((name) => el("th", { scope: "col" }, name));
    const rows = ranked(totals).map(({ place, total }) => {
      const isShared = totals.filter(({ points }) => points === total.points).length > 1;
      const bar = el("i", { class: "vote-bar", "aria-hidden": "true" });
      bar.style.inlineSize = `${(100 * total.points) / most}%`;
      return el(
        "tr",
        {},
        el("td", { class: "num" }, String(place), ...(isShared ? [el("small", {}, ` ${t("ex æquo")}`)] : [])),
        el("th", { scope: "row" }, words(total), bar),
        el("td", { class: "num" }, String(total.points)),
      );
    });
    return el(
      "table",
      {},
      el("caption", { class: "sr-only" }, title),
      el("thead", {}, el("tr", {}, ...head)),
      el("tbody", {}, ...rows),
    );
  }

  private async copy(result: Result): Promise<void> {
    const { announcer, toasts } = this.context;
    try {
      await navigator.clipboard.writeText(asText(result));
      announcer.say(t("Résultat copié"));
      toasts.show(t("Résultat copié"));
    } catch {
      toasts.show(t("Le navigateur n’a pas permis de copier."));
    }
  }
}
