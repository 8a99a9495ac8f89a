"""docs/protocol.md is enough: a Python client over a plain Socket.IO library does all that a page does."""

import json
from collections.abc import Callable, Iterator
from typing import Any
from urllib.error import HTTPError

import pytest
import socketio.exceptions

from tests.live.live_support import Driver, LiveServer
from tests.live.plain_client import PlainClient, read_sync, read_vector, write_p, write_sync

pytestmark = pytest.mark.live

Arrive = Callable[[str], PlainClient]


@pytest.fixture
def arrive(live_server: LiveServer) -> Iterator[Arrive]:
    """Somebody of the world, with the board's page read."""
    made: list[PlainClient] = []

    def make(name: str) -> PlainClient:
        client = PlainClient(live_server.url, live_server.sign_in(name).cookie)
        client.open_board(live_server.world.board.id)
        made.append(client)
        return client

    yield make
    for client in made:
        client.close()


def _enter(client: PlainClient) -> PlainClient:
    client.connect()
    answer = client.join()
    assert answer["ok"], answer
    assert answer["can"] == ["read", "edit"]
    assert client.me["key"]
    return client


def test_edits_are_acknowledged_and_reach_others(arrive: Arrive) -> None:
    alice, bob = _enter(arrive("alice")), _enter(arrive("bob"))
    n = alice.note("plain-1", "écrit en Python")
    acknowledged = alice.wait_for("a", h=alice.handle, n=n)
    assert bob.wait_for("u")["seq"] == acknowledged["seq"]
    assert bob.texts()["plain-1"] == "écrit en Python"
    assert bob.vector() == alice.vector()
    bob.edit(lambda objects: objects["plain-1"]["text"].insert(0, "relu, "))
    alice.wait_for("u")
    assert alice.texts()["plain-1"] == "relu, écrit en Python"


def test_it_and_yjs_read_each_other(arrive: Arrive, live_server: LiveServer, driver: Driver) -> None:
    alice = _enter(arrive("alice"))
    browser = driver.client().enter(live_server.sign_in("bob"))
    alice.wait_for("a", n=alice.note("plain-2", "de Python 😀"))
    browser("note", id="yjs-2", text="de Yjs 😀")
    alice.wait_for("u")
    assert alice.texts()["yjs-2"] == "de Yjs 😀"
    assert browser.objects()["plain-2"]["text"] == "de Python 😀"


def test_refused_edit_is_explained_and_the_document_opened_afresh(arrive: Arrive) -> None:
    alice = _enter(arrive("alice"))
    n = alice.note("plain-3", "signé d’un autre nom", author="u999999")
    refusal = alice.wait_for("r", h=alice.handle, n=n)
    assert refusal["code"] == "author"
    assert refusal["message"]
    alice.socket.emit("leave", {"handle": alice.handle})
    alice.doc = type(alice.doc)()
    assert alice.join()["ok"]
    assert read_vector(refusal["sv"]) == alice.vector()
    assert "plain-3" not in alice.texts()
    alice.wait_for("a", n=alice.note("plain-4", "signé du sien"))


def test_people_pointers_and_selections(arrive: Arrive) -> None:
    alice = _enter(arrive("alice"))
    assert alice.wait_for("peers")["left"] == []
    bob = _enter(arrive("bob"))
    came = alice.wait_for("peers")["joined"][0]
    assert (came["peer"], came["key"], came["name"], came["role"]) == (
        bob.me["peer"], bob.me["key"], "Bob", "learner",
    )  # fmt: skip
    bob.socket.emit("p", write_p(bob.handle, -3, 500, 4, 1))
    seen = alice.wait_for("p", handle=alice.handle)["cursors"]
    assert seen == [{"peer": bob.me["peer"], "x": -3, "y": 500, "zoomstep": 4, "flags": 1}]
    bob.socket.emit("sel", {"h": bob.handle, "ids": ["plain-4"], "editing": None})
    chosen = alice.wait_for("sel", h=alice.handle)
    assert (chosen["peer"], chosen["ids"], chosen["editing"]) == (bob.me["peer"], ["plain-4"], None)
    bob.socket.emit("leave", {"handle": bob.handle})
    alice.wait_for("peers", left=[bob.me["peer"]])


