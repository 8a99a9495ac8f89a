/**
 * The journal of the board, beside it: what happened, as the server tells it each time it is opened. What is named leads to
 * its note, or to what was said of it. Without this script the menu's link leads to a page that says the same.
 */

import { el, on } from "../../lib/dom";
import { t } from "../../lib/i18n";
import { goTo } from "../comments/places";
import type { BoardContext } from "../context";
import { sideDialog } from "../side-dialog";

export class Journal {
  private readonly body = el("div", { class: "stack" });
  private readonly title = el("h2", { id: "journal-title", tabindex: "-1" }, t("Journal du tableau"));
  private readonly dialog: HTMLDialogElement;

  constructor(
    private readonly context: BoardContext,
    /** The page's own: a policy of Trusted Types is made once. */
    private readonly showFragment: (target: Element, html: string) => void,
  ) {
    this.dialog = sideDialog(context, "journal", this.title, this.body);
    on(this.dialog, "click", (event) => this.click(event), context.signal);
  }

  open(opener: HTMLElement): void {
    this.dialog.showModal();
    this.load(opener.getAttribute("href") ?? "");
  }

  private load(url: string): void {
    this.title.focus();
    this.body.setAttribute("aria-busy", "true");
    void this.fill(url).finally(() => this.body.removeAttribute("aria-busy"));
  }

  private async fill(url: string): Promise<void> {
    try {
      const asked = new URL(url, location.href);
      asked.searchParams.set("part", "1");
      const answer = await fetch(asked, { credentials: "same-origin" });
      if (!answer.ok) throw new Error(url);
      this.showFragment(this.body, await answer.text());
      this.dialog.scrollTop = 0;
    } catch {
      this.body.replaceChildren(el("p", {}, t("Le journal n’est pas disponible sans réseau. Réessayez plus tard.")));
    }
  }

  private click(event: MouseEvent): void {
    const link = (event.target as Element).closest<HTMLAnchorElement>("a");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const { later, announcer } = this.context;
    event.preventDefault();
    if (link.hasAttribute("data-older")) {
      this.load(link.href);
      return;
    }
    this.dialog.close();
    const { thing, thread } = link.dataset;
    if (thread) later.comments.use((comments) => comments.reveal(Number(thread)));
    else if (!goTo(thing ?? "", this.context)) announcer.say(t("Cet élément n’est plus sur le tableau."));
  }
}
