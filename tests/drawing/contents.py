"""Boards as bytes, made of whatever objects a test wants."""

from typing import Any

from pycrdt import Doc, Map, Text

from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Kind
from models.board.shadow import OBJECTS


def content_of(objects: dict[str, dict[str, Any]]) -> bytes:
    """A document of these objects, sound or not; texts are there, by `u1` unless they say otherwise."""
    doc: Doc[Any] = Doc()
    stored = doc.get(OBJECTS, type=Map)
    with doc.transaction():
        for number, (identifier, values) in enumerate(objects.items()):
            spec = OBJECT_SPECS.get(str(values.get("type")))
            held = {"order": f"a{number:03}", "author": "u1", **values}
            for field in spec.fields.values() if spec else ():
                if field.kind is Kind.TEXT:
                    held[field.name] = Text(str(held.get(field.name, "")))
            stored[identifier] = Map(held)
    return doc.get_update()
