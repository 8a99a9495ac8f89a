"""Reads the lib0 encoding that Yjs v1 updates are made of, trusting no length and no count.

Positions only move forward, nothing recurses, and no buffer is allocated from a declared size.
Reading past the end raises IndexError, which the guard turns into a refusal.
"""

from models.board.messages import refusal

MAX_DEPTH = 32
"""How deep objects and arrays may nest in a value."""
MAX_SHIFT = 49
"""Eight bytes of seven bits: enough for 2^53, and no more."""

ARRAY, OBJECT = 117, 118
NESTED = frozenset({ARRAY, OBJECT})
INTEGER, BYTES, WORDS = 125, 116, 119
FIXED = {127: 0, 126: 0, 124: 4, 123: 8, 121: 0, 120: 0}
"""Bytes that follow each tag of fixed size: undefined, null, float32, float64, false, true. A browser's
bigint (122) is refused: it cannot be added to a number, nor written as JSON."""


class Reader:
    """A cursor over an update."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.at = 0
        self.end = len(data)

    def byte(self) -> int:
        """One byte."""
        value = self.data[self.at]
        self.at += 1
        return value

    def varint(self) -> int:
        """An unsigned LEB128 number of at most eight bytes."""
        data, at = self.data, self.at
        byte = data[at]
        if byte < 128:
            self.at = at + 1
            return byte
        following = data[at + 1]
        value = byte & 127 | (following & 127) << 7
        if following < 128:
            self.at = at + 2
            return value
        at, shift = at + 1, 14
        while True:
            at += 1
            byte = data[at]
            value |= (byte & 127) << shift
            if byte < 128:
                self.at = at + 1
                return value
            shift += 7
            if shift > MAX_SHIFT:
                raise refusal("malformed")

    def count(self, least_bytes: int = 1) -> int:
        """How many things follow: never more than the bytes left could hold."""
        value = self.varint()
        if value * least_bytes > self.end - self.at:
            raise refusal("malformed")
        return value

    def chunk(self) -> bytes:
        """Bytes after their length."""
        size = self.varint()
        start, stop = self.at, self.at + size
        if stop > self.end:
            raise refusal("malformed")
        self.at = stop
        return self.data[start:stop]

    def text(self) -> str:
        """A UTF-8 string after its length; lone surrogates and overlong forms are refused."""
        size = self.varint()
        start = self.at
        self.at = stop = start + size
        if stop > self.end:
            raise refusal("malformed")
        try:
            return self.data[start:stop].decode()
        except UnicodeDecodeError:
            raise refusal("malformed") from None

    def key(self) -> str:
        """The name of a property. `__proto__` would change the prototype of a browser's object."""
        name = self.text()
        if name == "__proto__":
            raise refusal("content")
        return name

    def skip_value(self) -> None:
        """One value of any JSON-like type, without building it."""
        tag = self.data[self.at]
        self.at += 1
        if tag in NESTED:
            self._skip_nested(tag)
        else:
            self._skip_scalar(tag)

    def _skip_scalar(self, tag: int) -> None:
        if tag == WORDS:
            self.text()
        elif tag in FIXED:
            self.at += FIXED[tag]
            if self.at > self.end:
                raise refusal("malformed")
        elif tag == INTEGER:
            self.varint()  # signed, but as long as an unsigned one: the sign is a bit of the first byte
        elif tag == BYTES:
            self.chunk()
        else:
            raise refusal("malformed")

    def _skip_nested(self, tag: int) -> None:
        levels = [(tag == OBJECT, self.count())]
        while levels:
            keyed, left = levels.pop()
            if left == 0:
                continue
            levels.append((keyed, left - 1))
            if keyed:
                self.key()
            tag = self.byte()
            if tag not in NESTED:
                self._skip_scalar(tag)
            elif len(levels) < MAX_DEPTH:
                levels.append((tag == OBJECT, self.count()))
            else:
                raise refusal("malformed")


def write_varint(number: int) -> bytes:
    """An unsigned LEB128 number."""
    if number < 128:
        return bytes((number,))
    if number < 16384:
        return bytes((number & 127 | 128, number >> 7))
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)
