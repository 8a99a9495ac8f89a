"""One pass over an update: every struct is read and put in its place, then the deletions are read."""

from bisect import bisect_right
from collections import deque

from models.board.limits import Limits
from models.board.messages import refusal
from models.board.skeleton import (
    ANY,
    DELETED,
    GC,
    IN_MAP,
    IN_ROOT,
    MAP,
    NOWHERE,
    STRING,
    TEXT,
    Column,
    Skeleton,
    place_in_map,
    place_in_root,
    place_in_text,
)
from models.board.structs import Id, Struct, StructReader

Placed = tuple[int, int, int, int, int]
"""A struct that is new: client, clock, length, content, place."""

MAX_CLOCK = 2**31
MAX_CLIENT = 2**53
TAKES = {
    IN_MAP | IN_ROOT: frozenset({MAP, ANY, DELETED}),
    IN_MAP: frozenset({TEXT, ANY, DELETED}),
    0: frozenset({STRING, DELETED}),
}
"""What may stand in each kind of place: objects in the roots, fields in the objects, characters in texts."""


class _NotYetError(Exception):
    """A struct names one of `client` that has no place yet: it comes later in the update, or never."""

    def __init__(self, client: int) -> None:
        super().__init__()
        self.client = client


class Walk:
    """Puts the structs of an update into a skeleton. Steps raise `Refused`, or IndexError past the end."""

    __slots__ = (
        "_alone",
        "_ends",
        "_limits",
        "_ranges",
        "_skeleton",
        "_steps",
        "_waiting",
        "marks",
        "placed",
        "reader",
    )

    def __init__(self, update: bytes, skeleton: Skeleton, limits: Limits) -> None:
        self.reader = StructReader(update)
        self.marks: dict[int, Id] = {}
        """client → rows and end of its column before the update, for those it adds to."""
        self.placed: list[Placed] = []
        self._skeleton = skeleton
        self._limits = limits
        self._ends: dict[int, int] = {}
        self._waiting: dict[int, deque[Struct]] = {}
        """client → structs that name what comes later in the update."""
        self._alone: set[int] = set()
        self._steps = 0
        self._ranges: list[tuple[int, int, int]] = []
        """Client, first and last clock of what is deleted."""

    def undo(self) -> None:
        """Leave the skeleton as it was."""
        self._skeleton.cut_back(self.marks)
        self._skeleton.crowds.restore(self._skeleton.crowds.journal)

    def read_structs(self) -> None:
        """The first half: what is new."""
        reader, limits, ends = self.reader, self._limits, self._ends
        clients = reader.count(3)
        total = 0
        for _ in range(clients):
            count = reader.count(2)
            total += count
            client, clock = reader.varint(), reader.varint()
            if total > limits.structs or clients > limits.clients:
                raise refusal("too_many")
            if client >= MAX_CLIENT or client in ends or count == 0:
                raise refusal("malformed")
            known = self._skeleton.end(client)
            if clock > known:
                raise refusal("gap")
            if clock < known:
                reader.points.append((client, known))
            ends[client] = self._read_section(client, clock, count)

    def _read_section(self, client: int, clock: int, count: int) -> int:
        """The structs of one client; returns the clock after the last."""
        reader = self.reader
        waiting: deque[Struct] = deque()
        for _ in range(count):
            struct = reader.struct(client, clock)
            length = struct[1]
            clock += length
            if length < 1 or clock >= MAX_CLOCK:
                raise refusal("malformed")
            try:
                if not waiting:
                    self._put(client, struct)
                    continue
            except _NotYetError:
                self._waiting[client] = waiting
            waiting.append(struct)
        return clock

    def read_deletions(self) -> bool:
        """The second half: ranges of clocks to delete, all of them known or brought by this update."""
        reader = self.reader
        clients = reader.count(4)
        seen = set()
        total = 0
        for _ in range(clients):
            client = reader.varint()
            ranges = reader.count(2)
            total += ranges
            if total > self._limits.ranges:
                raise refusal("too_many")
            if client in seen or ranges == 0:
                raise refusal("malformed")
            seen.add(client)
            limit = max(self._skeleton.end(client), self._ends.get(client, 0))
            stop = 0
            for _ in range(ranges):
                start, length = reader.varint(), reader.varint()
                if start < stop or length < 1:
                    raise refusal("malformed")
                stop = start + length
                if stop > limit:  # of what a refused batch made: an honest client may delete it
                    raise refusal("gap")
                self._ranges.append((client, start, stop))
        return clients > 0

    def require_end(self) -> None:
        """Nothing follows."""
        if self.reader.at != self.reader.end:
            raise refusal("malformed")

    def place_waiting(self) -> None:
        """Structs of several clients may need one another, but never in a circle and never the unknown."""
        if not self._waiting:
            return
        sleepers: dict[int, list[int]] = {}
        ready = deque(self._waiting)
        while ready:
            client = ready.popleft()
            structs = self._waiting[client]
            before = len(structs)
            try:
                while structs:
                    self._put(client, structs[0])
                    structs.popleft()
            except _NotYetError as missing:
                sleepers.setdefault(missing.client, []).append(client)
            if len(structs) < before:
                ready.extend(sleepers.pop(client, ()))
        if any(self._waiting.values()):
            raise refusal("dangling")

    def split_texts(self) -> None:
        """Deletions cut the structs of texts into more of them."""
        skeleton = self._skeleton
        for client, start, stop in self._ranges:
            for clock in {start, stop - 1}:
                place = skeleton.place(client, clock)
                if not place & IN_MAP and place != NOWHERE:
                    skeleton.crowds.split(place)

    def require_whole_characters(self) -> None:
        """Nothing splits a surrogate pair, stored or brought; what only repeats the known brings none."""
        for client, middles in self.reader.cuts.items():
            known = self.marks[client][1] if client in self.marks else MAX_CLOCK
            self.reader.cuts[client] = {clock for clock in middles if clock >= known}
        stored, brought = self._skeleton.cuts, self.reader.cuts
        if (not stored and not brought) or self._limits.trusted:
            return
        points = self.reader.points
        points += [(client, clock) for client, *ends in self._ranges for clock in ends]
        for client, clock in points:
            if clock in stored.get(client, ()) or clock in brought.get(client, ()):
                raise refusal("surrogate")

    def _put(self, client: int, struct: Struct) -> None:
        """Put a struct in its place. Raises `_NotYetError` when it names what has no place so far."""
        clock, length, content, left, _right, parent, _key = struct
        place = self._place(client, struct)
        column = self._skeleton.columns.get(client)
        known = column.end if column else 0
        if clock + length <= known:
            return
        if column is None:
            column = self._skeleton.columns[client] = Column()
        elif clock < known and content != GC and place != column.places[-1] and not self._limits.trusted:
            raise refusal("content")  # but what is gone may be joined with whatever stood before it
        if client not in self.marks:
            self.marks[client] = len(column.starts), known
        if place != NOWHERE and not self._is_alone(place, parent):
            self._steps += self._skeleton.crowds.join(place, client, clock, length, left)
            if self._steps > self._limits.steps:
                raise refusal("too_many")
        column.add(clock + length - known, place, content)
        self.placed.append((client, max(clock, known), clock + length - max(clock, known), content, place))

    def _place(self, client: int, struct: Struct) -> int:
        """Where a struct stands. Its neighbours must stand in one place, and the place must take its kind."""
        clock, _length, content, left, right, parent, key = struct
        if left is not None:
            place = self._find(left, client, clock)
        elif right is not None:
            place = self._find(right, client, clock)
        elif parent is not None:
            place = self._first_place(client, clock, parent, key)
        else:
            return NOWHERE
        beside = place if right is None or left is None else self._find(right, client, clock)
        if self._limits.trusted:
            return place
        if place != beside or (place != NOWHERE and content not in TAKES[place & 3]):
            raise refusal("content")
        if right is not None and place & IN_MAP:
            raise refusal("content")  # in a map, what is new comes last
        return place

    def _find(self, named: Id, client: int, clock: int) -> int:
        """The place of a struct that another names."""
        other, at = named
        column = self._skeleton.columns.get(other)
        if column is None or at >= column.end or (at >= clock and other == client):
            raise _NotYetError(other)
        return column.places[bisect_right(column.starts, at) - 1]

    def _first_place(self, client: int, clock: int, parent: Id | str, key: str | None) -> int:
        """A struct without neighbours says where it belongs: a key of a root or of a map, or a text."""
        if isinstance(parent, str):
            if key is None:
                raise refusal("root")
            return place_in_root(parent, key)
        other, at = parent
        column = self._skeleton.columns.get(other)
        if column is None or at >= column.end or (at >= clock and other == client):
            raise _NotYetError(other)
        holder = column.contents[bisect_right(column.starts, at) - 1]
        if holder == MAP and key is not None:
            return place_in_map(other, at, key)
        if holder == TEXT and key is None:
            return place_in_text(other, at)
        if holder in {GC, DELETED} or self._limits.trusted:
            return NOWHERE
        raise refusal("content")

    def _is_alone(self, place: int, parent: Id | str | None) -> bool:
        """Whether it is the first in a place of a type that the update itself brings."""
        if not isinstance(parent, tuple) or place in self._alone:
            return False
        mark = self.marks.get(parent[0])
        if mark is None or parent[1] < mark[1]:
            return False
        self._alone.add(place)
        return True
