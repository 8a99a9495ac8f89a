"""Whether the audit log is still what was written: an entry's hash covers its fields and the hash before."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from sqlalchemy import Row, Select, String, select, true, type_coerce
from sqlalchemy.orm import Session

from models.audit import GENESIS, HASHED, AuditEntry, AuditHead, digest

AT_ONCE = 1000
NEWEST = 50


@dataclass(frozen=True)
class Verdict:
    """`count` entries were read; `broken_at` is the id of the first that does not hold, None if all do.

    `hash` is the chain's end: noted elsewhere, it shows even a log rewritten as a whole.
    """

    count: int
    broken_at: int | None
    hash: str


def verify(session: Session) -> Verdict:
    """Walk the whole chain up to its head."""
    end = _end(session)
    with session.execute(_raw().execution_options(yield_per=AT_ONCE)) as rows:
        return _walk(rows, 0, GENESIS, end)


def verify_newest(session: Session) -> Verdict:
    """Walk the newest entries only: what a page can afford."""
    end = _end(session)
    first = max(0, end.id - NEWEST)
    before = session.scalar(select(AuditEntry.hash).where(AuditEntry.id == first)) if first else GENESIS
    with session.execute(_raw().where(AuditEntry.id > first)) as rows:
        return _walk(rows, first, before or "", end)


def has_hash(session: Session, noted: str) -> bool:
    """Whether a hash noted earlier is still in the chain: a log rewritten as a whole has lost it."""
    found = session.scalar(select(AuditEntry.id).where(AuditEntry.hash == noted).limit(1))
    return found is not None or noted == GENESIS


class _End(NamedTuple):
    id: int
    hash: str


def _end(session: Session) -> _End:
    """Where the head says that the chain ends; without a head, before anything."""
    head = session.execute(select(AuditHead.last_id, AuditHead.hash)).one_or_none()
    return _End(head.last_id, head.hash) if head else _End(0, GENESIS)


def _raw() -> Select[Any]:
    """The fields as the database holds them: a damaged one must be found, not be unreadable.

    Each row carries the head of the same instant: the log may grow meanwhile.
    """
    table = AuditEntry.__table__.c
    texts = {"at", "action", "subject_kind"}
    columns = [
        type_coerce(table[name], String).label(name) if name in texts else table[name] for name in HASHED
    ]
    head = (AuditHead.last_id.label("end_id"), AuditHead.hash.label("end_hash"))
    return select(*columns, table.hash, *head).outerjoin(AuditHead, true()).order_by(table.id)


def _walk(rows: Iterable[Row[Any]], first: int, before: str, end: _End) -> Verdict:
    last, known_hash, count = first, before, 0
    for row in rows:
        end = _End(row.end_id or 0, row.end_hash or GENESIS)
        if row.id != last + 1 or row.id > end.id or not _holds(row, known_hash):
            return Verdict(count, last + 1, end.hash)
        last, known_hash, count = row.id, row.hash, count + 1
    if last < end.id:
        return Verdict(count, last + 1, end.hash)
    return Verdict(count, None if known_hash == end.hash else last, end.hash)


def _holds(row: Row[Any], before: str) -> bool:
    values = dict(row._mapping)  # noqa: SLF001 - the documented way to a row's names
    try:
        values["at"] = _moment(values["at"])
        return bool(values["previous_hash"] == before and values["hash"] == digest(values))
    except (TypeError, ValueError):
        return False


def _moment(at: object) -> datetime:
    """SQLite gives the text it stores, in UTC; PostgreSQL an aware time."""
    moment = at if isinstance(at, datetime) else datetime.fromisoformat(str(at))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
