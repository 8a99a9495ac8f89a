"""The fields that every object has, or that several types share."""

from collections.abc import Callable, Mapping

from models.board.objects.spec import (
    ACTOR_PATTERN,
    ID_PATTERN,
    ORDER_PATTERN,
    WORLD,
    Field,
    Kind,
    ObjectSpec,
)


def identifier(name: str, *, required: bool = False) -> Field:
    """A field that names another object; when it is not required, "" stands for none."""
    pattern = ID_PATTERN if required else f"(?:{ID_PATTERN})?"
    return Field(name, Kind.STRING, default="", size=32, pattern=pattern, required=required)


def length(name: str, default: float, minimum: float, maximum: float) -> Field:
    """A width or a height, in board units."""
    return Field(name, Kind.NUMBER, default=default, minimum=minimum, maximum=maximum)


def text(name: str, size: int) -> Field:
    """A text written together. It must exist from the start: two people creating it would lose one."""
    return Field(name, Kind.TEXT, default="", size=size, required=True)


OWNED = (
    Field("type", Kind.STRING, default="", size=16, required=True, fixed=True),
    Field("author", Kind.STRING, default="", size=17, pattern=ACTOR_PATTERN, required=True, fixed=True),
    Field("order", Kind.STRING, default="", size=64, pattern=ORDER_PATTERN, required=True),
    Field("locked", Kind.FLAG, default=False, fixed=True),
)
"""Who made it, where it stands in reading order, and whether it belongs to the template's scaffolding."""

PLACED = (
    Field("x", Kind.NUMBER, default=0, minimum=-WORLD, maximum=WORLD, required=True),
    Field("y", Kind.NUMBER, default=0, minimum=-WORLD, maximum=WORLD, required=True),
    identifier("zone"),
    identifier("group"),
)
"""Top-left corner in board units, the zone it belongs to and the group it moves with ("" for none).
A group is no object of its own: it is those that carry its name, an id that one of them made up."""


def describe(
    kind: str, *fields: Field, to_text: Callable[[Mapping[str, object]], str], placed: bool = True
) -> ObjectSpec:
    """An object type: the fields every object has, then its own."""
    shared = OWNED + (PLACED if placed else ())
    return ObjectSpec(kind, {field.name: field for field in (*shared, *fields)}, to_text)


def words(values: Mapping[str, object], *names: str) -> str:
    """The non-empty texts among `names`, one per line."""
    return "\n".join(str(values[name]).strip() for name in names if values.get(name))
