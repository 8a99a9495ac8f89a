/** The page when the board can no longer be shown: nothing of it stays on screen, only what happened and where to go. */

import { el } from "../../lib/dom";
import { t } from "../../lib/i18n";
import type { BoardConfig } from "../config";

export function showEnded(
  root: HTMLElement,
  config: BoardConfig,
  { code, message }: { code: string; message: string },
): void {
  const isSignedOut = code === "signed_out" || code === "sign_in";
  const [title, text] =
    code === "sign_in"
      ? [
          t("Votre session est terminée"),
          t("Reconnectez-vous pour reprendre. Ce que vous aviez écrit est gardé sur cet appareil."),
        ]
      : code === "signed_out"
        ? [
            t("Vous êtes déconnecté·e"),
            t(
              "La session a été fermée, ici ou depuis un autre appareil. Ce que ce navigateur gardait de vos tableaux en est effacé.",
            ),
          ]
        : code === "version"
          ? [t("Une version plus récente est en ligne"), t("Rechargez la page pour continuer. Rien n’est perdu.")]
          : code === "corrupt"
            ? [t("Ce tableau ne peut pas être ouvert"), message]
            : [
                t("Vous n’avez plus accès à ce tableau"),
                message || t("L’équipe du projet a changé les accès. Ce qui était enregistré le reste."),
              ];
  const action = isSignedOut
    ? el("a", { class: "button button-primary", href: config.signInUrl }, t("Se connecter"))
    : code === "version"
      ? el("a", { class: "button button-primary", href: location.href }, t("Recharger"))
      : code === "corrupt"
        ? el("a", { class: "button button-primary", href: location.href }, t("Voir son dernier état lisible"))
        : el("a", { class: "button button-primary", href: "/" }, t("Retour à l’accueil"));
  const heading = el("h1", { tabindex: -1 }, title);
  root.className = "board-ended";
  root.replaceChildren(el("main", {}, heading, el("p", {}, text), action));
  document.title = `${title} – L’Établi`;
  for (const dialog of document.querySelectorAll("dialog, [popover]")) dialog.remove();
  heading.focus();
}
