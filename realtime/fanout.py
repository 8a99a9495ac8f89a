"""The doorbell between processes: what one committed or learnt, told to the others.

The database is the truth; a bell only makes the others look sooner. One process alone has nobody to tell.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from models.events import AccessChanged, BoardChanged, SessionEnded


@dataclass(frozen=True)
class DocumentBell:
    """Row `seq` of a document was committed; `update` is what it holds."""

    document_id: int
    seq: int
    update: bytes


Bell = DocumentBell | SessionEnded | AccessChanged | BoardChanged


class Fanout(Protocol):
    """Carries bells to the other processes."""

    def ring(self, bell: Bell) -> None:
        """Tell the others. Never blocks, never raises; a bell may be lost."""
        ...

    def listen(self, hear: Callable[[Bell], None]) -> None:
        """Call `hear` for every bell of another process."""
        ...


class SingleProcess:
    """There are no others."""

    def ring(self, bell: Bell) -> None:
        """Nobody to tell."""

    def listen(self, hear: Callable[[Bell], None]) -> None:
        """Nobody to hear."""
