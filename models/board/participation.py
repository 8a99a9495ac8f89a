"""What whoever leads a workshop may set for partners and guests: novices, and an inbox. Pure, as `rules`.

Novices add notes, write in theirs, move them and take them back. With an inbox, whatever they add lies in
one zone, and only those who facilitate move it from there. That zone stays where it is meanwhile.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol

from models.board.changes import Changes, Created, FieldChange, View

NOVICE_MAY = {"note": frozenset({"x", "y", "zone", "group", "order"})}
"""What novices add, and which fields of theirs they change; texts of these types are theirs to write."""
PLACE = frozenset({"x", "y", "w", "h", "zone", "group"})


@dataclass(frozen=True, slots=True)
class Inbox:
    """The zone where things are added, and where it stands, in board units."""

    zone: str
    x: float
    y: float
    w: float
    h: float

    @classmethod
    def read(cls, stored: str) -> "Inbox | None":
        """As `Board.inbox` keeps it; None for ""."""
        if not stored:
            return None
        zone, *numbers = stored.split(" ")
        return cls(zone, *map(float, numbers))

    def stored(self) -> str:
        """See `read`."""
        return " ".join([self.zone, *(repr(float(one)) for one in (self.x, self.y, self.w, self.h))])

    def holds(self, created: Created) -> bool:
        """Whether something new lies in it: it says so, and its middle does."""
        middle = [_number(created, at) + _number(created, size) / 2 for at, size in (("x", "w"), ("y", "h"))]
        is_inside = self.x <= middle[0] <= self.x + self.w and self.y <= middle[1] <= self.y + self.h
        return created.values.get("zone") == self.zone and is_inside


class Participant(Protocol):
    """What the rules below ask of who edits (see `rules.BoardActor`)."""

    @property
    def facilitates(self) -> bool: ...  # noqa: D102
    @property
    def is_novice(self) -> bool: ...  # noqa: D102
    @property
    def inbox(self) -> Inbox | None: ...  # noqa: D102


def _number(created: Created, name: str) -> float:
    value = created.values.get(name)
    return value if isinstance(value, float | int) else 0.0


def _breaks_novice(changes: Changes, actor: Participant, view: View) -> bool:
    if not actor.is_novice:
        return False
    return any(made.values.get("type") not in NOVICE_MAY for made in changes.created) or any(
        change.name not in NOVICE_MAY.get(view.facts[change.id].type, ()) for change in _known(changes, view)
    )


def _leaves_inbox(changes: Changes, actor: Participant, _view: View) -> bool:
    inbox = actor.inbox
    if inbox is None or actor.facilitates:
        return False
    return any("x" in made.values and not inbox.holds(made) for made in changes.created) or any(
        change.name in PLACE for change in changes.fields
    )


def _moves_inbox(changes: Changes, actor: Participant, _view: View) -> bool:
    inbox = actor.inbox
    if inbox is None:
        return False
    return inbox.zone in changes.deleted or any(
        change.id == inbox.zone and change.name in PLACE for change in changes.fields
    )


def _known(changes: Changes, view: View) -> Iterator[FieldChange]:
    return (change for change in changes.fields if change.id in view.facts)


PARTICIPATION_RULES: tuple[tuple[str, Callable[[Changes, Participant, View], bool]], ...] = (
    ("novice", _breaks_novice),
    ("inbox", _leaves_inbox),
    ("inbox_stays", _moves_inbox),
)
