"""A workshop over real sockets, on two processes: all are told, a pause lasts, guests keep to the mode."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.live.live_support import Driver, HttpAnswer, LiveServer, Person, YjsClient, eventually
from tests.redis_server import RedisServer

pytestmark = [pytest.mark.live, pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)]

STEPS = [
    {"kind": "write", "title": "Écrire en silence", "minutes": 7},
    {"kind": "vote", "title": "Voter", "minutes": 5},
]


@pytest.fixture
def second_server(own_server: LiveServer, tmp_path: Path) -> Iterator[LiveServer]:
    """Another process on the same database; Redis between the two."""
    folder = tmp_path / "second"
    folder.mkdir()
    own_server.stop()
    redis = RedisServer(tmp_path).start()
    shared = {"ETABLI_REDIS_URL": redis.url, "ETABLI_SECRET_KEY": "x" * 64}
    own_server.environment |= shared
    own_server.start()
    server = LiveServer(folder, own_server.database_url, world=own_server.world, **shared).start()
    yield server
    server.stop()
    redis.kill()


def lead(person: Person, path: str = "", **body: Any) -> HttpAnswer:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    path = f"/boards/{person.server.world.board.id}/workshop{path}"
    return person.post(path, json.dumps(body).encode(), **headers)


def read(person: Person) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(person.get(f"/boards/{person.server.world.board.id}/workshop").body)
    return found


def told(client: YjsClient) -> int:
    return sum(event["changed"] == "workshop" for event in client.events("f"))


def refused(client: YjsClient, command: str, **what: Any) -> str:
    client("forget")
    client(command, **what)
    code: str = client.await_event("r")["code"]
    return code


def test_workshop_is_one_for_all_and_guests_keep_to_its_mode(
    own_server: LiveServer, second_server: LiveServer, driver: Driver
) -> None:
    alice, tutor = own_server.sign_in("alice"), second_server.sign_in("tutor")
    guest, observer = second_server.sign_in("guest"), second_server.sign_in("observer")
    awa, visitor = driver.client().enter(alice), driver.client().enter(guest)
    awa("note", id="of-alice", text="à Alice")
    visitor("note", id="of-guest", text="à moi")
    visitor.await_acks()

    assert lead(guest, steps=STEPS).status == 403
    assert lead(observer, steps=STEPS).status in {403, 404}
    assert lead(alice, steps=STEPS).status == 200
    for client in (awa, visitor):
        eventually(lambda client=client: told(client) == 1, what="the beginning, in both processes")
    assert [step["title"] for step in read(guest)["workshop"]["steps"]] == ["Écrire en silence", "Voter"]
    assert (read(guest)["may"], read(tutor)["may"]) == (
        {"lead": False, "freeze": False},
        {"lead": True, "freeze": False},
    )

    assert lead(alice, "/timer", do="start").status == 200
    assert lead(tutor, "/timer", do="pause").status == 200
    left = read(guest)["workshop"]["timer"]["left_ms"]
    assert 0 < left <= 7 * 60_000
    again = driver.client().enter(own_server.sign_in("bob"))
    assert read(second_server.sign_in("bob"))["workshop"]["timer"] == {"ends_at": None, "left_ms": left}
    for path, body in (("/timer", {"do": "resume"}), ("/step", {"step": 1}), ("/end", {})):
        assert lead(guest, path, **body).status == 403
    assert read(alice)["workshop"]["timer"] == {"ends_at": None, "left_ms": left}

    assert lead(alice, "/novices", on=True).status == 200
    eventually(lambda: visitor.events("x"), what="the guest's rights")
    visitor("set", id="of-guest", fields={"x": 50})
    visitor.await_acks()
    assert refused(visitor, "set", id="of-guest", fields={"colour": "rose"}) == "novice"

    hostile = driver.client().enter(second_server.sign_in("guest"))
    zone = next(key for key, found in hostile.objects().items() if found["type"] == "zone")
    assert lead(alice, "/inbox", zone=zone).status == 200
    eventually(lambda: hostile.events("x"), what="the guest's rights")
    assert refused(hostile, "set", id="of-guest", fields={"x": 90}) == "inbox"
    again("forget")
    again("set", id="of-guest", fields={"x": 70})
    again.await_acks()
    late = driver.client().enter(second_server.sign_in("guest"))
    assert refused(late, "note", id="beside", text="à côté") == "inbox"
    assert "beside" not in awa.objects()

    assert lead(alice, "/end").status == 200
    free = driver.client().enter(second_server.sign_in("guest"))
    free("set", id="of-guest", fields={"colour": "rose"})
    free.await_acks()


def views(client: YjsClient) -> list[tuple[int, list[int]]]:
    return [(event["peer"], event["at"]) for event in client.events("v")]


def handle_of(client: YjsClient) -> int:
    handle: int = client("state")["handle"]
    return handle


def look(client: YjsClient, *at: int) -> None:
    client("raw", event="v", json={"h": handle_of(client), "at": list(at)})


def test_view_is_told_to_who_follows_in_another_process_and_to_nobody_else(
    own_server: LiveServer, second_server: LiveServer, driver: Driver
) -> None:
    alice = own_server.sign_in("alice")
    awa, visitor = driver.client().enter(alice), driver.client().enter(second_server.sign_in("guest"))
    bystander = driver.client().enter(second_server.sign_in("bob"))

    def number_of(key: str) -> int | None:
        joined = [person for event in visitor.events("peers") for person in event["joined"]]
        return next((person["peer"] for person in reversed(joined) if person["key"] == key), None)

    key = awa("state")["me"]["key"]
    peer = eventually(lambda: number_of(key), what="Alice, in the other process")
    look(awa, -40, 10, 1200, 800)
    visitor("raw", event="follow", json={"h": handle_of(visitor), "peer": peer})
    eventually(lambda: (peer, [-40, 10, 1200, 800]) in views(visitor), what="what Alice sees already")
    look(awa, 500, 10, 1200, 800)
    eventually(lambda: (peer, [500, 10, 1200, 800]) in views(visitor), what="where she went")
    # Nobody says where another one looks, whatever number they send along.
    bystander("raw", event="v", json={"h": handle_of(bystander), "at": [9, 9, 9, 9], "peer": peer})
    look(awa, 600, 10, 1200, 800)
    eventually(lambda: (peer, [600, 10, 1200, 800]) in views(visitor), what="the next")
    assert {at[0] for _peer, at in views(visitor)} == {-40, 500, 600}
    assert (views(bystander), views(awa)) == ([], [])


def test_invitation_reaches_all_in_both_processes_and_is_the_facilitators_alone(
    own_server: LiveServer, second_server: LiveServer, driver: Driver
) -> None:
    alice, guest = own_server.sign_in("alice"), second_server.sign_in("guest")
    visitor = driver.client().enter(guest)
    place = [0, 0, 800, 600]
    assert lead(alice, "/gather", place=place).status == 409, "no workshop is on"
    assert lead(alice, steps=STEPS).status == 200
    eventually(lambda: told(visitor) == 1, what="the beginning")
    assert lead(guest, "/gather", place=place).status == 403
    assert read(guest)["workshop"]["gathering"] is None
    assert [lead(alice, "/gather", place=place).status for _time in range(2)] == [200, 409]
    eventually(lambda: told(visitor) == 2, what="the invitation, in the other process")
    found = read(guest)["workshop"]["gathering"]
    assert (found["name"], found["place"]) == ("Alice", place)
    assert lead(alice, "/gather", place=[0, 0, -1, 600]).status == 400
