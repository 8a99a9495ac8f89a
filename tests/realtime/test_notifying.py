"""Whose pages are open learn that they were told something, though no bell came."""

from types import SimpleNamespace
from typing import Any

import pytest

from models.notification import NotificationKind, notify
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
    assert told == [], "what was there before is counted by the page itself"
    tell(any_world, "alice", "bob")
    looking.look()
    looking.look()
    assert sorted(told) == sorted([any_world.alice.id, any_world.bob.id])


def test_nobody_connected_is_no_query(told: list[int]) -> None:
    Notifying(Clients()).look()  # there is no database here
    assert told == []
