"""One commit for all documents that changed: gather, append, commit, then tell.

An idle document is flushed at the next turn; after a flush the next one waits twice as long as that one
took, at most `MAX_TICK_SECONDS`, so that flushing stays below about a third of the core. A failed commit
is tried again with everything still waiting; past `GIVE_UP_SECONDS` the senders are refused, never
acknowledged.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from pycrdt import merge_updates
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import failpoints
from models.document_log import LogRow, append_update, own_clients, rows_after
from models.errors import DomainError, NotFound
from models.session import transaction
from realtime.fanout import DocumentBell, Fanout
from realtime.journal import Journal
from realtime.members import Batch
from realtime.rooms import Room

log = logging.getLogger("etabli.realtime")

MAX_TICK_SECONDS = 0.05
RETRY_SECONDS = 0.25
GIVE_UP_SECONDS = 5.0


@dataclass(frozen=True)
class Gathered:
    """What one room brings to the commit."""

    room: Room
    batches: list[Batch]
    owners: dict[int, str]

    @property
    def updates(self) -> list[bytes]:
        """The bytes to store, without the batches that brought nothing."""
        return [batch.update for batch in self.batches if batch.update]


@dataclass(frozen=True)
class Appended:
    """The newest number, the rows that hold it, and the rows of other processes before them.

    `has_gap` when some of those are gone by compaction.
    """

    seq: int
    rows: Sequence[LogRow]
    between: Sequence[LogRow]
    has_gap: bool = False


class ClientsTaken(Exception):
    """Another process's commit gave client ids of this one to other people: `owners`."""

    def __init__(self, owners: Mapping[int, str]) -> None:
        super().__init__()
        self.owners = owners


class Flusher:
    """The only writer of document rows in this process."""

    def __init__(self, journal: Journal, rebuild: Callable[[Room], None], fanout: Fanout) -> None:
        self._journal = journal
        self._fanout = fanout
        self._rebuild = rebuild
        self._dirty: set[Room] = set()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._idle = threading.Event()
        self._idle.set()
        self.failing_since: float | None = None
        """Since when no commit has succeeded (monotonic seconds); None: they do."""
        self.is_stopped = False

    def mark(self, room: Room) -> None:
        """This room has something to commit."""
        with self._lock:
            self._dirty.add(room)
            self._idle.clear()
        self._wake.set()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until everything gathered so far is answered; False when it took too long."""
        return self._idle.wait(timeout)

    def stop(self) -> None:
        """End the loop after its current turn."""
        self.is_stopped = True
        self._wake.set()

    def run(self) -> None:
        """Flush for ever, adapting the pace to its cost."""
        while not self.is_stopped:
            self._wake.wait()
            self._wake.clear()
            with self._lock:
                rooms, self._dirty = self._dirty, set()
            if rooms:
                started = time.monotonic()
                self._flush_safely(rooms)
                with self._lock:
                    if not self._dirty:
                        self._idle.set()
                time.sleep(min(MAX_TICK_SECONDS, 2 * (time.monotonic() - started)))

    def _flush_safely(self, rooms: set[Room]) -> None:
        try:
            self.flush(rooms)
        except Exception:
            log.exception("flush failed")  # the loop is the only writer: it must outlive any bug

    def flush(self, rooms: set[Room]) -> None:
        """One commit for these rooms; if it fails, each by itself, so that one cannot hold the others."""
        gathered = [
            Gathered(room, *room.take_pending()) for room in sorted(rooms, key=lambda r: r.document_id)
        ]
        gathered = [one for one in gathered if one.batches]
        if not gathered:
            return
        try:
            results = self._store(gathered)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is logged, and nothing is committed
            if len(gathered) == 1:
                self._failed(gathered[0], error)
                return
            for one in gathered:
                try:
                    (result,) = self._store([one])
                except Exception as own_error:  # noqa: BLE001
                    self._failed(one, own_error)
                else:
                    self._tell(one, result)
        else:
            for one, result in zip(gathered, results, strict=True):
                self._tell(one, result)

    def _store(self, gathered: Sequence[Gathered]) -> list[Appended]:
        """One commit. Raises: SQLAlchemyError, NotFound; nothing is in the database then."""
        failpoints.reach("gathered")
        with transaction() as session:
            results = [self._append(session, one) for one in gathered]
            failpoints.reach("appended")
            self._journal.write(session, [(one.room, one.batches) for one in gathered])
            failpoints.reach("journaled")
        self.failing_since = None
        return results

    def _tell(self, one: Gathered, result: Appended) -> None:
        """What is committed is told, whatever happens on the way: those who missed it ask again."""
        room = one.room
        try:
            failpoints.reach("committed")
            room.committed(one.batches, result.seq, result.between)
            failpoints.reach("told")
        except Exception:
            log.exception("document %d: row %d is committed but was not told", room.document_id, result.seq)
            self._mend(room)
            room.tell_again(one.batches, result.seq)
        for row in result.rows:
            self._fanout.ring(DocumentBell(room.document_id, room.epoch, row.seq, row.update))
        if room.is_broken or result.has_gap:
            self._mend(room)

    def _mend(self, room: Room) -> None:
        """Open the document anew; when the database does not answer, filling gaps tries again."""
        room.is_broken = True
        try:
            self._rebuild(room)
        except (SQLAlchemyError, DomainError):
            log.exception("document %d could not be opened anew", room.document_id)

    @staticmethod
    def _append(session: Session, one: Gathered) -> Appended:
        room, updates = one.room, one.updates
        if not updates:
            return Appended(room.seq, (), ())
        keys = list(dict.fromkeys(batch.actor.key for batch in one.batches if batch.update))
        rows = [
            LogRow(append_update(session, room.document_id, content, keys, room.epoch), content)
            for content in _merged(updates)
        ]
        if taken := own_clients(session, room.document_id, one.owners):
            raise ClientsTaken(taken)
        first = rows[0].seq
        between = rows_after(session, room.document_id, room.seq, first - 1) if first > room.seq + 1 else ()
        return Appended(rows[-1].seq, rows, between, len(between) < first - 1 - room.seq)

    def _failed(self, one: Gathered, error: Exception) -> None:
        if isinstance(error, NotFound):
            one.room.refused(one.batches, "gone")
            return
        if isinstance(error, ClientsTaken):
            log.warning("document %d: client ids were used by two people at once", one.room.document_id)
            one.room.disown(one.batches, one.owners, error.owners)
            self.mark(one.room)
            return
        now = time.monotonic()
        self.failing_since = self.failing_since or now
        foreseen = isinstance(error, SQLAlchemyError)
        log.warning(
            "document %d: commit failed (%s)",
            one.room.document_id,
            type(error).__name__,
            exc_info=None if foreseen else error,
        )
        if now - self.failing_since > GIVE_UP_SECONDS:
            one.room.refused(one.batches, "unavailable")
            return
        one.room.put_back(one.batches, one.owners)
        time.sleep(RETRY_SECONDS)
        self.mark(one.room)


def _merged(updates: list[bytes]) -> list[bytes]:
    """The updates as one; as they are, should yrs be unable to merge them."""
    if len(updates) == 1:
        return updates
    try:
        return [merge_updates(*updates)]
    except BaseException as error:
        if not _is_of_yrs(error):
            raise
        log.exception("updates could not be merged: stored one by one")
        return updates


def _is_of_yrs(error: BaseException) -> bool:
    """A panic of yrs comes as a BaseException that cannot be imported, a refusal as a ValueError."""
    return type(error).__name__ == "PanicException" or isinstance(error, (ValueError, RuntimeError))
