"""Login sessions: open, find, end. The cookie holds a token; the table holds its hash.

A session ends by sign-out, after 30 days, or after 7 days without use; ending one records an event that
disconnects its live sockets.
"""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session, joinedload

from models.base import utcnow
from models.events import SessionEnded, record
from models.membership import grants_of_user
from models.partner import GuestContributor, LinkRole, ShareLink
from models.people import LoginSession, SocketTicket, User
from models.policy import Actor, Grant, Role
from models.session import affected
from workspace.services.tokens import new_token, token_hash

LIFETIME = timedelta(days=30)
IDLE_LIFETIME = timedelta(days=7)
TICKET_LIFETIME = timedelta(seconds=30)
SEEN_EVERY = timedelta(minutes=5)


def open_session(
    session: Session, *, user_id: int | None = None, guest_id: int | None = None, user_agent: str = ""
) -> str:
    """Open a login session for a user or a guest; gives the token for the cookie."""
    token = new_token()
    session.add(
        LoginSession(
            token_hash=token_hash(token),
            user_id=user_id,
            guest_id=guest_id,
            user_agent=user_agent[:200],
            expires_at=utcnow() + LIFETIME,
        )
    )
    session.flush()
    return token


def find_actor(session: Session, token: str) -> Actor | None:
    """Who holds this session token, with their live grants; None if it is unknown or over."""
    return _actor_of(session, LoginSession.token_hash == token_hash(token))


def find_actor_of_session(session: Session, login_session_id: int) -> Actor | None:
    """The same by the session's id: what live sockets ask to re-check access."""
    return _actor_of(session, LoginSession.id == login_session_id)


def _actor_of(session: Session, condition: object) -> Actor | None:
    now = utcnow()
    login = session.scalar(
        select(LoginSession)
        .where(
            condition,  # type: ignore[arg-type]
            LoginSession.ended_at.is_(None),
            LoginSession.expires_at > now,
            LoginSession.last_seen_at > now - IDLE_LIFETIME,
        )
        .options(joinedload(LoginSession.user))
    )
    if login is None:
        return None
    if login.user is not None:
        return (
            None
            if login.user.disabled_at
            else replace(actor_of_user(session, login.user, login.id), seen_at=login.last_seen_at)
        )
    guest = session.scalar(
        select(GuestContributor)
        .where(GuestContributor.id == login.guest_id)
        .options(joinedload(GuestContributor.link))
    )
    found = None if guest is None else actor_of_guest(guest, login.id)
    return found and replace(found, seen_at=login.last_seen_at)


def actor_of_user(session: Session, user: User, login_session_id: int | None = None) -> Actor:
    """The actor that this user is now."""
    return Actor(
        user_id=user.id,
        guest_id=None,
        name=user.name,
        login_session_id=login_session_id,
        locale=user.locale,
        time_zone=user.time_zone,
        title=user.title,
        is_demo=user.is_demo,
        grants=grants_of_user(session, user.id),
    )


def actor_of_guest(guest: GuestContributor, login_session_id: int | None = None) -> Actor | None:
    """The actor that this guest is now; None once the guest or the link has been shut out. Needs `link`."""
    link: ShareLink = guest.link
    if guest.revoked_at is not None or not link.lets_in():
        return None
    return Actor(
        user_id=None,
        guest_id=guest.id,
        name=guest.name,
        login_session_id=login_session_id,
        locale=guest.locale,
        sector=guest.sector.value,
        grants=frozenset(
            {Grant(Role.GUEST, project_id=guest.project_id, read_only=link.role is LinkRole.READ)}
        ),
    )


def seen(session: Session, actor: Actor) -> None:
    """Note that the session is in use, at most every five minutes."""
    now = utcnow()
    touched = session.execute(
        update(LoginSession)
        .where(LoginSession.id == actor.login_session_id, LoginSession.last_seen_at < now - SEEN_EVERY)
        .values(last_seen_at=now)
    )
    if affected(touched) and actor.user_id is not None:
        session.execute(update(User).where(User.id == actor.user_id).values(last_seen_at=now))
    elif affected(touched):
        session.execute(
            update(GuestContributor).where(GuestContributor.id == actor.guest_id).values(last_seen_at=now)
        )


def end_session(session: Session, login_session_id: int) -> None:
    """End one session; its sockets are told."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=utcnow())
    )
    session.execute(delete(SocketTicket).where(SocketTicket.login_session_id == login_session_id))
    record(session, SessionEnded(login_session_id))


def end_all_sessions(session: Session, *, user_id: int | None = None, guest_id: int | None = None) -> int:
    """End every session of a person, this one included; gives how many there were."""
    person = LoginSession.guest_id == guest_id if user_id is None else LoginSession.user_id == user_id
    ids = list(session.scalars(select(LoginSession.id).where(person, LoginSession.ended_at.is_(None))))
    for login_session_id in ids:
        end_session(session, login_session_id)
    return len(ids)


def issue_ticket(session: Session, actor: Actor) -> str:
    """A single-use right to open a socket within 30 seconds."""
    now = utcnow()
    session.execute(delete(SocketTicket).where(SocketTicket.expires_at < now))
    token = new_token()
    session.add(
        SocketTicket(
            token_hash=token_hash(token),
            login_session_id=actor.login_session_id,
            expires_at=now + TICKET_LIFETIME,
        )
    )
    return token


def consume_ticket(session: Session, token: str, login_session_id: int) -> bool:
    """Use a ticket of this login session; False if it is unknown, old, or already used."""
    used = session.execute(
        delete(SocketTicket).where(
            SocketTicket.token_hash == token_hash(token),
            SocketTicket.login_session_id == login_session_id,
            SocketTicket.expires_at > utcnow(),
        )
    )
    return affected(used) > 0
