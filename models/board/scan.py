"""Reads the skeleton of a document from its own snapshot, as fast as Python can: nothing is judged here."""

from array import array
from bisect import bisect_right
from collections import Counter
from collections.abc import Generator, Iterator

from models.board.crowds import Crowd
from models.board.skeleton import (
    ANY,
    DELETED,
    GC,
    NOWHERE,
    STRING,
    TYPE,
    Column,
    Skeleton,
    place_in_map,
    place_in_root,
    place_in_text,
)
from models.board.structs import CONTENT, HAS_KEY, HAS_LEFT, HAS_RIGHT, TYPES, Id, StructReader

STEP_STRUCTS = 1_000
"""Some ten milliseconds."""


def scan(snapshot: bytes) -> Skeleton | None:
    """The skeleton of a snapshot that pycrdt wrote; None when it is unusual and the guard must read it."""
    steps = scanning(snapshot)
    while True:
        try:
            next(steps)
        except StopIteration as end:
            skeleton: Skeleton | None = end.value
            return skeleton


def scanning(snapshot: bytes) -> Generator[None, None, Skeleton | None]:
    """`scan` in short steps: a long life has left many structs, however little is to be seen."""
    scanner = _Scanner(snapshot)
    try:
        for _ in range(scanner.varint()):
            yield from scanner.section()
        scanner.settle()
    except (IndexError, KeyError):
        return None
    return scanner.skeleton


class _Scanner(StructReader):
    """A cursor over a snapshot, and the skeleton read so far."""

    def __init__(self, snapshot: bytes) -> None:
        super().__init__(snapshot)
        self.skeleton = Skeleton()
        self.later: dict[Id, int] = {}
        """Neighbours that come later in the snapshot; negative numbers stand for their places."""

    def section(self) -> Iterator[None]:
        """The structs of one client, in steps."""
        varint, data = self.varint, self.data
        count, client, clock = varint(), varint(), varint()
        column = self.skeleton.columns[client] = Column()
        starts, places, contents = column.starts, column.places, column.contents
        last = (NOWHERE, -1)
        for number in range(count):
            if number % STEP_STRUCTS == STEP_STRUCTS - 1:
                yield
            info = data[self.at]
            self.at += 1
            content = info & CONTENT
            place = NOWHERE if content == GC else self._place(info, client, column)
            if content == TYPE:
                content = TYPES[varint()]
                length = 1
            elif content in (GC, DELETED):
                length = varint()
            else:
                length = self._words_or_values(content, client, clock)
            if (place, content) != last:
                starts.append(clock)
                places.append(place)
                contents.append(content)
                last = (place, content)
            clock += length
        column.end = clock

    def _place(self, info: int, client: int, column: Column) -> int:
        varint = self.varint
        neighbour = None
        if info & HAS_LEFT:
            neighbour = varint(), varint()
        if info & HAS_RIGHT:
            right = varint(), varint()
            neighbour = neighbour or right
        if neighbour is None:
            return self._first_place(info)
        other, at = neighbour
        found = column if other == client else self.skeleton.columns.get(other)
        if found is None:
            return self.later.setdefault(neighbour, -1 - len(self.later))
        return found.places[bisect_right(found.starts, at) - 1]

    def _first_place(self, info: int) -> int:
        if self.varint() == 1:
            return place_in_root(self.text(), self.text())
        client, clock = self.varint(), self.varint()
        return place_in_map(client, clock, self.text()) if info & HAS_KEY else place_in_text(client, clock)

    def _words_or_values(self, content: int, client: int, clock: int) -> int:
        if content == STRING:
            return self._string(client, clock)
        if content != ANY:
            raise KeyError(content)
        length = self.varint()
        for _ in range(length):
            self.skip_value()
        return length

    def settle(self) -> None:
        """Put the places in that were told later."""
        neighbours = list(self.later)
        for neighbour, number in self.later.items():
            place, steps = number, 0
            while place < 0:
                place = self.skeleton.place(*neighbours[-1 - place])
                steps += 1
                if steps > len(neighbours):
                    raise KeyError(neighbour)
            self.later[neighbour] = place
        found = {-1 - index: self.later[neighbour] for index, neighbour in enumerate(neighbours)}
        for column in self.skeleton.columns.values() if found else ():
            column.places = array("q", [found[place] if place < 0 else place for place in column.places])
        self.skeleton.cuts = self.cuts
        self.skeleton.crowds.seed(self._crowds())

    def _crowds(self) -> dict[int, Crowd]:
        rows = Counter(place for column in self.skeleton.columns.values() for place in column.places)
        return {place: (-1, -1, count) for place, count in rows.items() if count > 1 and place != NOWHERE}
