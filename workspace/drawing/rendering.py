"""Asks for a file made of a board. What is small is made at once; the rest by a process apart, waited for.

A small board takes some milliseconds, as its page does; a process costs a fifth of a second, and the hub goes
on meanwhile. Pixels and pages are always its work. `Ask` is what is told, all of it in the reader's language
and by the reader's rights.
"""

import json
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from models.errors import CorruptDocument, NotFound, Refused
from models.i18n import N_
from workspace.drawing import palette, tables
from workspace.drawing.making import NoSuchPart, Rendering

PROGRAM = Path(palette.__file__).with_name("program.py")
REFUSED_TOO_LARGE, REFUSED_CORRUPT, REFUSED_NO_SUCH_PART = 3, 4, 5
"""Of `program.REFUSALS`, which this process need not import."""
SECONDS = 90.0
AT_ONCE = 2
"""Files made at the same time by one server process; the others wait, for `PATIENCE` seconds."""
PATIENCE = 45.0
SMALL_BYTES = 40_000
"""Of a document: about a hundred notes."""
MADE_AT_ONCE = frozenset({"survey", "svg", "md", "rows"})

TOO_LARGE = N_(
    "Ce tableau est trop grand pour être exporté ainsi. "
    "Choisissez un cadre, ou exportez en CSV ou en Markdown."
)
BUSY = N_("Beaucoup d’exports sont en cours. Réessayez dans une minute.")
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Part:
    """What of the board: a zone, some objects, what lies outside of zones; else all of it."""

    zone: str = ""
    ids: tuple[str, ...] = ()
    loose: bool = False


@dataclass(frozen=True)
class Spoken:
    """What drawings and papers say."""

    unreadable: str
    alt_one: str
    """Of a page: {heading} and {count} are filled in; likewise `alt_many`."""
    alt_many: str
    plan: str
    empty: str


@dataclass(frozen=True)
class Paper:
    """What stands around the pages of a PDF."""

    author: str
    lang: str
    region: str
    place: str
    date: str
    page: str


@dataclass(frozen=True)
class Person:
    """An author: `name` in tables, `short` on notes."""

    name: str
    short: str


@dataclass(frozen=True)
class Ask:
    """See the module."""

    title: str
    description: str
    spoken: Spoken
    table_words: tables.Words
    paper: Paper | None = None
    people: Mapping[str, Person] = field(default_factory=dict)
    facts: tables.Facts = field(default_factory=lambda: tables.Facts({}, {}))
    part: Part = field(default_factory=Part)
    small: bool = False
    headless: bool = False


@dataclass(frozen=True)
class Table:
    """A table of a record. `widths`: of its columns, in parts; 0 as much as needed."""

    caption: str
    columns: Sequence[str]
    widths: Sequence[int]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True)
class Record:
    """A paper without drawings, all of it in the reader's language. `facts`: names and what they are."""

    title: str
    description: str
    paper: Paper
    facts: Sequence[tuple[str, str]]
    statement: str
    tables: Sequence[Table]
    note: str


@dataclass(frozen=True)
class ZoneSurvey:
    """A zone as the pages name it."""

    id: str
    number: int
    title: str
    prompt: str
    notes: int


@dataclass(frozen=True)
class Survey:
    """What there is on a board. `cards`: what they point to, as kind.id; `loose`: how many no zone shows."""

    authors: tuple[str, ...]
    images: tuple[str, ...]
    cards: tuple[str, ...]
    notes: int
    zones: tuple[ZoneSurvey, ...]
    loose: int
    objects: int


def survey(content: bytes, part: Part = Part()) -> Survey:
    """Look at a board. Raises: CorruptDocument; NotFound for a part that is not there; Refused."""
    told: dict[str, Any] = json.loads(_run({"format": "survey", "part": asdict(part)}, content, {}))
    for name in ("authors", "images", "cards"):
        told[name] = tuple(told[name])
    told["zones"] = tuple(ZoneSurvey(**zone) for zone in told["zones"])
    return Survey(**told)


def rows(content: bytes, ask: Ask) -> list[list[str]]:
    """The board as a table, titles first. Raises: as `survey`."""
    found: list[list[str]] = json.loads(render("rows", content, ask, {}))
    return found


def render(kind: str, content: bytes, ask: Ask, images: Mapping[str, bytes]) -> bytes:
    """The file: `kind` is svg, png, pdf, md or rows. Raises: as `survey`."""
    return _run({"format": kind, **asdict(ask)}, content, images)


def record(told: Record) -> bytes:
    """Facts and tables as a tagged PDF. Raises: Refused."""
    return _made_apart({"format": "record", "record": asdict(told)}, b"", {})


def _run(ask: dict[str, Any], content: bytes, images: Mapping[str, bytes]) -> bytes:
    if ask["format"] in MADE_AT_ONCE and len(content) + sum(map(len, images.values())) <= SMALL_BYTES:
        return _made_here(ask, content, images)
    return _made_apart(ask, content, images)


def _made_here(ask: dict[str, Any], content: bytes, images: Mapping[str, bytes]) -> bytes:
    try:
        made: bytes = getattr(Rendering(ask, content, dict(images)), ask["format"])()
    except NoSuchPart:
        raise NotFound from None
    except Refused as error:
        raise CorruptDocument("drawing") from error
    return made


def _made_apart(ask: dict[str, Any], content: bytes, images: Mapping[str, bytes]) -> bytes:
    blobs: Sequence[bytes] = (content, *images.values())
    header = {**ask, "images": list(images), "lengths": [len(blob) for blob in blobs]}
    if not _turns.acquire(timeout=PATIENCE):
        raise Refused("busy", BUSY)
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            [sys.executable, "-I", str(PROGRAM)],
            input=b"".join((json.dumps(header).encode(), b"\n", *blobs)),
            capture_output=True,
            check=False,
            timeout=SECONDS,
            env={},
        )
    except subprocess.TimeoutExpired:
        raise Refused("too_large", TOO_LARGE) from None
    finally:
        _turns.release()
    if done.returncode == 0:
        return done.stdout
    if done.returncode == REFUSED_CORRUPT:
        raise CorruptDocument("drawing")
    if done.returncode == REFUSED_NO_SUCH_PART:
        raise NotFound
    if done.returncode == REFUSED_TOO_LARGE or done.returncode < 0:  # killed by its bounds
        raise Refused("too_large", TOO_LARGE)
    raise RuntimeError(f"the drawing failed: {done.stderr[-2000:].decode(errors='replace')}")
