"""Reads a board as plain data, for the first HTML, search, exports and tests; writes demonstration boards."""

import json
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from pycrdt import Doc, Map

from models.board.objects.common import PLACED, length
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import COLOURS, Field, Kind, utf16_length
from models.board.seed import BoardDoc, add_objects, order_key, seeded
from models.board.shadow import META, OBJECTS, apply_updates
from models.board.templates import BOARD_TEMPLATES

DEMO_CLIENT = 2
UNNUMBERED = 1_000
"""Zones without a number are read after the numbered ones."""
ROW = 60
"""Notes whose tops differ by less stand on the same row."""
WRITTEN = frozenset({"note", "text", "image", "stroke", "link"})
"""What people write or put there: it stands in the outline, in reading order."""
OVERLAP = 12
"""How far notes beyond a zone's slots stand from the ones they cover."""
UNKNOWN: Mapping[str, Field] = {
    **{field.name: field for field in PLACED},
    "order": Field("order", Kind.STRING, default="", size=64),
    "w": length("w", 148, 40, 600),
    "h": length("h", 148, 40, 600),
}
"""What is read of an object that we do not know: where a box stands for it."""


@dataclass(frozen=True, slots=True)
class OutlineNote:
    """What people write or put there (`type` says which), and its words.

    Only a note has a colour, only a picture has `image`, its name, and `decorative`, only a card has `kind`
    and `target`, what it points to. A drawing has `points`, `ink` and `nib` (`models.board.objects.stroke`).
    """

    id: str
    type: str
    text: str
    author: str
    colour: str
    x: float
    y: float
    w: float
    h: float
    locked: bool
    image: str = ""
    decorative: bool = False
    points: str = ""
    ink: str = ""
    nib: str = ""
    kind: str = ""
    target: int = 0


@dataclass(frozen=True, slots=True)
class OutlineConnector:
    """An arrow between two objects that exist."""

    id: str
    start: str
    end: str
    label: str
    author: str


@dataclass(frozen=True, slots=True)
class OutlineZone:
    """A zone and what stands in it, in reading order."""

    id: str
    number: int
    title: str
    prompt: str
    tone: str
    author: str
    x: float
    y: float
    w: float
    h: float
    locked: bool
    notes: tuple[OutlineNote, ...]


@dataclass(frozen=True, slots=True)
class Outline:
    """A whole board. `loose` are the notes and texts that stand in no zone."""

    template: str
    zones: tuple[OutlineZone, ...]
    loose: tuple[OutlineNote, ...]
    connectors: tuple[OutlineConnector, ...]

    def notes(self) -> Iterator[OutlineNote]:
        """Every note and text, zone by zone, then the loose ones."""
        for zone in self.zones:
            yield from zone.notes
        yield from self.loose

    def words(self) -> str:
        """Everything people wrote, a line each, without the template's own words."""
        zones = (zone.title for zone in self.zones if not zone.locked)
        notes = (note.text for note in self.notes() if not note.locked)
        labels = (connector.label for connector in self.connectors)
        return "\n".join(text for text in (*zones, *notes, *labels) if text)


def to_outline(snapshot: bytes) -> Outline:
    """The board that these bytes (a snapshot, or merged rows) hold. Raises `Refused` when they hold none."""
    doc: Doc[Any] = Doc()
    apply_updates(doc, (snapshot,))
    return outline_of(doc)


def outline_of(doc: Doc[Any]) -> Outline:
    """The board that a document holds. A field that is missing or unsound reads as its default."""
    meta: dict[str, object] = json.loads(str(doc.get(META, type=Map)))
    objects = [
        (identifier, values) for identifier, values in objects_of(doc) if values["type"] in OBJECT_SPECS
    ]
    objects.sort(key=lambda pair: (pair[1].get("number") or UNNUMBERED, pair[1]["order"], pair[0]))
    ids = {identifier for identifier, _values in objects}
    zones = {identifier for identifier, values in objects if values["type"] == "zone"}
    inside: defaultdict[str, list[OutlineNote]] = defaultdict(list)
    for identifier, values in objects:
        if values["type"] in WRITTEN:
            home = values["zone"] if values["zone"] in zones else ""
            inside[home].append(_note(identifier, values))
    return Outline(
        template=str(meta.get("template", "")),
        zones=tuple(
            _zone(identifier, values, inside[identifier])
            for identifier, values in objects
            if values["type"] == "zone"
        ),
        loose=_in_rows(inside[""]),
        connectors=tuple(
            OutlineConnector(identifier, values["from"], values["to"], values["label"], values["author"])
            for identifier, values in objects
            if values["type"] == "connector" and {values["from"], values["to"]} <= ids
        ),
    )


