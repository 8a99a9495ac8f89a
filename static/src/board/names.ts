/** Sentences that name objects: what screen readers say, and what toasts and the journal quote. */

import type { Colour } from "../generated/board-specs";
import { N_, t, tn } from "../lib/i18n";
import type { BoardDocument } from "./model/document";
import { type BoardObject, type LinkObject, type WrittenObject, wordsOf, type ZoneObject } from "./model/objects";
import type { News } from "./news";
import { type Known, titleOf } from "./objects/link";
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

const BY_AUTHOR: Readonly<Record<WrittenObject["type"], string>> = {
  note: N_("note, par %(author)s"),
  text: N_("texte, par %(author)s"),
  image: N_("image, par %(author)s"),
  stroke: N_("dessin, par %(author)s"),
  link: N_("renvoi, par %(author)s"),
  unknown: N_("élément illisible, par %(author)s"),
};
const OF_TEMPLATE: Readonly<Record<WrittenObject["type"], string>> = {
  note: N_("note du modèle"),
  text: N_("texte du modèle"),
  image: N_("image du modèle"),
  stroke: N_("dessin du modèle"),
  link: N_("renvoi du modèle"),
  unknown: N_("élément illisible du modèle"),
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
  /** What else is said of a note: its votes. */
  more: (id: string) => string = () => "";
  /** What parts loaded apart add to what is read out of an object; "" for nothing. */
  readonly also = new Set<(id: string) => string>();

  constructor(
    private readonly board: BoardDocument,
    private readonly people: People,
    private readonly news: News,
    private readonly cardOf: (link: LinkObject) => Known,
  ) {}

  /** What follows the words of a note or a text when it is read out: author, colour, links, who writes. */
  ofWritten(object: WrittenObject, writer = ""): string {
    const author = this.people.nameOf(object.author);
    const parts = [author ? t(BY_AUTHOR[object.type], { author }) : t(OF_TEMPLATE[object.type])];
    if (object.type === "note") parts.push(t(COLOUR_NAMES[object.colour]));
    const links = this.board.connectorsOf(object.id).length;
    if (links > 0) parts.push(tn("%(num)s lien", "%(num)s liens", links));
    const members = this.board.membersOf(object.group).size;
    if (members > 1) parts.push(t("groupe de %(num)s", { num: members }));
    const news = this.news.labelOf(object.id);
    const more = this.more(object.id);
    if (more) parts.push(more);
    if (news) parts.push(news);
    for (const words of this.also) {
      const added = words(object.id);
      if (added) parts.push(added);
    }
    if (writer) parts.push(t("%(name)s écrit", { name: writer }));
    // A card and what cannot be read say so where everybody sees it.
    const isUnsaid = wordsOf(object) === "" && object.type !== "link" && object.type !== "unknown";
    return `${isUnsaid ? `${this.standIn(object)}, ` : ""}${parts.join(", ")}`;
  }

  /** What stands for the words of an object that has none, or beside them: what a card points to. */
  standIn(object: WrittenObject): string {
    switch (object.type) {
      case "image":
        return object.decorative ? t("Image décorative") : t("Image sans description");
      case "stroke":
        return t("Dessin de %(name)s", { name: this.people.shortNameOf(object.author) });
      case "link":
        return titleOf(this.cardOf(object));
      case "unknown":
        return t("Élément illisible");
      default:
        return t("Sans texte");
    }
  }

  /** An object in a few words, in a list to choose from. */
  inShort(object: WrittenObject): string {
    return wordsOf(object) && object.type !== "link" ? excerpt(object) : this.standIn(object);
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
