"""What an update does to a board, said in the board's own words: the input of the rules."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from models.board.objects.spec import Scalar, utf16_length


class Odd(Enum):
    """Stands for what is not a plain value."""

    MISSING = "missing"
    """There is nothing in this field."""
    TEXT = "text"
    """A Y.Text; where its words matter they are given apart."""
    OTHER = "other"
    """Something no field of a board may hold: an array, an object, bytes, another shared type."""


Value = Scalar | Odd


@dataclass(frozen=True, slots=True)
class Fact:
    """What the rules need to know of an object that exists."""

    type: str
    author: str
    locked: bool


@dataclass(frozen=True, slots=True)
class Created:
    """A new object. `values` has every field as stored, `texts` the words of its texts."""

    id: str
    values: Mapping[str, Value]
    texts: Mapping[str, str]

    def fact(self) -> Fact:
        """The object as the rules will remember it."""
        return Fact(
            str(self.values.get("type", "")),
            str(self.values.get("author", "")),
            self.values.get("locked") is True,
        )


@dataclass(frozen=True, slots=True)
class FieldChange:
    """A field that holds something else now."""

    id: str
    name: str
    old: Value
    new: Value


@dataclass(frozen=True, slots=True)
class TextChange:
    """A text that was edited, as it reads now: `value`, and `besides` UTF-16 units that were not read again.

    `sound` is false when it holds more than characters.
    """

    id: str
    name: str
    value: str
    sound: bool = True
    besides: int = 0

    @property
    def units(self) -> int:
        """How long it is now, in UTF-16 units."""
        return self.besides + utf16_length(self.value)


@dataclass(frozen=True, slots=True)
class Changes:
    """Everything an update does that anybody could see. An object that was replaced is in both
    `created` and `deleted`; `touched` are objects written to without any visible effect."""

    created: tuple[Created, ...] = ()
    deleted: tuple[str, ...] = ()
    fields: tuple[FieldChange, ...] = ()
    texts: tuple[TextChange, ...] = ()
    touched: frozenset[str] = frozenset()
    stray: bool = False
    """Something outside the objects and their fields was changed."""

    def ids(self) -> set[str]:
        """The objects concerned."""
        changed = {change.id for change in self.fields}
        changed.update([change.id for change in self.texts])
        if not (self.created or self.deleted or self.touched):
            return changed
        return changed | self.touched | {made.id for made in self.created} | set(self.deleted)

    def __bool__(self) -> bool:
        return bool(self.created or self.deleted or self.fields or self.texts or self.touched or self.stray)


@dataclass(slots=True)
class View:
    """The board as the rules see it, before the changes they judge."""

    facts: dict[str, Fact] = field(default_factory=dict)
    departed: dict[str, Fact] = field(default_factory=dict)
    """Objects deleted lately, so that an undo may bring them back under their author's name."""
    size_bytes: int = 0

    def settle(self, changes: Changes, departed_limit: int = 2_000) -> None:
        """Take in changes that were accepted."""
        for identifier in changes.deleted:
            fact = self.facts.pop(identifier, None)
            if fact:
                self.departed.pop(identifier, None)
                self.departed[identifier] = fact
        for created in changes.created:
            self.facts[created.id] = created.fact()
            self.departed.pop(created.id, None)
        for change in changes.fields:
            if change.name == "locked" and change.id in self.facts:
                self.facts[change.id] = replace(self.facts[change.id], locked=change.new is True)
        while len(self.departed) > departed_limit:
            del self.departed[next(iter(self.departed))]
