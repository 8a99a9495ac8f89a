"""One commit for all documents that changed: gather, append, commit, then tell.

It also says when sockets are read. While little happens that is at once, and so is the commit. Else there is
a tick: everything that has come is read, judged, committed and told in one go, and then nothing until that
has cost no more than `SHARE` of the time, at most `MAX_TICK_SECONDS`. The commit runs outside this thread
where it would hold it up.

No document waits for another: one whose row is held elsewhere, or whose commit fails, is tried again apart.
Past `GIVE_UP_SECONDS` its senders are refused, never acknowledged.
"""

import logging
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

from sqlalchemy.exc import SQLAlchemyError

from models import failpoints
from models.board.shadow import merged
from models.document_append import Addition, Appending, appending
from models.document_log import LogRow, last_seqs, own_clients, rows_after, shortened
from models.errors import DomainError, NotFound
from realtime.fanout import DocumentBell, Fanout
from realtime.journal import Journal
from realtime.members import Batch
from realtime.rooms import Room

log = logging.getLogger("etabli.realtime")

SHARE = 0.12
BUSY_TICK_SECONDS = 0.009
"""A tick that brought several things is at least so long: a wake-up costs more than another edit."""
MAX_TICK_SECONDS = 0.05
RETRY_SECONDS = 0.25
WAIT_STEP_SECONDS = 0.005
GIVE_UP_SECONDS = 5.0
FAILURES_THAT_MEAN_ALL = 3


@dataclass(frozen=True)
class Gathered:
    """What one room brings to the commit."""

    room: Room
    batches: list[Batch]
    owners: dict[int, str]

    @cached_property
    def contents(self) -> Sequence[bytes]:
        """The rows to store: all batches that bring something as one, unless yrs cannot merge them."""
        return merged([batch.update for batch in self.batches if batch.update])

    @property
    def addition(self) -> Addition:
        """The rows as the log takes them."""
        keys = shortened(dict.fromkeys(batch.actor.key for batch in self.batches if batch.update))
        return Addition(self.room.document_id, self.room.epoch, self.contents, keys)


@dataclass(frozen=True)
class Appended:
    """The rows that hold what was gathered, and the rows of other processes before them.

    `has_gap` when some of those are gone: the document is then opened anew.
    """

    rows: Sequence[LogRow] = ()
    between: Sequence[LogRow] = ()
    has_gap: bool = False


class ClientsTaken(Exception):
    """Another process's commit gave client ids of this one to other people: `owners`."""

    def __init__(self, owners: Mapping[int, str]) -> None:
        super().__init__()
        self.owners = owners


class NotTriedError(Exception):
    """The database does not answer for the other documents either."""


class Intake(Protocol):
    """Where edits come from: the sockets of this process."""

    has_more: bool
    """Whether the last drain left something for the next one."""

    def drain(self) -> int:
        """Take in what has come; gives from how many sockets."""
        ...

    def wait(self) -> None:
        """Until something comes, or `wake()` is or was called."""
        ...

    def wake(self) -> None:
        """End the wait that is going on, or the next one."""
        ...

    def stay_attended(self) -> None:
        """What follows may take long: sockets are to be read meanwhile."""
        ...


class NoSockets:
    """Edits come by `Flusher.mark` only."""

    has_more = False

    def __init__(self) -> None:
        self._event = threading.Event()

    def drain(self) -> int:
        """See Intake."""
        return 0

    def wait(self) -> None:
        """See Intake."""
        self._event.wait()
        self._event.clear()

    def wake(self) -> None:
        """See Intake."""
        self._event.set()

    def stay_attended(self) -> None:
        """See Intake."""


