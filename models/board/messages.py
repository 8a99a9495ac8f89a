"""Every reason for which an edit can be refused, and the sentence the person reads. Codes are stable."""

from collections.abc import Mapping

from models.errors import Refused
from models.i18n import N_

_RESEND = N_("Cette modification n’a pas pu être lue. Rechargez le tableau, puis recommencez.")

MESSAGES: Mapping[str, str] = {
    # What the guard says: a current client never meets these.
    "malformed": _RESEND,
    "content": _RESEND,
    "root": _RESEND,
    "dangling": _RESEND,
    "structure": _RESEND,
    "panic": _RESEND,
    "gap": N_("Une modification précédente manque. Le tableau se resynchronise."),
    "client_id": N_("Le tableau est ouvert ailleurs sous la même identité. Rechargez la page."),
    "surrogate": N_("Un émoji a été coupé en deux. Effacez-le, puis recommencez."),
    "too_large": N_("Cette modification est trop volumineuse. Collez le texte en plusieurs fois."),
    "too_many": N_("Cette modification touche trop d’objets à la fois. Recommencez en plusieurs fois."),
    "epoch": N_("Le tableau a été remis dans un état précédent."),
    # Who may change what.
    "read_only": N_("Vous pouvez lire ce tableau, mais pas le modifier."),
    "frozen": N_("Ce tableau est figé : il ne se modifie plus."),
    "not_yours": N_("Vous pouvez modifier vos propres notes seulement."),
    "author": N_("Une note ne peut pas être écrite au nom d’une autre personne."),
    "novice": N_("L’atelier se fait simplement : ajoutez des notes, écrivez dans les vôtres, déplacez-les."),
    "inbox": N_("Vos notes vont dans la boîte de réception : qui anime les place ensuite."),
    "inbox_stays": N_(
        "Ce cadre est la boîte de réception de l’atelier : il reste en place jusqu’à sa fermeture."
    ),
    "locked": N_("Cet élément fait partie du modèle : il ne se modifie pas."),
    "lock_reserved": N_("Seul un modèle de tableau peut verrouiller un objet."),
    "foreign_image": N_("Cette image n’a pas été déposée sur ce tableau : ajoutez-la ici."),
    # What an object may hold.
    "unknown_type": N_("Ce type d’objet n’existe pas sur un tableau."),
    "unknown_field": N_("Cette propriété n’existe pas pour cet objet."),
    "missing_field": N_("Il manque une propriété à cet objet."),
    "removed_field": N_("Une propriété de cet objet ne peut pas être retirée."),
    "fixed_field": N_("Cette propriété ne change pas une fois l’objet créé."),
    "bad_value": N_("Cette valeur n’est pas acceptée."),
    "bad_id": N_("Cet identifiant n’est pas accepté."),
    "text_too_long": N_("Ce texte est trop long. Raccourcissez-le ou répartissez-le sur plusieurs notes."),
    "bad_text": N_("Ce texte contient un caractère qui ne peut pas être enregistré."),
    "full": N_("Ce tableau est plein. Supprimez des objets ou ouvrez un autre tableau."),
    # Not a refusal: shown past the soft limit.
    "nearly_full": N_("Ce tableau devient très grand. Pensez à en ouvrir un autre."),
}


def refusal(code: str) -> Refused:
    """The exception for a refusal, with its sentence."""
    return Refused(code, MESSAGES[code])
