"""Sweeps find what no bell told, and ask again when the database did not answer."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from models.base import utcnow
from models.membership import Membership
from models.people import LoginSession
from models.session import transaction
from realtime import protocol, revocation
from realtime.clients import Client, Clients
from realtime.fanout import SingleProcess
from realtime.registry import Rooms
from realtime.revocation import Revocation
from tests.factories import World
from tests.realtime.test_rooms import Writer
from workspace.services.rotation import rotate
from workspace.services.sessions import open_session
from workspace.services.tokens import token_hash


@pytest.fixture
def bob(world: World) -> Writer:
    """Bob in the board's room, by a login session."""
    writer = Writer(world, Rooms(SingleProcess()), "bob")
    with transaction() as session:
        open_session(session, user_id=world.bob.id)
        login_id = session.scalar(select(LoginSession.id))
    writer.client.actor = replace(writer.client.actor, login_session_id=login_id)
    return writer


def _registry(client: Client) -> Clients:
    clients = Clients()
    clients.add(client)
    return clients


def _leaves_the_team(writer: Writer) -> None:
    ended = utcnow() - timedelta(seconds=1)
    with transaction() as session:
        theirs = Membership.user_id == writer.actor.user_id
        session.execute(update(Membership).where(theirs).values(ends_at=ended))


def _told(writer: Writer) -> list[str]:
    return [event["kind"] for event in writer.outlet.of(protocol.CONTROL)]


def test_sweep_finds_access_that_ended_without_a_bell(bob: Writer) -> None:
    sweeping = Revocation(_registry(bob.client))
    sweeping.sweep()
    assert _told(bob) == []
    _leaves_the_team(bob)
    sweeping.sweep()
    assert _told(bob) == ["revoked"]
    assert not bob.room.members


def test_sweep_that_fails_leaves_the_question_to_the_next(
    bob: Writer, monkeypatch: pytest.MonkeyPatch
) -> None:
    sweeping = Revocation(_registry(bob.client))
    sweeping.sweep()
    _leaves_the_team(bob)

    def fails(*_arguments: Any) -> None:
        raise OperationalError("SELECT", {}, Exception("the database restarts"))

    with monkeypatch.context() as patched:
        patched.setattr(revocation, "find_actors_of_sessions", fails)
        with pytest.raises(OperationalError):
            sweeping.sweep()
    assert _told(bob) == []
    sweeping.sweep()
    assert _told(bob) == ["revoked"]


def test_sweep_keeps_the_socket_of_a_session_whose_token_was_replaced_but_forgets_the_former(
    bob: Writer,
) -> None:
    login_id = bob.client.login_session_id
    with transaction() as session:
        former = session.scalar(select(LoginSession.token_hash))
    bob.client.token_hash = former
    clients = _registry(bob.client)
    sweeping = Revocation(clients)
    sweeping.sweep()
    assert clients.of_token(former) == [bob.client]
    with transaction() as session:
        fresh = rotate(session, login_id)
    sweeping.sweep()
    assert _told(bob) == []
    assert clients.of_token(former) == []
    assert clients.of_token(token_hash(fresh)) == []  # it did not come with that one
    assert clients.of_session(login_id) == [bob.client]
    clients.remove(bob.client.sid)
    assert not clients.of_session(login_id)


def test_sweep_ends_a_session_that_was_not_used_for_a_week(bob: Writer) -> None:
    sweeping = Revocation(_registry(bob.client))
    sweeping.sweep()
    with transaction() as session:
        session.execute(update(LoginSession).values(last_seen_at=utcnow() - timedelta(days=7, seconds=1)))
    sweeping.sweep()
    assert _told(bob) == ["revoked"]
