"""The wire protocol, version 1: event names, payload classes and their byte layouts.

`docs/protocol.md` is the description for people; this module is the only code that knows the layouts.
All varints are unsigned LEB128. Nothing here touches a socket, a document or the database.
"""

import struct
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from models.board.reader import write_varint
from workspace.web.documents.wire import Malformed, read_varint

__all__ = [
    "ClientUpdate",
    "Cursor",
    "Follow",
    "Join",
    "Leave",
    "Malformed",
    "Selection",
    "View",
    "decode_cursors",
    "decode_presence",
    "encode_cursors",
    "encode_updates",
    "read_varint",
    "write_varint",
]

PROTOCOL_VERSION = 1

JOIN, LEAVE = "join", "leave"
UPDATE, ACK, REFUSAL = "u", "a", "r"
PRESENCE, PEERS, SELECTION = "p", "peers", "sel"
VIEW, FOLLOW = "v", "follow"
FACILITATION, CONTROL, COMMENTS = "f", "x", "c"
NOTIFIED = "n"

CLIENT_EVENTS = frozenset({JOIN, LEAVE, UPDATE, PRESENCE, SELECTION, VIEW, FOLLOW})
OWN_EVENTS = frozenset({ACK, REFUSAL, CONTROL, NOTIFIED})
"""Of the server's: those that answer a client, or tell it of itself; `telling.TOLD` has the others."""

MAX_UPDATE_BYTES = 64 * 1024
MAX_MISSING_BYTES = 64 * 1024
MAX_SELECTED_IDS = 50
MAX_ID_CHARS = 32
MAX_HANDLES = 8
MAX_ZOOM_STEP = 12
FARTHEST = 2**15 << MAX_ZOOM_STEP
"""No view begins farther from the middle of the world, or is wider, in board units."""

_POINT = struct.Struct(">hhBB")


@dataclass(frozen=True)
class ClientUpdate:
    """`u`, client to server: batch `number` (1, 2, …) of the document joined as `handle`."""

    handle: int
    number: int
    update: bytes

    @classmethod
    def decode(cls, payload: object) -> "ClientUpdate":
        """Raises: Malformed."""
        buffer = _bytes(payload)
        handle, offset = read_varint(buffer)
        number, offset = read_varint(buffer, offset)
        return cls(handle, number, buffer[offset:])

    def encode(self) -> bytes:
        """The payload."""
        return write_varint(self.handle) + write_varint(self.number) + self.update


@dataclass(frozen=True, slots=True)
class Cursor:
    """A pointer at `x << zoom_step`. Flags: bit 0 over the board, bit 1 button or finger down."""

    x: int
    y: int
    zoom_step: int
    flags: int


def decode_presence(payload: object) -> tuple[int, Cursor]:
    """`p`, client to server: the handle and the cursor. Raises: Malformed."""
    buffer = _bytes(payload)
    handle, offset = read_varint(buffer)
    if len(buffer) - offset != _POINT.size:
        raise Malformed("presence")
    cursor = Cursor(*_POINT.unpack_from(buffer, offset))
    if cursor.zoom_step > MAX_ZOOM_STEP:
        raise Malformed("zoom step")
    return handle, cursor


def encode_cursors(cursors: Iterable[tuple[int, Cursor]]) -> bytes:
    """The part of a server `p` after the handle: (varint peer, cursor)*."""
    return b"".join(
        write_varint(peer) + _POINT.pack(cursor.x, cursor.y, cursor.zoom_step, cursor.flags)
        for peer, cursor in cursors
    )


def decode_cursors(buffer: bytes, offset: int) -> Iterator[tuple[int, Cursor]]:
    """What `encode_cursors` wrote, from `offset` to the end. Raises: Malformed."""
    while offset < len(buffer):
        peer, offset = read_varint(buffer, offset)
        if len(buffer) - offset < _POINT.size:
            raise Malformed("presence")
        yield peer, Cursor(*_POINT.unpack_from(buffer, offset))
        offset += _POINT.size


