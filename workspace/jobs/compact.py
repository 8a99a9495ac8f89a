"""A document's log becomes a snapshot, and rows that nobody needs any more go.

The snapshot is made by a real document, so it holds no deleted text, and it is opened again before anything
goes. Two snapshots stay, with the rows after the older one: should the newest be damaged, the document still
opens from what is there. Rows also stay while history has not seen them, or while a process that
was away for a moment may still ask for them.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from models import failpoints
from models.board.sync import LiveDocument
from models.document import DocumentSnapshot, DocumentUpdate
from models.document_log import StoredDocument, head_of, load_document, write_snapshot
from models.errors import CorruptDocument, NotFound
from models.session import affected, reading, transaction
from workspace.services.document_upkeep import note_upkeep, upkeep_of

KEPT_SNAPSHOTS = 2
KEPT_ROWS = 100
KEPT_FOR = timedelta(minutes=2)
ROWS_AT_ONCE = 2000
"""SQLite has one writer: no transaction of ours may hold the others up."""


def run(document_id: int, now: datetime) -> None:
    """Write a snapshot and drop rows. Raises: CorruptDocument."""
    with reading() as session:
        try:
            stored = load_document(session, document_id)
        except NotFound:
            return
    if store_snapshot(stored):
        drop_rows(document_id, now)


def store_snapshot(stored: StoredDocument) -> bool:
    """Store the whole document as of its newest row; whether it is still of the same epoch.

    Raises: CorruptDocument.
    """
    content = verified_snapshot(stored)
    failpoints.reach("compaction.encoded")
    with transaction() as session:
        if head_of(session, stored.document_id).epoch != stored.epoch:
            return False
        write_snapshot(session, stored.document_id, stored.seq, content)
        note_upkeep(session, stored.document_id, compacted_seq=stored.seq)
        failpoints.reach("compaction.written")
    failpoints.reach("compaction.stored")
    return True


def verified_snapshot(stored: StoredDocument) -> bytes:
    """The whole document as one update that opens to the same document. Raises: CorruptDocument."""
    document = LiveDocument.open(stored.snapshot, stored.updates)
    content = document.snapshot()
    again = LiveDocument.open(content, [])
    if not again.is_same(document):
        raise CorruptDocument(f"snapshot of row {stored.seq} opens to another document")
    return content


def drop_rows(document_id: int, now: datetime) -> None:
    """Drop snapshots but the newest two, and the rows that neither they nor anybody else needs."""
    with transaction() as session:
        seqs = _snapshot_seqs(session, document_id)
        session.execute(
            delete(DocumentSnapshot).where(
                DocumentSnapshot.document_id == document_id, DocumentSnapshot.seq.in_(seqs[KEPT_SNAPSHOTS:])
            )
        )
    if len(seqs) < KEPT_SNAPSHOTS:
        return
    with reading() as session:
        oldest = min(
            seqs[KEPT_SNAPSHOTS - 1],
            head_of(session, document_id).seq - KEPT_ROWS,
            upkeep_of(session, document_id).history_seq,
        )
        first = session.scalar(
            select(func.min(DocumentUpdate.seq)).where(DocumentUpdate.document_id == document_id)
        )
    if first is None:
        return
    for start in range(first, oldest + 1, ROWS_AT_ONCE):
        with transaction() as session:
            dropped = _drop(session, document_id, min(start + ROWS_AT_ONCE - 1, oldest), now - KEPT_FOR)
            failpoints.reach("compaction.dropping")
        failpoints.reach("compaction.dropped")
        if not dropped:
            return


def _snapshot_seqs(session: Session, document_id: int) -> list[int]:
    """Newest first."""
    return list(
        session.scalars(
            select(DocumentSnapshot.seq)
            .where(DocumentSnapshot.document_id == document_id)
            .order_by(DocumentSnapshot.seq.desc())
        )
    )


def _drop(session: Session, document_id: int, last: int, before: datetime) -> int:
    return affected(
        session.execute(
            delete(DocumentUpdate).where(
                DocumentUpdate.document_id == document_id,
                DocumentUpdate.seq <= last,
                DocumentUpdate.at < before,
            )
        )
    )
