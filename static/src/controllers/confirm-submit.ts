/** form[data-confirm]: asks before it is sent. Signing out asks too when it would erase drafts of this device. */
import { unsavedBoards } from "../board/sync/forget";
import { confirm } from "../lib/confirm";
import { on } from "../lib/dom";
import { t, tn } from "../lib/i18n";
import { draftCount, forgetAll } from "./draft";

export function confirmSubmits(): void {
  const agreed = new WeakSet<HTMLFormElement>();
  on(document, "submit", async (event) => {
    const form = event.target as HTMLFormElement;
    if (event.defaultPrevented || agreed.has(form)) return;
    const asked = questionOf(form);
    if (!asked) return;
    event.preventDefault();
    if (!(await confirm(asked.question, asked.yes, asked.detail))) return;
    if (asked.isSignOut) forgetAll();
    agreed.add(form);
    form.requestSubmit(event.submitter);
    agreed.delete(form);
  });
}

type Asked = { question: string; yes: string; detail?: string; isSignOut?: boolean };

function questionOf(form: HTMLFormElement): Asked | null {
  const question = form.dataset.confirm;
  if (question) return { question, yes: form.dataset.confirmLabel || t("Confirmer") };
  if (!form.getAttribute("action")?.startsWith("/sign-out")) return null;
  const count = draftCount() + unsavedBoards(document.body.dataset.actor ?? "");
  if (!count) return null;
  return {
    question: t("Se déconnecter et effacer les brouillons ?"),
    yes: t("Se déconnecter"),
    detail: tn(
      "Un texte commencé n’a pas encore été envoyé. Pour que personne d’autre ne le lise ici, il sera effacé de cet appareil.",
      "%(num)s textes commencés n’ont pas encore été envoyés. Pour que personne d’autre ne les lise ici, ils seront effacés de cet appareil.",
      count,
    ),
    isSignOut: true,
  };
}
