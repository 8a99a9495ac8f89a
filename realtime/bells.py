"""The bytes of the bells that only live servers ring; `workspace/bells.py` has the message around them.

Documents and cursors, the frequent ones, are binary; the others are JSON. Everything heard is checked as if
a stranger had sent it: Redis's own access list is the only thing that says who may ring.
"""

import json
from dataclasses import asdict
from typing import Any

from models.policy import Role
from realtime.fanout import (
    Bell,
    ByeBell,
    CursorsBell,
    DocumentBell,
    PeopleBell,
    Person,
    SelectionBell,
    ViewBell,
    WhoBell,
)
from realtime.protocol import (
    MAX_UPDATE_BYTES,
    Malformed,
    Selection,
    View,
    decode_cursors,
    encode_cursors,
    read_varint,
    write_varint,
)
from workspace.bells import EVENT_KINDS, event_frame, event_of, frame, is_id, json_object

DOCUMENT, CURSORS, PEOPLE, SELECTION, VIEW, WHO, BYE = b"DCPLOWX"
MAX_UPDATE_IN_BELL = 4 * MAX_UPDATE_BYTES
MAX_NAME_CHARS = 200
ROLES = frozenset(role.value for role in Role)


def encode(bell: Bell) -> bytes:
    """The bell as it stands in a message."""
    match bell:
        case DocumentBell():
            update = bell.update if len(bell.update) <= MAX_UPDATE_IN_BELL else b""
            head = write_varint(bell.document_id) + write_varint(bell.epoch) + write_varint(bell.seq)
            return frame(DOCUMENT, head + update)
        case CursorsBell():
            return frame(CURSORS, write_varint(bell.document_id) + encode_cursors(bell.cursors))
        case PeopleBell():
            people = [asdict(person) for person in bell.people]
            return frame(PEOPLE, _json({"doc": bell.document_id, "people": people}))
        case SelectionBell():
            chosen = {"ids": list(bell.selection.ids), "editing": bell.selection.editing, "h": bell.peer}
            return frame(SELECTION, _json({"doc": bell.document_id, **chosen}))
        case ViewBell():
            return frame(VIEW, _json({"doc": bell.document_id, "h": bell.peer, "at": bell.view.at}))
        case WhoBell():
            return frame(WHO, write_varint(bell.document_id))
        case ByeBell():
            return frame(BYE, b"")
        case _:
            return event_frame(bell)


def decode(kind: int, body: bytes) -> Bell | None:
    """The bell of a kind; None for one that a later version rings. Raises: Malformed."""
    if kind == DOCUMENT:
        document_id, at = read_varint(body)
        epoch, at = read_varint(body, at)
        seq, at = read_varint(body, at)
        if len(body) - at > MAX_UPDATE_IN_BELL:
            raise Malformed("update")
        return DocumentBell(document_id, epoch, seq, body[at:])
    if kind == CURSORS:
        document_id, at = read_varint(body)
        return CursorsBell(document_id, tuple(decode_cursors(body, at)))
    if kind == PEOPLE:
        fields = json_object(body)
        return PeopleBell(_id(fields.get("doc")), tuple(map(_person, _list(fields.get("people")))))
    if kind == SELECTION:
        fields = json_object(body)
        selection = Selection.decode(fields)
        return SelectionBell(_id(fields.get("doc")), selection.handle, selection)
    if kind == VIEW:
        fields = json_object(body)
        view = View.decode(fields)
        return ViewBell(_id(fields.get("doc")), view.handle, view)
    if kind == WHO:
        return WhoBell(read_varint(body)[0])
    if kind == BYE:
        return ByeBell()
    return event_of(kind, body) if kind in EVENT_KINDS else None


def _json(fields: dict[str, Any]) -> bytes:
    return json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode()


def _person(value: object) -> Person:
    if not isinstance(value, dict) or set(value) != set(Person.__dataclass_fields__):
        raise Malformed("person")
    texts = [value[name] for name in ("key", "name", "role", "sector", "colour")]
    if not all(isinstance(text, str) and len(text) <= MAX_NAME_CHARS for text in texts):
        raise Malformed("person")
    if value["role"] not in ROLES or not is_id(value["peer"]):
        raise Malformed("person")
    return Person(**value)


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise Malformed("list expected")
    return value


def _id(value: object) -> int:
    if not isinstance(value, int) or not is_id(value):
        raise Malformed("id")
    return value
