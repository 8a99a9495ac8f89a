"""Rows of other processes: by bells in any order, from the database, from a snapshot, or of another epoch."""

import pytest
from pycrdt import Doc, Map
from sqlalchemy import delete, event, select, update

from models.board.guard import LIVE
from models.document import DocumentClient, DocumentSnapshot, DocumentUpdate, SharedDocument
from models.document_log import load_document, rows_after, write_snapshot
from models.errors import Refused
from models.session import database, reading, transaction
from realtime import protocol
from realtime.fanout import DocumentBell, SingleProcess
from realtime.protocol import ClientUpdate
from realtime.registry import Rooms
from realtime.rooms import Room
from tests.factories import World
from tests.realtime.test_rooms import Writer, _objects


class Processes:
    """Two processes on one database: Alice is in the first, Bob in the second."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.here, self.elsewhere = Rooms(SingleProcess()), Rooms(SingleProcess())
        self.alice, self.bob = Writer(world, self.here, "alice"), Writer(world, self.elsewhere, "bob")

    def bob_writes(self, *keys: str) -> list[DocumentBell]:
        """Bob's notes, one row each; gives the bells."""
        room, before = self.bob.room, self.bob.room.seq
        for key in keys:
            self.bob.note(key)
            self.elsewhere.flusher.flush({room})
        with reading() as session:
            rows = rows_after(session, room.document_id, before, room.seq)
        return [DocumentBell(room.document_id, room.epoch, row.seq, row.update) for row in rows]

    def look(self) -> None:
        """What the following loop does at its turn."""
        self.here.fill_gaps(room for room in [self.alice.room] if not room.take_heard())


@pytest.fixture
def processes(world: World) -> Processes:
    return Processes(world)


def _statements(act: object) -> int:
    count = 0

    def note(*_arguments: object) -> None:
        nonlocal count
        count += 1

    event.listen(database().engine, "before_cursor_execute", note)
    try:
        act()  # type: ignore[operator]
    finally:
        event.remove(database().engine, "before_cursor_execute", note)
    return count


def test_rung_rows_are_taken_in_without_asking_the_database(processes: Processes) -> None:
    bells = processes.bob_writes("b1", "b2")
    assert _statements(lambda: [processes.here.hear(bell) for bell in bells] and processes.look()) == 0
    assert {"b1", "b2"} <= _objects(processes.alice.room)
    assert processes.alice.room.seq == processes.bob.room.seq
    assert len(processes.alice.outlet.of(protocol.UPDATE)) == 2


def test_bells_that_cross_are_taken_in_by_their_numbers(processes: Processes) -> None:
    bells = processes.bob_writes("b1", "b2", "b3")
    assert (
        _statements(lambda: [processes.here.hear(bell) for bell in reversed(bells)] and processes.look()) == 0
    )
    assert {"b1", "b2", "b3"} <= _objects(processes.alice.room)


def test_bell_heard_twice_is_taken_in_once(processes: Processes) -> None:
    (bell,) = processes.bob_writes("b1")
    for _ in range(3):
        processes.here.hear(bell)
    assert len(processes.alice.outlet.of(protocol.UPDATE)) == 1


def test_lost_bell_shows_a_gap_that_is_filled(processes: Processes) -> None:
    bells = processes.bob_writes("b1", "b2", "b3")
    processes.here.hear(bells[2])
    assert "b3" not in _objects(processes.alice.room), "not before the rows it follows"
    processes.look()
    assert {"b1", "b2", "b3"} <= _objects(processes.alice.room)


def test_bell_without_bytes_is_read_from_the_database(processes: Processes) -> None:
    (bell,) = processes.bob_writes("b1")
    processes.here.hear(DocumentBell(bell.document_id, bell.epoch, bell.seq, b""))
    processes.look()
    assert "b1" in _objects(processes.alice.room)


def test_bell_heard_during_a_commit_waits_for_its_end(processes: Processes) -> None:
    alice = processes.alice
    alice.note("a1")
    batches, owners = alice.room.take_pending()
    (bell,) = processes.bob_writes("b1")
    processes.here.hear(bell)
    assert "b1" not in _objects(alice.room)
    alice.room.put_back(batches, owners)
    processes.here.flusher.flush({alice.room})
    processes.look()
    assert {"a1", "b1"} <= _objects(alice.room)
    assert alice.acks() == [1]


def test_bell_of_a_row_that_does_not_exist_is_forgotten(processes: Processes) -> None:
    room = processes.alice.room
    processes.here.hear(DocumentBell(room.document_id, room.epoch, room.seq + 1000, b"nothing"))
    processes.look()
    assert room.take_heard(), "the database is not asked for ever"
    (bell,) = processes.bob_writes("b1")
    processes.here.hear(bell)
    assert "b1" in _objects(room)


