"""Two server processes on one database: each serves anybody, and takes in what the other committed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.live.live_support import Driver, LiveServer, eventually

pytestmark = [pytest.mark.live, pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)]


@pytest.fixture
def second_server(own_server: LiveServer, tmp_path: Path) -> Iterator[LiveServer]:
    folder = tmp_path / "second"
    folder.mkdir()
    server = LiveServer(folder, own_server.database_url, world=own_server.world).start()
    yield server
    server.stop()


def test_people_on_two_processes_see_the_same_board(
    own_server: LiveServer, second_server: LiveServer, driver: Driver
) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    bob = driver.client().enter(second_server.sign_in("bob"))
    for number in range(20):
        alice("note", id=f"alice-{number}", text="d’un processus")
        bob("note", id=f"bob-{number}", text="de l’autre")
    alice.await_acks()
    bob.await_acks()
    eventually(lambda: "bob-19" in alice.objects() and "alice-19" in bob.objects(), what="the other's edits")
    eventually(lambda: alice.objects() == bob.objects(), what="convergence")
    seqs = [row.seq for row in own_server.rows()]
    assert seqs == list(range(1, len(seqs) + 1)), "every number once, none left out"
    alice("type", id="bob-3", index=0, text="relu : ")
    eventually(lambda: bob.objects()["bob-3"]["text"] == "relu : de l’autre")


def test_process_that_dies_leaves_the_other_working(
    own_server: LiveServer, second_server: LiveServer, driver: Driver
) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    person = second_server.sign_in("bob")
    bob = driver.client().enter(person)
    bob("note", id="kept", text="acquitté")
    bob.await_acks()
    second_server.kill()
    alice("note", id="alone", text="on continue")
    alice.await_acks()
    eventually(lambda: "kept" in alice.objects())
    moved = own_server.sign_in("bob")
    assert bob.connect(moved)["ok"], "anybody may go to any process"
    assert bob.join(moved)["ok"]
    eventually(lambda: bob.objects() == alice.objects())
