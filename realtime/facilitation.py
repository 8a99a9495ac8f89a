"""Tells who is in a room that what is led there has changed: `f`.

The frame says where to look, never what there is: each reader asks over HTTP and is answered what they may
know. Élus are not told, since they meet none of it.
"""

from models.policy import Role
from realtime import protocol
from realtime.outbound import Outgoing
from realtime.rooms import Room

ROUNDS = "rounds"
WORKSHOP = "workshop"


def tell_changed(room: Room, what: str) -> None:
    """A round or a vote was opened, shown or closed; a workshop began, went on or ended."""
    look = Outgoing(protocol.FACILITATION, {"h": room.handle, "changed": what})
    for member in list(room.members.values()):
        if member.rights.role is not Role.OBSERVER:
            member.client.outlet.send(look)
