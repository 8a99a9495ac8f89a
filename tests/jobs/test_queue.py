"""The queue: one row per thing to do, a lease for who does it, longer pauses after each failure."""

import threading
from datetime import timedelta

from sqlalchemy import select, update

from models.base import utcnow
from models.job import Job, JobKind
from models.session import database, reading, transaction
from tests.factories import World
from workspace.jobs import queue
from workspace.jobs.queue import Claimed

KIND = JobKind.PROJECT_DOCUMENT


def ask(*keys: object, **options: object) -> None:
    with transaction() as session:
        for key in keys:
            queue.enqueue(session, KIND, key, **options)  # type: ignore[arg-type]


def take(limit: int = 10) -> list[Claimed]:
    with transaction() as session:
        return queue.claim(session, limit)


def stored() -> list[Job]:
    with reading() as session:
        return list(session.scalars(select(Job).order_by(Job.id)))


def expire(job: Claimed) -> None:
    with transaction() as session:
        session.execute(
            update(Job).where(Job.id == job.id).values(locked_until=utcnow() - timedelta(seconds=1))
        )


def test_job_is_taken_once_and_goes_when_it_is_done(any_world: World) -> None:
    ask(1, 2)
    first = take()
    assert [job.key for job in first] == ["1", "2"]
    assert take() == []
    with transaction() as session:
        for job in first:
            queue.finish(session, job)
    assert stored() == []


def test_what_waits_is_not_asked_for_twice(any_world: World) -> None:
    ask(1, run_at=utcnow() + timedelta(hours=1))
    assert take() == []
    ask(1)
    ask(1, run_at=utcnow() + timedelta(hours=1))
    assert [job.asked for job in take()] == [3], "one row, at the earliest of the times"


def test_job_asked_for_while_it_ran_is_run_again(any_world: World) -> None:
    ask(1)
    (job,) = take()
    ask(1)
    with transaction() as session:
        queue.finish(session, job)
    (again,) = take()
    with transaction() as session:
        queue.finish(session, again)
    assert stored() == []


def test_job_may_want_to_run_later(any_world: World) -> None:
    ask(1)
    (job,) = take()
    later = utcnow() + timedelta(minutes=3)
    with transaction() as session:
        queue.finish(session, job, later)
    assert [(left.run_at, left.attempts, left.locked_until) for left in stored()] == [(later, 0, None)]


def test_lease_of_a_dead_worker_runs_out_and_its_late_answer_counts_for_nothing(any_world: World) -> None:
    ask(1)
    (job,) = take()
    expire(job)
    (again,) = take()
    with transaction() as session:
        queue.finish(session, job)
        queue.fail(session, job, "late")
    (left,) = stored()
    assert (left.locked_until, left.last_error) == (again.until, "")


def test_failing_job_waits_longer_each_time_and_ends_as_failed(any_world: World) -> None:
    ask(1)
    waits = []
    for _attempt in range(queue.MAX_ATTEMPTS):
        with transaction() as session:
            session.execute(update(Job).values(run_at=utcnow()))
        (job,) = take()
        with transaction() as session:
            queue.fail(session, job, "KeyError at compact.py:3")
        waits.append((stored()[0].run_at - utcnow()).total_seconds())
    (left,) = stored()
    assert left.failed_at is not None
    assert left.last_error == "KeyError at compact.py:3"
    assert waits[-2] > 8 * waits[0] > 0
    assert take() == []
    ask(1)
    assert [job.attempts for job in take()] == [1], "asking anew is a new chance"


def test_job_that_kills_its_worker_each_time_fails_in_the_end(any_world: World) -> None:
    ask(1)
    for _attempt in range(queue.MAX_ATTEMPTS):
        (job,) = take()
        expire(job)
    assert take() == []
    assert stored()[0].last_error == queue.DIED


def test_workers_side_by_side_never_hold_one_job_at_once(any_world: World) -> None:
    ask(*range(40))
    taken: list[str] = []
    start = threading.Barrier(4)

    def work() -> None:
        start.wait()
        while jobs := take(3):
            taken.extend(job.key for job in jobs)

    threads = [threading.Thread(target=work) for _number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(map(int, taken)) == list(range(40))
    if not database().is_sqlite:
        with database().make_session() as holder:
            ask(99)
            assert [job.key for job in queue.claim(holder, 1)] == ["99"]
            assert take() == [], "a row that another transaction holds is passed over, not waited for"
            holder.rollback()
