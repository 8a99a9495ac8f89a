"""Login sessions: open, find, end. The cookie holds a token; the table holds its hash.

A session ends by sign-out, after 30 days, or after 7 days without use; ending one records an event that
disconnects its live sockets. Its token changes from time to time (rotation.py), and the session stays.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import Row, Select, bindparam, delete, or_, select, tuple_, update
from sqlalchemy.orm import Session, joinedload

from models.base import utcnow
from models.events import SessionEnded, record
from models.identity import ProviderSession
from models.membership import grants_of_user, grants_of_users
from models.partner import GuestContributor, LinkRole, ShareLink
from models.people import LoginSession, RetiredToken, SocketTicket, User
from models.policy import Actor, Grant, Role
from models.session import affected
from workspace.services.tokens import new_token, token_hash

LIFETIME = timedelta(days=30)
IDLE_LIFETIME = timedelta(days=7)
TICKET_LIFETIME = timedelta(seconds=30)
GRACE = timedelta(minutes=1)
SEEN_EVERY = timedelta(minutes=5)

# Built once, as every request asks one of them. Columns rather than objects: a class that comes in is two
# hundred of these.
_LIVE_LOGINS = (
    select(
        LoginSession.id,
        LoginSession.token_hash,
        LoginSession.created_at,
        LoginSession.rotated_at,
        LoginSession.last_seen_at,
        LoginSession.user_id,
        LoginSession.guest_id,
        User.name,
        User.locale,
        User.time_zone,
        User.title,
        User.is_demo,
    )
    .outerjoin(User, User.id == LoginSession.user_id)
    .where(
        LoginSession.ended_at.is_(None),
        LoginSession.expires_at > bindparam("now"),
        LoginSession.last_seen_at > bindparam("idle_since"),
        User.disabled_at.is_(None),
    )
)
_LOGINS_BY_HASH = _LIVE_LOGINS.where(LoginSession.token_hash.in_(bindparam("wanted", expanding=True)))
_LOGINS_BY_ID = _LIVE_LOGINS.where(LoginSession.id.in_(bindparam("wanted", expanding=True)))


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
    _visit(session, user_id=user_id, guest_id=guest_id)
    return token


def find_actor(session: Session, token: str) -> Actor | None:
    """Who holds this session token, with their live grants; None if it is unknown or over."""
    return find_actors(session, [token]).get(token)


def find_actors(session: Session, tokens: Iterable[str]) -> dict[str, Actor]:
    """Who holds each of these session tokens; those unknown or over are left out. Four queries at most.

    A token replaced less than a minute ago still counts (requests under way hold it): four queries more.
    """
    by_hash = {token_hash(token): token for token in tokens}
    logins = _live_logins(session, _LOGINS_BY_HASH, by_hash)
    found = {
        by_hash[login.token_hash]: replace(actor, token_since=login.rotated_at or login.created_at)
        for login, actor in _actors_of(session, logins)
    }
    missed = {hash_: token for hash_, token in by_hash.items() if token not in found}
    return found | _find_just_retired(session, missed) if missed else found


def _find_just_retired(session: Session, by_hash: Mapping[str, str]) -> dict[str, Actor]:
    retired = session.execute(
        select(RetiredToken.token_hash, RetiredToken.login_session_id).where(
            RetiredToken.token_hash.in_(by_hash), RetiredToken.retired_at > utcnow() - GRACE
        )
    ).all()
    actors = find_actors_of_sessions(session, {row.login_session_id for row in retired}) if retired else {}
    return {
        by_hash[row.token_hash]: actors[row.login_session_id]
        for row in retired
        if row.login_session_id in actors
    }


def find_actors_of_sessions(session: Session, ids: Iterable[int]) -> dict[int, Actor]:
    """The same by the sessions' ids: what live sockets ask to re-check access."""
    logins = _live_logins(session, _LOGINS_BY_ID, ids)
    return {login.id: actor for login, actor in _actors_of(session, logins)}


def _live_logins(
    session: Session, statement: Select[*tuple[Any, ...]], wanted: Iterable[object]
) -> Sequence[Row[Any]]:
    now = utcnow()
    values = {"wanted": list(wanted), "now": now, "idle_since": now - IDLE_LIFETIME}
    return session.execute(statement, values).all()


