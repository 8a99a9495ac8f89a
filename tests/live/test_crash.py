"""kill −9 under twenty writers: what was acknowledged is there, nothing is there twice, clients converge.

`ETABLI_KILL_ROUNDS` sets the number of kills in all, `ETABLI_LONG=1` asks for a hundred; seven of ten are on
SQLite. The seed of a run is printed when it fails; `ETABLI_KILL_SEED` takes the same one again.
"""

import base64
import os
import random
import statistics
import time
from collections.abc import Iterator

import pytest

from tests.live.fleet import Fleet
from tests.live.live_support import PATIENCE, Driver, LiveServer, eventually

pytestmark = pytest.mark.live

ASYNC_MODE = os.environ.get("ETABLI_TEST_ASYNC_MODE", "eventlet")
IS_LONG = os.environ.get("ETABLI_LONG") == "1"
ROUNDS = int(os.environ.get("ETABLI_KILL_ROUNDS", "100" if IS_LONG else "10"))
ON_POSTGRESQL = max(1, ROUNDS * 3 // 10)
SEED = int(os.environ.get("ETABLI_KILL_SEED", random.randrange(10**6)))
ROUNDS_PER_BOARD = 10
WRITERS = 20
BACKOFF = (300, 2000)
CONVERGENCE_SECONDS = 5.0 * PATIENCE


def _slices(kind: str, rounds: int) -> Iterator[tuple[str, str, int]]:
    """At most `ROUNDS_PER_BOARD` kills on one board."""
    for first in range(0, rounds, ROUNDS_PER_BOARD):
        yield kind, ASYNC_MODE, min(ROUNDS_PER_BOARD, rounds - first)


@pytest.mark.timeout(60 + ROUNDS_PER_BOARD * 30)
@pytest.mark.parametrize(
    ("own_server", "async_mode", "rounds"),
    [
        *_slices("sqlite", ROUNDS - ON_POSTGRESQL),
        *_slices("postgresql", ON_POSTGRESQL),
        ("sqlite", "gevent", 1),
    ],
    indirect=["own_server", "async_mode"],
)
def test_killed_server_loses_no_acknowledged_edit_and_doubles_none(
    own_server: LiveServer, driver: Driver, rounds: int
) -> None:
    print(f"ETABLI_KILL_SEED={SEED}")  # noqa: T201 - shown when the test fails
    chance = random.Random(SEED)
    fleet = Fleet(driver, own_server, WRITERS, backoff=BACKOFF).enter()
    took: list[float] = []
    for number in range(rounds):
        fleet.write(f"r{number}", seed=SEED + number)
        fleet.await_acked(fleet.acked() + chance.randrange(20, 120))
        time.sleep(chance.uniform(0, 0.1))  # not always just after an acknowledgement
        own_server.kill()
        fleet.check_stored()
        own_server.start()
        counts = fleet.check()
        took.append(counts.pop("seconds"))
    print(f"{rounds} kills: {counts}; seconds to converge: {took}")  # noqa: T201 - the figures of a long run, with -s
    assert statistics.median(took) <= CONVERGENCE_SECONDS
    connections = [client["connections"] for client in fleet.survey()]
    assert min(connections) == rounds + 1, "every client came back after every kill"
    fleet.quit()


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
    for number in range(510):
        alice("note", id=f"n{number}", text=str(number))
        alice.await_acks()
    eventually(own_server.snapshots, 45, "a snapshot of the live document")
    own_server.kill()
    own_server.start()
    bob = driver.client().enter(own_server.sign_in("bob"))
    assert {f"n{number}" for number in range(510)} <= bob.objects().keys()
    newest = own_server.snapshots()[-1]
    assert newest.seq <= len(own_server.rows())
    assert "n0" in driver.open_in_yjs(bytes(newest.content))
    whole = own_server.sign_in("alice").get(f"/documents/{own_server.document_id}/snapshot").body
    assert driver.open_in_yjs(whole) == bob.objects()
    assert base64.b64decode(bob("whole"))
