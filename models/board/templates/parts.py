"""What a board template is made of, and the grid on which it is laid out.

Lengths are board units on a 24-unit grid. A zone keeps `HEADER` units for its title and prompt; below,
notes of the default size stand in slots of one `PITCH` each way.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise

GRID = 24
NOTE = 148
PITCH = 168
PADDING = 24
HEADER = 96
ARROW = 2 * GRID
"""The gap in which an arrow between two zones shows."""

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


NOTHING = Words("", "")


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


@dataclass(frozen=True, slots=True)
class ArrowSeed:
    """A locked arrow between two of the template's objects, by their ids (`zone-1`, `text-3`)."""

    start: str
    end: str


@dataclass(frozen=True, slots=True)
class ExampleNote:
    """A note of an example, in a zone by its number: in its slot `at`, else in the next free one."""

    zone: int
    colour: str
    words: Words
    at: int | None = None


@dataclass(frozen=True, slots=True)
class Example:
    """The template filled in by an invented team: `scene` says who they are and what about.

    Never on a board unless somebody asks for it there. `links` join notes by their place in `notes`.
    """

    scene: Words
    notes: tuple[ExampleNote, ...]
    links: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True)
class BoardTemplate:
    """A board to start from. `stages` are codes of `models.stages.Stage`, the first is its own.

    `minutes` is a first session, `people` how many may work at it together, at least and at most.
    """

    code: str
    stages: tuple[str, ...]
    minutes: int
    name: Words
    purpose: Words
    how_to: tuple[Words, ...]
    people: tuple[int, int] = (3, 8)
    moment: Words = NOTHING
    """When to take it, and what one leaves with."""
    zones: tuple[ZoneSeed, ...] = ()
    texts: tuple[TextSeed, ...] = field(default=())
    arrows: tuple[ArrowSeed, ...] = ()
    example: Example | None = None

    def zone(self, number: int) -> ZoneSeed:
        """The zone of that number. Raises KeyError."""
        for zone in self.zones:
            if zone.number == number:
                return zone
        raise KeyError(f"template {self.code} has no zone {number}")


def headings(columns: tuple[Words, ...], left: int, top: int, each: int, width: int) -> tuple[TextSeed, ...]:
    """The headings of columns that start `each` units apart from the first slot of a zone at `left`."""
    return tuple(
        TextSeed(words, left + PADDING + column * each, top, width, "l")
        for column, words in enumerate(columns)
    )


def chain(*ids: str) -> tuple[ArrowSeed, ...]:
    """Arrows from each object to the next."""
    return tuple(ArrowSeed(start, end) for start, end in pairwise(ids))


def wide(columns: int) -> int:
    """The width of a zone for so many notes side by side."""
    return _on_grid(2 * PADDING + columns * PITCH - (PITCH - NOTE))


def high(rows: int) -> int:
    """The height of a zone for so many notes one above the other."""
    return _on_grid(HEADER + PADDING + rows * PITCH - (PITCH - NOTE))


def _on_grid(length: int) -> int:
    return -(-length // GRID) * GRID
