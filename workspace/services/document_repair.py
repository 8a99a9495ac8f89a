"""A corrupt document: the last good state of it, and bringing that back. Nothing is ever deleted unseen.

A document is corrupt when its newest snapshot or a row after it has changed since its commit, is missing,
or cannot be applied. It then opens for nobody; the others are not concerned. What stands in the way is set
aside for the operator (`document_set_aside`), byte for byte.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, literal, select, update
from sqlalchemy.orm import Session

from models.access import access_board_of_document
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.board.sync import LiveDocument
from models.document import DocumentSnapshot, DocumentUpdate, SharedDocument
from models.document_log import checksum_of, head_of, is_intact, load_document, write_snapshot
from models.document_upkeep import DocumentHistory, SetAside
from models.errors import CorruptDocument, Refused
from models.events import DocumentReplaced, record
from models.i18n import N_
from models.policy import Actor, Permission, Where
from models.session import reading, transaction
from workspace.services.document_upkeep import all_corrupt, note_upkeep, quarantine

NOT_CORRUPT = N_("Ce tableau s’ouvre : il n’y a rien à rétablir.")
NOTHING_GOOD = N_("Aucun état lisible de ce tableau n’a été trouvé. L’équipe technique est prévenue.")


@dataclass(frozen=True)
class LastGood:
    """The newest state of a corrupt document that can be read: as of row `seq`."""

    seq: int
    at: datetime
    content: bytes
    edits_after: int
    """How many rows were committed after it."""


def find_corruption(session: Session, document_id: int) -> str | None:
    """What keeps the document from opening; None when it opens. Raises: NotFound."""
    try:
        stored = load_document(session, document_id)
        LiveDocument.open(stored.snapshot, stored.updates)
    except CorruptDocument as error:
        return error.reason
    return None


def all_corruptions() -> tuple[int, dict[int, str]]:
    """Opens every document; gives their number, and why some do not open. Notes it, or that they do again."""
    with reading() as session:
        ids = list(session.scalars(select(SharedDocument.id).order_by(SharedDocument.id)))
        noted = all_corrupt(session)
    found: dict[int, str] = {}
    for document_id in ids:
        with reading() as session:
            reason = find_corruption(session, document_id)
        if reason is not None:
            found[document_id] = reason
            with transaction() as session:
                quarantine(session, document_id, reason)
        elif document_id in noted:
            with transaction() as session:
                note_upkeep(session, document_id, corrupt_at=None, corrupt_reason="")
    return len(ids), found


def find_last_good(session: Session, document_id: int) -> LastGood | None:
    """The newest readable state: a snapshot, a history entry or nothing, with the good rows that follow."""
    head = head_of(session, document_id)
    for seq, at in [*_full_states(session, document_id), (0, None)]:
        opened = _open(session, document_id, seq)
        if opened is None:
            continue
        document, last, last_at = opened
        when = last_at or at
        if when is None:  # neither a state nor a row
            return None
        return LastGood(last, when, document.snapshot(), head.seq - last)
    return None


def _full_states(session: Session, document_id: int) -> list[tuple[int, datetime | None]]:
    """The snapshots and history entries, newest first."""
    found: dict[int, datetime | None] = {}
    for table in (DocumentHistory, DocumentSnapshot):
        rows = session.execute(select(table.seq, table.at).where(table.document_id == document_id))
        found.update((row.seq, row.at) for row in rows)
    return sorted(found.items(), reverse=True)


def _open(session: Session, document_id: int, seq: int) -> tuple[LiveDocument, int, datetime | None] | None:
    """The document from the full state at `seq` and the good rows after it; None if that state is bad."""
    rows = _good_rows(session, document_id, seq)
    for content in _contents(session, document_id, seq):
        try:
            document = LiveDocument.open(content, [row for _seq, row, _at in rows])
        except CorruptDocument:
            applied = _longest_prefix(content, [row for _seq, row, _at in rows])
            if applied is None:
                continue
            rows = rows[:applied]
            document = LiveDocument.open(content, [row for _seq, row, _at in rows])
        return (document, rows[-1][0], rows[-1][2]) if rows else (document, seq, None)
    return None


def _contents(session: Session, document_id: int, seq: int) -> Iterable[bytes | None]:
    """The intact bytes of the full states at `seq`."""
    if seq == 0:
        return [None]
    rows = [
        session.execute(
            select(table.content, table.checksum).where(table.document_id == document_id, table.seq == seq)
        ).one_or_none()
        for table in (DocumentSnapshot, DocumentHistory)
    ]
    return [row.content for row in rows if row is not None and is_intact(row.content, row.checksum)]


def _good_rows(session: Session, document_id: int, after: int) -> list[tuple[int, bytes, datetime]]:
    """The rows after `after`, up to the first that is missing or changed."""
    found = session.execute(
        select(DocumentUpdate.seq, DocumentUpdate.update, DocumentUpdate.at, DocumentUpdate.checksum)
        .where(DocumentUpdate.document_id == document_id, DocumentUpdate.seq > after)
        .order_by(DocumentUpdate.seq)
    )
    rows: list[tuple[int, bytes, datetime]] = []
    for row in found:
        if row.seq != after + len(rows) + 1 or not is_intact(row.update, row.checksum):
            break
        rows.append((row.seq, row.update, row.at))
    return rows


def _longest_prefix(content: bytes | None, rows: list[bytes]) -> int | None:
    """How many rows can be applied one after the other; None when the state itself cannot be opened."""
    try:
        document = LiveDocument.open(content, [])
    except CorruptDocument:
        return None
    for number, row in enumerate(rows):
        try:
            document.replay([row])
        except CorruptDocument:
            return number
    return len(rows)


def restore_last_good(session: Session, actor: Actor, document_id: int) -> tuple[int, int]:
    """Make the last good state the document's state again; gives its new epoch and seq.

    Raises: NotFound, Forbidden; Refused `not_corrupt` or `nothing_good`.
    """
    board = access_board_of_document(session, actor, document_id, Permission.RESTORE_BOARD)
    session.execute(select(SharedDocument.id).where(SharedDocument.id == document_id).with_for_update())
    if find_corruption(session, document_id) is None:
        raise Refused("not_corrupt", NOT_CORRUPT)
    good = find_last_good(session, document_id)
    if good is None:
        raise Refused("nothing_good", NOTHING_GOOD)
    head = head_of(session, document_id)
    _set_aside(session, document_id, head.epoch)
    session.execute(delete(DocumentUpdate).where(DocumentUpdate.document_id == document_id))
    session.execute(delete(DocumentSnapshot).where(DocumentSnapshot.document_id == document_id))
    epoch, seq = head.epoch + 1, head.seq + 1
    session.execute(
        update(SharedDocument)
        .where(SharedDocument.id == document_id)
        .values(epoch=epoch, last_seq=seq)
        .execution_options(synchronize_session=False)
    )
    _begin_anew(session, document_id, seq, good.content, "restored", actor.key)
    place, subject = Where(project_id=board.project_id), (SubjectKind.BOARD, board.id)
    audit(session, actor, AuditAction.BOARD_RESTORED, where=place, subject=subject)
    record(session, DocumentReplaced(document_id))
    return epoch, seq


def heal(session: Session, document_id: int, epoch: int, seq: int, content: bytes) -> bool:
    """Store the whole document as an open room still holds it; whether that was of use.

    Bytes on the disk changed under a document that is open and sound: what was set aside costs nothing.
    """
    session.execute(select(SharedDocument.id).where(SharedDocument.id == document_id).with_for_update())
    head = head_of(session, document_id)
    if (head.epoch, head.seq) != (epoch, seq):
        return False
    if find_corruption(session, document_id) is None:  # it was mended since
        note_upkeep(session, document_id, corrupt_at=None, corrupt_reason="")
        return False
    _set_aside(session, document_id, epoch)
    keys = session.scalars(
        select(DocumentUpdate.actor_keys)
        .where(DocumentUpdate.document_id == document_id)
        .order_by(DocumentUpdate.seq)
    )
    people = dict.fromkeys(key for text in keys for key in text.split(",") if key)
    session.execute(delete(DocumentUpdate).where(DocumentUpdate.document_id == document_id))
    session.execute(delete(DocumentSnapshot).where(DocumentSnapshot.document_id == document_id))
    _begin_anew(session, document_id, seq, content, "edit", ",".join(people))
    return True


def _begin_anew(
    session: Session, document_id: int, seq: int, content: bytes, kind: str, actor_keys: str
) -> None:
    """One snapshot, one entry of the history, and nothing left to do but the read model."""
    write_snapshot(session, document_id, seq, content)
    session.execute(
        delete(DocumentHistory).where(DocumentHistory.document_id == document_id, DocumentHistory.seq == seq)
    )
    session.execute(
        insert(DocumentHistory).values(
            document_id=document_id,
            seq=seq,
            at=utcnow(),
            kind=kind,
            actor_keys=actor_keys,
            content=content,
            checksum=checksum_of(content),
        )
    )
    note_upkeep(
        session,
        document_id,
        history_seq=seq,
        compacted_seq=seq,
        projected_seq=0,
        corrupt_at=None,
        corrupt_reason="",
    )


def _set_aside(session: Session, document_id: int, epoch: int) -> None:
    """Copy every row and snapshot, whether sound or not, and every damaged entry of the history."""
    now = utcnow()
    columns = ["document_id", "epoch", "seq", "kind", "content", "actor_keys", "at", "set_aside_at"]
    for table, kind, content, keys in (
        (DocumentUpdate, "update", DocumentUpdate.update, DocumentUpdate.actor_keys),
        (DocumentSnapshot, "snapshot", DocumentSnapshot.content, literal("")),
    ):
        session.execute(
            insert(SetAside).from_select(
                columns,
                select(
                    table.document_id,
                    literal(epoch),
                    table.seq,
                    literal(kind),
                    content,
                    keys,
                    table.at,
                    literal(now, SetAside.set_aside_at.type),
                ).where(table.document_id == document_id),
            )
        )
    for entry in session.scalars(select(DocumentHistory).where(DocumentHistory.document_id == document_id)):
        if not is_intact(entry.content, entry.checksum):
            session.add(
                SetAside(
                    document_id=document_id,
                    epoch=epoch,
                    seq=entry.seq,
                    kind="history",
                    content=entry.content,
                    at=entry.at,
                )
            )
            session.delete(entry)
    session.flush()
