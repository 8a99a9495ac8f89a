"""Builds Yjs v1 updates byte by byte, sound or not, for the tests of the guard."""

import struct
from collections.abc import Iterable, Mapping

Id = tuple[int, int]

CONTENT = {
    "deleted": 1,
    "json": 2,
    "bytes": 3,
    "string": 4,
    "embed": 5,
    "format": 6,
    "type": 7,
    "any": 8,
    "doc": 9,
}
MAP, TEXT, ARRAY, XML = 1, 2, 0, 4


def varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def chunk(data: str | bytes) -> bytes:
    raw = data.encode() if isinstance(data, str) else data
    return varint(len(raw)) + raw


def value(thing: object) -> bytes:
    """A lib0 `any`."""
    match thing:
        case None:
            return b"\x7e"
        case bool():
            return b"\x78" if thing else b"\x79"
        case int() | float():
            return b"\x7b" + struct.pack(">d", thing)
        case str():
            return b"\x77" + chunk(thing)
        case list():
            return b"\x75" + varint(len(thing)) + b"".join(value(one) for one in thing)
        case dict():
            pairs = b"".join(chunk(key) + value(one) for key, one in thing.items())
            return b"\x76" + varint(len(thing)) + pairs
        case bytes():
            return b"\x74" + chunk(thing)
    raise TypeError(thing)


def body(content: str, held: object) -> bytes:
    match content, held:
        case (("string" | "embed" | "bytes"), (str() | bytes())):
            return chunk(held)
        case (("any" | "json"), list()):
            return varint(len(held)) + b"".join(
                value(one) if content == "any" else chunk(one) for one in held
            )
        case (("type" | "deleted"), int()):
            return varint(held)
        case (("format" | "doc"), tuple()):
            return chunk(held[0]) + chunk(held[1])
    raise TypeError((content, held))


def item(
    content: str,
    held: object,
    *,
    left: Id | None = None,
    right: Id | None = None,
    root: str | None = None,
    parent: Id | None = None,
    key: str | None = None,
) -> bytes:
    """One struct. Without neighbours it says its parent: a root by name or a type by id."""
    info = (
        CONTENT[content] | (0x80 if left else 0) | (0x40 if right else 0) | (0x20 if key is not None else 0)
    )
    out = bytes([info])
    for neighbour in (left, right):
        if neighbour:
            out += varint(neighbour[0]) + varint(neighbour[1])
    if not left and not right:
        if root is not None:
            out += b"\x01" + chunk(root)
        elif parent is not None:
            out += b"\x00" + varint(parent[0]) + varint(parent[1])
        if key is not None:
            out += chunk(key)
    return out + body(content, held)


def collected(length: int) -> bytes:
    """A GC struct."""
    return b"\x00" + varint(length)


def skipped(length: int) -> bytes:
    """A Skip struct."""
    return b"\x0a" + varint(length)


def update(
    *sections: tuple[int, int, Iterable[bytes]], deleted: dict[int, list[tuple[int, int]]] | None = None
) -> bytes:
    """Sections are (client, first clock, structs); `deleted` is client → (clock, length) ranges."""
    out = varint(len(sections))
    for client, clock, structs in sections:
        listed = list(structs)
        out += varint(len(listed)) + varint(client) + varint(clock) + b"".join(listed)
    ranges = deleted or {}
    out += varint(len(ranges))
    for client, spans in ranges.items():
        out += varint(client) + varint(len(spans))
        out += b"".join(varint(start) + varint(length) for start, length in spans)
    return out


NOTE = {
    "type": "note", "author": "u1", "order": "a", "locked": False, "x": 1.5, "y": -2.0, "zone": "",
    "w": 148.0, "h": 148.0, "colour": "jonc",
}  # fmt: skip


OBJECTS: Mapping[str, Mapping[str, object]] = {
    "note": NOTE,
    "stroke": {
        **{name: held for name, held in NOTE.items() if name != "colour"},
        "type": "stroke", "points": "AAAAgAgA____", "ink": "encre", "nib": "fine",
    },
    "link": {
        **{name: held for name, held in NOTE.items() if name != "colour"},
        "type": "link", "w": 260.0, "h": 112.0, "kind": "problem", "target": 1.0,
    },
}  # fmt: skip
"""The plain fields of a whole object, by type; each has a text `text`."""


def note(
    client: int, clock: int = 0, *, key: str = "n1", text: str = "", like: str = "note", **fields: object
) -> list[bytes]:
    """The structs of a new object: the map first, its fields, then its text (the last but one or last)."""
    structs = [item("type", MAP, root="objects", key=key)]
    for name, held in {**OBJECTS[like], **fields}.items():
        structs.append(item("any", [held], parent=(client, clock), key=name))
    structs.append(item("type", TEXT, parent=(client, clock), key="text"))
    if text:
        structs.append(item("string", text, parent=(client, clock + len(structs) - 1)))
    return structs
