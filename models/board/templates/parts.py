"""What a board template is made of, and the grid on which it is laid out.

Lengths are board units on a 24-unit grid. A zone keeps `HEADER` units for its title and prompt; below,
notes of the default size stand in slots of one `PITCH` each way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

GRID = 24
NOTE = 148
PITCH = 168
PADDING = 24
HEADER = 96

_NARROW_BEFORE = re.compile(r" (?=[;!?»])|(?<=«) ")
_WIDE_BEFORE = re.compile(r" (?=:)")


@dataclass(frozen=True, slots=True)
class Words:
    """A text in French and in English. Plain spaces are typed; French gets its no-break ones here."""

    fr: str
    en: str

    def in_(self, locale: str) -> str:
        """The text in a language; French when the language is not one of ours."""
        if locale.startswith("en"):
            return self.en
        return _WIDE_BEFORE.sub("\u00a0", _NARROW_BEFORE.sub("\u202f", self.fr))


@dataclass(frozen=True, slots=True)
class ZoneSeed:
    """A locked zone. `number` 0 shows no number: a place before or beside the path."""

    number: int
    title: Words
    prompt: Words
    x: int
    y: int
    w: int
    h: int
    tone: str = "plain"

    @property
    def id(self) -> str:
        """The object's id, the same on every board of the template."""
        return f"zone-{self.number}"

    def slots(self) -> Iterator[tuple[int, int]]:
        """Where notes stand, row by row, without touching one another."""
        columns = (self.w - 2 * PADDING + PITCH - NOTE) // PITCH
        rows = (self.h - HEADER - PADDING + PITCH - NOTE) // PITCH
        for row in range(rows):
            for column in range(columns):
                yield self.x + PADDING + column * PITCH, self.y + HEADER + row * PITCH


@dataclass(frozen=True, slots=True)
class TextSeed:
    """A locked text: the board's title, an axis, a sentence that helps."""

    words: Words
    x: int
    y: int
    w: int
    size: str = "m"


@dataclass(frozen=True)
class BoardTemplate:
    """A board to start from. `stages` are codes of `models.stages.Stage`, `minutes` a first session."""

    code: str
    stages: tuple[str, ...]
    minutes: int
    name: Words
    purpose: Words
    how_to: tuple[Words, ...]
    zones: tuple[ZoneSeed, ...] = ()
    texts: tuple[TextSeed, ...] = field(default=())

    def zone(self, number: int) -> ZoneSeed:
        """The zone of that number. Raises KeyError."""
        for zone in self.zones:
            if zone.number == number:
                return zone
        raise KeyError(f"template {self.code} has no zone {number}")


def wide(columns: int) -> int:
    """The width of a zone for so many notes side by side."""
    return _on_grid(2 * PADDING + columns * PITCH - (PITCH - NOTE))


def high(rows: int) -> int:
    """The height of a zone for so many notes one above the other."""
    return _on_grid(HEADER + PADDING + rows * PITCH - (PITCH - NOTE))


def _on_grid(length: int) -> int:
    return -(-length // GRID) * GRID
