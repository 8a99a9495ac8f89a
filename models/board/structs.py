"""Reads the two halves of a Yjs v1 update: what it adds, struct by struct, and what it deletes.

All numbers are unsigned LEB128.
    clients ( structs client clock struct* )*   then   clients ( client ranges ( clock length )* )*
    struct: info [left] [right] [parent [key]] content     where left, right, parent = client clock
"""

from models.board.messages import refusal
from models.board.reader import Reader
from models.board.skeleton import ANY, DELETED, GC, MAP, STRING, TEXT, TYPE

HAS_LEFT, HAS_RIGHT, HAS_KEY, CONTENT = 0x80, 0x40, 0x20, 0x1F
MAX_KEY = 64
CONTENTS = frozenset({DELETED, STRING, TYPE, ANY})
"""A board has no use for the others: JSON, bytes, embeds, formats, subdocuments, and skips (a gap)."""
TYPES = {1: MAP, 2: TEXT}
ROOTS = frozenset({"objects", "meta"})

Id = tuple[int, int]
Struct = tuple[int, int, int, Id | None, Id | None, Id | str | None, str | None]
"""Clock, length, content, left, right, parent (a type's id or a root's name), key."""


class StructReader(Reader):
    """A cursor that also notes what can only be judged once everything is read."""

    __slots__ = ("cuts", "doubled", "points")

    def __init__(self, data: bytes) -> None:
        super().__init__(data)
        self.points: list[Id] = []
        """Where applying the update splits a struct: never inside a surrogate pair."""
        self.cuts: dict[int, set[int]] = {}
        """client → clocks of second halves of surrogate pairs."""
        self.doubled: list[tuple[int, int, int]] = []
        """Where a right that repeats the left stands: its info byte, its first byte, the byte after it."""

    def struct(self, client: int, clock: int) -> Struct:
        """The struct of that id."""
        began = self.at
        info = self.data[self.at]
        self.at += 1
        content = info & CONTENT
        if content == GC:
            if info:
                raise refusal("malformed")
            return clock, self.varint(), GC, None, None, None, None
        if content not in CONTENTS:
            raise refusal("content")
        left, right = self._neighbours(info, began) if info & (HAS_LEFT | HAS_RIGHT) else (None, None)
        parent = key = None
        if left is None and right is None:
            parent = self._parent()
            if info & HAS_KEY:
                key = self.key()
                if not 0 < len(key) <= MAX_KEY:
                    raise refusal("content")
        if content == TYPE:
            content = self._type()
        return clock, self._length(client, clock, content), content, left, right, parent, key

    def _neighbours(self, info: int, began: int) -> tuple[Id | None, Id | None]:
        left = right = None
        if info & HAS_LEFT:
            left = self.varint(), self.varint()
            self.points.append((left[0], left[1] + 1))
        if info & HAS_RIGHT:
            at = self.at
            right = self.varint(), self.varint()
            self.points.append(right)
            if right == left:
                self.doubled.append((began, at, self.at))
                right = None
        return left, right

    def _parent(self) -> Id | str:
        by_name = self.varint()
        if by_name == 0:
            return self.varint(), self.varint()
        if by_name != 1:
            raise refusal("malformed")
        root = self.text()
        if root not in ROOTS:
            raise refusal("root")
        return root

    def _type(self) -> int:
        kind = TYPES.get(self.varint())
        if kind is None:
            raise refusal("content")
        return kind

    def _length(self, client: int, clock: int, content: int) -> int:
        """Read past the content; returns how many clocks it takes."""
        if content == ANY:
            length = self.count()
            for _ in range(length):
                self.skip_value()
            return length
        if content == STRING:
            return self._string(client, clock)
        return self.varint() if content == DELETED else 1

    def _string(self, client: int, clock: int) -> int:
        """Characters: as many clocks as UTF-16 units."""
        text = self.text()
        if text.isascii() or max(text) < "\U00010000":
            return len(text)
        middles = self.cuts.setdefault(client, set())
        for character in text:
            clock += 1
            if character > "\uffff":
                middles.add(clock)
                clock += 1
        return len(text.encode("utf-16-le")) // 2

    def repaired(self) -> bytes:
        """The update without rights that repeat their left.

        Undoing in a text makes Yjs write one now and then, and replicas put such a struct before or after
        its neighbour according to how their own structs happen to be split. Without it, all put it after.
        """
        if not self.doubled:
            return self.data
        data = bytearray(self.data)
        for began, start, stop in reversed(self.doubled):
            del data[start:stop]
            data[began] &= ~HAS_RIGHT
        return bytes(data)
