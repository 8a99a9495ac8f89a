"""What the server tells those who are in a room, and what each event requires of who is told.

What is not told to everybody who has joined says where to look, never what there is: each reader asks over
HTTP and is answered what they may know.
"""

from collections.abc import Mapping

from models.policy import Permission
from realtime import protocol
from realtime.clients import Clients
from realtime.outbound import Outgoing
from realtime.rooms import Room

ROUNDS = "rounds"
WORKSHOP = "workshop"

# Every server event that concerns a document and not one client's own doing: what its reader may do there.
# `JOINED`: whoever has joined, and so may read it; each field is then told in the words that are theirs.
JOINED = "joined"
TOLD: dict[str, Permission | str] = {
    protocol.UPDATE: JOINED,
    protocol.PRESENCE: JOINED,
    protocol.PEERS: JOINED,
    protocol.SELECTION: JOINED,
    protocol.COMMENTS: Permission.VIEW_COMMENTS,
    protocol.FACILITATION: Permission.VIEW_WORKSHOP,
    protocol.VIEW: Permission.VIEW_WORKSHOP,
}


def tell_changed(room: Room, what: str) -> None:
    """A round or a vote was opened, shown or closed; a workshop began, went on or ended."""
    _tell(room, protocol.FACILITATION, {"changed": what})


def tell_comments(room: Room, thread_id: int) -> None:
    """Something in this thread of comments changed."""
    _tell(room, protocol.COMMENTS, {"thread": thread_id})


def tell_notified(clients: Clients, user_id: int) -> None:
    """Something was told to this person: each page of theirs asks what."""
    for client in clients:
        if client.actor.user_id == user_id:
            client.outlet.send(Outgoing(protocol.NOTIFIED, {}))


def _tell(room: Room, event: str, fields: Mapping[str, object]) -> None:
    outgoing = Outgoing(event, {"h": room.handle, **fields})
    for member in list(room.members.values()):
        if TOLD[event] in member.rights.reads:
            member.client.outlet.send(outgoing)
