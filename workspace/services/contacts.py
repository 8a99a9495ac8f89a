"""A team's contacts with those who take part: a message sent, a call planned, a meeting, thanks, a refusal.

Each function commits nothing; the caller's transaction does. The words of a message are handed to the mail
and are not kept.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import NOT_FOUND, access_project, find_or_not_found
from models.base import utcnow
from models.errors import Invalid, NotFound, Refused
from models.i18n import N_
from models.partner import Sector
from models.partner_contact import ContactKind, PartnerContact
from models.people import User
from models.policy import Actor, Permission
from workspace.mail.asking import Letter, ask_for_partner_letter
from workspace.services.accounts import clean_email, is_email
from workspace.services.involvement import Group, involved_in, key_of
from workspace.services.projects import valid_id

MOST_A_DAY = 20
BAD_EMAIL = N_("Cette adresse e-mail n’est pas complète, par exemple prenom.nom@ville.fr.")
TOO_MANY = N_("Votre équipe a déjà envoyé vingt messages aujourd’hui : la suite attendra demain.")
WHY_NEEDED = N_("Dites pourquoi, en quelques mots : cela servira à la suite.")
DAY_NEEDED = N_("Choisissez le jour de l’appel.")


@dataclass(frozen=True)
class Note:
    """What is noted of a contact. `due_on`: the day of a call that is planned."""

    kind: ContactKind
    text: str = ""
    due_on: date | None = None


@dataclass(frozen=True)
class Message:
    """What is sent, and to which address; without one the team sends it by its own means."""

    subject: str
    text: str
    email: str = ""


def access_group(session: Session, actor: Actor, project_id: int, sector: str, name: str) -> Group:
    """A group of a project whose partners the actor may invite. Raises: NotFound."""
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    if sector in list(Sector):
        wanted = key_of(Sector(sector), name)
        for group in involved_in(session, [project])[project.id].groups:
            if key_of(group.sector, group.name) == wanted:
                return group
    raise NotFound(NOT_FOUND)


def note_contact(session: Session, actor: Actor, project_id: int, group: Group, note: Note) -> PartnerContact:
    """Note a contact with a group of `access_group`.

    Raises:
        Invalid: a refusal without its reason, a call without its day.
    """
    if note.kind is ContactKind.REFUSED and not note.text:
        raise Invalid(fields={"text": WHY_NEEDED})
    if note.kind is ContactKind.CALL and note.due_on is None:
        raise Invalid(fields={"due_on": DAY_NEEDED})
    row = PartnerContact(
        project_id=project_id,
        sector=group.sector,
        name=group.name,
        kind=note.kind,
        text=note.text,
        due_on=note.due_on if note.kind is ContactKind.CALL else None,
        by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    return row


def write_to(
    session: Session, actor: Actor, project_id: int, group: Group, kind: ContactKind, message: Message
) -> PartnerContact:
    """Note that one writes to a group, and send the message if an address is given; answers go to the actor.

    Raises:
        Invalid: the address is none.
        Refused: the team has sent too many today.
    """
    email = clean_email(message.email)
    if email and not is_email(email):
        raise Invalid(fields={"email": BAD_EMAIL})
    if email:
        _bound(session, project_id)
    row = note_contact(session, actor, project_id, group, Note(kind))
    if email:
        writer = session.get_one(User, actor.user_id)
        ask_for_partner_letter(session, row.id, Letter(email, message.subject, message.text, writer.email))
    return row


def forget_contact(session: Session, actor: Actor, project_id: int, contact_id: int) -> None:
    """Take back what was noted; a message that waits is not sent then."""
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    session.delete(
        find_or_not_found(
            session,
            select(PartnerContact).where(
                PartnerContact.id == valid_id(contact_id), PartnerContact.project_id == project.id
            ),
        )
    )


def _bound(session: Session, project_id: int) -> None:
    sent = session.scalar(
        select(func.count())
        .select_from(PartnerContact)
        .where(
            PartnerContact.project_id == project_id,
            PartnerContact.kind.in_((ContactKind.WROTE, ContactKind.THANKED)),
            PartnerContact.at > utcnow() - timedelta(days=1),
        )
    )
    if (sent or 0) >= MOST_A_DAY:
        raise Refused("too_many", TOO_MANY)
