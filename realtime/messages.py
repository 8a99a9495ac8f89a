"""The sentences of the protocol: one French msgid per code, said in the reader's language."""

from flask import Flask

from models.board.rules import MESSAGES as RULE_MESSAGES
from models.i18n import N_
from workspace.i18n import _, in_locale

MESSAGES = {
    "malformed": N_("Ce message n’a pas pu être lu."),
    "unknown_event": N_("Ce message n’est pas connu du serveur."),
    "version": N_("Cette page est ancienne. Rechargez-la pour continuer."),
    "sign_in": N_("Votre session est terminée. Reconnectez-vous pour continuer."),
    "ticket": N_("La connexion n’a pas pu être établie. Réessayez."),
    "too_many_sockets": N_("L’Établi est ouvert dans trop d’onglets. Fermez-en quelques-uns."),
    "origin": N_("Cette adresse n’est pas celle de L’Établi."),
    "not_joined": N_("Ce tableau n’est pas ouvert ici. Rechargez la page."),
    "too_many_documents": N_("Trop de tableaux sont ouverts dans cette page. Fermez-en un."),
    "not_found": N_("Ce tableau n’existe pas, ou vous n’y avez pas accès."),
    "forbidden": N_("Vous n’avez pas accès à ce tableau."),
    "gone": N_("Ce tableau n’existe plus."),
    "corrupt": N_("Ce tableau est abîmé et ne peut pas être ouvert. L’équipe technique est prévenue."),
    "unavailable": N_("Vos changements n’ont pas pu être enregistrés. Réessayez dans un instant."),
    "revoked": N_("Votre accès à ce tableau a été retiré."),
    "signed_out": N_("Vous n’êtes plus connecté·e."),
    "draining": N_("L’Établi redémarre. La connexion reprend d’elle-même."),
    "frozen": N_("Ce tableau est figé : on peut le lire, plus l’écrire."),
    "unfrozen": N_("Ce tableau peut de nouveau être écrit."),
    "role": N_("Vos droits sur ce tableau ont changé."),
    "resync": N_("La connexion était trop lente. Le tableau est remis à jour."),
    "replaced": N_("Ce tableau a été remplacé par une version enregistrée. Il est rouvert."),
    "stalled": N_(
        "Rien ne peut être enregistré en ce moment. Vous pouvez lire ; attendez avant d’écrire davantage."
    ),
    "flowing": N_("Vos changements sont de nouveau enregistrés."),
    "error": N_("Une erreur est survenue de notre côté. Vous pouvez réessayer."),
}


class Sentences:
    """Says a code in a language; callable from anywhere, a request or not."""

    def __init__(self, app: Flask) -> None:
        self._app = app

    def say(self, code: str, locale: str, message: str = "", **values: object) -> str:
        """The sentence for `code`; `message`, a msgid, where the refusal brought its own."""
        chosen = message or MESSAGES.get(code) or RULE_MESSAGES.get(code) or MESSAGES["error"]
        with self._app.app_context(), in_locale(locale):
            return _(chosen, **values)
