"""SQLite's log is copied by the thread, never by a commit, and begins anew when it has grown."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import insert

from models.base import utcnow
from models.people import User
from models.session import database, transaction
from realtime.checkpoints import MANY_FRAMES, Checkpoints
from tests.factories import World


def _write(rows: int, at: str) -> None:
    people = [
        {"email": f"{at}-{number}@exemple.fr", "name": f"{at}-{number}", "title": "x" * 200}
        for number in range(rows)
    ]
    with transaction() as session:
        session.execute(insert(User), people)


def _log_bytes() -> int:
    path = Path(f"{database().engine.url.database}-wal")
    return path.stat().st_size if path.exists() else 0


@pytest.fixture
def checkpoints(world: World) -> Checkpoints:
    return Checkpoints(lambda action: action())


def test_commits_leave_the_log_alone_and_the_thread_copies_it(checkpoints: Checkpoints) -> None:
    checkpoints.take()
    path = Path(str(database().engine.url.database))
    before = path.read_bytes()
    size = 0
    while size < 8_000_000:  # twice what SQLite itself would let a commit leave
        _write(200, utcnow().isoformat())
        size = _log_bytes()
    assert path.read_bytes() == before
    assert checkpoints.take() > 1000
    assert path.read_bytes() != before


def test_log_begins_anew_when_all_is_copied(checkpoints: Checkpoints) -> None:
    while _log_bytes() < MANY_FRAMES * 4200:
        _write(500, utcnow().isoformat())
    size = _log_bytes()
    checkpoints.take()
    for turn in range(3):
        _write(500, f"after-{turn}")
    assert _log_bytes() == size
    assert checkpoints.take() < MANY_FRAMES
    with transaction() as session:
        assert session.query(User).filter(User.title == "x" * 200).count() > 1500


def test_loop_outlives_a_database_that_fails(
    checkpoints: Checkpoints, monkeypatch: pytest.MonkeyPatch
) -> None:
    turns = iter([False, False, True])
    taken = []

    def fail() -> int:
        taken.append(1)
        raise sqlite3.OperationalError("disk I/O error")

    monkeypatch.setattr(checkpoints, "take", fail)
    monkeypatch.setattr("realtime.checkpoints.PAUSE_SECONDS", 0)
    checkpoints.loop(lambda: next(turns))
    assert len(taken) == 2
