"""From a message to its answer: parse, ask for the rights, act, answer. The one error boundary of sockets.

`u` and `p` are hot: they come here straight from the socket lane, in the hub, and never block. The other
events come through Flask-SocketIO, in the greenlet of their connection, and may use the database.
"""

import logging
import time
from typing import Any

from sqlalchemy.exc import SQLAlchemyError

from models.board.guard import LIVE
from models.board_rights import BoardRights
from models.errors import CorruptDocument, DomainError, Forbidden, NotFound, Refused
from realtime import protocol
from realtime.admission import Admission
from realtime.clients import Client
from realtime.members import Member
from realtime.messages import Sentences
from realtime.outbound import Outgoing
from realtime.presence import Presence
from realtime.protocol import ClientUpdate, Follow, Join, Leave, Malformed, Selection, View
from realtime.registry import Rooms
from realtime.rooms import Room

log = logging.getLogger("etabli.realtime")

# What the guard says of updates that no client of ours can make.
DISHONEST_CODES = frozenset({"malformed", "content", "root", "dangling", "too_large", "too_many"})
LOG_EVERY_SECONDS = 10.0
MAX_NOTED = 1000
WARM_UP_AFTER_SECONDS = 0.3

Answer = dict[str, Any]


class Dispatcher:
    """The handlers of every client event."""

    def __init__(self, rooms: Rooms, admission: Admission, presence: Presence, sentences: Sentences) -> None:
        self._rooms = rooms
        self._admission = admission
        self._presence = presence
        self._sentences = sentences
        self._noted: dict[tuple[str, int, str], float] = {}

    # -- hot ------------------------------------------------------------------------------------

    def update(self, client: Client, payload: object) -> None:
        """`u`: propose an edit; it is answered by `a` once committed, or by `r`."""
        try:
            sent = ClientUpdate.decode(payload)
        except Malformed:
            client.refuse(protocol.UPDATE, "malformed")
            return
        member = client.members.get(sent.handle)
        if member is None:
            self._refuse_stranger(client, sent)
            return
        actor = member.rights.board_actor
        try:
            member.room.propose(sent, actor, LIVE, member)
        except Refused as refusal:
            self._note_refusal(actor.key, member.room.document_id, refusal.code)
            member.room.refuse(member, sent.number, refusal)
            if refusal.code in DISHONEST_CODES or not actor.can_edit:
                client.strike(refusal.code)
        else:
            self._rooms.flusher.mark(member.room)

    def _note_refusal(self, key: str, document_id: int, code: str) -> None:
        """Log a refused write; the same one at most every `LOG_EVERY_SECONDS`."""
        now = time.monotonic()
        what = (key, document_id, code)
        if now - self._noted.get(what, -LOG_EVERY_SECONDS) >= LOG_EVERY_SECONDS:
            if len(self._noted) > MAX_NOTED:
                self._noted.clear()
            self._noted[what] = now
            log.warning("write refused: %s, document %d, %s", key, document_id, code)

    def _refuse_stranger(self, client: Client, sent: ClientUpdate) -> None:
        payload = {
            "h": sent.handle,
            "n": sent.number,
            "code": "not_joined",
            "message": self._sentences.say("not_joined", client.actor.locale),
            "sv": b"",
        }
        client.outlet.send(Outgoing(protocol.REFUSAL, payload))
        client.strike("update of a document that is not joined")

    def presence(self, client: Client, payload: object) -> None:
        """`p`: where the pointer is."""
        try:
            handle, cursor = protocol.decode_presence(payload)
        except Malformed:
            client.refuse(protocol.PRESENCE, "malformed")
            return
        member = client.members.get(handle)
        if member is not None:
            self._presence.moved(member, cursor)

    # -- the others -----------------------------------------------------------------------------

    def join(self, client: Client, payload: object) -> tuple[Answer, Member | None]:
        """`join`: open a document for this client; the member is there when the answer is ok."""
        try:
            wanted = Join.decode(payload)
            rights, room = self._admitted(client, wanted.document_id)
            if len(client.members) >= protocol.MAX_HANDLES and room.handle not in client.members:
                raise Refused("too_many_documents")
            seq, vector, missing = room.catch_up(wanted.state_vector, protocol.MAX_MISSING_BYTES)
        except (DomainError, Malformed, SQLAlchemyError) as error:
            return self._refusal(client, error), None
        if client.is_gone:
            return {"ok": False, "code": "gone"}, None
        member = room.enter(client, rights)
        if member.is_light is not wanted.is_light:
            member.is_light = wanted.is_light
            room.told_light.clear()
        actor = client.actor
        answer = {
            "ok": True,
            "handle": room.handle,
            "epoch": room.epoch,
            "seq": seq,
            "role": rights.role.value,
            "can": list(rights.can),
            "frozen": rights.board_actor.frozen,
            "me": {"peer": member.peer, "key": actor.key, "name": actor.name, "colour": member.colour},
            "sv": vector,
            "missing": missing,
            "snapshot": None if missing is not None else f"/documents/{room.document_id}/snapshot",
        }
        return answer, member

    def _admitted(self, client: Client, document_id: int) -> tuple[BoardRights, Room]:
        try:
            actor, rights = self._admission.rights(client.login_session_id, document_id)
        except Refused as refusal:
            if refusal.code == "sign_in":
                client.kick("signed_out")
            raise
        client.actor = actor
        return rights, self._admission.open(document_id)

    def warm_up(self, member: Member) -> None:
        """Once those who came together have what they came for: prepare the first edit of the document."""
        time.sleep(WARM_UP_AFTER_SECONDS)
        self._prepare(member.room)

    def must_prepare(self, client: Client) -> bool:
        """Whether an edit of this client may meet a document that is not ready for one."""
        for member in client.members.values():
            if not member.room.is_warm and member.rights.board_actor.can_edit:
                return True
        return False

    def prepare(self, client: Client) -> None:
        """Make the client's documents ready for an edit; it is not the work of whoever comes first."""
        for member in list(client.members.values()):
            if member.rights.board_actor.can_edit:
                self._prepare(member.room)

    @staticmethod
    def _prepare(room: Room) -> None:
        with room.preparing:
            for _step in room.warm_up():
                time.sleep(0)

    def leave(self, client: Client, payload: object) -> None:
        """`leave`: go out of a document."""
        try:
            handle = Leave.decode(payload).handle
        except Malformed:
            client.refuse(protocol.LEAVE, "malformed")
            return
        member = client.members.get(handle)
        if member is not None:
            member.room.leave(member)

    def selection(self, client: Client, payload: object) -> None:
        """`sel`: what is selected and edited."""
        try:
            selection = Selection.decode(payload)
        except Malformed:
            client.refuse(protocol.SELECTION, "malformed")
            return
        member = client.members.get(selection.handle)
        if member is not None:
            self._presence.chose(member, selection)

    def view(self, client: Client, payload: object) -> None:
        """`v`: which part of the board is seen."""
        try:
            view = View.decode(payload)
        except Malformed:
            client.refuse(protocol.VIEW, "malformed")
            return
        member = client.members.get(view.handle)
        if member is not None:
            self._presence.looked(member, view)

    def follow(self, client: Client, payload: object) -> None:
        """`follow`: whose view is to be told."""
        try:
            wanted = Follow.decode(payload)
        except Malformed:
            client.refuse(protocol.FOLLOW, "malformed")
            return
        member = client.members.get(wanted.handle)
        if member is not None:
            self._presence.follows(member, wanted.peer)

    def unknown(self, client: Client, event: str) -> Answer:
        """Any other event: refused, whether an answer was asked for or not."""
        client.refuse(event, "unknown_event")
        return self._refusal(client, Refused("unknown_event"))

    def _refusal(self, client: Client, error: Exception) -> Answer:
        match error:
            case Malformed():
                client.strike("malformed message")
                code, message = "malformed", ""
            case NotFound():
                code, message = "not_found", ""
            case Forbidden():
                code, message = "forbidden", ""
            case CorruptDocument():
                log.error("a document cannot be opened: %s", error)
                code, message = "corrupt", ""
            case Refused():
                code, message = error.code, error.message
            case SQLAlchemyError():
                log.warning("database unavailable: %s", type(error).__name__)
                code, message = "unavailable", ""
            case _:
                raise error
        return {
            "ok": False,
            "code": code,
            "message": self._sentences.say(code, client.actor.locale, message),
        }
