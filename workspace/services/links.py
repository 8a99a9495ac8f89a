"""Share links: the team makes one for people without an account, and shuts it again.

Only the token's hash is stored: the address is known when it is made, and never again.
"""

import enum
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.access import access_project, find_or_not_found, project_options
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Invalid, Refused
from models.events import AccessChanged, record
from models.i18n import N_
from models.partner import GuestContributor, LinkRole, ShareLink
from models.people import LoginSession
from models.policy import Actor, Permission, Where
from workspace.services import sessions
from workspace.services.projects import valid_id
from workspace.services.tokens import new_token, token_hash

LABEL_LIMIT = 120
QUESTION_LIMIT = 400
MAX_USES = 200
LIFETIMES_DAYS = (1, 7, 30, 60, 90)

BAD_LIFETIME = N_("Choisissez l’une des durées proposées.")
BAD_USES = N_("Donnez un nombre de personnes entre 1 et 200.")


class LinkState(enum.StrEnum):
    """What a link is worth now."""

    OPEN = "open"
    USED_UP = "used_up"
    EXPIRED = "expired"
    REVOKED = "revoked"


STATE_LABELS = {
    LinkState.OPEN: N_("Ouvert"),
    LinkState.USED_UP: N_("Complet"),
    LinkState.EXPIRED: N_("Expiré"),
    LinkState.REVOKED: N_("Fermé"),
}
CLOSED = {
    LinkState.USED_UP: N_("Ce lien a déjà servi le nombre de fois prévu."),
    LinkState.EXPIRED: N_("Ce lien a expiré."),
    LinkState.REVOKED: N_("L’équipe a fermé ce lien."),
}


@dataclass(frozen=True)
class LinkTerms:
    """What a new link offers: `days` it lasts, how many people may come by it, and what they are asked."""

    role: LinkRole
    days: int
    max_uses: int
    label: str = ""
    question: str = ""


def state_of(link: ShareLink) -> LinkState:
    """Whether it still opens, and if not, why."""
    if link.revoked_at is not None:
        return LinkState.REVOKED
    if link.expires_at <= utcnow():
        return LinkState.EXPIRED
    return LinkState.USED_UP if link.uses >= link.max_uses else LinkState.OPEN


def list_links(session: Session, project_id: int) -> list[ShareLink]:
    """The project's links, the newest first, with who made them."""
    found = session.scalars(
        select(ShareLink)
        .where(ShareLink.project_id == project_id)
        .options(joinedload(ShareLink.created_by))
        .order_by(ShareLink.created_at.desc(), ShareLink.id.desc())
    )
    return list(found)


def access_link(session: Session, actor: Actor, project_id: int, link_id: int) -> ShareLink:
    """A link of a project whose team the actor is in, with its project and who made it."""
    access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    statement = (
        select(ShareLink)
        .where(ShareLink.id == valid_id(link_id), ShareLink.project_id == project_id)
        .options(joinedload(ShareLink.created_by), joinedload(ShareLink.project).options(*project_options()))
    )
    return find_or_not_found(session, statement)


def make_link(session: Session, actor: Actor, project_id: int, terms: LinkTerms) -> tuple[ShareLink, str]:
    """Make a link; gives it with its token, known only now.

    Raises: Invalid for terms out of range.
    """
    project = access_project(session, actor, project_id, Permission.INVITE_PARTNER)
    wrong = {}
    if terms.days not in LIFETIMES_DAYS:
        wrong["days"] = BAD_LIFETIME
    if not 1 <= terms.max_uses <= MAX_USES:
        wrong["max_uses"] = BAD_USES
    if wrong:
        raise Invalid(fields=wrong)
    token = new_token()
    link = ShareLink(
        project_id=project.id,
        token_hash=token_hash(token),
        label=terms.label,
        question=terms.question,
        role=terms.role,
        max_uses=terms.max_uses,
        created_by_id=actor.user_id,
        expires_at=utcnow() + timedelta(days=terms.days),
    )
    session.add(link)
    session.flush()
    audit(
        session,
        actor,
        AuditAction.LINK_MADE,
        where=project.where,
        subject=(SubjectKind.LINK, link.id),
        link_role=link.role,
        until=link.expires_at,
        count=link.max_uses,
    )
    return link, token


def renew_link(session: Session, actor: Actor, project_id: int, link_id: int) -> tuple[ShareLink, str]:
    """Give the link another address: the old one no longer opens anything, its guests stay.

    Raises: Refused when the link no longer opens.
    """
    link = access_link(session, actor, project_id, link_id)
    refuse_closed(link)
    token = new_token()
    link.token_hash = token_hash(token)
    _note(session, actor, AuditAction.LINK_RENEWED, link)
    return link, token


def is_token_of(link: ShareLink, token: str) -> bool:
    """Whether this is the link's token."""
    return link.token_hash == token_hash(token)


def revoke_link(session: Session, actor: Actor, project_id: int, link_id: int) -> ShareLink:
    """Shut the link at once, for those who came by it too."""
    link = access_link(session, actor, project_id, link_id)
    if link.revoked_at is None:
        link.revoked_at = utcnow()
        guests = session.scalars(select(GuestContributor.id).where(GuestContributor.link_id == link.id)).all()
        shut_out(session, guests)
        _note(session, actor, AuditAction.LINK_REVOKED, link, count=len(guests))
    return link


def _note(
    session: Session, actor: Actor, action: AuditAction, link: ShareLink, *, count: int | None = None
) -> None:
    place, subject = Where(project_id=link.project_id), (SubjectKind.LINK, link.id)
    audit(session, actor, action, where=place, subject=subject, link_role=link.role, count=count)


def find_link(session: Session, token: str) -> ShareLink | None:
    """The link of this token, whatever its state, with who made it and its project, loaded."""
    return session.scalar(
        select(ShareLink)
        .where(ShareLink.token_hash == token_hash(token))
        .options(
            joinedload(ShareLink.created_by),
            joinedload(ShareLink.project).options(*project_options()),
        )
    )


def refuse_closed(link: ShareLink) -> None:
    """Raise Refused 'used_up', 'expired' or 'revoked' unless the link still opens."""
    state = state_of(link)
    if state in CLOSED:
        raise Refused(state.value, CLOSED[state])


def shut_out(session: Session, guest_ids: Iterable[int]) -> None:
    """End the login sessions of these guests, and have their open boards closed."""
    ids = list(guest_ids)
    open_sessions = session.scalars(
        select(LoginSession.id).where(LoginSession.guest_id.in_(ids), LoginSession.ended_at.is_(None))
    )
    for login_session_id in list(open_sessions):
        sessions.end_session(session, login_session_id)
    for guest_id in ids:
        record(session, AccessChanged(guest_id=guest_id))
