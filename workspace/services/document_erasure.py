"""Erasure: what people deleted from a document is gone from the database, not only from the board.

The log keeps every keystroke, and history the whole of earlier states. Erasing replaces both, up to the
newest row, by one snapshot made by a real document, in which deleted text is no more. Open documents go on:
their copies hold no deleted text either. Older backups, and PostgreSQL's archives of its log, are the
operator's to age out.
"""

import time
from contextlib import closing
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.orm import Session

from models.audit import COMMAND, AuditAction, SubjectKind, audit
from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.board.redaction import Gone, by_author, unlike
from models.board_image import BoardImage
from models.document import Board, DocumentSnapshot, DocumentUpdate
from models.document_log import checksum_of, head_of, load_document, write_snapshot
from models.document_upkeep import BoardObject, DocumentHistory, SetAside
from models.errors import Conflict
from models.personal_data import RECORDS
from models.session import Database, affected, database, reading, transaction
from models.snapshot import Snapshot
from workspace.jobs import project
from workspace.jobs.compact import verified_snapshot
from workspace.services.document_upkeep import note_upkeep
from workspace.services.snapshots import redact_snapshots

TABLES = (DocumentUpdate, DocumentSnapshot, DocumentHistory, SetAside, BoardObject, BoardImage, Snapshot)
CHECKPOINT_SECONDS = 10.0


@dataclass(frozen=True)
class Erased:
    """What went, and whether every byte of it was overwritten at once.

    `is_scrubbed` is False on SQLite when somebody was reading all the while: the next checkpoint does it.
    """

    rows: int
    snapshots: int
    moments: int
    is_scrubbed: bool


def erase_deleted(document_id: int) -> Erased:
    """Make one snapshot of the document its whole past, and overwrite what that leaves. Commits.

    Raises: NotFound; CorruptDocument; Conflict when the document was replaced meanwhile.
    """
    rows, snapshots, moments = forget_past(document_id)
    return Erased(rows, snapshots, moments, scrub(database()))


def forget_past(document_id: int, author: str = "") -> tuple[int, int, int]:
    """The same without overwriting: `scrub` then does it for several documents at once.

    What was pinned or frozen of the board loses the words of `author`; with none, whatever is gone from it.
    """
    with reading() as session:
        stored = load_document(session, document_id)
    content = verified_snapshot(stored)
    with transaction() as session:
        if head_of(session, document_id).epoch != stored.epoch:
            raise Conflict("")
        gone = _replace_past(session, document_id, stored.seq, content)
        subject = (SubjectKind.DOCUMENT, document_id)
        audit(session, COMMAND, AuditAction.DOCUMENT_ERASED, subject=subject)
    project.run(document_id, utcnow())
    is_gone: Gone = by_author(author) if author else unlike(content)
    with transaction() as session:
        _forget_deleted_choices(session, document_id)
        redact_snapshots(session, document_id, is_gone)
    return gone


def _forget_deleted_choices(session: Session, document_id: int) -> None:
    """The results of votes keep the words of notes that were deleted since: these go too."""
    there = select(BoardObject.object_id).where(BoardObject.document_id == document_id)
    ballots = (
        select(Ballot.id)
        .join(Board, Board.id == Ballot.board_id)
        .where(Board.document_id == document_id, Ballot.closed_at.is_not(None))
    )
    session.execute(
        update(BallotChoice)
        .where(BallotChoice.ballot_id.in_(ballots), BallotChoice.object_id.not_in(there))
        .values(text="")
        .execution_options(synchronize_session=False)
    )


def _replace_past(session: Session, document_id: int, seq: int, content: bytes) -> tuple[int, int, int]:
    people = _people(session, document_id, seq)
    rows, snapshots, moments, _aside = (
        affected(session.execute(delete(table).where(table.document_id == document_id, table.seq <= seq)))
        for table in (DocumentUpdate, DocumentSnapshot, DocumentHistory, SetAside)
    )
    write_snapshot(session, document_id, seq, content)
    session.execute(
        insert(DocumentHistory).values(
            document_id=document_id,
            seq=seq,
            at=utcnow(),
            kind="edit",
            actor_keys=",".join(people),
            content=content,
            checksum=checksum_of(content),
        )
    )
    note_upkeep(session, document_id, history_seq=seq, compacted_seq=seq)
    return rows, snapshots, moments


def _people(session: Session, document_id: int, seq: int) -> list[str]:
    """Who worked on the document, the first first: history goes, what people did does not."""
    found: dict[str, None] = {}
    for table in (DocumentHistory, DocumentUpdate):
        keys = session.scalars(
            select(table.actor_keys)
            .where(table.document_id == document_id, table.seq <= seq)
            .order_by(table.seq)
        )
        found.update((key, None) for line in keys for key in line.split(",") if key)
    return list(found)


def scrub(db: Database) -> bool:
    """Overwrite what deleted rows left in the database's files; whether that could be done now.

    SQLite: the file is written anew without its free pages, and the log file emptied. PostgreSQL: VACUUM,
    after which the space is reused.
    """
    if db.is_sqlite:
        with closing(db.engine.raw_connection()) as connection:
            cursor = connection.cursor()
            cursor.execute("VACUUM")
            return _checkpoint(cursor)
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        for table in (*(table.__tablename__ for table in TABLES), *(record.table for record in RECORDS)):
            connection.execute(text(f'VACUUM "{table}"'))
    return True


def _checkpoint(cursor: Any) -> bool:
    deadline = time.monotonic() + CHECKPOINT_SECONDS
    while True:
        is_busy = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
        if not is_busy or time.monotonic() > deadline:
            return not is_busy
        time.sleep(0.05)
