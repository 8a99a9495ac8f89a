/** Which of board and plan a phone shows; on larger screens both are there. */

import { all, on } from "../../lib/dom";
import type { Page } from "../context";
import type { Selection } from "../selection";

export class Views {
  constructor(
    private readonly page: Page,
    private readonly selection: Selection,
  ) {}

  get isPlanOnly(): boolean {
    return this.page.stage.offsetParent === null || getComputedStyle(this.page.stage).visibility === "hidden";
  }

  /** The skip links lead to a view that a phone may have put away. */
  followSkipLinks(signal: AbortSignal): void {
    for (const link of all<HTMLAnchorElement>(".skip-link", this.page.root)) {
      on(link, "click", () => this.show(link.hash === "#plan" ? "plan" : "board"), signal);
    }
  }

  show(view: "plan" | "board"): void {
    this.page.root.dataset.view = view;
    for (const button of all("[data-view-of]", this.page.root)) {
      if (button.dataset.viewOf === view) button.setAttribute("aria-current", "true");
      else button.removeAttribute("aria-current");
    }
    if (view === "board") this.selection.edit(null);
  }
}
