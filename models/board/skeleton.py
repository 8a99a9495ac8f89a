"""What the guard remembers of a document: for every struct, which place it stands in.

A place is one key of one map, or the run of characters of one text. Yjs and yrs agree on an update only
when the neighbours it names stand in the same place; where they do not, browsers and server would show
different boards. Thirteen bytes per run of structs; nothing of their content.
"""

import sys
from array import array
from bisect import bisect_right

from models.board.crowds import Crowds

GC, DELETED, STRING, TYPE, ANY = 0, 1, 4, 7, 8
"""Content references of Yjs v1. A type is kept as MAP or TEXT."""
MAP, TEXT = 0x11, 0x12

NOWHERE = 0
"""The place of what was collected with its parent: nothing put there can ever show."""
IN_MAP, IN_ROOT = 1, 2
"""Flags in the two low bits of a place: a map's key (else a text), a root map's key."""
_PLACE = (1 << 62) - 1


def place_in_root(root: str, key: str) -> int:
    """The place of one key of a root map."""
    return hash((root, key)) & _PLACE & ~3 | IN_MAP | IN_ROOT


def place_in_map(client: int, clock: int, key: str) -> int:
    """The place of one key of the map that this struct created."""
    return hash((client, clock, key)) & _PLACE & ~3 | IN_MAP


def place_in_text(client: int, clock: int) -> int:
    """The place of the characters of the text that this struct created."""
    return hash((client, clock)) & _PLACE & ~3 or 4


class Column:
    """The structs of one Yjs client, in order of clock. Neighbours alike share a row."""

    __slots__ = ("contents", "end", "places", "starts")

    def __init__(self) -> None:
        self.starts = array("I")
        self.places = array("q")
        self.contents = bytearray()
        self.end = 0

    def add(self, length: int, place: int, content: int) -> None:
        """Note a struct at the end."""
        places = self.places
        if not places or places[-1] != place or self.contents[-1] != content:
            self.starts.append(self.end)
            places.append(place)
            self.contents.append(content)
        self.end += length

    def run(self, row: int) -> int:
        """How many clocks a row stands for."""
        return (self.starts[row + 1] if row + 1 < len(self.starts) else self.end) - self.starts[row]

    def cut(self, rows: int, end: int) -> None:
        """Go back to when there were this many rows."""
        del self.starts[rows:], self.places[rows:], self.contents[rows:]
        self.end = end


class Skeleton:
    """Every column of a document, and where its surrogate pairs must not be cut."""

    __slots__ = ("columns", "crowds", "cuts")

    def __init__(self) -> None:
        self.columns: dict[int, Column] = {}
        self.cuts: dict[int, set[int]] = {}
        self.crowds = Crowds()

    def end(self, client: int) -> int:
        """The next clock of a client."""
        column = self.columns.get(client)
        return column.end if column else 0

    def state(self) -> dict[int, int]:
        """client → next clock, of every client."""
        return {client: column.end for client, column in self.columns.items()}

    def cut_back(self, marks: dict[int, tuple[int, int]]) -> None:
        """Go back to these rows and ends; a client that had none is gone."""
        for client, (rows, end) in marks.items():
            if end:
                self.columns[client].cut(rows, end)
            else:
                del self.columns[client]

    def add_cuts(self, cuts: dict[int, set[int]]) -> dict[int, set[int]]:
        """Remember middles of surrogate pairs; returns those that are new."""
        new = {client: middles - self.cuts.get(client, set()) for client, middles in cuts.items()}
        for client, middles in new.items():
            self.cuts.setdefault(client, set()).update(middles)
        return new

    def find(self, place: int, content: int) -> tuple[int, int] | None:
        """The id of the only struct of that content in a place; None when there is none or several."""
        found = None
        sought = place.to_bytes(8, sys.byteorder)
        for client, column in self.columns.items():
            places = column.places.tobytes()
            at = places.find(sought)
            while at >= 0:
                row, shift = divmod(at, 8)
                if shift == 0 and column.contents[row] == content:
                    if found is not None or column.run(row) != 1:
                        return None
                    found = client, column.starts[row]
                at = places.find(sought, at + 1)
        return found

    def place(self, client: int, clock: int) -> int:
        """The place of a struct that is known."""
        column = self.columns[client]
        return column.places[bisect_right(column.starts, clock) - 1]

    def content(self, client: int, clock: int) -> int:
        """The kind of content of a struct that is known."""
        column = self.columns[client]
        return column.contents[bisect_right(column.starts, clock) - 1]
