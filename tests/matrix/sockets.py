"""Knocks with sockets, in this process: Flask-SocketIO's own handlers, real rooms, no network.

Each cell opens a socket, joins the board and does one thing while a teammate watches. What the server did is
read from the frames that it sends, to the person and to the teammate.
"""

import struct
from collections.abc import Container, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Protocol

from flask import Flask
from flask_socketio import SocketIOTestClient
from pycrdt import Doc, Map, Text
from sqlalchemy import delete, select

from models.events import CommentsChanged, RoundsChanged, WorkshopChanged
from models.people import LoginSession, SocketTicket
from models.session import transaction
from realtime import protocol
from realtime.outbound import Outgoing, Receiver
from realtime.protocol import write_varint
from realtime.rooms import Room
from realtime.sockets import Live, attach
from tests.matrix.places import Places
from tests.matrix.table import ANSWERS, Door, Rule
from workspace.app import create_app
from workspace.services.tokens import new_token, token_hash
from workspace.settings import load
from workspace.web.guard import COOKIE

WATCHER = "team"
CODES = {"not_found": "-", "forbidden": "no", "sign_in": "in"}
NOT_ALLOWED = {"read_only", "frozen", "not_yours", "locked", "author", "novice", "inbox"}
"""Why the rules refuse an edit to somebody; another code is a fault of the row's update."""


class Frames:
    """The way to one client: keeps what was sent."""

    def __init__(self) -> None:
        self.sent: list[Outgoing] = []

    def open(self, receiver: Receiver) -> None:
        """See Outlet."""

    def send(self, *events: Outgoing) -> None:
        """See Outlet."""
        self.sent += events

    def offer(self, *events: Outgoing) -> bool:
        """See Outlet."""
        self.sent += events
        return True

    def close(self, code: int, reason: str) -> None:
        """See Outlet."""

    def of(self, event: str) -> list[Any]:
        """The payloads of one event."""
        return [outgoing.payload for outgoing in self.sent if outgoing.event == event]


class Socket:
    """One open socket of somebody; `answer` is that of its last join."""

    def __init__(self, sockets: "Sockets", principal: str) -> None:
        self.sockets = sockets
        self.principal = principal
        sockets.last_frames = Frames()  # of nobody, if they are not let in
        self.client = sockets.connect(principal)
        self.frames = sockets.last_frames
        self.answer: dict[str, Any] = {}

    @property
    def is_open(self) -> bool:
        """Whether the server let them in."""
        return self.client.is_connected()

    def join(self, document_id: object) -> str:
        """The answer in the words of the table."""
        if not self.is_open:
            return "in"
        self.answer = self.client.emit(protocol.JOIN, {"doc": document_id}, callback=True)
        return "yes" if self.answer["ok"] else CODES[self.answer["code"]]

    def close(self) -> None:
        """Go."""
        if self.is_open:
            self.client.disconnect()


class Stage(Protocol):
    """What sockets need of a site: its database, and the cookies of its people."""

    path: Path
    places: Places


