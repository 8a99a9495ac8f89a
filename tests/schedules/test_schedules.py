"""Seeded schedules of delay, reorder, duplicate, loss, partition, failure and death: equal copies at the end.

A failure names its seed; `ETABLI_SCHEDULE_SEED=123` plays that one alone. Seeds that once failed are in
pinned.txt and are always played.
"""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from models import failpoints
from models.document import Board
from models.people import LoginSession
from models.session import transaction
from realtime import flusher, protocol, registry
from tests.factories import World, make_board
from tests.schedules.network import SoleThread
from tests.schedules.promises import check
from tests.schedules.schedule import Schedule
from workspace.jobs import compact
from workspace.services.sessions import open_session
from workspace.services.tokens import token_hash

IS_LONG = os.environ.get("ETABLI_LONG") == "1"
ONLY = os.environ.get("ETABLI_SCHEDULE_SEED")
PINNED = [
    int(line.split()[0])
    for line in (Path(__file__).parent / "pinned.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
FIRST_SEED = 1
SEEDS = 3000 if IS_LONG else 80
SEEDS_ON_POSTGRESQL = 500 if IS_LONG else 15
PEOPLE = ("alice", "bob", "guest", "alice", "bob")


@pytest.fixture
def logins(any_world: World) -> list[tuple[str, int]]:
    """A login session for each replica."""
    found = []
    with transaction() as session:
        for name in PEOPLE:
            user = any_world.people.get(name)
            guest = any_world.guests.get(name)
            token = open_session(
                session, user_id=user.id if user else None, guest_id=guest.id if guest else None
            )
            login = session.scalars(select(LoginSession).where(LoginSession.token_hash == token_hash(token)))
            found.append((name, login.one().id))
    return found


def _play(seed: int, world: World, logins: list[tuple[str, int]]) -> Schedule:
    with transaction() as session:
        board: Board = make_board(session, world.project, world.alice, f"Graine {seed}")
        document_id = board.document_id
    with pytest.MonkeyPatch.context() as patch:
        schedule = Schedule(seed, document_id, logins)
        patch.setattr(failpoints, "reach", schedule.at)
        patch.setattr(flusher, "appending", schedule.appending)
        patch.setattr(flusher, "threading", SoleThread)
        patch.setattr(registry, "BELLS_CROSS_SECONDS", 0.0)
        patch.setattr(compact, "KEPT_ROWS", schedule.odds.kept_rows)
        if schedule.odds.gives_up:
            patch.setattr(flusher, "GIVE_UP_SECONDS", -1.0)
        if schedule.odds.small_answers:
            patch.setattr(protocol, "MAX_MISSING_BYTES", 300)
        try:
            schedule.run()
            check(schedule)
        except AssertionError as error:
            pytest.fail(f"ETABLI_SCHEDULE_SEED={seed}: {error}\n{schedule.trace}", pytrace=False)
    return schedule


def _seeds(world_url: str) -> Iterator[int]:
    if ONLY:
        yield int(ONLY)
        return
    yield from PINNED
    count = SEEDS if world_url.startswith("sqlite") else SEEDS_ON_POSTGRESQL
    yield from range(FIRST_SEED, FIRST_SEED + count)


@pytest.mark.timeout(7200 if IS_LONG else 300)
def test_every_schedule_ends_with_equal_copies_and_every_promise_kept(
    any_world: World, any_database_url: str, logins: list[tuple[str, int]]
) -> None:
    passed: set[str] = set()
    for seed in _seeds(any_database_url):
        passed |= _play(seed, any_world, logins).passed
    in_schedules = {name for name in failpoints.POINTS if not name.startswith("reveal.")}
    assert ONLY or passed >= in_schedules
