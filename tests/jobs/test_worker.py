"""The worker: does what documents need without being asked, and lets no document hold up another."""

import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import select, update
from sqlalchemy.exc import OperationalError

from models.base import utcnow
from models.document import DocumentUpdate
from models.document_upkeep import BoardObject, DocumentUpkeep
from models.job import Job, JobKind
from models.session import database, reading, transaction
from tests.factories import World, make_board
from tests.jobs.writing import Writer, outline
from workspace.jobs import project, worker
from workspace.jobs.planner import plan
from workspace.jobs.queue import enqueue
from workspace.jobs.worker import Worker

ROOT = Path(__file__).resolve().parents[2]


def turn_until_idle() -> None:
    """Run all jobs, whatever their time."""
    for _turn in range(20):
        plan()
        with transaction() as session:
            session.execute(update(Job).where(Job.kind == JobKind.PROJECT_DOCUMENT).values(run_at=utcnow()))
        if not Worker().turn():
            return
    raise AssertionError("there is always more to do")


def projected(document_id: int) -> dict[str, dict[str, object]]:
    with reading() as session:
        found = session.scalars(select(BoardObject).where(BoardObject.document_id == document_id))
        return {one.object_id: {name: getattr(one, name) for name in project.FIELDS} for one in found}


def test_read_model_equals_the_document_after_random_edits(any_world: World) -> None:
    document_id = any_world.board.document_id
    writer, chance = Writer(document_id), random.Random(5)
    alive: list[str] = []
    zones = [zone.id for zone in outline(document_id).zones]
    for number in range(60):
        kind = chance.choice(["note", "note", "retype", "delete"]) if alive else "note"
        if kind == "note":
            alive.append(f"n{number}")
            writer.note(alive[-1], f"mot {number}", zone=chance.choice([*zones, ""]))
        elif kind == "retype":
            writer.retype(chance.choice(alive), "é\0😀" * chance.randint(0, 5))
        else:
            writer.delete(alive.pop(chance.randrange(len(alive))))
        if number % 15 == 14:
            turn_until_idle()
            assert projected(document_id) == project.lines(outline(document_id))
    assert len(projected(document_id)) > len(alive) > 0


def test_nothing_is_asked_for_when_nothing_changed(any_world: World) -> None:
    Writer(any_world.board.document_id).note("n1")
    turn_until_idle()
    assert plan() == 0


def test_planner_asks_once_for_each_document(any_world: World) -> None:
    Writer(any_world.board.document_id).note("n1")
    assert plan() == 2, "its read model and its history"
    assert plan() == 0


def test_corrupt_document_is_noted_and_holds_up_no_other(any_world: World) -> None:
    with transaction() as session:
        other = make_board(session, session.merge(any_world.project), any_world.people["alice"], "Autre")
    document_id = any_world.board.document_id
    Writer(document_id).note("n1")
    with transaction() as session:
        session.execute(
            update(DocumentUpdate).where(DocumentUpdate.document_id == document_id).values(update=b"\xff")
        )
    turn_until_idle()
    assert projected(other.document_id) == project.lines(outline(other.document_id))
    with reading() as session:
        marked = session.scalars(select(DocumentUpkeep).where(DocumentUpkeep.corrupt_at.is_not(None))).all()
        left = session.scalars(select(Job).where(Job.key == str(document_id), Job.last_error != "")).all()
    assert [(one.document_id, one.corrupt_reason) for one in marked] == [(document_id, "row 1: checksum")]
    assert left == []


def test_failing_job_keeps_its_error_without_what_people_wrote(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(_document_id: int, _now: object) -> None:
        raise KeyError("ce que quelqu’un a écrit")

    monkeypatch.setitem(worker.RUNNERS, JobKind.PROJECT_DOCUMENT, failing)  # type: ignore[arg-type]
    with transaction() as session:
        enqueue(session, JobKind.PROJECT_DOCUMENT, world.board.document_id)
    Worker().turn()
    with reading() as session:
        job = session.scalars(select(Job).where(Job.kind == JobKind.PROJECT_DOCUMENT)).one()
    assert job.last_error.startswith("KeyError at test_worker.py:")
    assert (job.attempts, job.locked_until) == (1, None)


def test_worker_waits_for_a_database_that_is_away(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "POLL_SECONDS", 0.01)
    away = [OperationalError("SELECT", {}, Exception("away"))] * 3

    def plan_when_there(**_options: bool) -> int:
        if away:
            raise away.pop()
        return plan()

    monkeypatch.setattr(worker, "plan", plan_when_there)
    with transaction() as session:
        enqueue(session, JobKind.PROJECT_DOCUMENT, world.board.document_id)
    running = Worker()
    thread = threading.Thread(target=running.run, daemon=True)
    thread.start()
    try:
        deadline = time.monotonic() + 30
        while not projected(world.board.document_id):
            assert time.monotonic() < deadline, "the worker did not come back"
            time.sleep(0.02)
    finally:
        running.stop()
        thread.join(30)
    assert not thread.is_alive()


@contextmanager
def worker_process(world: World, tmp_path: Path, *options: str) -> "Iterator[subprocess.Popen[bytes]]":
    """A worker that has already done a job."""
    with transaction() as session:
        enqueue(session, JobKind.PROJECT_DOCUMENT, world.board.document_id)
    environ = {"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": database().url, "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "workspace.cli", "worker", *options]
    with subprocess.Popen(command, cwd=ROOT, env=environ, stdin=subprocess.PIPE) as process:
        deadline = time.monotonic() + 30
        while not projected(world.board.document_id):
            assert time.monotonic() < deadline, "the worker did nothing"
            time.sleep(0.02)
        yield process


@pytest.mark.live
def test_worker_process_ends_on_sigterm(world: World, tmp_path: Path) -> None:
    with worker_process(world, tmp_path) as process:
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0


@pytest.mark.live
def test_worker_of_a_parent_ends_with_it(world: World, tmp_path: Path) -> None:
    with worker_process(world, tmp_path, "--with-parent") as process:
        process.send_signal(signal.SIGINT)  # Ctrl-C in the parent's terminal is the parent's business
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.2)
        assert process.stdin is not None
        process.stdin.close()
        assert process.wait(30) == 0
