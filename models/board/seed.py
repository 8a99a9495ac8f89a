"""Writes boards as Yjs updates: a template's scaffolding, and notes put into its zones.

The bytes come out of a real document, so they are what any client could have sent, but for the
locks, which only a template may set.
"""

from collections.abc import Iterable, Mapping

from pycrdt import Doc, Map, Text

from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Kind
from models.board.shadow import META, OBJECTS
from models.board.templates import BOARD_TEMPLATES, BoardTemplate

VERSION = 1
TEMPLATE_AUTHOR = "template"
TEMPLATE_CLIENT = 1
"""The Yjs client id that wrote the template. Yjs draws its own from 2^32 numbers."""

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"

BoardDoc = Doc[Map[object]]


def order_key(place: int) -> str:
    """The fractional index of the object at `place` (0 to 3,171): they sort as they are counted, never
    end in the lowest digit, so that something can always be put before, between and after."""
    prefix, last = divmod(place, len(_DIGITS) - 1)
    return _DIGITS[10 + prefix] + _DIGITS[1 + last]


def seed_board(template_code: str, locale: str) -> bytes:
    """The first row of a board: its template's locked zones, texts and arrows. Raises KeyError."""
    return seeded(BOARD_TEMPLATES[template_code], locale).get_update()


def seeded(template: BoardTemplate, locale: str) -> BoardDoc:
    """A document that holds a template's scaffolding (texts, zones, arrows) and nothing else."""
    doc: BoardDoc = Doc(client_id=TEMPLATE_CLIENT)
    scaffolding: list[tuple[str, str, dict[str, object]]] = [
        (
            f"text-{number}",
            "text",
            {"x": text.x, "y": text.y, "w": text.w, "size": text.size, "text": text.words.in_(locale)},
        )
        for number, text in enumerate(template.texts, 1)
    ]
    scaffolding += [
        (
            zone.id,
            "zone",
            {
                "x": zone.x,
                "y": zone.y,
                "w": zone.w,
                "h": zone.h,
                "number": zone.number,
                "tone": zone.tone,
                "title": zone.title.in_(locale),
                "prompt": zone.prompt.in_(locale),
            },
        )
        for zone in template.zones
    ]
    scaffolding += [
        (f"arrow-{number}", "connector", {"from": arrow.start, "to": arrow.end})
        for number, arrow in enumerate(template.arrows, 1)
    ]
    reserved = {"author": TEMPLATE_AUTHOR, "locked": True}
    with doc.transaction():
        meta = doc.get(META, type=Map)
        meta["version"] = VERSION
        meta["template"] = template.code
        add_objects(
            doc,
            (
                (
                    identifier,
                    kind,
                    {**values, **reserved, "order": order_key(place)},
                )
                for place, (identifier, kind, values) in enumerate(scaffolding)
            ),
        )
    return doc


def add_objects(doc: BoardDoc, made: Iterable[tuple[str, str, Mapping[str, object]]]) -> None:
    """Put objects (id, type, values) into a document, whole: fields left out take their default."""
    objects = doc.get(OBJECTS, type=Map)
    for identifier, kind, values in made:
        spec = OBJECT_SPECS[kind]
        unknown = values.keys() - spec.fields.keys()
        if unknown:
            raise ValueError(f"a {kind} has no {', '.join(sorted(unknown))}")
        held: dict[str, object] = {}
        for name, field in spec.fields.items():
            value = kind if name == "type" else values.get(name, field.default)
            if field.kind is not Kind.TEXT and not field.accepts(value):
                raise ValueError(f"{kind} {identifier}: {name} cannot be {value!r}")
            held[name] = Text(str(value)) if field.kind is Kind.TEXT else value
        objects[identifier] = Map(held)
