"""What is due, read from the state of the documents: an edit asks for nothing, so its path costs nothing.

A document whose newest row is ahead of what a job has seen needs that job; one that is corrupt needs none.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists, func, or_, select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.document import DocumentUpdate, SharedDocument
from models.document_upkeep import DocumentUpkeep
from models.job import Job, JobKind
from models.session import reading, transaction
from workspace.jobs.history import IDLE
from workspace.jobs.news import news_due
from workspace.jobs.queue import enqueue
from workspace.jobs.retention import NIGHTLY, night_after

PROJECT_AFTER = timedelta(seconds=15)
ROWS_WHEN_LIVE = 500
ROWS_WHEN_IDLE = 50
COMPACT_WHEN_IDLE_FOR = timedelta(seconds=60)
AT_MOST = 500

Due = list[tuple[JobKind, int, datetime]]


def plan(*, with_mail: bool = False) -> int:
    """Ask for what is due; gives how much was asked for. Takes no lock when nothing is."""
    with reading() as session:
        wanted: list[tuple[JobKind, int | str, datetime]] = [
            *due(session),
            *(news_due(session) if with_mail else ()),
        ]
    if wanted:
        with transaction() as session:
            for kind, key, run_at in wanted:
                enqueue(session, kind, key, run_at=run_at)
    return len(wanted)


def plan_night() -> None:
    """See that there is a job for the retention of personal data: it runs each night, and stays.

    One that has failed for good is asked for again the day after.
    """
    now = utcnow()
    is_there = exists().where(
        Job.kind == JobKind.RETENTION, or_(Job.failed_at.is_(None), Job.failed_at > now - timedelta(days=1))
    )
    with reading() as session:
        if session.scalar(select(is_there)):
            return
    with transaction() as session:
        enqueue(session, JobKind.RETENTION, NIGHTLY, run_at=night_after(now))


def due(session: Session) -> Due:
    """The jobs that documents need and that nobody has asked for yet."""
    now = utcnow()
    last, upkeep = SharedDocument.last_seq, DocumentUpkeep
    rows = last - func.coalesce(upkeep.compacted_seq, 0)
    newest_at = (
        select(DocumentUpdate.at)
        .where(DocumentUpdate.document_id == SharedDocument.id, DocumentUpdate.seq == last)
        .scalar_subquery()
    )
    is_idle = newest_at < now - COMPACT_WHEN_IDLE_FOR
    grown = or_(rows >= ROWS_WHEN_LIVE, (rows >= ROWS_WHEN_IDLE) & is_idle)
    conditions: dict[JobKind, tuple[ColumnElement[bool], timedelta]] = {
        JobKind.PROJECT_DOCUMENT: (last > func.coalesce(upkeep.projected_seq, 0), PROJECT_AFTER),
        JobKind.RECORD_HISTORY: (last > func.coalesce(upkeep.history_seq, 0), IDLE),
        JobKind.COMPACT_DOCUMENT: (grown, timedelta(0)),
    }
    return [
        (kind, document_id, now + delay)
        for kind, (condition, delay) in conditions.items()
        for document_id in _documents(session, kind, condition)
    ]


def _documents(session: Session, kind: JobKind, condition: ColumnElement[bool]) -> list[int]:
    is_asked = exists().where(Job.kind == kind, Job.key == cast(SharedDocument.id, String))
    return list(
        session.scalars(
            select(SharedDocument.id)
            .outerjoin(DocumentUpkeep, DocumentUpkeep.document_id == SharedDocument.id)
            .where(condition, DocumentUpkeep.corrupt_at.is_(None), ~is_asked)
            .order_by(SharedDocument.id)
            .limit(AT_MOST)
        )
    )
