"""How an object type describes itself: its fields, their kinds, limits and defaults.

The rules (`models.board.rules`), the first HTML, the search text and the TypeScript client are all
derived from these descriptions (`tools/board_specs.py`); nothing else states a limit twice.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

ID_PATTERN = r"[A-Za-z0-9_-]{1,32}"
ACTOR_PATTERN = r"(?:u|g)[1-9][0-9]{0,15}|template"
"""An actor key: `u12` a user, `g5` a guest, `template` what a board template wrote."""
ORDER_PATTERN = r"[0-9A-Za-z]{1,64}"
"""A fractional index: strings that sort where the object stands among its siblings."""
COLOURS = ("jonc", "abricot", "rose", "lilas", "ciel", "menthe", "anis", "sable")
WORLD = 1_000_000
"""Coordinates stay within ± this many board units."""

Scalar = str | float | bool | None
"""What a plain field can hold once read from the document (numbers arrive as floats)."""


class Kind(StrEnum):
    """What a field holds."""

    NUMBER = "number"
    INTEGER = "integer"
    STRING = "string"
    CHOICE = "choice"
    FLAG = "flag"
    TEXT = "text"
    """A Y.Text, edited together; everything else is replaced as a whole."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field of an object: what it may hold. `size` bounds strings and texts, in UTF-16 units."""

    name: str
    kind: Kind
    default: Scalar = None
    minimum: float = 0
    maximum: float = 0
    size: int = 0
    pattern: str = ""
    choices: tuple[str, ...] = ()
    required: bool = False
    """Must be there when the object is created; the others may be left to their default."""
    fixed: bool = False
    """Said once, when the object is created; never changed after."""

    def accepts(self, value: object) -> bool:
        """Whether `value`, as read from a document, is one this field can hold (not for texts)."""
        return _CHECKS[self.kind](self, value)


@dataclass(frozen=True)
class ObjectSpec:
    """One object type. `to_text` gives its words for outline, search and screen readers."""

    type: str
    fields: Mapping[str, Field]
    to_text: Callable[[Mapping[str, object]], str]

    @property
    def required(self) -> frozenset[str]:
        """The fields an object of this type cannot be created without."""
        return frozenset(name for name, field in self.fields.items() if field.required)


def utf16_length(text: str) -> int:
    """The length a browser counts: UTF-16 units, two for a character beyond the basic plane."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le")) // 2


def _is_number(field: Field, value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return field.minimum <= value <= field.maximum  # NaN and infinities are in no range


def _is_integer(field: Field, value: object) -> bool:
    return _is_number(field, value) and isinstance(value, int | float) and value % 1 == 0


def _is_string(field: Field, value: object) -> bool:
    if not isinstance(value, str) or "\0" in value or utf16_length(value) > field.size:
        return False
    return not field.pattern or re.fullmatch(field.pattern, value) is not None


_CHECKS: Mapping[Kind, Callable[[Field, object], bool]] = {
    Kind.NUMBER: _is_number,
    Kind.INTEGER: _is_integer,
    Kind.STRING: _is_string,
    Kind.CHOICE: lambda field, value: isinstance(value, str) and value in field.choices,
    Kind.FLAG: lambda _field, value: isinstance(value, bool),
    Kind.TEXT: lambda _field, _value: False,
}
