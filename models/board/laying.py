"""Lays notes that the server holds onto a board: in free slots of a zone, each signed by who wrote it.

The bytes are what the authors' own browsers could have sent: one Yjs client for each author, notes that the
object types describe, nothing changed of what stands there.
"""

import json
import math
import secrets
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pycrdt import Doc, Map

from models.board.guard import decode_state_vector
from models.board.messages import refusal
from models.board.objects.registry import OBJECT_SPECS
from models.board.order import orders_after
from models.board.rules import HARD_OBJECTS
from models.board.seed import BoardDoc, add_objects
from models.board.shadow import OBJECTS, apply_updates, merged
from models.board.templates.parts import HEADER, NOTE, PADDING, PITCH, high, wide

HEADER_WITHOUT_PROMPT = 60
OVERLAP = 14
"""How far notes beyond a zone's slots stand from the ones they cover."""
ASIDE = 48
"""How far from all else a block of notes stands that has no zone."""
WIDER = 1.4
"""Such a block is a little wider than high."""

Point = tuple[float, float]
Box = tuple[float, float, float, float]
"""Left, top, right, bottom."""


@dataclass(frozen=True, slots=True)
class Written:
    """A note to lay down."""

    author: str
    colour: str
    text: str
    id: str = ""
    """Of the object; "": one that nobody can guess."""


@dataclass(frozen=True, slots=True)
class Laid:
    """One update with all notes; `owners` says whose each Yjs client is that wrote it."""

    content: bytes
    owners: Mapping[int, str]

    def and_also(self, *others: "Laid") -> "Laid":
        """All of them as one update."""
        everything = (self, *others)
        (content,) = merged([laid.content for laid in everything])
        return Laid(content, {client: key for laid in everything for client, key in laid.owners.items()})


