"""The log of a shared document: append rows, read them back, snapshot. The caller's session commits.

Every row of `document_update` has the next number of its document's `last_seq`, taken by one UPDATE that
locks the document's row: two processes never give the same number, and a reader who knows a number sees
whether rows came between. Nothing here decodes the bytes; a checksum beside them tells whether they are
still what was committed.
"""

import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.document import DocumentClient, DocumentSnapshot, DocumentUpdate, SharedDocument
from models.document_upkeep import DocumentHistory
from models.errors import CorruptDocument, NotFound
from models.upsert import upsert

MAX_ACTOR_KEYS_CHARS = 400
KEPT_FULL_STATES = 2


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
class Head:
    """What a document's own row says."""

    epoch: int
    seq: int


@dataclass(frozen=True)
class FullState:
    """A whole document as stored, as of row `seq`; None: nothing was written yet."""

    seq: int
    content: bytes | None


class MissingRows(CorruptDocument):
    """Between a snapshot and the newest row, numbers are missing."""


@dataclass(frozen=True)
class LogRow:
    """One committed row."""

    seq: int
    update: bytes


def load_document(session: Session, document_id: int) -> StoredDocument:
    """Everything needed to open the document, read in one transaction.

    Raises: NotFound; CorruptDocument when bytes have changed since their commit or rows are missing.
    """
    try:
        return _load(session, document_id)
    except MissingRows:
        # Between two queries a job may have replaced rows by a snapshot. Bytes that are lost stay lost.
        return _load(session, document_id)


def head_of(session: Session, document_id: int) -> Head:
    """The document's epoch and newest row. Raises: NotFound."""
    head = session.execute(
        select(SharedDocument.epoch, SharedDocument.last_seq).where(SharedDocument.id == document_id)
    ).one_or_none()
    if head is None:
        raise NotFound
    return Head(head.epoch, head.last_seq)


def _load(session: Session, document_id: int) -> StoredDocument:
    head = head_of(session, document_id)
    snapshot = session.execute(
        select(DocumentSnapshot.seq, DocumentSnapshot.content, DocumentSnapshot.checksum)
        .where(DocumentSnapshot.document_id == document_id, DocumentSnapshot.seq <= head.seq)
        .order_by(DocumentSnapshot.seq.desc())
        .limit(1)
    ).one_or_none()
    if snapshot and not is_intact(snapshot.content, snapshot.checksum):
        raise CorruptDocument(f"snapshot {snapshot.seq}: checksum")
    snapshot_seq = snapshot.seq if snapshot else 0
    return StoredDocument(
        document_id=document_id,
        epoch=head.epoch,
        seq=head.seq,
        snapshot=snapshot.content if snapshot else None,
        snapshot_seq=snapshot_seq,
        updates=tuple(row.update for row in whole_rows_after(session, document_id, snapshot_seq, head.seq)),
        owners=owners_of(session, document_id),
    )


def rows_after(session: Session, document_id: int, seq: int, last: int) -> list[LogRow]:
    """The rows numbered `seq` + 1 to `last` that are there, in order; of the oldest, some may be gone.

    Raises: CorruptDocument when the bytes of one have changed since its commit.
    """
    found = session.execute(
        select(DocumentUpdate.seq, DocumentUpdate.update, DocumentUpdate.checksum)
        .where(
            DocumentUpdate.document_id == document_id, DocumentUpdate.seq > seq, DocumentUpdate.seq <= last
        )
        .order_by(DocumentUpdate.seq)
    )
    rows = []
    for row in found:
        if not is_intact(row.update, row.checksum):
            raise CorruptDocument(f"row {row.seq}: checksum")
        rows.append(LogRow(row.seq, row.update))
    return rows


def whole_rows_after(session: Session, document_id: int, seq: int, last: int) -> list[LogRow]:
    """All rows numbered `seq` + 1 to `last`. Raises: CorruptDocument; MissingRows when there is a hole."""
    rows = rows_after(session, document_id, seq, last)
    if len(rows) != last - seq:
        known = {row.seq for row in rows}
        hole = next(number for number in range(seq + 1, last + 1) if number not in known)
        raise MissingRows(f"row {hole}: missing")
    return rows


