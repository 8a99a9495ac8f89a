"""The doorbell between processes: what one committed or learnt, told to the others.

The database is the truth; a bell only makes the others look sooner. One process alone has nobody to tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from realtime.protocol import Cursor, Selection, View
from workspace.bells import Event


@dataclass(frozen=True)
class DocumentBell:
    """Row `seq` of a document was committed; `update` is what it holds, b"" when that is too large."""

    document_id: int
    epoch: int
    seq: int
    update: bytes


@dataclass(frozen=True)
class Person:
    """Somebody in a document, as the process that holds their socket knows them."""

    peer: int
    key: str
    name: str
    role: str
    sector: str
    colour: str


@dataclass(frozen=True)
class PeopleBell:
    """Everybody whose socket to this document is held by the origin."""

    document_id: int
    people: tuple[Person, ...]


@dataclass(frozen=True)
class CursorsBell:
    """Where people of the origin point, by their peer number there."""

    document_id: int
    cursors: tuple[tuple[int, Cursor], ...]


@dataclass(frozen=True)
class SelectionBell:
    """What somebody of the origin selected."""

    document_id: int
    peer: int
    selection: Selection


@dataclass(frozen=True)
class ViewBell:
    """Which part of the board somebody of the origin sees."""

    document_id: int
    peer: int
    view: View


@dataclass(frozen=True)
class WhoBell:
    """The origin asks who is in a document, or in every one (0)."""

    document_id: int


@dataclass(frozen=True)
class ByeBell:
    """The origin ends: its people are gone."""


Bell = DocumentBell | Event | PeopleBell | CursorsBell | SelectionBell | ViewBell | WhoBell | ByeBell
Hear = Callable[[bytes, Bell], None]
Run = Callable[..., object]


class Listener(Protocol):
    """Who is told what the other processes ring."""

    def hear(self, origin: bytes, bell: Bell) -> None:
        """A bell of another process."""
        ...

    def heard_from(self, origin: bytes) -> None:
        """The other process lives."""
        ...

    def connected(self) -> None:
        """Bells come through again; some may have been lost."""
        ...


class Fanout(Protocol):
    """Carries bells to the other processes."""

    @property
    def is_up(self) -> bool:
        """Whether bells go through now; always so for a process alone."""
        ...

    def ring(self, bell: Bell) -> None:
        """Tell the others. Never blocks, never raises; a bell may be lost."""
        ...

    def start(self, listener: Listener, run: Run, is_stopped: Callable[[], bool]) -> None:
        """Begin to carry; `run` starts a background task."""
        ...

    def stop(self) -> None:
        """Say goodbye, waiting for it a moment at most."""
        ...


class SingleProcess:
    """There are no others."""

    is_up = True

    def ring(self, bell: Bell) -> None:
        """Nobody to tell."""

    def start(self, listener: Listener, run: Run, is_stopped: Callable[[], bool]) -> None:
        """Nobody to hear."""

    def stop(self) -> None:
        """Nobody to part from."""
