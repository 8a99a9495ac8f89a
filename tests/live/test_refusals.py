"""Who may not: readers, observers, forgers, strangers. The document stays as it was, and they are told."""

import base64
from typing import Any

import pytest

from tests.live.live_support import Driver, LiveServer, YjsClient, eventually

pytestmark = [pytest.mark.live, pytest.mark.both_modes]


@pytest.fixture(autouse=True)
def _open_to_observers(live_server: LiveServer) -> None:
    with live_server.transaction() as session:
        session.merge(live_server.world.board).open_to_observers = True


@pytest.mark.parametrize("name", ["observer", "reader", "tutor", "manager"])
def test_those_who_only_read_change_nothing_by_any_message(
    live_server: LiveServer, driver: Driver, name: str
) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice("note", id=f"kept-from-{name}", text="à moi")
    alice.await_acks()
    person = live_server.sign_in(name)
    reader = driver.client()
    assert reader.connect(person)["ok"]
    answer = reader.join(person)
    assert answer["ok"], answer
    assert answer["can"] == ["read"]
    rows, before = len(live_server.rows()), alice.objects()
    reader("note", id="intruder", text="je ne devrais pas")
    assert reader.await_event("r", n=1)["code"] == "read_only"
    reader("remove", id=f"kept-from-{name}")
    reader.await_event("r", n=2)
    reader("select", ids=["z1"], editing="z1")
    reader("presence", x=1, y=1)
    for event, payload in _every_other_message(answer["handle"]):
        reader("raw", event=event, json=payload)
    refused = person.post(f"/documents/{live_server.document_id}/sync", _sync(reader), **_json)
    assert refused.status == 403, refused
    assert alice.objects() == before
    assert len(live_server.rows()) == rows


def _every_other_message(handle: int) -> list[tuple[str, Any]]:
    return [
        ("a", {"h": handle, "n": 1, "seq": 1}),
        ("r", {"h": handle, "n": 1, "code": "x", "message": "x"}),
        ("peers", {"h": handle, "joined": [{"peer": 9, "name": "Faux", "key": "u1"}], "left": []}),
    ]


_json = {"Accept": "application/json"}


def _sync(client: YjsClient) -> bytes:
    update = base64.b64decode(client("craft", id="by-http", text="par HTTP"))
    return bytes([1, 0]) + update


def test_guest_writes_own_notes_only(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice("note", id="of-alice", text="à Alice")
    alice.await_acks()
    guest = driver.client().enter(live_server.sign_in("guest"))
    guest("note", id="of-guest", text="à moi")
    guest.await_acks()
    guest("set", id="of-guest", fields={"x": 50})
    guest.await_acks()
    guest("set", id="of-alice", fields={"x": 999})
    assert guest.await_event("r")["code"] == "not_yours"
    eventually(lambda: alice.objects()["of-guest"]["x"] == 50)
    assert alice.objects()["of-alice"]["x"] == 0


def test_author_cannot_be_forged(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    guest = driver.client().enter(live_server.sign_in("guest"))
    guest("note", id="forged", text="signé Alice", author=f"u{live_server.world.alice.id}")
    refusal = guest.await_event("r")
    assert refusal["code"] == "author"
    assert refusal["message"]
    assert "forged" not in alice.objects()


def test_template_cannot_be_dragged_away(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    zone = next(key for key, found in alice.objects().items() if found.get("locked"))
    alice("set", id=zone, fields={"x": 4000})
    assert alice.await_event("r")["code"] == "locked"


def test_presence_of_observer_is_not_shown(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    observer = driver.client().enter(live_server.sign_in("observer"))
    seen = eventually(
        lambda: [p for e in alice.events("peers") for p in e["joined"] if p["role"] == "observer"]
    )
    assert seen[0]["name"] == "Observer", "the team sees who observes"
    alice("forget")
    observer("presence", x=1, y=1)
    observer("select", ids=["z1"])
    bob = driver.client().enter(live_server.sign_in("bob"))
    bob("presence", x=2, y=2)
    alice.await_event("p")
    assert [event for event in alice.events("sel") if event["peer"] == seen[0]["peer"]] == []
    assert all(base64.b64decode(event["payload"])[-7] != seen[0]["peer"] for event in alice.events("p"))


@pytest.mark.parametrize(
    ("name", "code"), [("paul", "forbidden"), ("zoe", "not_found"), ("stranger", "not_found")]
)
def test_others_cannot_join(live_server: LiveServer, driver: Driver, name: str, code: str) -> None:
    person = live_server.sign_in(name)
    client = driver.client()
    assert client.connect(person)["ok"]
    answer = client.join(person)
    assert (answer["ok"], answer["code"]) == (False, code)
    assert "missing" not in answer
    assert person.get(f"/documents/{live_server.document_id}/snapshot", **_json).status in (403, 404)
    assert person.post(f"/documents/{live_server.document_id}/sync", b"\x01\x00", **_json).status in (
        403,
        404,
    )


def test_unknown_document_is_not_found(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    client = driver.client()
    assert client.connect(person)["ok"]
    assert client.join(person, document_id=999_999)["code"] == "not_found"
    assert client("ask", event="join", json={"doc": "1"})["code"] == "malformed"
    assert client("ask", event="join", json={"doc": -1})["code"] == "malformed"


def test_observer_of_closed_board_cannot_join(live_server: LiveServer, driver: Driver) -> None:
    with live_server.transaction() as session:
        session.merge(live_server.world.board).open_to_observers = False
    person = live_server.sign_in("observer")
    client = driver.client()
    assert client.connect(person)["ok"]
    assert client.join(person)["code"] == "forbidden"


def test_unknown_event_is_refused(live_server: LiveServer, driver: Driver) -> None:
    client = driver.client().enter(live_server.sign_in("alice"))
    assert client("ask", event="on_connect", json={})["code"] == "unknown_event"
    assert client("ask", event="f", json={})["code"] == "unknown_event"


def test_edit_of_document_that_is_not_joined_is_refused(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    client = driver.client()
    assert client.connect(person)["ok"]
    client("raw", event="u", payload=base64.b64encode(bytes([1, 1, 0, 0])).decode())
    assert client.await_event("r")["code"] == "not_joined"


def test_yjs_client_id_belongs_to_who_used_it_first(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice("note", id="base", text="a")
    alice.await_acks()
    stolen = base64.b64decode(alice("craft", id="stolen", text="sous l’identité d’Alice"))
    bob = driver.client().enter(live_server.sign_in("bob"))
    handle = bob.join(live_server.sign_in("bob"))["handle"]
    bob("raw", event="u", payload=base64.b64encode(bytes([handle, 1]) + stolen).decode())
    assert bob.await_event("r")["code"] == "client_id"