def encode_updates(seq: int, updates: Sequence[bytes]) -> bytes:
    """The part of a server `u` after the handle: varint seq, (varint length, update)*."""
    parts = [write_varint(seq)]
    for update in updates:
        parts += (write_varint(len(update)), update)
    return b"".join(parts)


@dataclass(frozen=True)
class Join:
    """`join`, client to server: the document and, on a return, the client's state vector."""

    document_id: int
    state_vector: bytes | None
    is_light: bool = False

    @classmethod
    def decode(cls, payload: object) -> "Join":
        """Raises: Malformed."""
        fields = _mapping(payload)
        document_id = _integer(fields, "doc", 1, 2**31 - 1)
        vector = fields.get("sv")
        if vector is not None and (not isinstance(vector, bytes) or len(vector) > MAX_UPDATE_BYTES):
            raise Malformed("sv")
        light = fields.get("light", False)
        if not isinstance(light, bool):
            raise Malformed("light")
        return cls(document_id, vector, light)


@dataclass(frozen=True)
class Leave:
    """`leave`, client to server."""

    handle: int

    @classmethod
    def decode(cls, payload: object) -> "Leave":
        """Raises: Malformed."""
        return cls(_integer(_mapping(payload), "handle", 0, 2**31 - 1))


@dataclass(frozen=True)
class Selection:
    """`sel`, client to server: the objects selected and the one whose text is being edited."""

    handle: int
    ids: tuple[str, ...]
    editing: str | None

    @classmethod
    def decode(cls, payload: object) -> "Selection":
        """Raises: Malformed."""
        fields = _mapping(payload)
        ids = fields.get("ids", [])
        editing = fields.get("editing")
        if not isinstance(ids, list) or len(ids) > MAX_SELECTED_IDS or not all(map(_is_object_id, ids)):
            raise Malformed("ids")
        if editing is not None and not _is_object_id(editing):
            raise Malformed("editing")
        return cls(_integer(fields, "h", 0, 2**31 - 1), tuple(ids), editing)


@dataclass(frozen=True)
class View:
    """`v`, client to server: the part of the board that is seen, in board units."""

    handle: int
    x: int
    y: int
    w: int
    h: int

    @classmethod
    def decode(cls, payload: object) -> "View":
        """Raises: Malformed."""
        fields = _mapping(payload)
        at = fields.get("at")
        if not isinstance(at, list) or len(at) != 4:
            raise Malformed("at")
        seen = dict(zip("xywh", at, strict=True))
        corner = [_integer(seen, name, -FARTHEST, FARTHEST) for name in "xy"]
        size = [_integer(seen, name, 1, FARTHEST) for name in "wh"]
        return cls(_integer(fields, "h", 0, 2**31 - 1), *corner, *size)

    @property
    def at(self) -> list[int]:
        """As it travels."""
        return [self.x, self.y, self.w, self.h]


@dataclass(frozen=True)
class Follow:
    """`follow`, client to server: whose view is to be told from now on; None: nobody's."""

    handle: int
    peer: int | None

    @classmethod
    def decode(cls, payload: object) -> "Follow":
        """Raises: Malformed."""
        fields = _mapping(payload)
        peer = None if fields.get("peer") is None else _integer(fields, "peer", 0, 2**31 - 1)
        return cls(_integer(fields, "h", 0, 2**31 - 1), peer)


def _is_object_id(value: object) -> bool:
    return isinstance(value, str) and 1 <= len(value) <= MAX_ID_CHARS and value.isascii()


def _bytes(payload: object) -> bytes:
    if not isinstance(payload, bytes):
        raise Malformed("binary expected")
    return payload


def _mapping(payload: object) -> dict[str, Any]:
    if not isinstance(payload, dict):
        raise Malformed("object expected")
    return payload


def _integer(fields: dict[str, Any], name: str, low: int, high: int) -> int:
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
        raise Malformed(name)
    return value
