"""Takes the words of one author off a board: what they made stays where it stands, and says nothing."""

from collections.abc import Sequence
from typing import Any

from pycrdt import Doc, Map, Text

from models.board.shadow import OBJECTS, apply_updates

WORDS = ("prompt",)
"""Plain fields that hold words; all other words are texts written together."""


def blank(updates: Sequence[bytes], author: str) -> bytes | None:
    """The update that empties this author's texts, None when there is none. Raises: Refused."""
    doc: Doc[Any] = Doc()
    apply_updates(doc, updates)
    objects: Map[Any] = doc.get(OBJECTS, type=Map)
    before, is_changed = doc.get_state(), False
    with doc.transaction():
        for stored in list(objects.values()):
            if isinstance(stored, Map) and stored.get("author") == author:
                is_changed |= empty(stored)
    return doc.get_update(before) if is_changed else None


def empty(stored: Map[Any]) -> bool:
    """Take the words off an object; whether there were any."""
    is_changed = False
    for name in list(stored.keys()):
        value = stored[name]
        if isinstance(value, Text) and len(value):
            value.clear()
            is_changed = True
        elif name in WORDS and value:
            stored[name] = ""
            is_changed = True
    return is_changed
