/** A question asked in a native dialog. The safe answer has the focus. */
import { el, on } from "./dom";
import { t } from "./i18n";

/** Resolves to whether the person said yes. `yes` names the act: « Supprimer », never « OK ». */
export function confirm(question: string, yes: string, detail = ""): Promise<boolean> {
  const cancel = el("button", { class: "button", type: "button", autofocus: true }, t("Annuler"));
  const accept = el("button", { class: "button button-danger", type: "button" }, yes);
  const dialog = el(
    "dialog",
    { class: "dialog", "aria-labelledby": "confirm-title" },
    el("h2", { id: "confirm-title" }, question),
    ...(detail ? [el("p", {}, detail)] : []),
    el("div", { class: "actions" }, cancel, accept),
  );
  document.body.append(dialog);
  const asker = document.activeElement as HTMLElement | null;
  return new Promise((resolve) => {
    let answer = false;
    on(cancel, "click", () => dialog.close());
    on(accept, "click", () => {
      answer = true;
      dialog.close();
    });
    on(dialog, "click", (event) => {
      if (event.target === dialog) dialog.close();
    });
    on(dialog, "close", () => {
      dialog.remove();
      // Heard a moment later: one may have gone elsewhere meanwhile.
      if (document.activeElement === document.body) asker?.focus();
      resolve(answer);
    });
    dialog.showModal();
  });
}
