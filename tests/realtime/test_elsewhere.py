"""People in different processes see each other as if they were in one."""

import pytest

from realtime import bells, elsewhere, protocol
from realtime.clients import Clients
from realtime.elsewhere import Elsewhere
from realtime.fanout import Bell, ByeBell, CursorsBell, Listener, PeopleBell, WhoBell
from realtime.hearing import Hearing
from realtime.notifying import Notifying
from realtime.presence import Presence
from realtime.protocol import Cursor, Selection, View, read_varint
from realtime.registry import Rooms
from realtime.revocation import Revocation
from tests.factories import World
from tests.realtime.test_rooms import Writer
from workspace.bells import message, split


class Wire:
    """Carries the bytes of bells between the processes of a test, at once; nobody hears while it is cut."""

    is_up = True

    def __init__(self, wires: list["Wire"]) -> None:
        self.origin = bytes([len(wires) + 1]) * 8
        self.wires = wires
        self.rung: list[Bell] = []
        self.listener: Listener | None = None
        wires.append(self)

    def ring(self, bell: Bell) -> None:
        if not self.is_up:
            return
        self.rung.append(bell)
        content = message(self.origin, [bells.encode(bell)])
        for wire in self.wires:
            if wire is not self and wire.listener is not None:
                origin, framed = split(content)
                wire.listener.heard_from(origin)
                for kind, body in framed:
                    heard = bells.decode(kind, body)
                    assert heard is not None
                    wire.listener.hear(origin, heard)

    def start(self, listener: Listener, *_unused: object) -> None:
        self.listener = listener
        listener.connected()

    def stop(self) -> None:
        self.ring(ByeBell())


class Process:
    """One process: its rooms, its presence, and what it knows of the others."""

    def __init__(self, wires: list[Wire]) -> None:
        self.wire = Wire(wires)
        self.presence = Presence()
        self.rooms = Rooms(self.wire, self.presence.people_changed)
        self.elsewhere = Elsewhere(self.wire, self.rooms, self.presence)
        self.presence.elsewhere = self.elsewhere
        revocation = Revocation(None)  # type: ignore[arg-type]
        self.wire.start(Hearing(self.wire, self.rooms, revocation, self.elsewhere, Notifying(Clients())))


@pytest.fixture
def processes() -> list[Process]:
    wires: list[Wire] = []
    return [Process(wires), Process(wires)]


def _tell(*processes: Process) -> None:
    """The tick of presence in each, twice: what one rings, the other tells."""
    for process in (*processes, *processes):
        process.presence.tell()


def _people(writer: Writer) -> dict[int, dict[str, object]]:
    """Who this client knows of, by peer."""
    known: dict[int, dict[str, object]] = {}
    for event in writer.outlet.of(protocol.PEERS):
        for person in event["joined"]:
            assert person["peer"] not in known, "told twice"
            known[person["peer"]] = person
        for peer in event["left"]:
            del known[peer]
    return known


def _named(writer: Writer, key: str) -> dict[str, object]:
    return next(person for person in _people(writer).values() if person["key"] == key)


def _cursors(writer: Writer) -> dict[int, Cursor]:
    found = {}
    for payload in writer.outlet.of(protocol.PRESENCE):
        found |= dict(protocol.decode_cursors(payload, read_varint(payload)[1]))
    return found


def test_people_of_two_processes_are_told_of_each_other(world: World, processes: list[Process]) -> None:
    here, there = processes
    alice = Writer(world, here.rooms, "alice")
    bob, guest = Writer(world, there.rooms, "bob"), Writer(world, there.rooms, "guest")
    _tell(here, there)
    for writer in (alice, bob, guest):
        assert {p["key"] for p in _people(writer).values()} == {w.actor.key for w in (alice, bob, guest)}
    assert _named(guest, alice.actor.key)["name"] == alice.actor.name.split()[0]
    assert _named(alice, bob.actor.key)["role"] == "learner"


def test_strangers_numbers_never_are_those_of_people_here(world: World, processes: list[Process]) -> None:
    here, there = processes
    for process in processes:
        process.rooms.open(world.board.document_id)
    alice, bob = Writer(world, here.rooms, "alice"), Writer(world, there.rooms, "bob")
    assert alice.member.peer == bob.member.peer, "each process counts by itself"
    _tell(here, there)
    assert _named(alice, bob.actor.key)["peer"] != alice.member.peer
    assert _named(bob, alice.actor.key)["peer"] != bob.member.peer


def test_cursors_and_selections_cross(world: World, processes: list[Process]) -> None:
    here, there = processes
    alice, bob = Writer(world, here.rooms, "alice"), Writer(world, there.rooms, "bob")
    _tell(here, there)
    there.presence.moved(bob.member, Cursor(4, -5, 1, 1))
    there.presence.chose(bob.member, Selection(bob.room.handle, ("a",), "a"))
    _tell(there, here)
    peer = _named(alice, bob.actor.key)["peer"]
    assert _cursors(alice) == {peer: Cursor(4, -5, 1, 1)}
    (chosen,) = alice.outlet.of(protocol.SELECTION)
    assert chosen == {"h": alice.room.handle, "peer": peer, "ids": ["a"], "editing": "a"}
    late = Writer(world, here.rooms, "guest")
    _tell(here, there)
    assert [one["peer"] for one in late.outlet.of(protocol.SELECTION)] == [peer], "newcomers are told"