class Sockets:
    """The live side of one application, on the world of `site`."""

    def __init__(self, site: Stage, folder: Path) -> None:
        self.site = site
        settings = load({"ETABLI_DATA": str(folder), "ETABLI_DATABASE_URL": f"sqlite:///{site.path}"})
        self.app: Flask = create_app(settings)  # one of its own: the others' documents are not to be live
        self.last_frames = Frames()
        self.live: Live = attach(self.app, settings, self._outlet)
        self.live.socketio.start_background_task = _nothing  # no hub runs: a later test's would do it all
        self._marks = count(1)

    def _outlet(self, _server: object, _engine_sid: str) -> Frames:
        self.last_frames = Frames()
        return self.last_frames

    def connect(self, principal: str) -> SocketIOTestClient:
        """The handshake with the person's cookie and a ticket made for their session, live or not."""
        cookie = self.site.places.cookies.get(principal, "")
        headers = {"Host": next(iter(self.live.hosts))}
        if cookie:
            headers["Cookie"] = f"{COOKIE}={cookie}"
        auth = {"v": protocol.PROTOCOL_VERSION, "ticket": _ticket(cookie)}
        return SocketIOTestClient(self.app, self.live.socketio, headers=headers, auth=auth)

    def differences(self, rule: Rule, door: Door, only: Container[str] = ANSWERS) -> Iterator[str]:
        """As `Site.differences`, for an event."""
        for state in rule.cells:
            for principal in rule.who_expects(state, only):
                got, wanted = self._try(door, state, principal), rule.expected(state, principal)
                if got != wanted:
                    yield f"{door}, {state}, {principal}: {got}, the table says {wanted}"

    def _try(self, door: Door, state: str, principal: str) -> str:
        person = Socket(self, principal)
        try:
            if door.name == "connect":
                return "yes" if person.is_open else "in"
            document_id = self.site.places.of(state, principal)["document_id"]
            watcher = Socket(self, WATCHER)
            try:
                watcher.join(document_id)
                joined = person.join(document_id)
                if joined != "yes" and person.is_open:
                    return joined if self._is_deaf(person, document_id) else "heard without having joined"
                return joined if joined != "yes" else self._act(door, person, watcher)
            finally:
                watcher.close()
        finally:
            person.close()

    # -- one thing done --------------------------------------------------------------------------

    def _act(self, door: Door, person: Socket, watcher: Socket) -> str:
        handle, peer = person.answer["handle"], person.answer["me"]["peer"]
        self.live.presence.tell()
        watcher.frames.sent.clear()
        if door.verb == "TOLD":
            return "yes" if door.name in self._told(person, watcher) else "no"
        match door.name:
            case protocol.JOIN:
                return "yes"
            case protocol.UPDATE:
                return self._update(door.variant, person, watcher)
            case protocol.PRESENCE:
                person.client.emit(protocol.PRESENCE, _pointer(handle))
                self.live.presence.tell()
                return "yes" if any(_shows(frame, peer) for frame in watcher.frames.of("p")) else "no"
            case protocol.SELECTION:
                person.client.emit(protocol.SELECTION, {"h": handle, "ids": ["z1"], "editing": None})
                self.live.presence.tell()
                return "yes" if peer in [frame["peer"] for frame in watcher.frames.of("sel")] else "no"
            case protocol.VIEW:
                watcher.client.emit(protocol.FOLLOW, {"h": watcher.answer["handle"], "peer": peer})
                person.client.emit(protocol.VIEW, {"h": handle, "at": [5, 5, 800, 600]})
                self.live.presence.tell()
                return "yes" if peer in [frame["peer"] for frame in watcher.frames.of("v")] else "no"
            case protocol.FOLLOW:
                watched = watcher.answer["me"]["peer"]
                person.client.emit(protocol.FOLLOW, {"h": handle, "peer": watched})
                watcher.client.emit(protocol.VIEW, {"h": watcher.answer["handle"], "at": [5, 5, 800, 600]})
                self.live.presence.tell()
                return "yes" if watched in [frame["peer"] for frame in person.frames.of("v")] else "no"
            case protocol.LEAVE:
                person.client.emit(protocol.LEAVE, {"handle": handle})
                self.live.presence.tell()
                left = [one for frame in watcher.frames.of("peers") for one in frame["left"]]
                return "yes" if peer in left else "no"
        raise AssertionError(f"say in tests/matrix/sockets.py what the event {door.name} does")

    def _told(self, person: Socket, watcher: Socket) -> set[str]:
        """What the person is told while the watcher writes, points, selects and goes, and somebody leads."""
        person.frames.sent.clear()
        room = self.live.rooms.open(self._document_of(watcher))
        handle = watcher.answer["handle"]
        update = craft("own note", room.whole()[1], watcher.answer["me"]["key"], next(self._marks))
        watcher.client.emit(protocol.UPDATE, write_varint(handle) + write_varint(1) + update)
        watcher.client.emit(protocol.PRESENCE, _pointer(handle))
        watcher.client.emit(protocol.SELECTION, {"h": handle, "ids": ["z1"], "editing": None})
        peer = watcher.answer["me"]["peer"]
        person.client.emit(protocol.FOLLOW, {"h": person.answer["handle"], "peer": peer})
        watcher.client.emit(protocol.VIEW, {"h": handle, "at": [5, 5, 800, 600]})
        self.live.rooms.flusher.flush({room})
        self._lead(room)
        self.live.presence.tell()
        watcher.client.emit(protocol.LEAVE, {"handle": handle})
        self.live.presence.tell()
        return {frame.event for frame in person.frames.sent} - protocol.OWN_EVENTS

    def _lead(self, room: Room) -> None:
        """Something is said and led on the board, as another process would tell it."""
        for event in (RoundsChanged, WorkshopChanged):
            self.live.hearing.hear(b"", event(board_id=0, document_id=room.document_id))
        self.live.hearing.hear(b"", CommentsChanged(board_id=0, document_id=room.document_id, thread_id=1))

    def _update(self, variant: str, person: Socket, watcher: Socket) -> str:
        room = self.live.rooms.open(self._document_of(person))
        content, before = room.whole()[1], room.seq
        update = craft(variant, content, person.answer["me"]["key"], next(self._marks))
        payload = write_varint(person.answer["handle"]) + write_varint(1) + update
        person.client.emit(protocol.UPDATE, payload)
        self.live.rooms.flusher.flush({room})
        refusals = [frame["code"] for frame in person.frames.of(protocol.REFUSAL)]
        is_stored, is_told = room.seq > before, bool(watcher.frames.of(protocol.UPDATE))
        if person.frames.of(protocol.ACK) and is_stored and is_told and not refusals:
            return "yes"
        if len(refusals) == 1 and refusals[0] in NOT_ALLOWED and not is_stored and not is_told:
            return "no"
        return f"refused {refusals}, stored {is_stored}, told {is_told}"

    def _document_of(self, person: Socket) -> int:
        (client,) = [one for one in self.live.clients if one.outlet is person.frames]
        return client.members[person.answer["handle"]].room.document_id

    def _is_deaf(self, person: Socket, document_id: object) -> bool:
        """Whether nothing that they send without having joined is taken: all is refused or ignored."""
        assert isinstance(document_id, int)
        try:
            room = self.live.rooms.open(document_id)
        except Exception:  # noqa: BLE001 - a board that opens for nobody
            return True
        before = room.seq
        update = craft("own note", room.whole()[1], "u0", next(self._marks))
        person.client.emit(protocol.UPDATE, write_varint(room.handle) + write_varint(1) + update)
        person.client.emit(protocol.PRESENCE, _pointer(room.handle))
        person.client.emit(protocol.SELECTION, {"h": room.handle, "ids": ["z1"], "editing": None})
        person.client.emit(protocol.VIEW, {"h": room.handle, "at": [5, 5, 800, 600]})
        person.client.emit(protocol.FOLLOW, {"h": room.handle, "peer": 1})
        self.live.rooms.flusher.flush({room})
        self._lead(room)
        codes = {frame["code"] for frame in person.frames.of(protocol.REFUSAL)}
        heard = {frame.event for frame in person.frames.sent} - {protocol.REFUSAL, protocol.CONTROL}
        return room.seq == before and codes == {"not_joined"} and not heard


