"""The log of a shared document: append rows, read them back, snapshot. The caller's session commits.

Every row of `document_update` has the next number of its document's `last_seq`, taken by one UPDATE that
locks the document's row: two processes never give the same number, and a reader who knows a number sees
whether rows came between. Nothing here decodes the bytes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from models.base import utcnow
from models.document import DocumentClient, DocumentSnapshot, DocumentUpdate, SharedDocument
from models.errors import NotFound

MAX_ACTOR_KEYS_CHARS = 400
KEPT_SNAPSHOTS = 2


@dataclass(frozen=True)
class StoredDocument:
    """A document as stored: the newest snapshot, the rows after it, and who owns which client id."""

    document_id: int
    epoch: int
    seq: int
    snapshot: bytes | None
    snapshot_seq: int
    updates: tuple[bytes, ...]
    owners: Mapping[int, str]


@dataclass(frozen=True)
class LogRow:
    """One committed row."""

    seq: int
    update: bytes


def load_document(session: Session, document_id: int) -> StoredDocument:
    """Everything needed to open the document, read in one transaction. Raises: NotFound."""
    head = session.execute(
        select(SharedDocument.epoch, SharedDocument.last_seq).where(SharedDocument.id == document_id)
    ).one_or_none()
    if head is None:
        raise NotFound
    snapshot = session.execute(
        select(DocumentSnapshot.seq, DocumentSnapshot.content)
        .where(DocumentSnapshot.document_id == document_id, DocumentSnapshot.seq <= head.last_seq)
        .order_by(DocumentSnapshot.seq.desc())
        .limit(1)
    ).one_or_none()
    snapshot_seq = snapshot.seq if snapshot else 0
    rows = rows_after(session, document_id, snapshot_seq, head.last_seq)
    return StoredDocument(
        document_id=document_id,
        epoch=head.epoch,
        seq=head.last_seq,
        snapshot=snapshot.content if snapshot else None,
        snapshot_seq=snapshot_seq,
        updates=tuple(row.update for row in rows),
        owners=owners_of(session, document_id),
    )


def rows_after(session: Session, document_id: int, seq: int, last: int) -> list[LogRow]:
    """The rows numbered `seq` + 1 to `last`, in order."""
    found = session.execute(
        select(DocumentUpdate.seq, DocumentUpdate.update)
        .where(
            DocumentUpdate.document_id == document_id, DocumentUpdate.seq > seq, DocumentUpdate.seq <= last
        )
        .order_by(DocumentUpdate.seq)
    )
    return [LogRow(row.seq, row.update) for row in found]


def append_update(session: Session, document_id: int, content: bytes, actor_keys: Iterable[str]) -> int:
    """Append one row; gives its number. Raises: NotFound when the document is gone."""
    seq = session.scalar(
        update(SharedDocument)
        .where(SharedDocument.id == document_id)
        .values(last_seq=SharedDocument.last_seq + 1)
        .returning(SharedDocument.last_seq)
        .execution_options(synchronize_session=False)
    )
    if seq is None:
        raise NotFound
    session.execute(
        insert(DocumentUpdate).values(
            document_id=document_id,
            seq=seq,
            update=content,
            actor_keys=_shortened(actor_keys),
            at=utcnow(),
        )
    )
    return seq


def own_clients(session: Session, document_id: int, owners: Mapping[int, str]) -> None:
    """Note who owns client ids that are new in this commit; an owner already noted stays."""
    if not owners:
        return
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    statement = (sqlite_insert if is_sqlite else postgresql_insert)(DocumentClient).on_conflict_do_nothing()
    session.execute(
        statement,
        [
            {"document_id": document_id, "client_id": client_id, "actor_key": actor_key}
            for client_id, actor_key in owners.items()
        ],
    )


def owners_of(session: Session, document_id: int) -> dict[int, str]:
    """Who owns each Yjs client id of a document."""
    found = session.execute(
        select(DocumentClient.client_id, DocumentClient.actor_key).where(
            DocumentClient.document_id == document_id
        )
    )
    return {row.client_id: row.actor_key for row in found}


def last_seqs(session: Session, document_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    """The epoch and newest row number of each document that still exists."""
    found = session.execute(
        select(SharedDocument.id, SharedDocument.epoch, SharedDocument.last_seq).where(
            SharedDocument.id.in_(document_ids)
        )
    )
    return {row.id: (row.epoch, row.last_seq) for row in found}


def write_snapshot(session: Session, document_id: int, seq: int, content: bytes) -> None:
    """Store the whole document as of row `seq`, and drop snapshots older than the one before it.

    The rows stay: they are the history, and the way back if a snapshot is damaged.
    """
    known = list(
        session.scalars(
            select(DocumentSnapshot.seq)
            .where(DocumentSnapshot.document_id == document_id)
            .order_by(DocumentSnapshot.seq.desc())
        )
    )
    if seq in known:
        return
    session.execute(
        insert(DocumentSnapshot).values(document_id=document_id, seq=seq, content=content, at=utcnow())
    )
    old = [other for other in sorted([*known, seq], reverse=True)[KEPT_SNAPSHOTS:] if other != seq]
    session.execute(
        delete(DocumentSnapshot).where(
            DocumentSnapshot.document_id == document_id, DocumentSnapshot.seq.in_(old)
        )
    )


def _shortened(actor_keys: Iterable[str]) -> str:
    """The keys, comma-separated, as many as fit the column."""
    text = ""
    for key in actor_keys:
        longer = f"{text},{key}" if text else key
        if len(longer) > MAX_ACTOR_KEYS_CHARS:
            break
        text = longer
    return text
