"""The open documents of this process: opened on the first need, kept while used, let go.

It is also the `DocumentHost` behind the HTTP routes of the live server, so that an edit sent over HTTP
waits for the same commit and reaches the same people as one sent over a socket.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import nullcontext
from itertools import count

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from models import failpoints
from models.board.guard import SYNC
from models.board.messages import refusal
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from models.cohort import Team
from models.document import Board
from models.document_log import LogRow, last_seqs, load_document, owners_of, rows_after
from models.errors import CorruptDocument, NotFound, Refused
from models.project import Project
from models.session import reading, transaction
from realtime.budget import HEAVY_BYTES, Turnstile
from realtime.fanout import DocumentBell, Fanout, WhoBell
from realtime.flusher import Flusher
from realtime.journal import Journal
from realtime.members import BoardFacts
from realtime.protocol import ClientUpdate
from realtime.rooms import Room
from workspace.services.document_repair import heal
from workspace.services.document_upkeep import corrupt_among
from workspace.web.documents.host import DocumentState

log = logging.getLogger("etabli.realtime")

IDLE_SECONDS = 60.0
BELLS_CROSS_SECONDS = 0.01  # two processes' bells for one document may cross
DATABASE_PAUSE_SECONDS = 0.5
SYNC_TIMEOUT_SECONDS = 15.0
REFRESH_SECONDS = 3.0
REFRESH_PAUSE_SECONDS = 0.005


class Rooms:
    """See the module."""

    def __init__(self, fanout: Fanout, people_changed: Callable[[Room], None] = lambda _room: None) -> None:
        self._people_changed = people_changed
        self._fanout = fanout
        self._rooms: dict[int, Room] = {}
        self._opening: dict[int, threading.Lock] = {}
        self._lock = threading.Lock()
        self._handles = count(1)
        self._behind: set[Room] = set()
        self._is_behind = threading.Event()
        self.turnstile = Turnstile()
        self.journal = Journal()
        self.flusher = Flusher(self.journal, self.rebuild, fanout)

    def __iter__(self) -> Iterator[Room]:
        return iter(list(self._rooms.values()))

    def find(self, document_id: int) -> Room | None:
        """The room of a document if it is open here."""
        return self._rooms.get(document_id)

    # -- opening --------------------------------------------------------------------------------

    def open(self, document_id: int) -> Room:
        """The room of a document, opened from the log if need be. Raises: NotFound, CorruptDocument."""
        room = self._rooms.get(document_id)
        if room is not None:
            room.touch()
            return room
        with self._lock:
            turn = self._opening.setdefault(document_id, threading.Lock())
        with turn:
            room = self._rooms.get(document_id)
            if room is None:
                room = self._load(document_id)
                self._rooms[document_id] = room
                self._fanout.ring(WhoBell(document_id))
        with self._lock:
            self._opening.pop(document_id, None)
        return room

    def _load(self, document_id: int) -> Room:
        started = time.monotonic()
        with reading() as session:
            board = _board_facts(session, document_id)
            stored = load_document(session, document_id)
        document = LiveDocument.open(stored.snapshot, stored.updates)
        failpoints.reach("opened")
        elapsed = time.monotonic() - started
        log.info("document %d opened: %d rows in %.0f ms", document_id, len(stored.updates), elapsed * 1000)
        return Room(document_id, next(self._handles), board, document, stored, self._people_changed)

    def rebuild(self, room: Room) -> None:
        """Open a broken room's document anew from the log."""
        with reading() as session:
            stored = load_document(session, room.document_id)
        room.rebuild(LiveDocument.open(stored.snapshot, stored.updates), stored)

    # -- over HTTP: DocumentHost ----------------------------------------------------------------

    def state(self, document_id: int) -> DocumentState:
        """See DocumentHost."""
        room = self.open(document_id)
        self.refresh([room])
        return DocumentState(room.epoch, *room.whole())

    def sync(
        self,
        document_id: int,
        writer: Callable[[], BoardActor],
        state_vector: bytes,
        update: bytes,
        epoch: int | None = None,
    ) -> tuple[int, bytes]:
        """See DocumentHost. Returns after the commit."""
        room = self.open(document_id)
        self.refresh([room])
        if epoch is not None and epoch != room.epoch:
            raise refusal("epoch")
        if update:
            with self.turnstile.passing() if len(update) > HEAVY_BYTES else nullcontext():
                batch = room.propose(ClientUpdate(room.handle, 0, update), writer(), SYNC, None)
            waiter = batch.waiter = threading.Event()
            self.flusher.mark(room)
            waiter.wait(SYNC_TIMEOUT_SECONDS)
            if not isinstance(batch.outcome, int):
                raise batch.outcome or Refused("unavailable")
        with room.lock:
            return room.seq, room.document.diff(state_vector)

    # -- keeping house --------------------------------------------------------------------------

    def hear(self, bell: DocumentBell) -> None:
        """Another process committed a row: take it in, or have a look at what lacks."""
        room = self._rooms.get(bell.document_id)
        if room is None or (bell.epoch == room.epoch and bell.seq <= room.seq):
            return
        if bell.epoch != room.epoch:
            self.suspect(room)
        elif not room.hear(LogRow(bell.seq, bell.update)):
            self._look_at(room)

    def suspect(self, room: Room) -> None:
        """Have the database asked whether this room lacks rows or was replaced."""
        room.hear(LogRow(room.seq + 1, b""))
        self._look_at(room)

    def _look_at(self, room: Room) -> None:
        self._behind.add(room)
        self._is_behind.set()

    def follow(self, is_stopped: Callable[[], bool]) -> None:
        """Fill the gaps that bells show, until stopped."""
        while not is_stopped():
            self._is_behind.wait()
            self._is_behind.clear()
            time.sleep(BELLS_CROSS_SECONDS)
            behind, self._behind = self._behind, set()
            try:
                self.fill_gaps(room for room in behind if not room.take_heard())
            except SQLAlchemyError as error:
                log.warning("gaps could not be filled: %s", type(error).__name__)
                time.sleep(DATABASE_PAUSE_SECONDS)
            for room in behind:
                if room.is_committing and not room.is_closed:  # it is asked about once that is over
                    self._look_at(room)

    def refresh(self, rooms: Iterable[Room]) -> None:
        """When it returns, every row that was committed when it was called is in these rooms.

        Who comes from another process may hold such rows already, and would be taken for their author.
        Raises: Refused("unavailable") when the commit under way does not end.
        """
        deadline = time.monotonic() + REFRESH_SECONDS
        wanted = self.fill_gaps(rooms)
        while lacking := {room for room, seq in wanted.items() if room.seq < seq and not room.is_closed}:
            if time.monotonic() > deadline:
                raise Refused("unavailable")
            time.sleep(REFRESH_PAUSE_SECONDS)
            self.fill_gaps(lacking)

    def fill_gaps(self, only: Iterable[Room] | None = None) -> dict[Room, int]:
        """Ask the database for rows that other processes committed, in every open document or some.

        Rows that are gone by compaction are made up for by opening the document anew. A room with a commit
        under way is left alone: the commit finds them. Gives the newest number of each room's document.
        """
        wanted = {room.document_id: room for room in (list(self) if only is None else only)}
        if not wanted:
            return {}
        rooms = {key: room for key, room in wanted.items() if not room.is_committing}
        heard = {room: room.newest_heard for room in rooms.values()}
        with reading() as session:
            newest = last_seqs(session, list(wanted))
            known = {wanted[key]: seq for key, (_epoch, seq) in newest.items()}
            newest = {key: found for key, found in newest.items() if key in rooms}
            changed = [rooms[key] for key, (epoch, _seq) in newest.items() if epoch != rooms[key].epoch]
            behind = [
                room
                for key, room in rooms.items()
                if key in newest and (newest[key][1] > room.seq or room.is_broken)
            ]
            missed = [
                (room, rows, owners_of(session, room.document_id))
                for room in behind
                if room not in changed
                and (rows := _rows_or_none(session, room, newest[room.document_id][1])) is not None
            ]
        for room in changed:
            self._rooms.pop(room.document_id, None)
            room.replaced()
        for room, rows, owners in missed:
            room.owners.update(owners)
            for row in rows:
                if row.seq == room.seq + 1 and not room.is_committing:
                    room.absorb(row)
            is_gone = not rows or rows[0].seq > room.seq + 1
            if room.is_broken or (is_gone and not room.is_committing):
                try:
                    self.rebuild(room)
                except CorruptDocument as error:
                    log.warning("document %d cannot be opened anew: %s", room.document_id, error)
        for room, newest_heard in heard.items():
            room.believe_only(newest_heard)
        return known

    def keep_house(self) -> None:
        """Let go of what nobody uses; give back to the disk what it lost of what is open."""
        now = time.monotonic()
        self._heal()
        for room in self:
            if not room.members and not room.pending and now - room.idle_since > IDLE_SECONDS:
                self._close(room)

    def free_memory(self) -> None:
        """Let open documents on which nothing new is begun give back what only new edits need."""
        for room in self:
            with room.lock:
                room.document.free_unused()

    def _heal(self) -> None:
        """Store the open documents whose stored bytes the worker found corrupt: here they are sound."""
        rooms = {room.document_id: room for room in self if not room.is_broken}
        if not rooms:
            return
        with reading() as session:
            corrupt = corrupt_among(session, list(rooms))
        for document_id in corrupt:
            room = rooms[document_id]
            seq, content = room.whole()
            with transaction() as session:
                if heal(session, document_id, room.epoch, seq, content):
                    log.warning("document %d was corrupt and is stored anew", document_id)

    def write_journals(self) -> None:
        """Write what is still counted in memory; at a stop, when it is lost otherwise."""
        try:
            with transaction() as session:
                for room in self:
                    self.journal.write_rest(session, room)
        except SQLAlchemyError as error:
            log.warning("journals could not be written: %s", type(error).__name__)

    def _close(self, room: Room) -> None:
        with transaction() as session:
            self.journal.write_rest(session, room)
        if not room.members and not room.pending:  # nobody came while that was written
            self._rooms.pop(room.document_id, None)
            room.is_closed = True


def _board_facts(session: Session, document_id: int) -> BoardFacts:
    row = session.execute(
        select(Board.id, Board.project_id, Team.cohort_id, Board.title)
        .join(Project, Project.id == Board.project_id)
        .join(Team, Team.id == Project.team_id)
        .where(Board.document_id == document_id)
    ).one_or_none()
    if row is None:
        raise NotFound
    return BoardFacts(row.id, row.project_id, row.cohort_id, row.title)


def _rows_or_none(session: Session, room: Room, last: int) -> list[LogRow] | None:
    """The rows this room has not seen; None when one of them is damaged: the other rooms go on."""
    try:
        return rows_after(session, room.document_id, room.seq, last)
    except CorruptDocument as error:
        log.warning("document %d: a row cannot be read: %s", room.document_id, error)
        return None
