"""Rooms and their commits, without sockets: who is told what, and what happens when a commit fails."""

import json
import threading
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from pycrdt import Doc, Map, Text
from sqlalchemy import delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from models import document_append
from models.activity import Activity, ActivityKind
from models.board import shadow
from models.board.guard import LIVE
from models.board_rights import board_rights
from models.document import Board, DocumentClient, DocumentUpdate, SharedDocument
from models.document_append import Addition, Appending
from models.errors import NotFound, Refused
from models.session import database, reading, transaction
from realtime import flusher, protocol, registry
from realtime.clients import Client
from realtime.fanout import SingleProcess
from realtime.members import Member
from realtime.outbound import Acknowledgement, Outgoing, Receiver
from realtime.presence import Presence
from realtime.protocol import ClientUpdate, Cursor, read_varint
from realtime.registry import Rooms
from realtime.rooms import Room
from tests.factories import World, make_board
from tests.live.live_support import eventually


class FakeSentences:
    def say(self, code: str, _locale: str, _message: str = "", **_values: object) -> str:
        return code


class FakeOutlet:
    """Keeps what it was given; `is_behind` leaves it out of broadcasts."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []
        self.is_behind = False

    def open(self, receiver: Receiver) -> None: ...

    def send(self, *events: Outgoing) -> None:
        self.sent += events

    def offer(self, *events: Outgoing) -> bool:
        if not self.is_behind:
            self.sent += events
        return not self.is_behind

    def close(self, code: int, reason: str) -> None: ...

    def of(self, event: str) -> list[Any]:
        return [outgoing.payload for outgoing in self.sent if outgoing.event == event]


class Writer:
    """A person in a room, with a Yjs document of their own."""

    def __init__(self, world: World, rooms: Rooms, name: str, board: Board | None = None) -> None:
        self.board = board or world.board
        self.room = rooms.open(self.board.document_id)
        self.outlet = FakeOutlet()
        with reading() as session:
            self.actor = world.actor(session, name)
            rights = board_rights(self.actor, _loaded(session, self.board.id))
        assert rights is not None
        self.client = Client(f"sid-{name}-{self.board.id}", self.actor, self.outlet, FakeSentences())  # type: ignore[arg-type]
        self.member: Member = self.room.enter(self.client, rights)
        self.doc: Doc[Any] = Doc()
        self.doc.apply_update(self.room.whole()[1])
        self.n = 0

    def note(self, key: str) -> None:
        """Propose a new note."""
        before = self.doc.get_state()
        fields = {"x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0}
        words = {"type": "note", "order": "a0", "zone": "", "colour": "jonc", "author": self.actor.key}
        objects = self.doc.get("objects", type=Map)
        with self.doc.transaction():
            objects[key] = Map({**fields, **words, "locked": False, "text": Text(key)})
        self.n += 1
        sent = ClientUpdate(self.room.handle, self.n, self.doc.get_update(before))
        self.room.propose(sent, self.member.rights.board_actor, LIVE, self.member)

    def acks(self) -> list[int]:
        return [ack["n"] for ack in self.outlet.of(protocol.ACK)]

    def refusals(self) -> list[str]:
        return [refusal["code"] for refusal in self.outlet.of(protocol.REFUSAL)]


def _loaded(session: Session, board_id: int) -> Board:
    from sqlalchemy.orm import joinedload  # noqa: PLC0415

    from models.access import project_options  # noqa: PLC0415

    options = joinedload(Board.project).options(*project_options())
    return session.scalars(select(Board).where(Board.id == board_id).options(options)).one()


def _objects(room: Room) -> set[str]:
    doc: Doc[Any] = Doc()
    doc.apply_update(room.whole()[1])
    return set(doc.get("objects", type=Map))


@pytest.fixture
def rooms() -> Rooms:
    return Rooms(SingleProcess())


Failing = Callable[..., None]


@pytest.fixture
def commits_fail(monkeypatch: pytest.MonkeyPatch) -> Failing:
    """`commits_fail(times)`: so many of the next appends fail like a full disk or a lost database."""
    append = Appending.append

    def fail(times: int, only: int | None = None) -> None:
        left = [times]

        def failing(
            appending: Appending, additions: Sequence[Addition], *, wait: bool = False
        ) -> dict[int, int]:
            concerned = {addition.document_id for addition in additions}
            if left[0] and (only is None or only in concerned):
                left[0] -= 1
                raise OperationalError("INSERT", {}, Exception("disk full"))
            return append(appending, additions, wait=wait)

        monkeypatch.setattr(Appending, "append", failing)
        monkeypatch.setattr(flusher, "RETRY_SECONDS", 0.0)

    return fail


def test_one_commit_holds_the_edits_of_everybody(any_world: World, rooms: Rooms) -> None:
    alice, bob = Writer(any_world, rooms, "alice"), Writer(any_world, rooms, "bob")
    alice.note("a1")
    bob.note("b1")
    alice.note("a2")
    before = alice.room.seq
    rooms.flusher.flush({alice.room})
    with reading() as session:
        row = session.scalars(select(DocumentUpdate).order_by(DocumentUpdate.seq.desc()).limit(1)).one()
        owners = {owner.client_id: owner.actor_key for owner in session.scalars(select(DocumentClient))}
    assert row.seq == alice.room.seq == before + 1
    assert row.actor_keys == f"{alice.actor.key},{bob.actor.key}"
    assert owners == {alice.doc.client_id: alice.actor.key, bob.doc.client_id: bob.actor.key}
    assert (alice.acks(), bob.acks()) == ([2], [1])
    assert {"a1", "a2", "b1"} <= _objects(alice.room)


def test_update_frame_is_encoded_once_and_the_same_for_all(world: World, rooms: Rooms) -> None:
    writers = [Writer(world, rooms, name) for name in ("alice", "bob", "tutor", "guest")]
    writers[0].note("a1")
    writers[1].note("b1")
    rooms.flusher.flush({writers[0].room})
    frames = [next(o for o in writer.outlet.sent if o.event == protocol.UPDATE) for writer in writers]
    assert len({id(frame) for frame in frames}) == 1
    handle, offset = read_varint(frames[0].payload)  # type: ignore[arg-type]
    assert (handle, read_varint(frames[0].payload, offset)[0]) == (
        writers[0].room.handle,
        writers[0].room.seq,
    )  # type: ignore[arg-type]


def test_sole_contributor_gets_only_the_acknowledgement(world: World, rooms: Rooms) -> None:
    alice, bob = Writer(world, rooms, "alice"), Writer(world, rooms, "bob")
    alice.note("a1")
    rooms.flusher.flush({alice.room})
    assert alice.outlet.of(protocol.UPDATE) == []
    assert len(bob.outlet.of(protocol.UPDATE)) == 1
    assert alice.outlet.of(protocol.ACK) == [{"h": alice.room.handle, "n": 1, "seq": alice.room.seq}]


def test_nothing_is_told_before_the_commit(world: World, rooms: Rooms) -> None:
    alice, bob = Writer(world, rooms, "alice"), Writer(world, rooms, "bob")
    alice.note("a1")
    assert alice.acks() == []
    assert bob.outlet.of(protocol.UPDATE) == []
    assert "a1" not in _objects(alice.room)


def test_failed_commit_is_tried_again_and_nothing_is_doubled(
    world: World, rooms: Rooms, commits_fail: Failing
) -> None:
    alice = Writer(world, rooms, "alice")
    commits_fail(2)
    alice.note("a1")
    rooms.flusher.flush({alice.room})
    assert alice.acks() == []
    alice.note("a2")
    rooms.flusher.flush({alice.room})
    rooms.flusher.flush({alice.room})
    assert (alice.acks(), alice.refusals()) == ([2], [])
    assert {"a1", "a2"} <= _objects(alice.room)
    with reading() as session:
        assert len(list(session.scalars(select(DocumentUpdate)))) == 2  # the seed and one row


def test_commit_that_keeps_failing_is_refused_and_recovers_by_itself(
    world: World, rooms: Rooms, commits_fail: Failing, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Writer(world, rooms, "alice")
    commits_fail(2)
    monkeypatch.setattr(flusher, "GIVE_UP_SECONDS", -1.0)
    alice.note("a1")
    rooms.flusher.flush({alice.room})
    assert (alice.acks(), alice.refusals()) == ([], ["unavailable"])
    assert "a1" not in _objects(alice.room)
    bob = Writer(world, rooms, "bob")
    bob.note("b1")
    rooms.flusher.flush({alice.room})
    assert bob.refusals() == ["unavailable"]
    guest = Writer(world, rooms, "guest")
    guest.note("g1")
    rooms.flusher.flush({alice.room})
    assert guest.acks() == [1]


def test_document_that_cannot_be_written_does_not_hold_the_others(
    any_world: World, rooms: Rooms, commits_fail: Failing
) -> None:
    with transaction() as session:
        other_board = make_board(session, any_world.project, any_world.alice, "Un autre")
    alice, elsewhere = Writer(any_world, rooms, "alice"), Writer(any_world, rooms, "alice", other_board)
    commits_fail(99, only=alice.board.document_id)
    alice.note("a1")
    elsewhere.note("e1")
    rooms.flusher.flush({alice.room, elsewhere.room})
    assert elsewhere.acks() == [1]
    assert (alice.acks(), alice.refusals()) == ([], [])


@pytest.mark.parametrize("any_database_url", ["postgresql"], indirect=True)
def test_document_whose_row_is_held_does_not_hold_the_others(any_world: World, rooms: Rooms) -> None:
    with transaction() as session:
        other_board = make_board(session, any_world.project, any_world.alice, "Un autre")
    alice, elsewhere = Writer(any_world, rooms, "alice"), Writer(any_world, rooms, "alice", other_board)
    loop = threading.Thread(target=rooms.flusher.run, daemon=True)
    loop.start()
    held = select(SharedDocument.id).where(SharedDocument.id == alice.board.document_id).with_for_update()
    with database().engine.connect() as holder:
        holder.execute(held)
        for number in range(3):
            alice.note(f"a{number}")
            elsewhere.note(f"e{number}")
            rooms.flusher.mark(alice.room)
            rooms.flusher.mark(elsewhere.room)
            eventually(lambda number=number: elsewhere.acks()[-1:] == [number + 1])
        assert alice.acks() == []
    eventually(lambda: alice.acks()[-1:] == [3])
    assert {"a0", "a1", "a2"} <= _objects(alice.room)
    assert alice.refusals() == []
    assert rooms.flusher.wait_idle(5.0)
    rooms.flusher.stop()
    loop.join(5.0)


@pytest.mark.parametrize("any_database_url", ["postgresql"], indirect=True)
def test_document_held_too_long_is_tried_again_until_it_is_free(
    any_world: World, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(document_append, "LOCK_TIMEOUT", "20ms")
    monkeypatch.setattr(flusher, "RETRY_SECONDS", 0.02)
    alice = Writer(any_world, rooms, "alice")
    loop = threading.Thread(target=rooms.flusher.run, daemon=True)
    loop.start()
    failures: list[object] = []
    failed = rooms.flusher._failed
    monkeypatch.setattr(rooms.flusher, "_failed", lambda *what: (failures.append(what), failed(*what)))
    held = select(SharedDocument.id).where(SharedDocument.id == alice.board.document_id).with_for_update()
    with database().engine.connect() as holder:
        holder.execute(held)
        alice.note("a1")
        rooms.flusher.mark(alice.room)
        eventually(lambda: len(failures) > 2)
    eventually(lambda: alice.acks() == [1])
    assert alice.room.seq == 2
    rooms.flusher.stop()
    loop.join(5.0)


def test_edit_of_deleted_document_is_refused_as_gone(any_world: World, rooms: Rooms) -> None:
    alice = Writer(any_world, rooms, "alice")
    with transaction() as session:
        session.execute(delete(Board).where(Board.id == alice.board.id))
        session.execute(delete(SharedDocument).where(SharedDocument.id == alice.board.document_id))
    alice.note("a1")
    rooms.flusher.flush({alice.room})
    assert alice.refusals() == ["gone"]


def test_row_of_another_process_is_taken_in_and_passed_on(world: World, rooms: Rooms) -> None:
    alice = Writer(world, rooms, "alice")
    elsewhere = Rooms(SingleProcess())
    bob = Writer(world, elsewhere, "bob")
    bob.note("b1")
    elsewhere.flusher.flush({bob.room})
    rooms.fill_gaps()
    assert "b1" in _objects(alice.room)
    assert len(alice.outlet.of(protocol.UPDATE)) == 1
    assert alice.room.seq == bob.room.seq
    rooms.fill_gaps()
    assert len(alice.outlet.of(protocol.UPDATE)) == 1, "passed on once"


def test_commit_after_a_row_of_another_process_takes_that_in_first(any_world: World, rooms: Rooms) -> None:
    alice = Writer(any_world, rooms, "alice")
    elsewhere = Rooms(SingleProcess())
    bob = Writer(any_world, elsewhere, "bob")
    bob.note("b1")
    elsewhere.flusher.flush({bob.room})
    alice.note("a1")
    rooms.flusher.flush({alice.room})
    assert {"a1", "b1"} <= _objects(alice.room)
    assert alice.acks() == [1]
    assert alice.room.seq == bob.room.seq + 1


def test_document_that_cannot_take_a_committed_row_is_opened_anew(
    world: World, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = Writer(world, rooms, "alice"), Writer(world, rooms, "bob")
    broken = alice.room.document
    alice.note("a1")

    def panic(_update: bytes, count: int = 1) -> None:
        raise Refused("panic")

    monkeypatch.setattr(broken, "accept", panic)
    rooms.flusher.flush({alice.room})
    assert alice.room.document is not broken
    assert "a1" in _objects(alice.room)
    assert (alice.acks(), len(bob.outlet.of(protocol.UPDATE))) == ([1], 1)
    bob.note("b1")
    rooms.flusher.flush({alice.room})
    assert bob.acks() == [1]


def test_reader_who_is_behind_is_left_out_and_told_when_it_reads_again(world: World, rooms: Rooms) -> None:
    alice, bob = Writer(world, rooms, "alice"), Writer(world, rooms, "bob")
    bob.outlet.is_behind = True
    alice.note("a1")
    rooms.flusher.flush({alice.room})
    assert bob.outlet.of(protocol.UPDATE) == []
    bob.client.caught_up()
    bob.client.caught_up()
    told = bob.outlet.of(protocol.CONTROL)
    assert [(event["kind"], event["doc"]) for event in told] == [("resync", alice.board.document_id)]


def test_idle_document_is_let_go_and_opens_the_same(
    world: World, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(registry, "IDLE_SECONDS", -1.0)
    alice = Writer(world, rooms, "alice")
    alice.note("a1")
    rooms.keep_house()
    assert list(rooms) == [alice.room], "somebody is in it"
    rooms.flusher.flush({alice.room})
    alice.room.leave(alice.member)
    before = alice.room.whole()
    rooms.keep_house()
    assert list(rooms) == []
    again = rooms.open(alice.board.document_id)
    assert again is not alice.room
    assert (again.seq, _objects(again)) == (before[0], _objects(alice.room))


def test_journal_counts_objects_once_an_hour_and_person(world: World, rooms: Rooms) -> None:
    alice = Writer(world, rooms, "alice")
    for number in range(5):
        alice.note(f"a{number}")
        rooms.flusher.flush({alice.room})
        rooms.journal.write_due()
    with reading() as session:
        rows = session.scalars(select(Activity).where(Activity.kind == ActivityKind.BOARD_EDITED)).all()
        assert [(row.user_id, row.count, row.board_id) for row in rows] == [
            (world.alice.id, 1, world.board.id)
        ]
    with transaction() as session:
        rooms.journal.write_rest(session, alice.room)
    with reading() as session:
        row = session.scalars(select(Activity).where(Activity.kind == ActivityKind.BOARD_EDITED)).one()
        assert row.count == 5


def test_cursors_of_a_tick_are_one_frame(world: World, rooms: Rooms) -> None:
    presence = Presence()
    writers = [Writer(world, rooms, name) for name in ("alice", "bob", "guest")]
    for number in range(10):
        for writer in writers:
            presence.moved(writer.member, Cursor(number, number, 0, 0))
    presence.tell()
    presence.tell()
    for writer in writers:
        (payload,) = writer.outlet.of(protocol.PRESENCE)
        assert payload == bytes([writer.room.handle]) + b"".join(
            bytes([other.member.peer, 0, 9, 0, 9, 0, 0]) for other in writers
        )


def test_light_mode_gets_fewer_and_coarser_cursors(world: World, rooms: Rooms) -> None:
    presence = Presence()
    alice, bob = Writer(world, rooms, "alice"), Writer(world, rooms, "bob")
    bob.member.is_light = True
    for x in (16, 17, 23):
        presence.moved(alice.member, Cursor(x, -1, 0, 0))
        presence.tell()
    presence.tell_light()
    presence.moved(alice.member, Cursor(18, -7, 0, 0))
    presence.tell()
    presence.tell_light()
    assert len(alice.outlet.of(protocol.PRESENCE)) == 4
    (payload,) = bob.outlet.of(protocol.PRESENCE)
    assert dict(protocol.decode_cursors(payload, 1)) == {alice.member.peer: Cursor(16, -8, 0, 0)}


def test_unknown_document_does_not_open(world: World, rooms: Rooms) -> None:
    with pytest.raises(NotFound):
        rooms.open(999)


def test_outgoing_frames_are_what_socket_io_would_send() -> None:
    assert Outgoing("a", {"h": 1}).frames == b'\x81\x0f42["a",{"h":1}]'
    assert Acknowledgement(1, 300, 7).frames == Outgoing("a", {"h": 1, "n": 300, "seq": 7}).frames
    binary = Outgoing("u", b"\x01\x02").frames
    header = b'451-["u",{"_placeholder":true,"num":0}]'
    assert binary == bytes([0x81, len(header)]) + header + b"\x82\x02\x01\x02"
    mixed = Outgoing("r", {"sv": b"\x09", "n": 1}).frames
    assert mixed.endswith(b"\x82\x01\x09")
    assert json.loads(mixed[6:-3]) == ["r", {"sv": {"_placeholder": True, "num": 0}, "n": 1}]


def test_updates_that_cannot_be_merged_are_stored_one_by_one(
    any_world: World, rooms: Rooms, monkeypatch: pytest.MonkeyPatch
) -> None:
    class PanicException(BaseException):
        """What pyo3 raises when yrs panics."""

    def panic(*_updates: bytes) -> bytes:
        raise PanicException

    monkeypatch.setattr(shadow, "merge_updates", panic)
    alice, bob = Writer(any_world, rooms, "alice"), Writer(any_world, rooms, "bob")
    before = alice.room.seq
    alice.note("a1")
    bob.note("b1")
    rooms.flusher.flush({alice.room})
    assert alice.room.seq == before + 2
    assert (alice.acks(), bob.acks()) == ([1], [1])
    assert {"a1", "b1"} <= _objects(Rooms(SingleProcess()).open(any_world.board.document_id))
