"""The whole path with real sockets: join, edit, acknowledge, tell the others, read again."""

import base64
from typing import Any

import pytest

from models.document import Board
from models.people import User
from tests.live.live_support import Driver, LiveServer, YjsClient, eventually

pytestmark = [pytest.mark.live, pytest.mark.both_modes]
both_databases = pytest.mark.parametrize("live_server", ["sqlite", "postgresql"], indirect=True)


@both_databases
def test_two_people_see_the_same_board(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    bob = driver.client().enter(live_server.sign_in("bob"))
    alice("note", id="from-alice", text="Bonjour")
    bob("note", id="from-bob", text="Salut", x=300)
    alice.await_acks()
    bob.await_acks()
    eventually(lambda: "from-bob" in alice.objects() and "from-alice" in bob.objects())
    bob("type", id="from-alice", index=7, text=" à tous")
    eventually(lambda: alice.objects()["from-alice"]["text"] == "Bonjour à tous")
    assert alice("state")["vector"] == bob("state")["vector"]
    assert driver.open_in_yjs(base64.b64decode(alice("whole"))) == bob.objects()


@both_databases
def test_acknowledged_edit_is_in_the_database(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    for number in range(20):
        alice("forget")
        alice("note", id=f"durable-{number}", text=f"note {number}")
        seq = alice.await_event("a")["seq"]
        row = next(row for row in live_server.rows() if row.seq == seq)
        assert f"durable-{number}".encode() in row.update
        assert row.actor_keys == f"u{live_server.world.alice.id}"


def test_newcomer_gets_everything_and_returns_with_a_difference(
    live_server: LiveServer, driver: Driver
) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice("note", id="before", text="x" * 1500)
    alice.await_acks()
    person = live_server.sign_in("bob")
    bob = driver.client().enter(person)
    assert bob.objects()["before"] == alice.objects()["before"]
    bob("disconnect")
    alice("note", id="meanwhile", text="pendant l’absence")
    alice.await_acks()
    assert bob.connect(person)["ok"]
    answer = bob.join(person)
    assert "meanwhile" in bob.objects()
    assert answer["missing"] < 1000, "a return brings the difference, not the board"


def test_edits_made_offline_arrive_on_return(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    alice = driver.client().enter(person)
    bob = driver.client().enter(live_server.sign_in("bob"))
    alice("disconnect")
    alice("note", id="written-offline", text="dans le train")
    assert alice.connect(person)["ok"]
    assert alice.join(person)["resent"]
    alice.await_acks()
    eventually(lambda: "written-offline" in bob.objects())


def test_sending_the_same_edit_again_stores_nothing_twice(live_server: LiveServer, driver: Driver) -> None:
    person = live_server.sign_in("alice")
    alice = driver.client().enter(person)
    alice("note", id="sent-twice", text="une fois")
    alice.await_acks()
    before = len(live_server.rows())
    again = bytes([alice("state")["handle"], 99]) + base64.b64decode(alice("whole"))
    alice("raw", event="u", payload=base64.b64encode(again).decode())
    alice.await_event("a", n=99)
    assert len(live_server.rows()) <= before + 1  # Yjs sends its known deletions along; never the note again
    assert list(alice.objects()).count("sent-twice") == 1


def _entries(reader: YjsClient, other: YjsClient, skip: int = 0) -> list[dict[str, Any]]:
    """What `reader` was told of the person of `other`, in the `peers` after the first `skip`."""
    key = other("state")["me"]["key"]
    events = reader.events("peers")[skip:]
    return [person for event in events for person in event["joined"] if person["key"] == key]


def _arrival(reader: YjsClient, other: YjsClient) -> dict[str, Any]:
    """What `reader`, who had been told who was there, was told when `other` came."""
    return eventually(lambda: _entries(reader, other, skip=1))[-1]  # type: ignore[no-any-return]


def test_presence_carries_the_servers_word_for_who_it_is(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice.await_event("peers")
    bob = driver.client().enter(live_server.sign_in("bob"))
    joined = _arrival(alice, bob)
    assert joined["name"] == "Bob"
    assert joined["key"] == f"u{live_server.world.bob.id}"
    assert joined["role"] == "learner"
    known = eventually(lambda: _entries(bob, alice))[-1]
    assert known["colour"] != joined["colour"]
    bob("presence", x=-120, y=250, zoom=2, flags=1)
    frame = base64.b64decode(alice.await_event("p")["payload"])
    assert frame[-6:] == (-120).to_bytes(2, "big", signed=True) + (250).to_bytes(2, "big") + bytes([2, 1])
    assert frame[-7] == joined["peer"]
    bob("select", ids=["z1"], editing="z1")
    selection = alice.await_event("sel", peer=joined["peer"])
    assert selection["ids"] == ["z1"]
    bob("disconnect")
    eventually(lambda: any(joined["peer"] in event["left"] for event in alice.events("peers")))


def test_names_are_shown_as_each_reader_may_know_them(live_server: LiveServer, driver: Driver) -> None:
    with live_server.transaction() as session:
        session.get_one(Board, live_server.world.board.id).open_to_observers = True
        session.get_one(User, live_server.world.alice.id).name = "Alice Dupont"
    people = {name: driver.client() for name in ("observer", "guest", "tutor", "alice")}
    for name, client in people.items():
        client.enter(live_server.sign_in(name))
        client.await_event("peers")
    shown = {name: _arrival(people[name], people["alice"])["name"] for name in ("observer", "guest", "tutor")}
    assert shown == {
        "observer": "Équipe",
        "guest": "Alice",
        "tutor": "Alice Dupont",
    }
    told = [person["name"] for event in people["observer"].events("peers") for person in event["joined"]]
    assert set(told) <= {"Équipe", "Habitant·e"}
    with live_server.transaction() as session:
        session.get_one(User, live_server.world.alice.id).name = "Alice"
        session.get_one(Board, live_server.world.board.id).open_to_observers = False


def test_newcomer_is_told_who_is_there_and_what_they_hold(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice("select", ids=["z1"], editing=None)
    bob = driver.client().enter(live_server.sign_in("bob"))

    def told() -> bool:
        peers = {person["peer"] for person in _entries(bob, alice)}
        return any(event["peer"] in peers and event["ids"] == ["z1"] for event in bob.events("sel"))

    eventually(told)


def test_leaving_stops_what_is_received(live_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(live_server.sign_in("alice"))
    alice.await_event("peers")
    bob = driver.client().enter(live_server.sign_in("bob"))
    peer = _arrival(alice, bob)["peer"]
    bob("leave")
    eventually(lambda: any(peer in event["left"] for event in alice.events("peers")))
    bob("forget")
    alice("note", id="unseen", text="bob est parti")
    alice.await_acks()
    answer = bob.join(live_server.sign_in("bob"))
    assert answer["ok"], answer
    assert bob.events("u") == []
    assert "unseen" in bob.objects()