class Ground:
    """A board as one looks for room on it."""

    def __init__(self, updates: Sequence[bytes]) -> None:
        doc: Doc[Any] = Doc()
        apply_updates(doc, updates)
        stored = json.loads(str(doc.get(OBJECTS, type=Map)))
        self._objects = {key: values for key, values in stored.items() if isinstance(values, dict)}
        self._clients = set(decode_state_vector(doc.get_state()))

    def lay(self, zone: str, notes: Sequence[Written]) -> Laid:
        """The notes in free slots of this zone, in their order; beside all else when there is no such zone.

        Raises: Refused("full") when the board cannot hold so many.
        """
        if len(self._objects) + len(notes) > HARD_OBJECTS:
            raise refusal("full")
        frame = self._objects.get(zone, {})
        zone = zone if frame.get("type") == "zone" else ""
        places = self._in_zone(frame) if zone else self._aside(len(notes))
        orders = self._orders()
        by_author: dict[str, list[tuple[str, str, dict[str, object]]]] = {}
        for note, (x, y), order in zip(notes, islice(places, len(notes)), orders, strict=False):
            values = {
                "x": x,
                "y": y,
                "zone": zone,
                "colour": note.colour,
                "text": note.text,
                "author": note.author,
                "order": order,
            }
            identifier = note.id or secrets.token_urlsafe(12)
            by_author.setdefault(note.author, []).append((identifier, "note", values))
            self._objects[identifier] = {"type": "note", **values}
        return self._written(by_author)

    def add_zone(self, author: str, identifier: str, title: str, count: int) -> Laid:
        """A new zone beside all else, with room for so many notes. Raises: Refused("full")."""
        if len(self._objects) >= HARD_OBJECTS:
            raise refusal("full")
        boxes = self._boxes(with_zones=True)
        columns = max(2, math.ceil(math.sqrt(count * WIDER)))
        values: dict[str, object] = {
            "x": max((box[2] for box in boxes), default=-ASIDE) + ASIDE,
            "y": min((box[1] for box in boxes), default=0),
            "w": wide(columns),
            "h": high(max(1, math.ceil(count / columns))),
            "title": title,
            "author": author,
            "order": next(self._orders()),
        }
        self._objects[identifier] = {"type": "zone", **values}
        return self._written({author: [(identifier, "zone", values)]})

    def texts(self) -> list[str]:
        """What the notes say."""
        return [str(one.get("text", "")) for one in self._objects.values() if one.get("type") == "note"]

    def zones(self) -> dict[str, tuple[int, str]]:
        """The number and title of each zone, by its id."""
        return {
            key: (int(_number(one.get("number"))), str(one.get("title", "")))
            for key, one in self._objects.items()
            if one.get("type") == "zone"
        }

    @property
    def room(self) -> int:
        """How many more objects the board can hold."""
        return HARD_OBJECTS - len(self._objects)

    def _orders(self) -> Iterator[str]:
        return orders_after(
            max((str(values.get("order", "")) for values in self._objects.values()), default="")
        )

    def _written(self, by_author: Mapping[str, Sequence[tuple[str, str, dict[str, object]]]]) -> Laid:
        owners: dict[int, str] = {}
        updates = []
        for author, made in by_author.items():
            client = self._new_client()
            owners[client] = author
            doc: BoardDoc = Doc(client_id=client)
            with doc.transaction():
                add_objects(doc, made)
            updates.append(doc.get_update())
        (content,) = merged(updates)
        return Laid(content, owners)

    def _new_client(self) -> int:
        while True:
            client = secrets.randbits(32)
            if client > 0xFF and client not in self._clients:  # the lowest are the server's own
                self._clients.add(client)
                return client

    def _boxes(self, *, with_zones: bool) -> list[Box]:
        found = []
        for values in self._objects.values():
            spec = OBJECT_SPECS.get(str(values.get("type")))
            if spec is None or "x" not in spec.fields or (spec.type == "zone" and not with_zones):
                continue
            x, y = _number(values.get("x")), _number(values.get("y"))
            w = _number(values.get("w", spec.fields["w"].default))
            h = _number(values.get("h", spec.fields["h"].default if "h" in spec.fields else 0))
            found.append((x, y, x + w, y + h))
        return found

    def _in_zone(self, frame: Mapping[str, object]) -> Iterator[Point]:
        """Free slots first; then a layer over all slots, a little aside, and so on."""
        slots = list(_slots(frame))
        taken = self._boxes(with_zones=False)
        yield from (slot for slot in slots if not any(_touches(slot, box) for box in taken))
        layer = 1
        while True:
            for x, y in slots:
                yield x + layer * OVERLAP, y + layer * OVERLAP
            layer += 1

    def _aside(self, count: int) -> Iterator[Point]:
        boxes = self._boxes(with_zones=True)
        left = max((box[2] for box in boxes), default=-ASIDE) + ASIDE
        top = min((box[1] for box in boxes), default=0)
        columns = max(1, math.ceil(math.sqrt(count * WIDER)))
        for place in range(count):
            row, column = divmod(place, columns)
            yield left + column * PITCH, top + row * PITCH


def _slots(frame: Mapping[str, object]) -> Iterator[Point]:
    """The slots of a zone as the board's script has them; one at least."""
    x, y = _number(frame.get("x")), _number(frame.get("y"))
    w = _number(frame.get("w", OBJECT_SPECS["zone"].fields["w"].default))
    h = _number(frame.get("h", OBJECT_SPECS["zone"].fields["h"].default))
    header = HEADER if frame.get("prompt") else HEADER_WITHOUT_PROMPT
    columns = max(1, int((w - 2 * PADDING + PITCH - NOTE) // PITCH))
    rows = max(1, int((h - header - PADDING / 3 + PITCH - NOTE) // PITCH))
    for row in range(rows):
        for column in range(columns):
            yield x + PADDING + column * PITCH, y + header + row * PITCH


def _touches(slot: Point, box: Box) -> bool:
    x, y = slot
    return x < box[2] and x + NOTE > box[0] and y < box[3] and y + NOTE > box[1]


def _number(value: object) -> float:
    return float(value) if isinstance(value, int | float) else 0.0