def _actors_of(session: Session, logins: Sequence[Row[Any]]) -> Iterator[tuple[Row[Any], Actor]]:
    user_ids = {login.user_id for login in logins if login.user_id is not None}
    guest_ids = {login.guest_id for login in logins if login.guest_id is not None}
    grants = grants_of_users(session, user_ids) if user_ids else {}
    guests = _guests(session, guest_ids) if guest_ids else {}
    for login in logins:
        if login.user_id is not None:
            actor = _actor_of(login.user_id, login, grants[login.user_id], login.id, login.last_seen_at)
        elif login.guest_id in guests and (found := actor_of_guest(guests[login.guest_id], login.id)):
            actor = replace(found, seen_at=login.last_seen_at)
        else:
            continue
        yield login, actor


def _guests(session: Session, ids: Iterable[int]) -> dict[int | None, GuestContributor]:
    statement = (
        select(GuestContributor)
        .where(GuestContributor.id.in_(list(ids)))
        .options(joinedload(GuestContributor.link))
    )
    return {guest.id: guest for guest in session.scalars(statement)}


class _Profile(Protocol):
    """What an actor shows of a user: the user, or a row with the same columns."""

    name: Any
    locale: Any
    time_zone: Any
    title: Any
    is_demo: Any


def actor_of_user(session: Session, user: User, login_session_id: int | None = None) -> Actor:
    """The actor that this user is now."""
    return _actor_of(user.id, user, grants_of_user(session, user.id), login_session_id)


def _actor_of(
    user_id: int,
    profile: _Profile | Row[Any],
    grants: frozenset[Grant],
    login_session_id: int | None,
    seen_at: datetime | None = None,
) -> Actor:
    return Actor(
        user_id=user_id,
        guest_id=None,
        name=profile.name,
        login_session_id=login_session_id,
        locale=profile.locale,
        time_zone=profile.time_zone,
        title=profile.title,
        is_demo=profile.is_demo,
        seen_at=seen_at,
        grants=grants,
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
    if affected(touched):
        session.execute(update(User).where(User.id == actor.user_id).values(last_seen_at=now))
        _visit(session, user_id=actor.user_id, guest_id=actor.guest_id)


def _visit(session: Session, *, user_id: int | None, guest_id: int | None) -> None:
    """Keep on which day they came last: it outlives their sessions, and is written once a day."""
    today = utcnow().date()
    person: type[User | GuestContributor] = GuestContributor if user_id is None else User
    came = update(person).where(
        person.id == (guest_id if user_id is None else user_id),
        or_(person.seen_on.is_(None), person.seen_on < today),
    )
    warned = {} if user_id is None else {"warnings": 0}
    session.execute(came.values(seen_on=today, **warned))


def end_session(session: Session, login_session_id: int) -> None:
    """End one session; its sockets are told."""
    session.execute(
        update(LoginSession)
        .where(LoginSession.id == login_session_id, LoginSession.ended_at.is_(None))
        .values(ended_at=utcnow())
    )
    session.execute(delete(SocketTicket).where(SocketTicket.login_session_id == login_session_id))
    session.execute(delete(ProviderSession).where(ProviderSession.login_session_id == login_session_id))
    record(session, SessionEnded(login_session_id))


def end_all_sessions(
    session: Session, *, user_id: int | None = None, guest_id: int | None = None, but: int | None = None
) -> int:
    """End every session of a person, except the one whose id is `but`; gives how many there were."""
    person = LoginSession.guest_id == guest_id if user_id is None else LoginSession.user_id == user_id
    live = select(LoginSession.id).where(person, LoginSession.ended_at.is_(None))
    ids = [login_session_id for login_session_id in session.scalars(live) if login_session_id != but]
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


def consume_tickets(session: Session, used: Iterable[tuple[str, int]]) -> set[tuple[str, int]]:
    """Use tickets, each given with the login session that presents it; gives those that were good.

    A ticket that is unknown, old, already used or another session's is left out.
    """
    by_hash = {(token_hash(token), login_id): (token, login_id) for token, login_id in used}
    good = session.execute(
        delete(SocketTicket)
        .where(
            tuple_(SocketTicket.token_hash, SocketTicket.login_session_id).in_(by_hash),
            SocketTicket.expires_at > utcnow(),
        )
        .returning(SocketTicket.token_hash, SocketTicket.login_session_id)
    )
    return {by_hash[row.token_hash, row.login_session_id] for row in good}
