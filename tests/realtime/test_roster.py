"""Who is told of whom, and in how many frames."""

from collections.abc import Callable
from typing import Any

import pytest

from realtime import protocol
from realtime.fanout import SingleProcess
from realtime.outbound import Outgoing
from realtime.presence import Presence
from realtime.protocol import Selection
from realtime.registry import Rooms
from tests.factories import World
from tests.realtime.test_rooms import Writer

Enter = Callable[[str], Writer]


@pytest.fixture
def presence() -> Presence:
    return Presence()


@pytest.fixture
def enter(world: World, presence: Presence) -> Enter:
    """Somebody of the world comes into the board's room."""
    rooms = Rooms(SingleProcess(), presence.people_changed)
    return lambda name: Writer(world, rooms, name)


def told(writer: Writer) -> list[dict[str, Any]]:
    """The `peers` events of somebody."""
    return writer.outlet.of(protocol.PEERS)


def names(event: dict[str, Any]) -> list[str]:
    return [person["name"] for person in event["joined"]]


def test_those_who_come_within_a_tick_are_told_in_one_frame_encoded_once(
    enter: Enter, presence: Presence
) -> None:
    alice = enter("alice")
    presence.tell()
    bob, tutor = enter("bob"), enter("tutor")
    presence.tell()
    assert [names(event) for event in told(alice)] == [["Alice"], ["Bob", "Tutor"]]
    assert [names(event) for event in told(bob)] == [["Alice", "Bob", "Tutor"]]
    frames = [outgoing for outgoing in bob.outlet.sent if outgoing.event == protocol.PEERS]
    assert frames == [outgoing for outgoing in tutor.outlet.sent if outgoing.event == protocol.PEERS]
    assert isinstance(frames[0], Outgoing)


def test_who_leaves_is_told_and_who_only_passed_is_not(enter: Enter, presence: Presence) -> None:
    alice, bob = enter("alice"), enter("bob")
    presence.tell()
    tutor = enter("tutor")
    tutor.room.leave(tutor.member)
    presence.tell()
    assert len(told(alice)) == 1
    bob.room.leave(bob.member)
    presence.tell()
    assert told(alice)[-1] == {"h": alice.room.handle, "joined": [], "left": [bob.member.peer]}
    assert len(told(bob)) == 1
    assert told(tutor) == []


def test_each_way_of_reading_has_its_own_frame(world: World, enter: Enter, presence: Presence) -> None:
    world.alice.name = "Alice Dupont"
    enter("alice")
    tutor, guest = enter("tutor"), enter("guest")
    presence.tell()
    assert names(told(tutor)[0])[0] == "Alice Dupont"
    assert names(told(guest)[0])[0] == "Alice"


def test_newcomer_and_who_joins_again_are_told_what_is_selected(enter: Enter, presence: Presence) -> None:
    alice = enter("alice")
    presence.chose(alice.member, Selection(alice.room.handle, ("z1",), None))
    presence.tell()
    bob = enter("bob")
    presence.tell()
    selection = {"h": bob.room.handle, "peer": alice.member.peer, "ids": ["z1"], "editing": None}
    assert bob.outlet.of(protocol.SELECTION) == [selection]
    assert bob.room.enter(bob.client, bob.member.rights) is bob.member
    presence.tell()
    assert bob.outlet.of(protocol.SELECTION) == [selection, selection]
    assert [len(event["joined"]) for event in told(bob)] == [2, 2]
    assert alice.outlet.of(protocol.SELECTION) == []
