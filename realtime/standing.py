"""What the database says of many clients' access at once: four queries, whatever their number.

A standing is opaque: two that differ mean that something about the client's access changed, by a date
that passed or by another process, and that it must be asked about in full.
"""

from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.document import Board
from models.membership import Membership, is_live
from models.partner import GuestContributor, ShareLink
from models.people import LoginSession, User
from realtime.clients import Client
from workspace.services.sessions import IDLE_LIFETIME

IDS_PER_QUERY = 500
Standing = tuple[Any, ...]


def cookie_of(standing: Standing) -> str | None:
    """The hash of the session's token, as it is now; None when the session is over."""
    found: str | None = standing[0]
    return found


def standings(session: Session, clients: Iterable[Client]) -> dict[str, Standing]:
    """The standing of each client, by Socket.IO id."""
    asked = list(clients)
    tokens = dict(_live_sessions(session, {client.login_session_id for client in asked}))
    grants = _grants(session, {client.actor.user_id for client in asked} - {None})
    guests = dict(_guests(session, {client.actor.guest_id for client in asked} - {None}))
    boards = dict(_boards(session, {doc for client in asked for doc in _documents(client)}))
    return {
        client.sid: (
            tokens.get(client.login_session_id),
            grants.get(client.actor.user_id),
            guests.get(client.actor.guest_id),
            tuple((document_id, boards.get(document_id)) for document_id in _documents(client)),
        )
        for client in asked
    }


def _documents(client: Client) -> list[int]:
    return sorted(member.room.document_id for member in client.members.values())


def _live_sessions(session: Session, ids: Iterable[Any]) -> Iterator[tuple[int, str]]:
    now = utcnow()
    for some in _chunks(ids):
        for row in session.execute(
            select(LoginSession.id, LoginSession.token_hash).where(
                LoginSession.id.in_(some),
                LoginSession.ended_at.is_(None),
                LoginSession.expires_at > now,
                LoginSession.last_seen_at > now - IDLE_LIFETIME,
            )
        ):
            yield row.id, row.token_hash


def _grants(session: Session, ids: Iterable[Any]) -> dict[int | None, frozenset[int]]:
    found: dict[int | None, set[int]] = {}
    for some in _chunks(ids):
        for row in session.execute(
            select(Membership.user_id, Membership.id)
            .join(User, User.id == Membership.user_id)
            .where(Membership.user_id.in_(some), User.disabled_at.is_(None), is_live())
        ):
            found.setdefault(row.user_id, set()).add(row.id)
    return {user_id: frozenset(membership_ids) for user_id, membership_ids in found.items()}


def _guests(session: Session, ids: Iterable[Any]) -> Iterator[tuple[int | None, Standing]]:
    for some in _chunks(ids):
        for row in session.execute(
            select(GuestContributor.id, GuestContributor.project_id, ShareLink.role)
            .join(ShareLink, ShareLink.id == GuestContributor.link_id)
            .where(
                GuestContributor.id.in_(some),
                GuestContributor.revoked_at.is_(None),
                ShareLink.revoked_at.is_(None),
                ShareLink.expires_at > utcnow(),
            )
        ):
            yield row.id, (row.project_id, row.role)


def _boards(session: Session, ids: Iterable[Any]) -> Iterator[tuple[int, Standing]]:
    for some in _chunks(ids):
        for row in session.execute(
            select(
                Board.document_id,
                Board.open_to_observers,
                Board.open_to_tutors,
                Board.frozen,
                Board.novices,
                Board.inbox,
            ).where(Board.document_id.in_(some), Board.archived_at.is_(None))
        ):
            yield row.document_id, tuple(row)[1:]


def _chunks(ids: Iterable[Any]) -> Iterator[list[Any]]:
    rest = iter(ids)
    while some := list(islice(rest, IDS_PER_QUERY)):
        yield some
