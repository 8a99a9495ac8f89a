"""Whoever was told something hears it on any page, by the process that wrote it or by another."""

import json
from urllib.parse import urlencode

import pytest

from tests.live.live_support import Driver, LiveServer, Person, eventually
from tests.live.test_workshop_live import second_server  # noqa: F401 (fixture)

pytestmark = pytest.mark.live
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}


def _mention(person: Person, board: int, key: str) -> None:
    answer = person.post(f"/boards/{board}/comments", urlencode({"text": f"@[{key}] ?"}).encode(), **FORM)
    assert answer.status in (302, 303)


def _count(person: Person) -> int:
    return int(json.loads(person.get("/notifications/count", Accept="application/json").body)["count"])


def test_person_who_is_told_something_is_rung_and_nobody_else(own_server: LiveServer, driver: Driver) -> None:
    people = {name: own_server.sign_in(name) for name in ("alice", "bob", "tutor")}
    clients = {name: driver.client() for name in people}
    for name, client in clients.items():
        assert client.connect(people[name])["ok"]
    _mention(people["alice"], own_server.world.board.id, own_server.world.bob.key)
    assert set(clients["bob"].await_event("n")) <= {"at", "event"}, "it says nothing of what there is"
    assert _count(people["bob"]) == 1
    assert clients["alice"].events("n") == clients["tutor"].events("n") == []


@pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)
def test_person_on_another_process_is_rung_too(
    own_server: LiveServer,
    second_server: LiveServer,  # noqa: F811 (fixture)
    driver: Driver,
) -> None:
    bob, client = second_server.sign_in("bob"), driver.client()
    assert client.connect(bob)["ok"]
    _mention(own_server.sign_in("alice"), own_server.world.board.id, own_server.world.bob.key)
    eventually(lambda: client.events("n"), what="the bell")
    assert _count(bob) == 1
