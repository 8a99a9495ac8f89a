"""The server dies, or an unforeseen error strikes, at every step of an edit's path, under twenty writers.

The steps are those that `models.failpoints` declares: a new one is tested without a line here. Those
of the worker are in `tests/jobs/test_worker_dies.py`, those of a private round in `test_private_rounds.py`.
"""

import os
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from models.failpoints import POINTS
from tests.live.fleet import Fleet
from tests.live.live_support import Driver, LiveServer, eventually

pytestmark = pytest.mark.live

IS_LONG = os.environ.get("ETABLI_LONG") == "1"
ELSEWHERE = ("compaction.", "reveal.")
OF_THE_SERVER = tuple(name for name in POINTS if not name.startswith(ELSEWHERE))
AROUND_THE_COMMIT = ("appended", "committed") if IS_LONG else ("committed",)
WRITERS = 20
BACKOFF = (300, 2000)
ONCE_EVERYBODY_IS_BACK = 45  # passes: after twenty clients have returned and sent what they kept
FOR_EACH_RECEIVER = ("broadcasting",)
SELDOM = ("opened", "acknowledging")
"""Passed once for a document, and only in ticks in which one person alone wrote: the first time counts."""
DEATH_SECONDS = 60.0


def _server(kind: str, folder: Path, make_database: Callable[[str], str]) -> LiveServer:
    return LiveServer(folder, make_database(kind), ETABLI_WORKER="separate")


def _wish(point: str) -> str:
    wanted = 1 if point in SELDOM else ONCE_EVERYBODY_IS_BACK + random.randrange(20)
    if point in FOR_EACH_RECEIVER:
        wanted *= WRITERS
    return f"{point}:{wanted}:kill"


@pytest.mark.timeout(60 + 25 * len(POINTS))
@pytest.mark.parametrize(("kind", "points"), [("sqlite", OF_THE_SERVER), ("postgresql", AROUND_THE_COMMIT)])
def test_death_at_every_failpoint_loses_and_doubles_nothing(
    kind: str,
    points: tuple[str, ...],
    driver: Driver,
    tmp_path: Path,
    make_database: Callable[[str], str],
) -> None:
    server = _server(kind, tmp_path, make_database)
    fleet = Fleet(driver, server, WRITERS, backoff=BACKOFF)
    for number, point in enumerate(points):
        server.environment["ETABLI_FAILPOINT"] = _wish(point)
        server.start()
        if number == 0:
            fleet.enter(DEATH_SECONDS, wait=point != "opened")
        elif point not in SELDOM:
            fleet.check()  # all are back and equal before they go on
        fleet.write(f"p{number}", seed=number)
        assert _dies(server), f"nothing passed {server.environment['ETABLI_FAILPOINT']}"
        fleet.pause()
        fleet.check_stored()
    del server.environment["ETABLI_FAILPOINT"]
    server.start()
    fleet.check()
    fleet.quit()
    assert server.stop() == 0


def _dies(server: LiveServer) -> bool:
    assert server.process is not None
    deadline = time.monotonic() + DEATH_SECONDS
    while server.process.poll() is None:
        if time.monotonic() > deadline:
            return False
        time.sleep(0.02)
    return server.process.returncode == -9


def test_every_failpoint_is_passed_and_an_error_there_loses_nothing(
    driver: Driver, tmp_path: Path, make_database: Callable[[str], str]
) -> None:
    server = _server("sqlite", tmp_path, make_database)
    wishes = [f"{point}:1:note" for point in OF_THE_SERVER]
    wishes += [
        f"{point}:{1 if point in SELDOM else 10 + 7 * number}:error"
        for number, point in enumerate(OF_THE_SERVER)
        if point != "opened"
    ]
    server.environment["ETABLI_FAILPOINT"] = ",".join(wishes)
    server.start()
    fleet = Fleet(driver, server, WRITERS, backoff=BACKOFF).enter()
    fleet.write("e")
    points = set(OF_THE_SERVER)
    eventually(lambda: points <= _noted(server), 60, f"every failpoint in ordinary work of {points}")
    points -= {"opened"}
    eventually(lambda: points <= _raised(server), 60, f"an error at each of {points}; {server.errors()}")
    fleet.check()
    fleet.quit()
    assert server.stop() == 0


def _noted(server: LiveServer) -> set[str]:
    lines = server.errors().splitlines()
    return {line.removeprefix("failpoint ") for line in lines if line.startswith("failpoint ")}


def _raised(server: LiveServer) -> set[str]:
    marker = "models.failpoints.FailpointError: "
    return {line.removeprefix(marker) for line in server.errors().splitlines() if line.startswith(marker)}