def test_who_comes_into_a_room_that_is_open_there_is_told_what_was_selected_before(
    world: World, processes: list[Process]
) -> None:
    here, there = processes
    there.rooms.open(world.board.document_id)
    alice = Writer(world, here.rooms, "alice")
    here.presence.chose(alice.member, Selection(alice.room.handle, ("a",), None))
    _tell(here, there)
    bob = Writer(world, there.rooms, "bob")
    _tell(there, here)
    _tell(there)
    peer = _named(bob, alice.actor.key)["peer"]
    assert [(event["peer"], event["ids"]) for event in bob.outlet.of(protocol.SELECTION)][-1:] == [
        (peer, ["a"])
    ]


def test_somebody_of_another_process_is_followed(world: World, processes: list[Process]) -> None:
    here, there = processes
    alice, bob = Writer(world, here.rooms, "alice"), Writer(world, there.rooms, "bob")
    _tell(here, there)
    peer = _named(alice, bob.actor.key)["peer"]
    here.presence.follows(alice.member, peer)
    there.presence.looked(bob.member, View(bob.room.handle, -7, 8, 900, 600))
    _tell(there, here)
    assert alice.outlet.of(protocol.VIEW) == [{"h": alice.room.handle, "peer": peer, "at": [-7, 8, 900, 600]}]


def test_elu_reads_no_name_of_strangers_either(world: World, processes: list[Process]) -> None:
    here, there = processes
    with_board = Writer(world, here.rooms, "alice")
    observer = _observer(world, there)
    _tell(here, there)
    assert _named(observer, with_board.actor.key)["name"] == "name", "the sentence, not Alice's name"


def _observer(world: World, process: Process) -> Writer:
    from models.document import Board  # noqa: PLC0415
    from models.session import transaction  # noqa: PLC0415

    with transaction() as session:
        session.get_one(Board, world.board.id).open_to_observers = True
    return Writer(world, process.rooms, "observer")


def test_who_leaves_is_gone_in_the_other_process(world: World, processes: list[Process]) -> None:
    here, there = processes
    alice, bob = Writer(world, here.rooms, "alice"), Writer(world, there.rooms, "bob")
    _tell(here, there)
    there.rooms.open(bob.board.document_id).leave(bob.member)
    _tell(there, here)
    assert {p["key"] for p in _people(alice).values()} == {alice.actor.key}


@pytest.mark.parametrize("how", ["says goodbye", "falls silent"])
def test_process_that_ends_takes_its_people_along(
    world: World, processes: list[Process], how: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    here, there = processes
    alice, bob = Writer(world, here.rooms, "alice"), Writer(world, there.rooms, "bob")
    _tell(here, there)
    here.elsewhere.forget_silent()
    assert bob.actor.key in {p["key"] for p in _people(alice).values()}
    if how == "says goodbye":
        there.wire.stop()
    else:
        monkeypatch.setattr(elsewhere, "SILENT_SECONDS", -1.0)
        here.elsewhere.forget_silent()
    here.presence.tell()
    assert {p["key"] for p in _people(alice).values()} == {alice.actor.key}


def test_process_heard_again_is_told_everything_anew(world: World, processes: list[Process]) -> None:
    here, there = processes
    alice, bob = Writer(world, here.rooms, "alice"), Writer(world, there.rooms, "bob")
    here.wire.is_up = there.wire.is_up = False
    _tell(here, there)
    assert {p["key"] for p in _people(alice).values()} == {alice.actor.key}, "nothing comes through"
    here.wire.is_up = there.wire.is_up = True
    there.elsewhere.connected()
    _tell(here, there)
    for writer in (alice, bob):
        assert {p["key"] for p in _people(writer).values()} == {alice.actor.key, bob.actor.key}


def test_person_keeps_one_colour_in_all_processes(world: World, processes: list[Process]) -> None:
    here, there = processes
    first, other = Writer(world, here.rooms, "alice"), Writer(world, here.rooms, "bob")
    there.rooms.open(first.board.document_id)
    _tell(here, there)
    again = Writer(world, there.rooms, "bob")
    assert again.member.colour == other.member.colour != first.member.colour


def test_nobody_is_rung_while_alone_and_nothing_twice(world: World, processes: list[Process]) -> None:
    here, there = processes
    here.wire.rung.clear()
    alone = Process([])
    alice = Writer(world, alone.rooms, "alice")
    alone.presence.moved(alice.member, Cursor(0, 0, 0, 0))
    _tell(alone)
    assert [bell for bell in alone.wire.rung if isinstance(bell, (PeopleBell, CursorsBell))] == []
    bob, guest = Writer(world, here.rooms, "bob"), Writer(world, there.rooms, "guest")
    for _ in range(5):
        _tell(here, there)
        here.presence.people_changed(bob.room)
        there.presence.people_changed(guest.room)
    assert len([bell for bell in here.wire.rung if isinstance(bell, PeopleBell)]) <= 2
    assert WhoBell(bob.room.document_id) in here.wire.rung, "asked once, when it was opened"
