"""Writes Yjs v1 updates from the format's own grammar, with a hostile choice at any point of it.

Most choices follow what a document holds, so that many updates pass every check and the others fail as
deep as they can; each method is one rule of the grammar, and takes a wrong turn now and then.
"""

import random
import struct
from typing import Any

from models.board.skeleton import MAP, TEXT, Skeleton
from tests.board import forge

HUGE = (2**14, 2**21, 2**31 - 1, 2**31, 2**32, 2**53 - 1, 2**53, 2**56)
CLIENTS = (0, 1, 2**31, 2**32 - 1, 2**32, 2**53 - 1, 2**53)
NAMES = (
    "x", "y", "w", "h", "order", "author", "zone", "group", "locked", "colour", "type", "text",
    "title", "label", "from", "to", "points", "ink", "nib", "kind", "target", "decorative",
    "", "__proto__", "constructor", "toString", "é", "k" * 65, "\0",
)  # fmt: skip
ROOTS = ("objects", "objects", "objects", "meta", "", "object", "__proto__", "o" * 300, "text")
WORDS = ("a", "mot ", "été", "😀", "👩🏽‍🌾", "\0", "\u2028", "\ufeff", "a\u0301", "x" * 2100, "</script>", "")
BROKEN_TEXT = (
    b"\xed\xa0\xbd",
    b"\xed\xb8\x80",
    b"\xed\xa0\xbd\xed\xb8\x80",
    b"\xc0\x80",
    b"\xff",
    b"\xf4\x90\x80\x80",
    b"\xe2\x82",
)
SCALARS: tuple[object, ...] = (
    "rose", "jonc", "u1", "u2", "g9", "note", "zone", "", None, True, False, 0.0, -0.0, 1.5, 148.0, 1e308,
    "stroke", "link", "AAAA", "AAAA" * 513, "AAA", "????", "problem", "board", "fine", "encre", 2.0**31, -1.0,
    5e-324, float("nan"), float("inf"), float("-inf"), 2.0**53, -5e6, "a" * 300,
)  # fmt: skip
CONTENT_REFS = (*range(1, 12), 12, 15, 31)