def test_return_brings_both_sides_up_to_date(arrive: Arrive) -> None:
    alice, bob = _enter(arrive("alice")), _enter(arrive("bob"))
    bob.close()
    alice.wait_for("a", n=alice.note("plain-5", "pendant l’absence"))
    bob.note("plain-6", "hors ligne", send=False)
    bob.connect()
    assert bob.join()["ok"]
    assert bob.texts()["plain-5"] == "pendant l’absence"
    bob.wait_for("a", n=1)
    alice.wait_for("u")
    assert alice.texts()["plain-6"] == "hors ligne"
    assert alice.vector() == bob.vector()


def test_work_without_a_socket(arrive: Arrive) -> None:
    alice, bob = _enter(arrive("alice")), arrive("bob")
    snapshot = bob.request("GET", f"/documents/{bob.document}/snapshot")
    bob.doc.apply_update(snapshot)
    before = bob.doc.get_state()
    bob.note("plain-7", "sans WebSocket", send=False, author=alice.me["key"])
    path = f"/documents/{bob.document}/sync"
    with pytest.raises(HTTPError) as refused:
        bob.request("POST", path, write_sync(before, bob.doc.get_update(before)))
    with refused.value as answer:
        assert answer.status == 409
        assert json.loads(answer.read())["code"] == "author"
    bob.doc = type(bob.doc)()
    bob.doc.apply_update(snapshot)
    bob.note("plain-7", "sans WebSocket", send=False)
    answered = read_sync(bob.request("POST", path, write_sync(before, bob.doc.get_update(before))))
    alice.wait_for("u", seq=answered["seq"])
    assert alice.texts()["plain-7"] == "sans WebSocket"


@pytest.mark.parametrize("auth", [{"v": 2}, {"v": None}, {"v": "1"}, {"v": True}])
def test_other_version_is_refused_with_a_sentence(arrive: Arrive, auth: dict[str, Any]) -> None:
    alice = arrive("alice")
    with pytest.raises(socketio.exceptions.ConnectionError):
        alice.connect(**auth)
    said = alice.wait_for("connect_error")
    assert said["data"] == {"code": "version"}
    assert said["message"]


def test_unknown_fields_are_ignored(arrive: Arrive) -> None:
    alice = arrive("alice")
    alice.connect(colour="mauve")
    assert alice.call("join", {"doc": alice.document, "sv": None, "later": [1]})["ok"]


@pytest.mark.parametrize(
    ("event", "payload", "code"),
    [
        ("votes", {"h": 1}, "unknown_event"),
        ("f", {"h": 1}, "unknown_event"),
        ("sel", {"h": "1", "ids": []}, "malformed"),
        ("sel", b"\0", "malformed"),
        ("leave", {}, "malformed"),
        ("p", b"\x01\x00", "malformed"),
        ("p", {"h": 1}, "malformed"),
        ("u", b"", "malformed"),
        ("u", {"h": 1}, "malformed"),
    ],
)
def test_event_that_is_not_understood_is_refused_by_name(
    arrive: Arrive, event: str, payload: Any, code: str
) -> None:
    alice = arrive("alice")
    alice.connect()
    alice.socket.emit(event, payload)
    said = alice.wait_for("x", kind="refused")
    assert (said["event"], said["code"]) == (event, code)
    assert said["message"]
    assert _enter_again(alice), "one such event does not end the connection"


def _enter_again(client: PlainClient) -> bool:
    return bool(client.join()["ok"])


def test_unknown_event_is_answered_when_an_answer_is_asked_for(arrive: Arrive) -> None:
    alice = arrive("alice")
    alice.connect()
    answer = alice.call("votes", {})
    assert (answer["ok"], answer["code"]) == (False, "unknown_event")
    assert alice.call("join", {"doc": "1"})["code"] == "malformed"
    assert alice.call("join", {"doc": 999_999, "sv": None})["code"] == "not_found"


def test_events_before_join_touch_nothing(arrive: Arrive) -> None:
    alice = arrive("alice")
    alice.connect()
    alice.handle = 1
    alice.socket.emit("p", write_p(1, 0, 0, 0, 0))
    alice.socket.emit("sel", {"h": 1, "ids": [], "editing": None})
    alice.socket.emit("leave", {"handle": 1})
    alice.send(b"\0\0")
    assert alice.wait_for("r", h=1, n=1)["code"] == "not_joined"