def _compact(room: Room) -> None:
    """What compaction leaves: a snapshot, and no row before it."""
    seq, content = room.whole()
    with transaction() as session:
        write_snapshot(session, room.document_id, seq, content)
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.document_id == room.document_id))


def test_rows_gone_by_compaction_are_made_up_for_from_the_snapshot(processes: Processes) -> None:
    alice = processes.alice
    processes.bob_writes("b1", "b2")
    _compact(processes.bob.room)
    alice.note("a1")
    processes.here.fill_gaps()
    assert {"b1", "b2"} <= _objects(alice.room)
    (sent,) = alice.outlet.of(protocol.UPDATE)
    alice.doc.apply_update(_updates(sent)[0])
    assert {"b1", "b2"} <= set(alice.doc.get("objects", type=Map))
    processes.here.flusher.flush({alice.room})
    assert (alice.acks(), alice.refusals()) == ([1], []), "what waited is committed, not refused"
    assert "a1" in _objects(alice.room)


def test_commit_after_compacted_rows_of_another_process_misses_none(processes: Processes) -> None:
    alice = processes.alice
    processes.bob_writes("b1", "b2")
    _compact(processes.bob.room)
    alice.note("a1")
    processes.here.flusher.flush({alice.room})
    processes.here.fill_gaps()
    assert {"a1", "b1", "b2"} <= _objects(alice.room)
    assert alice.acks() == [1]
    with reading() as session:
        stored = load_document(session, alice.board.document_id)
    assert stored.seq == alice.room.seq


def _updates(payload: object) -> list[bytes]:
    assert isinstance(payload, bytes)
    at = protocol.read_varint(payload, protocol.read_varint(payload)[1])[1]
    found = []
    while at < len(payload):
        size, at = protocol.read_varint(payload, at)
        found.append(payload[at : at + size])
        at += size
    return found


def _replace(document_id: int) -> None:
    """What restoring a document leaves: its first state under a new epoch."""
    with transaction() as session:
        stored = load_document(session, document_id)
        session.execute(
            update(SharedDocument)
            .where(SharedDocument.id == document_id)
            .values(epoch=SharedDocument.epoch + 1, last_seq=stored.seq + 1)
        )
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.document_id == document_id))
        session.execute(delete(DocumentSnapshot).where(DocumentSnapshot.document_id == document_id))
        write_snapshot(session, document_id, stored.seq + 1, stored.updates[0])


def test_replaced_document_is_opened_anew_and_its_people_are_told(processes: Processes, world: World) -> None:
    alice = processes.alice
    former = alice.room
    processes.bob_writes("b1")
    _replace(former.document_id)
    alice.note("late")
    processes.here.flusher.flush({former})
    assert alice.refusals() == ["gone"], "nothing of the former epoch is written after the new one began"
    processes.here.fill_gaps()
    told = alice.outlet.of(protocol.CONTROL)
    assert [(one["kind"], one["doc"]) for one in told] == [("replaced", former.document_id)]
    assert not former.members
    again = processes.here.open(former.document_id)
    assert again is not former
    assert again.epoch == former.epoch + 1
    assert "b1" not in _objects(again)


def test_client_id_used_by_two_people_at_once_belongs_to_the_first_commit(processes: Processes) -> None:
    alice, bob = processes.alice, processes.bob
    carol = Writer(processes.world, processes.here, "guest")
    bob.doc = Doc(client_id=alice.doc.client_id)
    bob.doc.apply_update(bob.room.whole()[1])
    processes.bob_writes("b1")
    alice.note("a1")
    alice.note("a2")
    carol.note("c1")
    processes.here.flusher.flush({alice.room})
    processes.here.flusher.flush({alice.room})
    assert alice.acks() == []
    assert alice.refusals()[0] == "client_id"
    assert len(alice.refusals()) == 2
    assert (carol.acks(), carol.refusals()) == ([1], []), "nobody else pays for it"
    processes.here.fill_gaps()
    assert _objects(alice.room) >= {"b1", "c1"}
    assert not _objects(alice.room) & {"a1", "a2"}
    with reading() as session:
        stored = load_document(session, alice.board.document_id)
        owner = session.scalars(
            select(DocumentClient.actor_key).where(DocumentClient.client_id == alice.doc.client_id)
        ).one()
    assert owner == bob.actor.key
    reopened = Rooms(SingleProcess()).open(stored.document_id)
    assert not _objects(reopened) & {"a1", "a2"}
    sent = ClientUpdate(alice.room.handle, 3, alice.doc.get_update())
    with pytest.raises(Refused) as refused:
        alice.room.propose(sent, alice.member.rights.board_actor, LIVE, alice.member)
    assert refused.value.code == "client_id"
