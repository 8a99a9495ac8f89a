"""The queue: ask for work, take it under a lease, finish it or try again later. The caller commits.

Several workers never hold one job at once: taking it writes until when it is theirs. A worker that dies
leaves a lease that runs out, and the job is taken again; so every job must bear being run twice.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, case, delete, or_, select, update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.job import Job, JobKind
from models.session import affected
from models.upsert import upsert

LEASE = timedelta(minutes=5)
MAX_ATTEMPTS = 8
ATTEMPTS_OF: Mapping[str, int] = {JobKind.SEND_MAIL: 24}
"""A mail server may be away for half a day."""
FIRST_RETRY = timedelta(seconds=5)
LONGEST_RETRY = timedelta(hours=1)
DIED = "the worker died"


class TryLater(Exception):
    """What the job needs is away: the message says what, without content."""


@dataclass(frozen=True)
class Claimed:
    """A job that is this worker's until `until`."""

    id: int
    kind: str
    key: str
    payload: Mapping[str, Any]
    asked: int
    attempts: int
    until: datetime


def enqueue(
    session: Session,
    kind: JobKind,
    key: object,
    *,
    run_at: datetime | None = None,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Ask for work in the transaction of its cause. What already waits waits on, at the earlier time."""
    at = run_at or utcnow()
    has_failed = Job.failed_at.is_not(None)
    session.execute(
        upsert(session, Job)
        .values(
            kind=kind,
            key=str(key),
            payload=dict(payload or {}),
            asked=1,
            run_at=at,
            attempts=0,
            last_error="",
            created_at=utcnow(),
        )
        .on_conflict_do_update(
            index_elements=[Job.kind, Job.key],
            set_={
                "asked": Job.asked + 1,
                "run_at": case((or_(has_failed, Job.run_at > at), at), else_=Job.run_at),
                "attempts": case((has_failed, 0), else_=Job.attempts),
                "failed_at": None,
                "payload": dict(payload or {}),
            },
        )
    )


def has_due(session: Session) -> bool:
    """Whether there is something to claim; takes no lock."""
    return session.scalar(select(Job.id).where(*_is_due(utcnow())).limit(1)) is not None


def _is_due(now: datetime) -> tuple[ColumnElement[bool], ...]:
    is_free = or_(Job.locked_until.is_(None), Job.locked_until < now)
    return Job.failed_at.is_(None), Job.run_at <= now, is_free


def claim(session: Session, limit: int) -> list[Claimed]:
    """Take up to `limit` jobs that are due, the longest due first."""
    now = utcnow()
    due = session.scalars(
        select(Job)
        .where(*_is_due(now))
        .order_by(Job.run_at, Job.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    taken = []
    for job in due:
        if job.attempts >= ATTEMPTS_OF.get(job.kind, MAX_ATTEMPTS):
            job.failed_at, job.last_error, job.locked_until = now, DIED, None
            continue
        job.attempts += 1
        job.locked_until = now + LEASE
        taken.append(
            Claimed(job.id, job.kind, job.key, job.payload, job.asked, job.attempts, job.locked_until)
        )
    session.flush()
    return taken


def finish(session: Session, job: Claimed, again_at: datetime | None = None) -> None:
    """The job is done: it goes, unless it is wanted again at `again_at` or was asked for while it ran."""
    mine = (Job.id == job.id, Job.locked_until == job.until)
    if again_at is None and affected(session.execute(delete(Job).where(*mine, Job.asked == job.asked))):
        return
    session.execute(
        update(Job)
        .where(*mine)
        .values(run_at=again_at or utcnow(), locked_until=None, attempts=0, last_error="")
    )


def fail(session: Session, job: Claimed, error: str) -> None:
    """The job could not be done: it waits, longer each time, or has failed for good."""
    values: dict[str, Any] = {"locked_until": None, "last_error": error[:500]}
    if job.attempts >= ATTEMPTS_OF.get(job.kind, MAX_ATTEMPTS):
        values["failed_at"] = utcnow()
    else:
        values["run_at"] = utcnow() + retry_after(job.attempts)
    session.execute(update(Job).where(Job.id == job.id, Job.locked_until == job.until).values(**values))


def release(session: Session, job: Claimed) -> None:
    """Give back a job that was not begun."""
    session.execute(
        update(Job)
        .where(Job.id == job.id, Job.locked_until == job.until)
        .values(locked_until=None, attempts=job.attempts - 1)
    )


def retry_after(attempts: int) -> timedelta:
    """Doubles with each attempt, up to an hour, and never twice the same."""
    seconds = min(LONGEST_RETRY.total_seconds(), FIRST_RETRY.total_seconds() * 2 ** (attempts - 1))
    return timedelta(seconds=seconds * random.uniform(0.75, 1.25))
