"""Who is in a room, told to its people: who came and went since the last tick.

What somebody reads of the others depends on their role (see `Member.reads_as`), not on who they are: so a
frame is encoded once per way of reading, and a class of two hundred that comes in within a second is told
in a few frames each, not in two hundred.
"""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from realtime import protocol
from realtime.members import Member, Reading, Somebody
from realtime.outbound import Outgoing

if TYPE_CHECKING:
    from realtime.rooms import Room


class Roster:
    """What of a room's people is still to be told."""

    def __init__(self, room: "Room", wake: Callable[["Room"], None]) -> None:
        self._room = room
        self._wake = wake
        self._arrived: dict[Somebody, None] = {}
        self._left: list[int] = []
        self._returned: dict[Member, None] = {}

    def came(self, member: Somebody) -> None:
        """A new member: they are told of everybody, everybody of them."""
        self._arrived[member] = None
        self._wake(self._room)

    def returned(self, member: Member) -> None:
        """A member who joined again: they are told of everybody anew."""
        self._returned[member] = None
        self._wake(self._room)

    def went(self, member: Somebody) -> None:
        """A member who left. Who comes and goes within a tick was never there for the others."""
        if isinstance(member, Member):
            self._returned.pop(member, None)
        if member in self._arrived:
            del self._arrived[member]
            return
        self._left.append(member.peer)
        self._wake(self._room)

    def tell(self) -> None:
        """One frame to each: to newcomers who is there, to the others what changed."""
        arrived, self._arrived = self._arrived, {}
        returned, self._returned = self._returned, {}
        left, self._left = self._left, []
        members = list(self._room.members.values())
        everybody: list[Somebody] = [*members, *self._room.strangers.values()]
        whole = _Told(self._room.handle, everybody, ())
        change = _Told(self._room.handle, arrived, left)
        newcomers = {member: None for member in members if member in arrived or member in returned}
        for member in members:
            if member in newcomers:
                member.client.outlet.send(whole.to(member))
            elif arrived or left:
                member.client.outlet.send(change.to(member))
        self._tell_selections(newcomers, everybody)

    @staticmethod
    def _tell_selections(newcomers: Iterable[Member], members: Iterable[Somebody]) -> None:
        chosen = [(other, selected_by(other)) for other in members if other.selection is not None]
        for member in newcomers:
            events = [event for other, event in chosen if other is not member]
            if events:
                member.client.outlet.send(*events)


class _Told:
    """One `peers` event, encoded once per way of reading it."""

    def __init__(self, handle: int, joined: Iterable[Somebody], left: Iterable[int]) -> None:
        self._handle = handle
        self._joined = list(joined)
        self._left = list(left)
        self._by_reading: dict[Reading, Outgoing] = {}

    def to(self, reader: Member) -> Outgoing:
        reading = reader.reads_as
        if reading not in self._by_reading:
            joined = [member.described_to(reader) for member in self._joined]
            fields = {"h": self._handle, "joined": joined, "left": self._left}
            self._by_reading[reading] = Outgoing(protocol.PEERS, fields)
        return self._by_reading[reading]


def selected_by(member: Somebody) -> Outgoing:
    """The `sel` of a member who has selected something."""
    selection = member.selection
    assert selection is not None  # noqa: S101 - asked of those only
    fields = {
        "h": member.room.handle,
        "peer": member.peer,
        "ids": list(selection.ids),
        "editing": selection.editing,
    }
    return Outgoing(protocol.SELECTION, fields)
