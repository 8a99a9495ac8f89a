"""Whose pages are open learn that they were told something, though no bell came."""

from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import select, update

from models.notification import Notification, NotificationKind, notify
from models.session import transaction
from realtime import notifying
from realtime.clients import Clients
from realtime.notifying import Notifying
from tests.factories import World


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    found: list[int] = []
    monkeypatch.setattr(notifying, "tell_notified", lambda _clients, user_id: found.append(user_id))
    return found


def connected() -> Clients:
    clients = Clients()
    actor: Any = SimpleNamespace(login_session_id=1, user_id=1)
    clients.add(SimpleNamespace(sid="s", actor=actor, login_session_id=1, token_hash=""))  # type: ignore[arg-type]
    return clients


def tell(world: World, *names: str) -> None:
    with transaction() as session:
        ids = [world.people[name].id for name in names]
        notify(session, ids, NotificationKind.GUEST_JOINED, who="Z", subject="S", url="/notifications")


def test_what_another_process_wrote_is_found_once(any_world: World, told: list[int]) -> None:
    tell(any_world, "bob")
    looking = Notifying(connected())
    looking.look()
    assert told == [1], "who was connected before asks once"
    told.clear()
    tell(any_world, "alice", "bob")
    looking.look()
    looking.look()
    assert sorted(told) == sorted([any_world.alice.id, any_world.bob.id])


def test_number_that_becomes_visible_late_is_found(any_world: World, told: list[int]) -> None:
    looking = Notifying(Clients())
    looking.look()
    tell(any_world, "alice")
    with transaction() as session:  # as a transaction that took its number before and commits after
        early = session.scalars(select(Notification)).one()
        session.execute(update(Notification).values(id=early.id + 5))
    looking.look()
    told.clear()
    tell(any_world, "bob")
    with transaction() as session:
        bobs = Notification.user_id == any_world.bob.id
        session.execute(update(Notification).where(bobs).values(id=1_000))
        session.execute(update(Notification).where(bobs).values(id=3))
    looking.look()
    assert told == [any_world.bob.id]
