"""The people of a document whose sockets other processes hold: seen here as if they were connected here.

Each process tells the others who is in each of its rooms, as a whole list whenever that changes or somebody
asks, and where its people point and what they select, gathered at the tick of presence. A stranger gets a
peer number of the room that shows it, so that numbers never collide and clients see no difference. Who they
are is the word of the process that authenticated them. While Redis is away nothing is told; a process that
is silent for `SILENT_SECONDS` has nobody any more. Nothing here is stored.
"""

import time
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from realtime.fanout import (
    Bell,
    ByeBell,
    CursorsBell,
    Fanout,
    PeopleBell,
    Person,
    SelectionBell,
    ViewBell,
    WhoBell,
)
from realtime.members import Member
from realtime.protocol import Cursor
from realtime.rooms import Room

if TYPE_CHECKING:
    from realtime.presence import Presence
    from realtime.registry import Rooms

SILENT_SECONDS = 7.0
EVERY_DOCUMENT = 0


class Elsewhere:
    """See the module."""

    def __init__(self, fanout: Fanout, rooms: "Rooms", presence: "Presence") -> None:
        self._fanout = fanout
        self._rooms = rooms
        self._presence = presence
        self._heard_at: dict[bytes, float] = {}
        self._told: dict[Room, tuple[Person, ...]] = {}

    # -- out ------------------------------------------------------------------------------------

    def tell_people(self, room: Room) -> None:
        """Tell who is in this room here, if that is not what was told last."""
        people = tuple(member.person for member in room.members.values()) if self._heard_at else ()
        if people == self._told.get(room, ()):
            return
        if people:
            self._told[room] = people
        else:
            del self._told[room]
        self._fanout.ring(PeopleBell(room.document_id, people))

    def tell_cursors(self, room: Room, cursors: Mapping[int, Cursor]) -> None:
        """Tell where people of this process point."""
        if room.strangers:
            self._fanout.ring(CursorsBell(room.document_id, tuple(cursors.items())))

    def tell_selection(self, member: Member) -> None:
        """Tell what somebody of this process selected."""
        if member.room.strangers and member.selection is not None:
            self._fanout.ring(SelectionBell(member.room.document_id, member.peer, member.selection))

    def tell_view(self, member: Member) -> None:
        """Tell which part of the board somebody of this process sees."""
        if member.room.strangers and member.view is not None:
            self._fanout.ring(ViewBell(member.room.document_id, member.peer, member.view))

    # -- in -------------------------------------------------------------------------------------

    def connected(self) -> None:
        """Bells come through again: ask, and tell everything anew."""
        self._fanout.ring(WhoBell(EVERY_DOCUMENT))
        self._tell_again(self._rooms)

    def heard_from(self, origin: bytes) -> None:
        """Another process lives; one that was not known, or was given up, is told everything."""
        if origin not in self._heard_at:
            self._heard_at[origin] = time.monotonic()
            self.connected()
        self._heard_at[origin] = time.monotonic()

    def hear(self, origin: bytes, bell: Bell) -> None:
        """Act on a bell about people."""
        match bell:
            case ByeBell():
                self._forget(origin)
            case WhoBell(document_id=0):
                self._tell_again(self._rooms)
            case WhoBell(document_id=document_id):
                self._tell_again(filter(None, [self._rooms.find(document_id)]))
            case PeopleBell() | CursorsBell() | SelectionBell() | ViewBell():
                room = self._rooms.find(bell.document_id)
                if room is not None:
                    self._hear_in(room, origin, bell)

    def _hear_in(
        self, room: Room, origin: bytes, bell: PeopleBell | CursorsBell | SelectionBell | ViewBell
    ) -> None:
        match bell:
            case PeopleBell():
                self._people_are(room, origin, bell.people)
            case CursorsBell():
                for peer, cursor in bell.cursors:
                    stranger = room.strangers.get((origin, peer))
                    if stranger is not None:
                        self._presence.moved_elsewhere(stranger, cursor)
            case SelectionBell():
                stranger = room.strangers.get((origin, bell.peer))
                if stranger is not None:
                    self._presence.chose_elsewhere(stranger, bell.selection)
            case ViewBell():
                stranger = room.strangers.get((origin, bell.peer))
                if stranger is not None:
                    self._presence.looked_elsewhere(stranger, bell.view)

    def _people_are(self, room: Room, origin: bytes, people: Iterable[Person]) -> None:
        """These are all the people of `origin` in this room, and no others."""
        now = {(origin, person.peer): person for person in people}
        for place in [place for place in room.strangers if place[0] == origin]:
            if now.get(place) != room.strangers[place].person:
                room.stranger_left(place)
        was_alone = not room.strangers
        for place, person in now.items():
            if place not in room.strangers:
                room.stranger_came(place, person)
        if was_alone and room.strangers:  # what people selected and saw before was not rung
            self._tell_state(room)

    def forget_silent(self) -> None:
        """The people of processes that are not heard any more are gone."""
        limit = time.monotonic() - SILENT_SECONDS
        for origin in [origin for origin, heard_at in self._heard_at.items() if heard_at < limit]:
            self._forget(origin)

    def _forget(self, origin: bytes) -> None:
        self._heard_at.pop(origin, None)
        for room in self._rooms:
            self._people_are(room, origin, ())

    def _tell_again(self, rooms: Iterable[Room]) -> None:
        for room in rooms:
            self._told.pop(room, None)
            self.tell_people(room)
            self._tell_state(room)

    def _tell_state(self, room: Room) -> None:
        for member in room.members.values():
            if member.selection is not None:
                self._fanout.ring(SelectionBell(room.document_id, member.peer, member.selection))
            if member.view is not None:
                self._fanout.ring(ViewBell(room.document_id, member.peer, member.view))
