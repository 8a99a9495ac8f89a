"""The history of a document: the whole of it after each period of work, with its date and who worked.

Written from the log, never on the path of an edit. A period ends when nobody has edited for `IDLE`, or
after `PERIOD` of work. Old entries thin out: all of the last day, then the last of each hour for a week,
of each day for a season, of each week after that; who worked in a period that goes is named by the next.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from models.board.sync import LiveDocument
from models.document import DocumentUpdate
from models.document_log import (
    FullState,
    checksum_of,
    full_state_before,
    head_of,
    whole_rows_after,
)
from models.document_upkeep import DocumentHistory
from models.errors import NotFound
from models.session import reading, transaction
from workspace.services.document_upkeep import note_upkeep, upkeep_of

IDLE = timedelta(minutes=5)
PERIOD = timedelta(minutes=10)
DAY, WEEK, SEASON = timedelta(days=1), timedelta(days=7), timedelta(days=91)


@dataclass(frozen=True)
class Mark:
    """A row without its bytes: its number, when, and whose edits it holds."""

    seq: int
    at: datetime
    keys: tuple[str, ...]


@dataclass(frozen=True)
class Period:
    """Work from one row to another, without a long pause."""

    marks: tuple[Mark, ...]

    @property
    def seq(self) -> int:
        """Its last row."""
        return self.marks[-1].seq

    @property
    def at(self) -> datetime:
        """When it ended."""
        return self.marks[-1].at

    @property
    def keys(self) -> tuple[str, ...]:
        """Who worked in it, in the order of their first edit."""
        return tuple(dict.fromkeys(key for mark in self.marks for key in mark.keys))

    def ends_at(self) -> datetime:
        """When it is over if nobody edits again."""
        return min(self.marks[0].at + PERIOD, self.at + IDLE)


@dataclass(frozen=True)
class Entry:
    """A moment of the history, without its bytes."""

    seq: int
    at: datetime
    keys: tuple[str, ...]
    kind: str = "edit"


def run(document_id: int, now: datetime) -> datetime | None:
    """Write the entries of periods that are over; gives when the current one will be.

    Raises: CorruptDocument.
    """
    with reading() as session:
        try:
            head = head_of(session, document_id)
        except NotFound:
            return None
        done = upkeep_of(session, document_id).history_seq
        periods = periods_of(marks_after(session, document_id, done))
        over = [period for period in periods if period.ends_at() <= now]
        left = periods[len(over) :]
        entries = [Entry(period.seq, period.at, period.keys) for period in over]
        fresh = {entry.seq for entry in entries}
        stay = kept([*entries_of(session, document_id), *entries], now)
        contents = contents_at(session, document_id, [entry.seq for entry in stay if entry.seq in fresh])
    if over:
        with transaction() as session:
            if head_of(session, document_id).epoch == head.epoch:
                write(session, document_id, entries, contents, now)
                note_upkeep(session, document_id, history_seq=over[-1].seq)
    return left[0].ends_at() if left else None


def note_moment(session: Session, document_id: int, seq: int, content: bytes, now: datetime) -> None:
    """End the current period at row `seq`, whose document is `content`: a moment to go back to, at once."""
    marks = marks_after(session, document_id, upkeep_of(session, document_id).history_seq)
    over = [mark for mark in marks if mark.seq <= seq]
    if over:
        period = Period(tuple(over))
        write(session, document_id, [Entry(seq, period.at, period.keys)], {seq: content}, now)
        note_upkeep(session, document_id, history_seq=seq)


def periods_of(marks: Iterable[Mark]) -> list[Period]:
    """The rows, in order, as periods of work."""
    periods: list[list[Mark]] = []
    for mark in marks:
        current = periods[-1] if periods else None
        if current and mark.at - current[-1].at < IDLE and mark.at - current[0].at < PERIOD:
            current.append(mark)
        else:
            periods.append([mark])
    return [Period(tuple(one)) for one in periods]


def kept(entries: Iterable[Entry], now: datetime) -> list[Entry]:
    """The entries that stay, oldest first, each naming also those of the entries that go before it."""
    stay: list[Entry] = []
    keys: tuple[str, ...] = ()
    ordered = sorted(entries, key=lambda entry: entry.seq)
    for place, entry in enumerate(ordered, 1):
        following = ordered[place] if place < len(ordered) else None
        keys = tuple(dict.fromkeys((*keys, *entry.keys)))
        is_last = following is None or _place(following, now) != _place(entry, now)
        if is_last or entry.kind != "edit":
            stay.append(Entry(entry.seq, entry.at, keys, entry.kind))
            keys = ()
    return stay


def _place(entry: Entry, now: datetime) -> tuple[object, ...]:
    """Of the entries in one place, the last stays."""
    age = now - entry.at
    if age <= DAY:
        return (entry.seq,)
    if age <= WEEK:
        return ("hour", entry.at.date(), entry.at.hour)
    if age <= SEASON:
        return ("day", entry.at.date())
    return ("week", *entry.at.isocalendar()[:2])


def write(
    session: Session, document_id: int, fresh: Sequence[Entry], contents: dict[int, bytes], now: datetime
) -> None:
    """Store the fresh entries that stay, and thin the older ones."""
    known = {entry.seq: entry for entry in entries_of(session, document_id)}
    stay = {entry.seq: entry for entry in kept([*known.values(), *fresh], now)}
    session.execute(
        delete(DocumentHistory).where(
            DocumentHistory.document_id == document_id,
            DocumentHistory.seq.in_([seq for seq in known if seq not in stay]),
        )
    )
    for entry in stay.values():
        if entry.seq not in known:
            session.execute(insert(DocumentHistory).values(**_row(document_id, entry, contents[entry.seq])))
        elif entry.keys != known[entry.seq].keys:
            session.execute(
                update(DocumentHistory)
                .where(DocumentHistory.document_id == document_id, DocumentHistory.seq == entry.seq)
                .values(actor_keys=",".join(entry.keys))
                .execution_options(synchronize_session=False)
            )


def _row(document_id: int, entry: Entry, content: bytes) -> dict[str, object]:
    return {
        "document_id": document_id,
        "seq": entry.seq,
        "at": entry.at,
        "kind": entry.kind,
        "actor_keys": ",".join(entry.keys),
        "content": content,
        "checksum": checksum_of(content),
    }


def entries_of(session: Session, document_id: int) -> list[Entry]:
    """The stored entries, oldest first."""
    found = session.execute(
        select(DocumentHistory.seq, DocumentHistory.at, DocumentHistory.actor_keys, DocumentHistory.kind)
        .where(DocumentHistory.document_id == document_id)
        .order_by(DocumentHistory.seq)
    )
    return [Entry(row.seq, row.at, _keys(row.actor_keys), row.kind) for row in found]


def marks_after(session: Session, document_id: int, after: int) -> list[Mark]:
    """The rows after this one, in order."""
    found = session.execute(
        select(DocumentUpdate.seq, DocumentUpdate.at, DocumentUpdate.actor_keys)
        .where(DocumentUpdate.document_id == document_id, DocumentUpdate.seq > after)
        .order_by(DocumentUpdate.seq)
    )
    return [Mark(row.seq, row.at, _keys(row.actor_keys)) for row in found]


def _keys(text: str) -> tuple[str, ...]:
    return tuple(key for key in text.split(",") if key)


def contents_at(session: Session, document_id: int, seqs: Sequence[int]) -> dict[int, bytes]:
    """The whole document at each of these rows, in order."""
    if not seqs:
        return {}
    state = full_state_before(session, document_id, seqs[0]) or FullState(0, None)
    document = LiveDocument.open(state.content, [])
    at, contents = state.seq, {}
    for seq in seqs:
        document.replay(row.update for row in whole_rows_after(session, document_id, at, seq))
        contents[seq] = document.snapshot()
        at = seq
    return contents
