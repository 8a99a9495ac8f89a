"""kill −9 under writers: what was acknowledged is there, nothing is there twice, clients converge."""

import base64
import os
import random

import pytest

from tests.live.live_support import Driver, LiveServer, Person, YjsClient, eventually

pytestmark = pytest.mark.live

ROUNDS = int(os.environ.get("ETABLI_KILL_ROUNDS", "10"))
WRITERS = 4


@pytest.mark.timeout(60 + ROUNDS * 15)
@pytest.mark.parametrize(
    ("own_server", "rounds"),
    [("sqlite", ROUNDS), ("postgresql", max(2, ROUNDS // 3))],
    indirect=["own_server"],
)
def test_killed_server_loses_no_acknowledged_edit_and_doubles_none(
    own_server: LiveServer, driver: Driver, rounds: int
) -> None:
    people = [own_server.sign_in(name) for name in ("alice", "bob", "alice", "guest")][:WRITERS]
    writers = [driver.client().enter(person) for person in people]
    for round_number in range(rounds):
        _write_until_killed(own_server, writers, round_number)
        own_server.start()
        stored = _stored(own_server, driver)
        for writer in writers:
            acknowledged = set(writer("state")["acked"])
            assert acknowledged <= stored.keys(), sorted(acknowledged - stored.keys())[:5]
        _return(writers, people)
        _converge(writers)
    everything = _stored(own_server, driver)
    texts = [found["text"] for key, found in everything.items() if key.startswith("round")]
    assert len(texts) == len(set(texts)), "an edit is there twice"
    assert len(texts) > rounds * WRITERS


def _write_until_killed(server: LiveServer, writers: list[YjsClient], round_number: int) -> None:
    acknowledged = sum(len(writer("state")["acked"]) for writer in writers)
    for number, writer in enumerate(writers):
        writer("write", prefix=f"round{round_number}-{number}", every=7)
    wanted = acknowledged + random.randint(5, 60)
    eventually(
        lambda: sum(len(writer("state")["acked"]) for writer in writers) >= wanted, 15, "acknowledgements"
    )
    server.kill()
    eventually(lambda: not any(writer.is_connected() for writer in writers), 10, "disconnection")


def _stored(server: LiveServer, driver: Driver) -> dict[str, dict[str, str]]:
    snapshot = server.sign_in("alice").get(f"/documents/{server.document_id}/snapshot")
    assert snapshot.status == 200
    return driver.open_in_yjs(snapshot.body)


def _return(writers: list[YjsClient], people: list[Person]) -> None:
    for writer, person in zip(writers, people, strict=True):
        assert writer.connect(person)["ok"]
        assert writer.join(person)["ok"]


def _converge(writers: list[YjsClient]) -> None:
    for writer in writers:
        writer.await_acks(10)
    eventually(lambda: _are_equal([writer.objects() for writer in writers]), 5, "convergence")


def _are_equal(states: list[dict[str, object]]) -> bool:
    return all(state == states[0] for state in states)


def test_restarted_server_shows_the_same_board(own_server: LiveServer, driver: Driver) -> None:
    person = own_server.sign_in("alice")
    alice = driver.client().enter(person)
    alice("note", id="kept", text="Gardé à travers le redémarrage")
    alice.await_acks()
    before = alice.objects()
    assert own_server.stop() == 0
    eventually(lambda: not alice.is_connected())
    own_server.start()
    assert driver.client().enter(person).objects() == before
    assert alice.connect(person)["ok"]
    assert not alice.join(person)["resent"], "everything was there already"


def test_many_rows_are_snapshot_and_nothing_is_lost(own_server: LiveServer, driver: Driver) -> None:
    person = own_server.sign_in("alice")
    alice = driver.client().enter(person)
    for number in range(210):
        alice("note", id=f"n{number}", text=str(number))
        alice.await_acks()
    eventually(own_server.snapshots, 15, "a snapshot of the live document")
    own_server.kill()
    own_server.start()
    bob = driver.client().enter(own_server.sign_in("bob"))
    assert {f"n{number}" for number in range(210)} <= bob.objects().keys()
    newest = own_server.snapshots()[-1]
    assert newest.seq <= len(own_server.rows())
    assert "n0" in driver.open_in_yjs(bytes(newest.content))
    whole = own_server.sign_in("alice").get(f"/documents/{own_server.document_id}/snapshot").body
    assert driver.open_in_yjs(whole) == bob.objects()
    assert base64.b64decode(bob("whole"))