def _ticket(cookie: str) -> str:
    """A ticket of the session behind the cookie, as if it had been asked for while it was live."""
    ticket = new_token()
    with transaction() as session:
        login = session.scalar(select(LoginSession.id).where(LoginSession.token_hash == token_hash(cookie)))
        if login is not None:
            made = session.get_one(LoginSession, login)
            session.execute(delete(SocketTicket).where(SocketTicket.login_session_id == login))
            session.add(
                SocketTicket(
                    token_hash=token_hash(ticket), login_session_id=login, expires_at=made.expires_at
                )
            )
    return ticket


def _nothing(_task: object, *_arguments: object) -> None:
    pass


def _pointer(handle: int) -> bytes:
    return write_varint(handle) + struct.pack(">hhBB", 5, 5, 0, 1)


def _shows(frame: bytes, peer: int) -> bool:
    _handle, offset = protocol.read_varint(frame)
    return peer in [shown for shown, _cursor in protocol.decode_cursors(frame, offset)]


def craft(variant: str, content: bytes, key: str, mark: int) -> bytes:
    """An update on top of `content`, made in a Yjs document of one's own; `mark` makes it a new one."""
    doc: Doc[Any] = Doc()
    doc.apply_update(content)
    before, objects = doc.get_state(), doc.get("objects", type=Map)
    with doc.transaction():
        match variant:
            case "own note" | "outside the inbox":
                objects[f"n{mark}"] = _note(key)
            case "own zone":
                objects[f"z{mark}"] = Map({**_placed("zone", key), "title": Text("")})
            case "forged author":
                objects[f"f{mark}"] = _note("u999999")
            case "locked zone":
                _first(objects, lambda one: one["locked"])["x"] = float(mark)
            case "another’s note":
                _first(objects, lambda one: one["type"] == "note" and one["author"] != key)["x"] = float(mark)
            case _:
                raise AssertionError(f"say in tests/matrix/sockets.py what « {variant} » sends")
    return doc.get_update(before)


def _note(key: str) -> Map[Any]:
    fields = {"w": 148.0, "h": 148.0, "locked": False, "zone": "", "colour": "jonc"}
    return Map({**_placed("note", key), **fields, "text": Text("Une idée")})


def _placed(kind: str, key: str) -> dict[str, object]:
    return {"type": kind, "author": key, "order": "a0", "x": 0.0, "y": 0.0}


def _first(objects: Map[Any], is_wanted: Any) -> Any:
    return next(one for one in (objects[key] for key in sorted(objects)) if is_wanted(one))
