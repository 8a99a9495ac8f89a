"""The secret address at which a person's calendar software reads their class sessions.

Only its hash is stored. Whoever holds it reads what its owner may read now: the sessions of the cohorts that
they are in, and nothing once their access has ended.
"""

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from models.access import find_or_not_found, visible_cohorts
from models.audit import AuditAction, audit
from models.class_session import CalendarFeed
from models.membership import grants_of_user
from models.people import User
from models.policy import Actor
from workspace.services import ical
from workspace.services.accounts import own_account
from workspace.services.class_sessions import list_series
from workspace.services.milestones import milestones_of
from workspace.services.tokens import new_token, token_hash


def find_feed(session: Session, actor: Actor) -> CalendarFeed | None:
    """The actor's own, if they made one."""
    return session.scalar(select(CalendarFeed).where(CalendarFeed.user_id == actor.user_id))


def make_feed(session: Session, actor: Actor) -> str:
    """A new secret for the actor's address; the one before opens nothing any more.

    Raises:
        NotFound: a guest has no account.
    """
    user = own_account(session, actor)
    _end(session, user.id)
    token = new_token()
    session.add(CalendarFeed(user_id=user.id, token_hash=token_hash(token)))
    audit(session, actor, AuditAction.CALENDAR_FEED_MADE)
    return token


def end_feed(session: Session, actor: Actor) -> None:
    """Let the actor's address open nothing any more. Raises: NotFound for a guest."""
    if _end(session, own_account(session, actor).id):
        audit(session, actor, AuditAction.CALENDAR_FEED_ENDED)


def owner_of(session: Session, token: str) -> Actor:
    """Whose address it is, with what they may do now. Raises: NotFound, also when their account is closed."""
    user = find_or_not_found(
        session,
        select(User)
        .join(CalendarFeed, CalendarFeed.user_id == User.id)
        .where(
            CalendarFeed.token_hash == token_hash(token), User.disabled_at.is_(None), User.erased_at.is_(None)
        ),
    )
    return Actor(
        user_id=user.id,
        guest_id=None,
        name=user.name,
        locale=user.locale,
        time_zone=user.time_zone,
        grants=grants_of_user(session, user.id),
    )


def feed_of(session: Session, owner: Actor, *, base_url: str) -> bytes:
    """The calendar of the cohorts that its owner may read. Four queries."""
    cohorts = {cohort.id: cohort for cohort in session.scalars(visible_cohorts(owner))}
    return ical.write(
        list_series(session, cohorts, with_removed=True),
        cohorts,
        base_url=base_url,
        milestones=milestones_of(session, owner, cohorts),
    )


def _end(session: Session, user_id: int) -> bool:
    found = session.execute(
        delete(CalendarFeed).where(CalendarFeed.user_id == user_id).returning(CalendarFeed.user_id)
    )
    return found.first() is not None
