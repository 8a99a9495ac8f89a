/**
 * 'Exporter et imprimer': what of the board, and as which file. The server makes them; these are links to it.
 * Without this script the menu's link leads to a page that offers the same, but for what is selected.
 */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardContext } from "../context";
import { isPlaced } from "../model/objects";

/** How many chosen objects an address can name. */
const MOST_CHOSEN = 400;

interface Kind {
  format: string;
  name: string;
  about: string;
}

export class Exporting {
  private readonly part = el("select", { id: "export-part" });
  private readonly list = el("ul", { class: "export-kinds" });
  private readonly dialog: HTMLDialogElement;
  private base = "";

  constructor(private readonly context: BoardContext) {
    const { page, signal } = context;
    const close = el("button", { type: "button", class: "button" }, t("Fermer"));
    this.dialog = el(
      "dialog",
      { class: "dialog export-dialog", "aria-labelledby": "export-title" },
      el("h2", { id: "export-title" }, t("Exporter et imprimer")),
      el("div", { class: "field" }, el("label", { for: "export-part" }, t("Que prendre ?")), this.part),
      this.list,
      el("p", { class: "actions" }, close),
    );
    page.root.append(this.dialog);
    on(close, "click", () => this.dialog.close(), signal);
    on(this.part, "change", () => this.drawLinks(), signal);
    on(
      this.dialog,
      "click",
      (event) => {
        if (event.target === this.dialog) this.dialog.close();
      },
      signal,
    );
    // Keys pressed in a dialog are not for the board behind it.
    on(this.dialog, "keydown", (event) => event.stopPropagation(), signal);
  }

  open(opener: HTMLElement): void {
    this.base = opener.getAttribute("href") ?? "";
    this.drawParts();
    this.drawLinks();
    this.dialog.showModal();
    this.part.focus();
  }

  private drawParts(): void {
    const { board, names } = this.context;
    const chosen = this.chosen();
    const zones = board.zones().map((zone) => {
      const title = `${zone.number > 0 ? `${zone.number}. ` : ""}${names.zoneTitle(zone.id)}`;
      return el("option", { value: zone.id }, t("Le cadre « %(title)s »", { title }));
    });
    const selection = el("option", { value: "ids" }, t("Ce qui est sélectionné (%(count)s)", { count: chosen.length }));
    this.part.replaceChildren(
      el("option", { value: "" }, t("Tout le tableau")),
      ...(chosen.length > 0 && chosen.length <= MOST_CHOSEN ? [selection] : []),
      ...zones,
    );
  }

  private chosen(): string[] {
    const { board, selection } = this.context;
    return [...selection.ids].filter((id) => isPlaced(board.get(id)));
  }

  /** What is asked for, as the address says it. */
  private query(): Record<string, string> {
    const { value } = this.part;
    if (value === "ids") return { ids: this.chosen().join(",") };
    return value === "" ? {} : { zone: value };
  }

  private drawLinks(): void {
    const kinds: Kind[] = [
      { format: "pdf", name: "PDF", about: t("une page par cadre, puis le plan ; à envoyer ou à imprimer") },
      { format: "png", name: "PNG", about: t("une image, pour une présentation ou un message") },
      { format: "svg", name: "SVG", about: t("un dessin net à toute taille") },
      { format: "csv", name: "CSV", about: t("une ligne par note, pour un tableur") },
      { format: "md", name: "Markdown", about: t("le texte, cadre par cadre") },
    ];
    const links = kinds.map(({ format, name, about }) => {
      const href = `${this.base}/file?${new URLSearchParams({ format, ...this.query() })}`;
      return this.link({ href, download: "" }, name, about);
    });
    const print = new URLSearchParams(this.query());
    const href = `${this.base.replace(/\/export$/, "/print")}?${print}`;
    const about = t("une page par cadre, puis le plan (nouvel onglet)");
    this.list.replaceChildren(...links, this.link({ href, target: "_blank" }, t("Imprimer"), about));
  }

  private link(attributes: Record<string, string>, name: string, about: string): HTMLLIElement {
    const words = el("span", {}, el("strong", {}, name), el("small", {}, about));
    return el("li", {}, el("a", { class: "export-kind", ...attributes }, words));
  }
}
