"""Comments on a live board: a teammate is told at once, an élu never, and nobody whose access has ended."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.live.live_support import Driver, LiveServer, Person, eventually
from tests.live.test_workshop_live import second_server  # noqa: F401 (fixture)

pytestmark = pytest.mark.live
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Accept": "application/json"}


def _post(person: Person, path: str, **fields: str) -> int:
    return person.post(path, urlencode(fields).encode(), **FORM, **JSON).status


def _threads(person: Person, path: str) -> list[dict[str, Any]]:
    answer = person.get(path, **JSON)
    assert answer.status == 200, answer.body
    return list(json.loads(answer.body)["threads"])


def test_comment_reaches_those_who_may_read_it_and_nobody_else(
    own_server: LiveServer, driver: Driver
) -> None:
    people = {name: own_server.sign_in(name) for name in ("alice", "bob", "tutor", "guest", "observer")}
    board = own_server.world.board.id
    path = f"/boards/{board}/comments"
    assert _post(people["alice"], f"/boards/{board}/switch", switch="open_to_observers", on="1") == 302
    clients = {name: driver.client().enter(person) for name, person in people.items()}

    for _twice in range(2):  # nobody knew whether the first arrived
        assert _post(people["alice"], path, text="Et si on demandait ?", _once="a-key-of-alice") in (302, 303)
    (thread,) = _threads(people["bob"], path)
    assert [said["text"] for said in thread["comments"]] == ["Et si on demandait ?"]
    for name in ("alice", "bob", "tutor", "guest"):
        assert clients[name].await_event("c", thread=thread["id"])["h"]

    link = own_server.world.guests["guest"].link_id
    project = own_server.world.project.id
    assert _post(people["alice"], f"/projects/{project}/links/{link}/revoke") == 302
    eventually(lambda: not clients["guest"].is_connected(), what="the end of the guest's access")
    heard = len(clients["guest"].events("c"))
    assert _post(people["bob"], f"{path}/{thread['id']}/replies", text="Oui, samedi.") in (302, 303)
    eventually(lambda: len(clients["tutor"].events("c")) > 1, what="the reply")
    assert len(clients["guest"].events("c")) == heard
    assert people["guest"].get(path, **JSON).status == 401

    clients["alice"]("note", id="after", text="une note")
    eventually(lambda: "after" in clients["observer"].objects(), what="what the élu does see")
    assert clients["observer"].events("c") == []
    assert people["observer"].get(path, **JSON).status == 403


@pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)
def test_people_on_two_processes_talk_with_each_other(
    own_server: LiveServer,
    second_server: LiveServer,  # noqa: F811 (fixture)
    driver: Driver,
) -> None:
    alice = own_server.sign_in("alice")
    others = {name: second_server.sign_in(name) for name in ("bob", "guest", "observer")}
    board = own_server.world.board.id
    path = f"/boards/{board}/comments"
    assert _post(alice, f"/boards/{board}/switch", switch="open_to_observers", on="1") == 302
    hers = driver.client().enter(alice)
    clients = {name: driver.client().enter(person) for name, person in others.items()}

    guest = f"g{own_server.world.guests['guest'].id}"
    assert _post(alice, path, text=f"Et samedi, @[{guest}] ?") in (302, 303)
    (thread,) = _threads(others["guest"], path)
    assert thread["comments"][0]["text"] == f"Et samedi, @[{guest}] ?"
    for name in ("bob", "guest"):
        assert clients[name].await_event("c", thread=thread["id"])["h"]

    heard = len(hers.events("c"))
    assert _post(others["bob"], f"{path}/{thread['id']}/replies", text="Plutôt lundi.") in (302, 303)
    eventually(lambda: len(hers.events("c")) > heard, what="the reply, from the other process")
    assert [one["text"] for one in _threads(alice, path)[0]["comments"]][1:] == ["Plutôt lundi."]
    told = len(clients["guest"].events("c"))
    assert _post(alice, f"{path}/{thread['id']}/resolve") in (302, 303)
    eventually(lambda: len(clients["guest"].events("c")) > told, what="that it is settled")
    assert _threads(others["guest"], path)[0]["resolved"]
    hers("note", id="after", text="une note")
    eventually(lambda: "after" in clients["observer"].objects(), what="what the élu does see")
    assert clients["observer"].events("c") == []