def objects_of(doc: Doc[Any]) -> list[tuple[str, dict[str, Any]]]:
    """Every object (id, values) in the order of the drawing, lowest first, with every field of its type.

    A field that is missing or unsound reads as its default; an object of no type of ours has the type
    `unknown` and only a place.
    """
    stored: dict[str, object] = json.loads(str(doc.get(OBJECTS, type=Map)))
    objects = [
        (identifier, _whole(values if isinstance(values, dict) else {}))
        for identifier, values in stored.items()
    ]
    return sorted(objects, key=lambda pair: (pair[1]["order"], pair[0]))


def _whole(values: dict[str, object]) -> dict[str, Any]:
    kind = values.get("type")
    spec = OBJECT_SPECS.get(kind) if isinstance(kind, str) else None
    if spec is None:
        read = {name: values.get(name) for name in UNKNOWN}
        placed = {
            name: read[name] if field.accepts(read[name]) else field.default
            for name, field in UNKNOWN.items()
        }
        return {**placed, "type": "unknown"}
    whole: dict[str, Any] = {}
    for name, field in spec.fields.items():
        value = values.get(name, field.default)
        sound = isinstance(value, str) if field.kind is Kind.TEXT else field.accepts(value)
        whole[name] = value if sound else field.default
    return {**whole, "type": spec.type}


def _in_rows(notes: Sequence[OutlineNote]) -> tuple[OutlineNote, ...]:
    """Top to bottom in rows, left to right in a row: the order in which the board's script reads them too."""
    rows: list[list[OutlineNote]] = []
    top = -math.inf
    for note in sorted(notes, key=lambda note: (note.y, note.x, note.id)):
        if note.y - top > ROW:
            rows.append([])
            top = note.y
        rows[-1].append(note)
    return tuple(note for row in rows for note in sorted(row, key=lambda note: (note.x, note.y)))


def _note(identifier: str, values: dict[str, Any]) -> OutlineNote:
    return OutlineNote(
        id=identifier,
        type=values["type"],
        text=values["text"],
        author=values["author"],
        colour=values.get("colour", ""),
        x=values["x"],
        y=values["y"],
        w=values["w"],
        h=values.get("h", 0),
        locked=values["locked"],
        image=values.get("image", ""),
        decorative=values.get("decorative", False),
        points=values.get("points", ""),
        ink=values.get("ink", ""),
        nib=values.get("nib", ""),
        kind=values.get("kind", ""),
        target=int(values.get("target", 0)),
    )


def _zone(identifier: str, values: dict[str, Any], notes: Sequence[OutlineNote]) -> OutlineZone:
    return OutlineZone(
        id=identifier,
        number=int(values["number"]),
        title=values["title"],
        prompt=values["prompt"],
        tone=values["tone"],
        author=values["author"],
        x=values["x"],
        y=values["y"],
        w=values["w"],
        h=values["h"],
        locked=values["locked"],
        notes=_in_rows(notes),
    )


def demo_notes(
    template_code: str,
    notes: Iterable[tuple[str, int, str, str]],
    *,
    locale: str = "fr",
    connectors: Iterable[tuple[str, int, int, str]] = (),
    slots: Mapping[int, int] = MappingProxyType({}),
) -> bytes:
    """A board with its template and these notes: (author key, zone number, colour, text), each in the next
    free slot of its zone, or in the one that `slots` gives for its index; connectors are (author key, index
    of a note, index of another, label).

    Raises ValueError for a value that no client could have sent, KeyError for an unknown template or zone.
    """
    template = BOARD_TEMPLATES[template_code]
    base = seeded(template, locale)
    doc: BoardDoc = Doc(client_id=DEMO_CLIENT)
    apply_updates(doc, (base.get_update(),))
    taken: defaultdict[int, int] = defaultdict(int)
    place = len(template.texts) + len(template.zones) + len(template.arrows)
    with doc.transaction():
        for index, (author, number, colour, text) in enumerate(notes):
            zone = template.zone(number)
            at = slots.get(index, taken[number])
            x, y = _slot(list(zone.slots()), at)
            taken[number] = at + 1
            limit = OBJECT_SPECS["note"].fields["text"].size
            if colour not in COLOURS or utf16_length(text) > limit:
                raise ValueError(f"note {index} cannot be written")
            values = {"x": x, "y": y, "zone": zone.id, "colour": colour, "text": text, "author": author}
            add_objects(doc, [(_note_id(index), "note", {**values, "order": order_key(place)})])
            place += 1
        for index, (author, start, end, label) in enumerate(connectors):
            values = {"from": _note_id(start), "to": _note_id(end), "label": label, "author": author}
            add_objects(doc, [(f"demo-link-{index}", "connector", {**values, "order": order_key(place)})])
            place += 1
    return doc.get_update()


def _note_id(index: int) -> str:
    return f"demo-{index}"


def _slot(slots: list[tuple[int, int]], taken: int) -> tuple[int, int]:
    """The next free place; past the last one, notes lie on the earlier ones, a little aside."""
    layer, index = divmod(taken, len(slots))
    x, y = slots[index]
    return x + layer * OVERLAP, y + layer * OVERLAP