class Grammar:
    """Seeded. `known` is the document the updates are meant for."""

    def __init__(self, chance: random.Random, known: Skeleton, key: str) -> None:
        self.chance = chance
        self.key = key
        self.state = known.state()
        self.maps, self.texts = types_of(known)
        self.serial = 0

    def odd(self, one_in: int) -> bool:
        """Whether to take a wrong turn here."""
        return self.chance.randrange(one_in) == 0

    # -- the update -----------------------------------------------------------------------------

    def update(self) -> bytes:
        """clients section* deletions"""
        brought = dict(self.state)
        sections = [self.section(brought) for _ in range(self.chance.choice((0, 1, 1, 1, 1, 2, 3)))]
        if sections and self.odd(30):
            sections.append(self.chance.choice(sections))  # one client twice
        data = self.count(len(sections)) + b"".join(sections) + self.deletions(brought)
        if self.odd(40):
            data += self.chance.randbytes(self.chance.randrange(1, 5))
        if self.odd(40):
            data = data[: self.chance.randrange(len(data) + 1)]
        return data

    def section(self, brought: dict[int, int]) -> bytes:
        """structs client clock struct*"""
        client = self.client()
        end = brought.get(client, 0)
        first = end
        if self.odd(12):
            first = self.chance.choice((0, max(0, end - 1), end // 2, end + 1, end + 1000, 2**31 - 2, 2**31))
        structs, length = self.structs(client, first)
        brought[client] = max(end, first + length)
        return self.count(len(structs)) + forge.varint(client) + forge.varint(first) + b"".join(structs)

    def client(self) -> int:
        """A Yjs client id."""
        if self.odd(25):
            return self.chance.choice(CLIENTS)
        if self.state and self.chance.random() < 0.5:
            return self.chance.choice(list(self.state))
        return self.chance.randrange(1, 2**32)

    def count(self, true: int) -> bytes:
        """How many things follow."""
        if self.odd(60):
            return forge.varint(self.chance.choice((*HUGE, 0, true + 1, max(0, true - 1))))
        if self.odd(80):  # the same number, written too long
            return bytes([true & 127 | 128, true >> 7 & 127 | 128, 0x80, 0x00])
        return forge.varint(true)

    def deletions(self, brought: dict[int, int]) -> bytes:
        """clients (client ranges (clock length)*)*"""
        clients = self.chance.choice((0, 0, 0, 1, 1, 2)) if brought else 0
        out = self.count(clients)
        for _ in range(clients):
            client = self.chance.choice([*brought, self.client()])
            end = brought.get(client, 0)
            ranges = self.chance.choice((1, 1, 1, 2, 3))
            out += forge.varint(client) + self.count(ranges)
            for _ in range(ranges):
                start = self.chance.randrange(end) if end else 0
                length = self.chance.randrange(1, 4)
                if self.odd(12):
                    start, length = self.chance.choice(
                        ((0, end), (end, 1), (0, 2**31), (2**31, 2**31), (start, 0))
                    )
                out += forge.varint(start) + forge.varint(length)
        return out

    # -- structs --------------------------------------------------------------------------------

    def structs(self, client: int, clock: int) -> tuple[list[bytes], int]:
        """Some structs of one client, and how many clocks they take in all."""
        if self.chance.random() < 0.3:
            return self.note(client, clock)
        out: list[bytes] = []
        total = 0
        own: list[forge.Id] = []
        for _ in range(self.chance.choice((1, 1, 2, 3, 6))):
            made, length, is_type = self.struct(client, clock + total, own)
            if is_type:
                own.append((client, clock + total))
            out.append(made)
            total += length
        return out, total

    def note(self, client: int, clock: int) -> tuple[list[bytes], int]:
        """A whole new object as a browser writes it, but for a field or two."""
        like = self.chance.choice(("note", "note", *forge.OBJECTS))
        self.serial += 1
        fields: dict[str, Any] = {"author": self.key}
        if self.odd(3):
            fields[self.chance.choice([name for name in NAMES if name != "text"])] = self.chance.choice(
                SCALARS
            )
        text = self.chance.choice(WORDS)
        structs = forge.note(client, clock, key=f"f{self.serial}", text=text, like=like, **fields)
        length = len(structs) - bool(text) + units(text)
        if self.odd(8):
            structs.pop(self.chance.randrange(len(structs)))
        if self.odd(8):
            structs.insert(self.chance.randrange(len(structs)), self.struct(client, clock, [])[0])
        return structs, length

    def struct(self, client: int, clock: int, own: list[forge.Id]) -> tuple[bytes, int, bool]:
        """info [left] [right] [parent [key]] content; its length, and whether it is a type."""
        if self.odd(15):
            length = self.chance.choice((1, 1, 2, 5, 0, 2**31))
            return self.chance.choice((forge.collected, forge.skipped))(length), length, False
        place, takes = self.place(client, clock, own)
        wrong = self.odd(8)
        reference = self.chance.choice(CONTENT_REFS if wrong else takes)
        body, length = self.content(reference)
        info = place[0] | reference
        if self.odd(50):
            info ^= self.chance.choice((0x80, 0x40, 0x20, 0xE0))
        return bytes([info]) + place[1] + body, length, reference == forge.CONTENT["type"]

    def place(
        self, client: int, clock: int, own: list[forge.Id]
    ) -> tuple[tuple[int, bytes], tuple[int, ...]]:
        """Neighbours, or a parent and perhaps a key; and what may stand there."""
        in_map, in_text = (8, 8, 8, 1), (4, 4, 4, 1)
        roll = self.chance.random()
        if roll < 0.30:  # beside something: most often in a text
            left = self.id(client, clock)
            if self.odd(4):
                right = left if self.odd(3) else self.id(client, clock)
                return (0xC0, self.named(left) + self.named(right)), in_text
            return (0x80, self.named(left)), self.chance.choice((in_text, in_map))
        if roll < 0.36:
            return (0x40, self.named(self.id(client, clock))), in_text
        if roll < 0.48:
            root = self.chance.choice(ROOTS) if self.odd(3) else "objects"
            key = (
                self.chance.choice((f"f{self.chance.randrange(9)}", *NAMES))
                if self.odd(2)
                else f"f{self.serial}"
            )
            return (0x20, b"\x01" + forge.chunk(root) + forge.chunk(key)), (7, 7, 1)
        if roll < 0.74:
            holder = self.chance.choice(own or self.maps) if self.maps or own else self.id(client, clock)
            return (0x20, b"\x00" + self.named(holder) + self.key_name()), in_map
        if roll < 0.94:
            holder = self.chance.choice(self.texts) if self.texts else self.id(client, clock)
            return (0, b"\x00" + self.named(holder)), in_text
        parent = self.chance.choice(
            (b"\x02", b"\x01" + forge.chunk("objects"), b"\x00" + self.named(self.id(client, clock)))
        )
        return (0, parent), (4, 8, 7)

    def key_name(self) -> bytes:
        """The name of a field."""
        return (
            self.text()
            if self.odd(30)
            else forge.chunk(self.chance.choice(NAMES[:11] if self.odd(2) else NAMES))
        )

    @staticmethod
    def named(identifier: forge.Id) -> bytes:
        """client clock"""
        return forge.varint(identifier[0]) + forge.varint(identifier[1])

    def id(self, client: int, clock: int) -> forge.Id:
        """A struct that exists; now and then oneself, a later one, or none."""
        if self.odd(15):
            return self.chance.choice(
                (
                    (client, clock),
                    (client, clock + 1),
                    (client + 1, 0),
                    (self.chance.choice(CLIENTS), self.chance.choice(HUGE)),
                )
            )
        if clock and self.odd(2):
            return client, clock - 1
        if not self.state:
            return client, 0
        other = self.chance.choice(list(self.state))
        return other, self.chance.randrange(max(1, self.state[other]))

    # -- content --------------------------------------------------------------------------------

    def content(self, reference: int) -> tuple[bytes, int]:
        """What a struct holds, and how many clocks it takes."""
        chance = self.chance
        match reference:
            case 1:
                length = chance.choice((1, 1, 3, 0, 2**31 - 1))
                return forge.varint(length), length
            case 4 if not self.odd(12):
                word = chance.choice(WORDS)
                return forge.chunk(word), units(word)
            case 4:
                return self.text(), 1
            case 7:
                return self.type(), 1
            case 8:
                values = [self.any(0) for _ in range(chance.choice((1, 1, 1, 1, 2, 0)))]
                return self.count(len(values)) + b"".join(values), len(values)
        return self.foreign(reference), 1

    def foreign(self, reference: int) -> bytes:
        """What Yjs or yrs know and a board has no use for."""
        json = "undefined" if self.odd(3) else '{"a":' * 50
        known = {
            2: self.count(1) + forge.chunk(json),
            3: forge.chunk(self.chance.randbytes(8)),
            5: forge.chunk('{"image":"x"}'),
            6: forge.chunk("bold") + forge.chunk("true"),
            9: forge.chunk("00000000-0000-4000-8000-000000000000") + self.any(0),  # a subdocument
            10: forge.varint(1),
            11: forge.varint(self.chance.randrange(64)) + self.named((1, 0)) * 2,  # a move of yrs
        }
        return known.get(reference, self.chance.randbytes(self.chance.randrange(6)))

    def type(self) -> bytes:
        """A shared type: map and text belong on a board; arrays, XML and weak links do not."""
        if not self.odd(6):
            return forge.varint(self.chance.choice((1, 2)))
        kind = self.chance.choice((0, 3, 4, 5, 6, 7, 8, 15, 2**32))
        name = self.text() if kind in (3, 5) else b""
        link = bytes([0]) + self.named((1, 0)) + self.named((1, 0)) if kind == 7 else b""
        return forge.varint(kind) + name + link

    def text(self) -> bytes:
        """A length and characters: unsound in one of the ways there are."""
        if self.odd(4):
            return forge.varint(self.chance.choice(HUGE)) + b"ab"
        return forge.chunk(b"a" + self.chance.choice(BROKEN_TEXT))

    def any(self, depth: int) -> bytes:
        """A value of lib0, of any tag."""
        chance = self.chance
        if depth == 0 and not self.odd(6):
            return forge.value(chance.choice(SCALARS))
        deep = chance.choice((b"\x75\x01", b"\x76\x01\x01a")) * chance.choice((5, 31, 32, 33, 200, 5000))
        choices = (
            deep + b"\x7e",
            b"\x75" + forge.varint(chance.choice(HUGE)),
            b"\x76\x02" + (forge.chunk("twice") + b"\x7e") * 2,
            b"\x76\x01" + forge.chunk("__proto__") + b"\x7e",
            b"\x7a" + chance.randbytes(8),  # bigint
            b"\x7f",  # undefined
            b"\x7d" + self.signed(),
            b"\x7c" + struct.pack(">f", chance.choice((0.1, float("nan"), 1e38))),
            b"\x74" + forge.varint(chance.choice((0, 3, *HUGE))) + b"abc",
            chance.randbytes(chance.randrange(1, 6)),
            b"\x77" + self.text(),
        )
        if depth < 4 and self.odd(6):
            return b"\x75\x02" + self.any(depth + 1) + self.any(depth + 1)
        return chance.choice(choices)

    def signed(self) -> bytes:
        """A signed varint: the second bit of the first byte is the sign."""
        return self.chance.choice(
            (b"\x00", b"\x40", b"\x41", b"\xbf\x7f", b"\xff" * 6 + b"\x7f", b"\xff" * 12 + b"\x01")
        )


def types_of(known: Skeleton) -> tuple[list[forge.Id], list[forge.Id]]:
    """The ids of the maps and of the texts of a document."""
    found: dict[int, list[forge.Id]] = {MAP: [], TEXT: []}
    for client, column in known.columns.items():
        for start, content in zip(column.starts, column.contents, strict=True):
            if content in found:
                found[content].append((client, start))
    return found[MAP], found[TEXT]


def units(text: str) -> int:
    """UTF-16 units: the clocks a string takes."""
    return len(text.encode("utf-16-le")) // 2
