/** Sentences that name objects: what screen readers say, and what toasts and the journal quote. */

import type { Colour } from "../generated/board-specs";
import { N_, t, tn } from "../lib/i18n";
import type { BoardDocument } from "./model/document";
import { type BoardObject, type WrittenObject, wordsOf, type ZoneObject } from "./model/objects";
import type { News } from "./news";
import type { People } from "./people";

export const COLOUR_NAMES: Readonly<Record<Colour, string>> = {
  jonc: N_("jonc, uni"),
  abricot: N_("abricot, hachures"),
  rose: N_("rose, points"),
  lilas: N_("lilas, croisillons"),
  ciel: N_("ciel, lignes"),
  menthe: N_("menthe, barres"),
  anis: N_("anis, chevrons"),
  sable: N_("sable, tirets"),
};

const SHORT = 48;

/** The words of an object, cut to fit a sentence; "sans texte" for none. */
export function excerpt(object: BoardObject | undefined): string {
  const words = object ? wordsOf(object) : "";
  if (!words) return t("sans texte");
  const letters = Array.from(words);
  return letters.length > SHORT ? `${letters.slice(0, SHORT - 1).join("")}…` : words;
}

export class Names {
  constructor(
    private readonly board: BoardDocument,
    private readonly people: People,
    private readonly news: News,
  ) {}

  /** What follows the words of a note or a text when it is read out: author, colour, links, who writes. */
  ofWritten(object: WrittenObject, writer = ""): string {
    const author = this.people.nameOf(object.author);
    const parts = [
      object.type === "note"
        ? author
          ? t("note, par %(author)s", { author })
          : t("note du modèle")
        : author
          ? t("texte, par %(author)s", { author })
          : t("texte du modèle"),
    ];
    if (object.type === "note") parts.push(t(COLOUR_NAMES[object.colour]));
    const links = this.board.connectorsOf(object.id).length;
    if (links > 0) parts.push(tn("%(num)s lien", "%(num)s liens", links));
    const news = this.news.labelOf(object.id);
    if (news) parts.push(news);
    if (writer) parts.push(t("%(name)s écrit", { name: writer }));
    return `${wordsOf(object) ? "" : `${t("Sans texte")}, `}${parts.join(", ")}`;
  }

  /** The accessible name of a zone. */
  ofZone(zone: ZoneObject, notes: number): string {
    const title = wordsOf(zone) || t("Cadre sans titre");
    const label = zone.number > 0 ? t("Cadre %(number)s, %(title)s", { number: zone.number, title }) : title;
    return `${label}, ${tn("%(num)s note", "%(num)s notes", notes)}`;
  }

  zoneTitle(id: string): string {
    const zone = this.board.get(id);
    return zone?.type === "zone" ? wordsOf(zone) || t("Cadre sans titre") : t("Hors cadre");
  }
}