class Flusher:
    """The only writer of document rows in this process."""

    def __init__(self, journal: Journal, rebuild: Callable[[Room], None], fanout: Fanout) -> None:
        self._journal = journal
        self._fanout = fanout
        self._rebuild = rebuild
        self._dirty: set[Room] = set()
        self._apart: set[Room] = set()
        """Rooms that commit by themselves, or wait before they try again."""
        self._lock = threading.Lock()
        self.intake: Intake = NoSockets()
        self._idle = threading.Event()
        self._idle.set()
        self._turns = 0
        self.failing_since: float | None = None
        """Since when no commit has succeeded (monotonic seconds); None: they do."""
        self._spent = 0.0
        self.is_stopped = False

    def mark(self, room: Room) -> None:
        """This room has something to commit."""
        with self._lock:
            self._dirty.add(room)
            self._idle.clear()
        self.intake.wake()

    def wait_idle(self, timeout: float) -> bool:
        """Wait until everything gathered so far is answered, though more comes; False if it took too long."""
        deadline = time.monotonic() + timeout
        wanted = self._turns + 2  # the turn under way, and the one that takes what has come during it
        while not self._idle.is_set() and (self._turns < wanted or self.failing_since is not None):
            if time.monotonic() > deadline:
                return False
            time.sleep(WAIT_STEP_SECONDS)
        return True

    def stop(self) -> None:
        """End the loop after its current turn."""
        self.is_stopped = True
        self.intake.wake()

    def run(self) -> None:
        """Flush for ever, adapting the pace to its cost."""
        while not self.is_stopped:
            started, worked = time.monotonic(), time.thread_time()
            come = self.intake.drain()
            self._spent = time.thread_time() - worked
            with self._lock:
                rooms = self._dirty - self._apart
                self._dirty -= rooms
            if rooms:
                self.intake.stay_attended()
                self._flush_safely(rooms)
                self._turns += 1
            self._settle()
            if not rooms and not come:
                self.intake.wait()
                continue
            tick = min(MAX_TICK_SECONDS, self._spent / SHARE)
            if come > 1:
                tick = max(tick, BUSY_TICK_SECONDS)
            if self.intake.has_more:
                tick = 0.0
            time.sleep(max(tick - (time.monotonic() - started), 0.0))

    def _settle(self) -> None:
        with self._lock:
            if not self._dirty and not self._apart:
                self._idle.set()

    def _flush_safely(self, rooms: set[Room]) -> None:
        try:
            self.flush(rooms)
        except Exception:
            log.exception("flush failed")  # the loop is the only writer: it must outlive any bug

    def flush(self, rooms: set[Room]) -> None:
        """One commit for these rooms; if it fails, each by itself, so that one cannot hold the others."""
        started = time.thread_time()
        gathered = [
            Gathered(room, *room.take_pending()) for room in sorted(rooms, key=lambda r: r.document_id)
        ]
        gathered = [one for one in gathered if one.batches]
        self._spent += time.thread_time() - started
        if not gathered:
            return
        try:
            results = self._store(gathered)
        except Exception as error:  # noqa: BLE001 - whatever it was, it is logged, and nothing is committed
            if len(gathered) == 1:
                self._failed(gathered[0], error)
            else:
                self._flush_one_by_one(gathered)
            return
        started = time.thread_time()
        for one, result in zip(gathered, results, strict=True):
            if result is not None:
                self._tell(one, result)
        self._spent += time.thread_time() - started
        for one, result in zip(gathered, results, strict=True):
            if result is None:
                self._leave_apart(one.room)
                threading.Thread(target=self._flush_apart, args=(one,), daemon=True).start()

    def _flush_one_by_one(self, gathered: Sequence[Gathered]) -> None:
        """The commit of all failed: find out whose fault it is. When the first all fail, it is nobody's."""
        failures, stored = 0, 0
        for one in gathered:
            error: Exception = NotTriedError()
            if stored or failures < FAILURES_THAT_MEAN_ALL:
                try:
                    (result,) = self._store([one], wait=True)
                except Exception as own_error:  # noqa: BLE001
                    error = own_error
                else:
                    assert result is not None  # noqa: S101 - it waited
                    stored += 1
                    self._tell(one, result)
                    continue
            failures += 1
            self._failed(one, error)

    def _flush_apart(self, one: Gathered) -> None:
        """Commit what is held elsewhere by itself, waiting for it."""
        try:
            (result,) = self._store([one], wait=True)
        except Exception as error:  # noqa: BLE001
            self._failed(one, error)
        else:
            assert result is not None  # noqa: S101 - it waited
            self._tell(one, result)
            self._come_back(one.room)

    def _leave_apart(self, room: Room) -> None:
        with self._lock:
            self._apart.add(room)

    def _come_back(self, room: Room) -> None:
        with self._lock:
            self._apart.discard(room)
        self.intake.wake()  # it may have been marked meanwhile

    def _store(self, gathered: Sequence[Gathered], *, wait: bool = False) -> list[Appended | None]:
        """One commit; None for a document that is held elsewhere, unless `wait`.

        Raises: NotFound, ClientsTaken, what the database raises; nothing is in it then.
        """
        failpoints.reach("gathered")
        with appending() as transaction:
            started = time.thread_time()
            additions = [one.addition for one in gathered if one.contents]
            newest = transaction.append(additions, wait=wait) if additions else {}
            results = [self._appended(transaction, one, newest, wait=wait) for one in gathered]
            failpoints.reach("appended")
            self._spent += time.thread_time() - started
        for one in gathered:
            one.room.failing_since = None
        self.failing_since = None
        return results

    @staticmethod
    def _appended(
        transaction: Appending, one: Gathered, newest: Mapping[int, int], *, wait: bool
    ) -> Appended | None:
        room, contents = one.room, one.contents
        if not contents:
            return Appended()
        last = newest.get(room.document_id)
        if last is None:
            if wait or _is_gone(transaction, room):
                raise NotFound
            return None
        if one.owners and (taken := own_clients(transaction.session, room.document_id, one.owners)):
            raise ClientsTaken(taken)
        first = last - len(contents) + 1
        rows = [LogRow(seq, content) for seq, content in enumerate(contents, first)]
        if first == room.seq + 1:
            return Appended(rows)
        between = rows_after(transaction.session, room.document_id, room.seq, first - 1)
        return Appended(rows, between, len(between) < first - 1 - room.seq)

    def _tell(self, one: Gathered, result: Appended) -> None:
        """What is committed is told, whatever happens on the way: those who missed it ask again."""
        room = one.room
        try:
            failpoints.reach("committed")
            room.committed(one.batches, result.rows, result.between)
            failpoints.reach("told")
        except Exception:
            seq = result.rows[-1].seq if result.rows else room.seq
            log.exception("document %d: row %d is committed but was not told", room.document_id, seq)
            self._mend(room)
            room.tell_again(one.batches, seq)
        self._journal.count(room, one.batches)
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

    def _failed(self, one: Gathered, error: Exception) -> None:
        """Nothing of this is committed: refuse it, or try again by and by."""
        room, now = one.room, time.monotonic()
        if isinstance(error, NotFound):
            room.refused(one.batches, "gone")
            self._come_back(room)
            return
        if isinstance(error, ClientsTaken):
            log.warning("document %d: client ids were used by two people at once", room.document_id)
            room.disown(one.batches, one.owners, error.owners)
            self.mark(room)
            self._come_back(room)
            return
        self.failing_since = self.failing_since or now
        room.failing_since = room.failing_since or now
        foreseen = isinstance(error, SQLAlchemyError | NotTriedError)
        log.warning(
            "document %d: commit failed (%s)",
            room.document_id,
            type(error).__name__,
            exc_info=None if foreseen else error,
        )
        if now - room.failing_since > GIVE_UP_SECONDS:
            room.refused(one.batches, "unavailable")
            self._come_back(room)
            return
        self._leave_apart(room)
        room.put_back(one.batches, one.owners)
        self.mark(room)
        timer = threading.Timer(RETRY_SECONDS, self._come_back, (room,))
        timer.daemon = True
        timer.start()


def _is_gone(transaction: Appending, room: Room) -> bool:
    """Whether the document is not merely held by somebody else."""
    found = last_seqs(transaction.session, [room.document_id]).get(room.document_id)
    return found is None or found[0] != room.epoch
