"""People, cursors and selections, apart from edits: the last one of each person, ten times a second.

A client in light mode gets cursors four times a second, and only those that moved by a step of a coarse grid.

What somebody sees of the board is told at the same pace, to those who follow them and to nobody else.

Nothing here is stored. One frame per tick and room whatever the number of cursors; a reader who is behind
gets none. Who moved is the server's word: a client only says where.
"""

import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Protocol

from models.policy import Role
from realtime import protocol
from realtime.members import Member, Somebody, Stranger
from realtime.outbound import Outgoing
from realtime.protocol import Cursor, Selection, View
from realtime.rooms import Room
from realtime.roster import selected_by
from realtime.telling import TOLD

TICK_SECONDS = 0.1
LIGHT_SECONDS = 0.25
LIGHT_BITS = 3


class Neighbours(Protocol):
    """Tells the other processes, who have people in the same rooms."""

    def tell_people(self, room: Room) -> None: ...  # noqa: D102
    def tell_cursors(self, room: Room, cursors: Mapping[int, Cursor]) -> None: ...  # noqa: D102
    def tell_selection(self, member: Member) -> None: ...  # noqa: D102
    def tell_view(self, member: Member) -> None: ...  # noqa: D102


class Presence:
    """Gathers what moved and tells it at the pace of the tick."""

    def __init__(self) -> None:
        self._moved: dict[Room, dict[int, Cursor]] = {}
        self._chosen: dict[Room, dict[int, Somebody]] = {}
        self._people: dict[Room, None] = {}
        self._moved_elsewhere: dict[Room, dict[int, Cursor]] = {}
        self._light: dict[Room, dict[int, Cursor]] = {}
        self._light_at = 0.0
        self._looked: dict[Somebody, None] = {}
        self._views_due: dict[Member, None] = {}
        self.elsewhere: Neighbours | None = None
        self._wake = threading.Event()

    def people_changed(self, room: Room) -> None:
        """Somebody came to this room or left it."""
        self._people[room] = None
        self._wake.set()

    def moved(self, member: Member, cursor: Cursor) -> None:
        """Keep the newest cursor of this member. An élu's is not shown: they read, the team works."""
        if member.rights.role is Role.OBSERVER:
            return
        member.cursor = cursor
        self._moved.setdefault(member.room, {})[member.peer] = cursor
        self._wake.set()

    def chose(self, member: Member, selection: Selection) -> None:
        """Keep the newest selection of this member."""
        if member.rights.role is Role.OBSERVER:
            return
        member.selection = selection
        self._chosen.setdefault(member.room, {})[member.peer] = member
        self._wake.set()

    def looked(self, member: Member, view: View) -> None:
        """Keep which part of the board this member sees. An élu's is not shown."""
        if member.rights.role is Role.OBSERVER:
            return
        member.view = view
        self._looked[member] = None
        self._wake.set()

    def follows(self, member: Member, peer: int | None) -> None:
        """Tell this member from now on what the one of that number sees, beginning with what they see now."""
        member.follows = peer
        self._views_due[member] = None
        self._wake.set()

    def moved_elsewhere(self, stranger: Stranger, cursor: Cursor) -> None:
        """The same of somebody whose socket another process holds."""
        self._moved_elsewhere.setdefault(stranger.room, {})[stranger.peer] = cursor
        self._wake.set()

    def chose_elsewhere(self, stranger: Stranger, selection: Selection) -> None:
        """The same of somebody whose socket another process holds."""
        stranger.selection = selection
        self._chosen.setdefault(stranger.room, {})[stranger.peer] = stranger
        self._wake.set()

    def looked_elsewhere(self, stranger: Stranger, view: View) -> None:
        """The same of somebody whose socket another process holds."""
        stranger.view = view
        self._looked[stranger] = None
        self._wake.set()

    def run(self, is_stopped: Callable[[], bool]) -> None:
        """Tell what moved until stopped."""
        while not is_stopped():
            self._wake.wait(LIGHT_SECONDS if self._light or self._views_due else None)
            self._wake.clear()
            self.tell()
            if (self._light or self._views_due) and time.monotonic() - self._light_at >= LIGHT_SECONDS:
                self._light_at = time.monotonic()
                self.tell_light()
            time.sleep(TICK_SECONDS)

    def tell(self) -> None:
        """Who came and went; one frame of cursors per room; the selections and views that changed."""
        people, self._people = self._people, {}
        moved, self._moved = self._moved, {}
        strangers, self._moved_elsewhere = self._moved_elsewhere, {}
        chosen, self._chosen = self._chosen, {}
        looked, self._looked = self._looked, {}
        for room in people:
            room.roster.tell()
        for room in {**moved, **strangers}:
            cursors = {**moved.get(room, {}), **strangers.get(room, {})}
            if room.offer_all(protocol.PRESENCE, protocol.encode_cursors(cursors.items()), light=False):
                self._light.setdefault(room, {}).update(cursors)
        for room, selections in chosen.items():
            for somebody in selections.values():
                room.tell(selected_by(somebody), skip=somebody)
        self._tell_views(looked)
        if self.elsewhere is not None:
            self._tell_elsewhere(self.elsewhere, people, moved, chosen, looked)

    def tell_light(self) -> None:
        """One frame per room for the clients in light mode, and what they follow."""
        due, self._views_due = self._views_due, {}
        for member in due:
            if not _tell_view(member):
                self._views_due[member] = None
        light, self._light = self._light, {}
        for room, cursors in light.items():
            coarse = {peer: _coarse(cursor) for peer, cursor in cursors.items()}
            news = {peer: cursor for peer, cursor in coarse.items() if room.told_light.get(peer) != cursor}
            room.told_light.update(news)
            if news:
                room.offer_all(protocol.PRESENCE, protocol.encode_cursors(news.items()), light=True)

    def _tell_views(self, looked: Iterable[Somebody]) -> None:
        for somebody in looked:
            for member in list(somebody.room.members.values()):
                if member.follows == somebody.peer and (member.is_light or not _tell_view(member)):
                    self._views_due[member] = None

    @staticmethod
    def _tell_elsewhere(
        elsewhere: Neighbours,
        people: Iterable[Room],
        moved: Mapping[Room, Mapping[int, Cursor]],
        chosen: Mapping[Room, Mapping[int, Somebody]],
        looked: Iterable[Somebody],
    ) -> None:
        for room in people:
            elsewhere.tell_people(room)
        for room, cursors in moved.items():
            elsewhere.tell_cursors(room, cursors)
        for selections in chosen.values():
            for somebody in selections.values():
                if isinstance(somebody, Member):
                    elsewhere.tell_selection(somebody)
        for somebody in looked:
            if isinstance(somebody, Member):
                elsewhere.tell_view(somebody)


def _tell_view(member: Member) -> bool:
    """Tell a member what the one they follow sees now; False when they are too far behind for it."""
    room = member.room
    somebody = room.somebody(member.follows)
    if member not in room.members.values() or TOLD[protocol.VIEW] not in member.rights.reads:
        return True
    if somebody is None or somebody.view is None:
        return True
    fields = {"h": room.handle, "peer": somebody.peer, "at": somebody.view.at}
    return member.client.outlet.offer(Outgoing(protocol.VIEW, fields))


def _coarse(cursor: Cursor) -> Cursor:
    """On the coarse grid."""
    return replace(cursor, x=cursor.x >> LIGHT_BITS << LIGHT_BITS, y=cursor.y >> LIGHT_BITS << LIGHT_BITS)