def checksum_of(content: bytes) -> int:
    """What is stored beside bytes, to know later whether they have changed."""
    return zlib.crc32(content)


def is_intact(content: bytes, checksum: int | None) -> bool:
    """Whether bytes are what was committed; those stored before there were checksums are believed."""
    return checksum is None or zlib.crc32(content) == checksum


def append_update(
    session: Session, document_id: int, content: bytes, actor_keys: Iterable[str], epoch: int
) -> int:
    """Append one row; gives its number. Raises: NotFound when the document is gone, or of another epoch."""
    seq = session.scalar(
        update(SharedDocument)
        .where(SharedDocument.id == document_id, SharedDocument.epoch == epoch)
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
            actor_keys=shortened(actor_keys),
            at=utcnow(),
            checksum=zlib.crc32(content),
        )
    )
    return seq


def own_clients(session: Session, document_id: int, owners: Mapping[int, str]) -> dict[int, str]:
    """Note who owns client ids that are new in this commit; an owner already noted stays.

    Gives the ids that another process's commit gave to somebody else, with their owners: nothing written
    under them may be committed.
    """
    if not owners:
        return {}
    session.execute(
        upsert(session, DocumentClient).on_conflict_do_nothing(),
        [
            {"document_id": document_id, "client_id": client_id, "actor_key": actor_key}
            for client_id, actor_key in sorted(owners.items())
        ],
    )
    found = session.execute(
        select(DocumentClient.client_id, DocumentClient.actor_key).where(
            DocumentClient.document_id == document_id, DocumentClient.client_id.in_(owners)
        )
    )
    return {row.client_id: row.actor_key for row in found if row.actor_key != owners[row.client_id]}


def full_state_before(session: Session, document_id: int, seq: int) -> FullState | None:
    """The newest snapshot or history entry up to row `seq` whose bytes are intact."""
    found: list[tuple[int, bytes]] = []
    for table in (DocumentSnapshot, DocumentHistory):
        rows = session.execute(
            select(table.seq, table.content, table.checksum)
            .where(table.document_id == document_id, table.seq <= seq)
            .order_by(table.seq.desc())
            .limit(KEPT_FULL_STATES)
        )
        found += [(row.seq, row.content) for row in rows if is_intact(row.content, row.checksum)]
    return FullState(*max(found)) if found else None


def owners_of(session: Session, document_id: int) -> dict[int, str]:
    """Who owns each Yjs client id of a document."""
    found = session.execute(
        select(DocumentClient.client_id, DocumentClient.actor_key).where(
            DocumentClient.document_id == document_id
        )
    )
    return {row.client_id: row.actor_key for row in found}


def owners_among(session: Session, document_id: int, client_ids: Sequence[int]) -> dict[int, str]:
    """Who owns these Yjs client ids of a document, as far as they are known."""
    known = [client for client in client_ids if client < 2**53]
    found = session.execute(
        select(DocumentClient.client_id, DocumentClient.actor_key).where(
            DocumentClient.document_id == document_id, DocumentClient.client_id.in_(known)
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
    """Store the whole document as of row `seq`; it replaces one that was stored for that row."""
    session.execute(
        delete(DocumentSnapshot).where(
            DocumentSnapshot.document_id == document_id, DocumentSnapshot.seq == seq
        )
    )
    session.execute(
        insert(DocumentSnapshot).values(
            document_id=document_id,
            seq=seq,
            content=content,
            at=utcnow(),
            checksum=zlib.crc32(content),
        )
    )


def shortened(actor_keys: Iterable[str]) -> str:
    """The keys, comma-separated, as many as fit the column."""
    text = ""
    for key in actor_keys:
        longer = f"{text},{key}" if text else key
        if len(longer) > MAX_ACTOR_KEYS_CHARS:
            break
        text = longer
    return text
