"""What happened, here or in another process: each event and bell goes to whoever it concerns.

Domain events of this process are told to the others too.
"""

from models.events import (
    AccessChanged,
    BoardChanged,
    CommentsChanged,
    DocumentAppended,
    DocumentReplaced,
    Notified,
    RoundsChanged,
    SessionEnded,
    WorkshopChanged,
    subscribe,
)
from realtime.elsewhere import Elsewhere
from realtime.fanout import Bell, DocumentBell, Fanout
from realtime.notifying import Notifying
from realtime.registry import Rooms
from realtime.revocation import Revocation
from realtime.telling import ROUNDS, WORKSHOP, tell_changed, tell_comments
from workspace.bells import EVENT_KINDS, Event


class Hearing:
    """See the module, and realtime.fanout.Listener."""

    def __init__(
        self,
        fanout: Fanout,
        rooms: Rooms,
        revocation: Revocation,
        elsewhere: Elsewhere,
        notifying: Notifying,
    ) -> None:
        self._fanout = fanout
        self._elsewhere = elsewhere
        self._rooms = rooms
        self._revocation = revocation
        self._notifying = notifying

    def start(self) -> None:
        """Listen to this process's events."""
        for event_type in EVENT_KINDS.values():
            subscribe(event_type, self._happened)

    def _happened(self, event: Event) -> None:
        self._fanout.ring(event)
        self.hear(b"", event)

    def connected(self) -> None:
        """See Listener. What was missed meanwhile is in the database."""
        for room in self._rooms:
            self._rooms.suspect(room)

        self._elsewhere.connected()

    def heard_from(self, origin: bytes) -> None:
        """See Listener."""
        self._elsewhere.heard_from(origin)

    def hear(self, origin: bytes, bell: Bell) -> None:
        """See Listener."""
        match bell:
            case DocumentBell():
                self._rooms.hear(bell)
            case SessionEnded() | AccessChanged() | BoardChanged():
                self._revocation.hear(bell)
            case DocumentReplaced(document_id=document_id) | DocumentAppended(document_id=document_id):
                room = self._rooms.find(document_id)
                if room is not None:
                    self._rooms.suspect(room)
            case RoundsChanged(document_id=document_id) | WorkshopChanged(document_id=document_id):
                room = self._rooms.find(document_id)
                if room is not None:
                    tell_changed(room, ROUNDS if isinstance(bell, RoundsChanged) else WORKSHOP)
            case CommentsChanged(document_id=document_id, thread_id=thread_id):
                room = self._rooms.find(document_id)
                if room is not None:
                    tell_comments(room, thread_id)
            case Notified(user_id=user_id):
                self._notifying.hear(user_id)
            case _:
                self._elsewhere.hear(origin, bell)
