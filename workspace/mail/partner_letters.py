"""What a team writes to a partner, in its own words: prepared, then as it was sent."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.i18n import N_
from models.partner_contact import PartnerContact
from models.people import User
from models.project import Project
from workspace.i18n import _, in_locale
from workspace.mail.letter import Envelope, Letter

# What is proposed: its name on the button, then the subject and the text that may be changed.
PREPARED: Mapping[str, tuple[str, str, str]] = {
    "invite": (
        N_("Inviter"),
        N_("Une invitation : « %(project)s »"),
        N_(
            "Bonjour,\n\nNous travaillons sur « %(project)s » (%(place)s) et nous aimerions le faire "
            "avec vous. Il suffit d’un prénom pour prendre part, en quelques minutes, depuis un téléphone."
            "\n\nSeriez-vous disponible cette semaine ou la suivante ?\n\n%(name)s"
        ),
    ),
    "relaunch": (
        N_("Relancer"),
        N_("Des nouvelles de « %(project)s »"),
        N_(
            "Bonjour,\n\nVous avez pris part à « %(project)s » (%(place)s), et ce que vous avez apporté "
            "nous sert. Nous ne vous voyons plus depuis quelque temps : est-ce le moment, la façon de faire, "
            "autre chose ?\n\nDites-nous simplement ce qui vous conviendrait, ou si vous préférez vous "
            "arrêter là.\n\n%(name)s"
        ),
    ),
    "news": (
        N_("Donner des nouvelles"),
        N_("Ce que sont devenues vos idées : « %(project)s »"),
        N_(
            "Bonjour,\n\nAu début de « %(project)s » (%(place)s), vous avez beaucoup apporté. Voici ce que "
            "nous en avons fait :\n\n– \n\nLa suite se prépare, et votre avis compterait : pouvons-nous "
            "vous la montrer ?\n\n%(name)s"
        ),
    ),
    "thank": (
        N_("Remercier"),
        N_("Merci : « %(project)s »"),
        N_(
            "Bonjour,\n\nMerci pour ce que vous avez apporté à « %(project)s » (%(place)s).\n\n"
            "Nous vous dirons ce que le projet devient.\n\n%(name)s"
        ),
    ),
}


def prepared(code: str, project: Project, place: str, name: str) -> tuple[str, str]:
    """The subject and the text proposed, in the reader's language."""
    _label, subject, text = PREPARED[code]
    values = {"project": project.title, "place": place, "name": name}
    return _(subject, **values), _(text, **values)


def partner_letter(session: Session, contact_id: int, payload: Mapping[str, Any]) -> Envelope | None:
    """The message; None when the contact was taken back meanwhile."""
    row = session.execute(
        select(User.name, User.locale, Project.title)
        .select_from(PartnerContact)
        .join(Project, Project.id == PartnerContact.project_id)
        .join(User, User.id == PartnerContact.by_id)
        .where(PartnerContact.id == contact_id)
    ).first()
    if row is None:
        return None
    name, locale, title = row
    with in_locale(locale):
        letter = Letter(
            locale=locale,
            subject=payload["subject"],
            paragraphs=tuple(part for part in payload["text"].split("\n\n") if part.strip()),
            why=_(
                "%(name)s vous écrit depuis L’Établi au sujet de « %(project)s ». "
                "Votre adresse n’est pas gardée. Votre réponse lui parviendra.",
                name=name,
                project=title,
            ),
        )
    return Envelope(payload["email"], (letter,), reply_to=payload["reply_to"])
