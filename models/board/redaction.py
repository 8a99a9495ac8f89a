"""Takes words out of a board that was kept: what they stood on stays where it stood, and says nothing."""

from collections.abc import Callable
from typing import Any

from pycrdt import Doc, Map

from models.board.blank import empty
from models.board.past import Values, read_objects
from models.board.shadow import OBJECTS, apply_updates

Gone = Callable[[str, Values], bool]
"""Whether the words of an object, by its id and values, are to go."""


def by_author(key: str) -> Gone:
    """What this author wrote."""
    return lambda _one, values: values.get("author") == key


def unlike(now: bytes) -> Gone:
    """What the board does not say any more."""
    present = read_objects([now])
    said = {one: _words(values) for one, values in present.items()}
    return lambda one, values: said.get(one) != _words(values)


def redacted(content: bytes, is_gone: Gone) -> bytes | None:
    """The board without these words, None when it holds none of them. Raises: Refused."""
    doomed = [one for one, values in read_objects([content]).items() if is_gone(one, values)]
    doc: Doc[Any] = Doc()
    apply_updates(doc, (content,))
    objects: Map[Any] = doc.get(OBJECTS, type=Map)
    with doc.transaction():
        changed = [empty(objects[one]) for one in doomed]
    if not any(changed):
        return None
    clean: Doc[Any] = Doc()  # what was deleted is in no document that was made of what is left
    apply_updates(clean, (doc.get_update(),))
    return clean.get_update()


def _words(values: Values) -> tuple[object, ...]:
    return tuple(values.get(name) for name in ("text", "title", "prompt", "label"))
