"""Guests: people without an account who come by a share link, take part in one project, and may be shut out.

A use of the link is consumed by one UPDATE that counts, so that simultaneous arrivals never exceed
`max_uses`. Shutting somebody out ends their login sessions and tells open boards.
"""

import unicodedata
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session, joinedload

from models.access import access_project, find_or_not_found
from models.activity import ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Invalid, Refused
from models.i18n import N_
from models.membership import members
from models.notification import NotificationKind, notify
from models.partner import GuestContributor, Sector, ShareLink
from models.policy import Actor, Permission, Role
from models.project import Project
from workspace.services import sessions
from workspace.services.boards import boards_of
from workspace.services.links import CLOSED, LinkState, find_link, refuse_closed, shut_out
from workspace.services.projects import valid_id

GUEST_NAME_LIMIT = 80
ORGANIZATION_LIMIT = 160

NAME_NEEDED = N_("Donnez un prénom : les autres verront qui écrit.")
NAME_TOO_LONG = N_("Ce prénom est trop long : 80 caractères au plus.")
NAME_UNREADABLE = N_("Écrivez ce prénom avec des lettres.")


@dataclass(frozen=True)
class Newcomer:
    """What somebody says of themselves when they come by a link."""

    name: str
    sector: Sector
    organization_name: str = ""
    locale: str = "fr"
    user_agent: str = ""


def clean_name(text: str) -> str:
    """A first name as it is shown to everybody: one line, no control or invisible characters.

    Raises: Invalid when nothing readable is left, or too much.
    """
    folded = unicodedata.normalize("NFC", " ".join(text.split()))
    kept = "".join(character for character in folded if unicodedata.category(character)[0] != "C")
    name = " ".join(kept.split())
    if not name:
        raise Invalid(fields={"name": NAME_NEEDED})
    if len(name) > GUEST_NAME_LIMIT:
        raise Invalid(fields={"name": NAME_TOO_LONG})
    if not any(character.isalpha() for character in name):
        raise Invalid(fields={"name": NAME_UNREADABLE})
    return name


def list_guests(
    session: Session, project_id: int, *, link_id: int | None = None, limit: int | None = None
) -> list[GuestContributor]:
    """Who came by a link of the project (or by that link), the last first, with their link."""
    statement = (
        select(GuestContributor)
        .where(GuestContributor.project_id == project_id)
        .options(joinedload(GuestContributor.link))
        .order_by(GuestContributor.created_at.desc(), GuestContributor.id.desc())
        .limit(limit)
    )
    if link_id is not None:
        statement = statement.where(GuestContributor.link_id == link_id)
    return list(session.scalars(statement))


def last_visits(session: Session, project_id: int) -> dict[int, date]:
    """On which day somebody who came by it was last there, by link."""
    found = session.execute(
        select(GuestContributor.link_id, func.max(GuestContributor.seen_on))
        .where(GuestContributor.project_id == project_id)
        .group_by(GuestContributor.link_id)
    )
    return {link_id: day for link_id, day in found if day is not None}


def count_by_sector(session: Session, project_id: int) -> dict[Sector, int]:
    """How many people came by a link, by the sector they declared."""
    found = session.execute(
        select(GuestContributor.sector, func.count())
        .where(GuestContributor.project_id == project_id)
        .group_by(GuestContributor.sector)
    )
    return dict(found.all())


def join(session: Session, token: str, newcomer: Newcomer) -> tuple[GuestContributor, str]:
    """Come by a link: consumes one use; gives the guest and the token of their new login session.

    Raises: Invalid for the name; Refused 'unknown', 'used_up', 'expired' or 'revoked'.
    """
    name = clean_name(newcomer.name)
    link = find_link(session, token)
    if link is None:
        raise Refused("unknown")
    if not _consume_use(session, link):
        session.refresh(link, ["uses", "revoked_at", "expires_at"])
        refuse_closed(link)
        raise Refused("used_up", CLOSED[LinkState.USED_UP])
    guest = GuestContributor(
        project_id=link.project_id,
        link=link,
        name=name,
        sector=newcomer.sector,
        organization_name=newcomer.organization_name,
        locale=newcomer.locale,
    )
    session.add(guest)
    session.flush()
    _tell(session, link.project, guest)
    subject = (SubjectKind.LINK, link.id)
    audit(session, guest, AuditAction.GUEST_JOINED, where=link.project.where, subject=subject)
    return guest, sessions.open_session(session, guest_id=guest.id, user_agent=newcomer.user_agent)


def only_board(session: Session, guest: GuestContributor) -> int | None:
    """The id of the one board that a guest who has just come may open; None if there are several or none."""
    actor = sessions.actor_of_guest(guest)
    boards = boards_of(session, actor, guest.link.project) if actor else []
    return boards[0].id if len(boards) == 1 else None


def _consume_use(session: Session, link: ShareLink) -> bool:
    """Count one use if one is left: a single statement, so that two arrivals never share it."""
    used = session.scalar(
        update(ShareLink)
        .where(
            ShareLink.id == link.id,
            ShareLink.uses < ShareLink.max_uses,
            ShareLink.revoked_at.is_(None),
            ShareLink.expires_at > utcnow(),
        )
        .values(uses=ShareLink.uses + 1)
        .returning(ShareLink.id)
        .execution_options(synchronize_session=False)
    )
    return used is not None


def _tell(session: Session, project: Project, guest: GuestContributor) -> None:
    who = Actor(user_id=None, guest_id=guest.id, name=guest.name)
    record_activity(
        session,
        who,
        ActivityKind.GUEST_JOINED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
    )
    team = members(session, Role.LEARNER, team_id=project.team_id)
    notify(
        session,
        [learner.id for learner in team],
        NotificationKind.GUEST_JOINED,
        who=guest.name,
        subject=project.title,
        url=f"/projects/{project.id}",
        project_id=project.id,
    )


def remove_guest(session: Session, actor: Actor, project_id: int, guest_id: int) -> GuestContributor:
    """Shut one guest out at once; what they wrote stays."""
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    guest = find_or_not_found(
        session,
        select(GuestContributor).where(
            GuestContributor.id == valid_id(guest_id), GuestContributor.project_id == project.id
        ),
    )
    if guest.revoked_at is None:
        guest.revoked_at = utcnow()
        shut_out(session, [guest.id])
        subject = (SubjectKind.GUEST, guest.id)
        audit(session, actor, AuditAction.GUEST_SHUT_OUT, where=project.where, subject=subject)
    return guest
