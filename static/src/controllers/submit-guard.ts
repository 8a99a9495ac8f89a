/** Every form that changes something is sent once: a second click, or Enter twice, does nothing. */
import { all, on } from "../lib/dom";

export function guardSubmits(): void {
  on(document, "submit", (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || form.method === "get" || form.method === "dialog") return;
    if (form.dataset.download !== undefined) return; // its answer is a file: this page stays, and so does its button
    if (form.dataset.sending !== undefined) return event.preventDefault();
    form.dataset.sending = "";
    const button = event.submitter;
    if (!button) return;
    button.setAttribute("aria-disabled", "true");
    button.dataset.busy = "";
  });
  // Back from the next page, as the browser kept this one: it may be sent again.
  on(window, "pageshow", () => {
    for (const form of all("form[data-sending]")) {
      delete form.dataset.sending;
      for (const button of all("[data-busy]", form)) {
        delete button.dataset.busy;
        button.removeAttribute("aria-disabled");
      }
    }
  });
}
