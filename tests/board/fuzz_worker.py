"""Mutates genuine updates and builds unsound ones; those the guard accepts are applied with yrs.

Run by `test_board_fuzz` in a process of its own with bounded memory, so that a crash, a hang or a bomb is
seen as what it is. In: a line of JSON {"seed", "count", "messages": [base64]}. Out: per accepted update a
line {"base", "update", "after", "state"}, at the end {"codes": {code: count}}.
"""

import base64
import json
import random
import resource
import sys
from collections import Counter
from typing import Any

from pycrdt import Doc

from models.board.guard import STORED, SYNC, decode_state_vector, forget, inspect
from models.board.shadow import Shadow
from models.board.skeleton import Skeleton
from models.errors import Refused
from tests.board import forge

MEMORY_BYTES = 1024 * 1024 * 1024
INTERESTING = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x7F, 0x80, 0xFF, 0x27, 0x28, 0x84, 0xA8, 0xC4)
LARGE = (127, 128, 2**14, 2**31 - 1, 2**31, 2**53, 2**56)
KEYS = ("x", "y", "text", "colour", "type", "zone", "author", "__proto__")
WORDS = ("a", "bc", "é", "rose", "😀x")
VALUES: tuple[object, ...] = ("rose", "ciel", 1.5, None, True, [1, [2]], {"a": 1})


class Mutator:
    """Seeded, so that a failure can be looked at again."""

    def __init__(self, seed: int, messages: list[bytes]) -> None:
        self.random = random.Random(seed)
        self.messages = messages

    def mutate(self, update: bytes) -> bytes:
        """Flip, replace, drop, insert, splice, repeat bytes and numbers."""
        data = bytearray(update)
        for _ in range(self.random.choice((1, 1, 1, 2, 3, 6))):
            self._once(data)
            if not data:
                data = bytearray(b"\0")
        return bytes(data)

    def _once(self, data: bytearray) -> None:
        pick = self.random
        at = pick.randrange(len(data))
        match pick.randrange(8):
            case 0:
                data[at] ^= 1 << pick.randrange(8)
            case 1:
                data[at] = pick.choice(INTERESTING)
            case 2:
                data[at] = (data[at] + pick.choice((-1, 1))) & 255
            case 3:
                del data[at : at + pick.randrange(1, 9)]
            case 4:
                data[at:at] = pick.randbytes(pick.randrange(1, 6))
            case 5:
                other = pick.choice(self.messages)
                start = pick.randrange(len(other))
                data[at : at + pick.randrange(12)] = other[start : start + pick.randrange(1, 24)]
            case 6:
                data[at:at] = data[at : at + pick.randrange(1, 24)]
            case _:
                data[at : at + 1] = forge.varint(pick.choice((*LARGE, pick.randrange(100))))

    def build(self, known: dict[int, int]) -> bytes:
        """A well-formed update whose structs name and hold anything."""
        pick = self.random
        client = pick.choice([pick.choice(list(known)), pick.randrange(1, 2**32)])
        start = clock = known.get(client, 0)
        structs = []
        types: list[forge.Id] = []
        for _ in range(pick.randrange(1, 6)):
            places = {**known, client: clock} if clock else known
            content = pick.choice(("string", "any", "type", "deleted", "any", "string"))
            held, length = self._held(content)
            structs.append(forge.item(content, held, **self._named(places, types)))
            if content == "type":
                types.append((client, clock))
            clock += length
        deleted = {}
        for _ in range(pick.randrange(3)):
            other, first = self._somewhere(known)
            deleted[other] = [(first, pick.randrange(1, 4))]
        return forge.update((client, start, structs), deleted=deleted)

    def _somewhere(self, known: dict[int, int]) -> forge.Id:
        client = self.random.choice(list(known))
        return client, self.random.randrange(known[client])

    def _named(self, known: dict[int, int], types: list[forge.Id]) -> dict[str, Any]:
        """What a struct names: neighbours, or a parent and perhaps a key."""
        pick = self.random
        named: dict[str, Any] = {}
        roll = pick.random()
        if roll < 0.35:
            named["left"] = self._somewhere(known)
        if 0.25 < roll < 0.45:
            named["right"] = self._somewhere(known)
        if named:
            return named
        if roll < 0.6:
            return {"root": pick.choice(("objects", "meta")), "key": pick.choice(("u1-1", "q", "n3"))}
        own = types and pick.random() < 0.4
        named["parent"] = pick.choice(types) if own else self._somewhere(known)
        if pick.random() < 0.7:
            named["key"] = pick.choice(KEYS)
        return named

    def _held(self, content: str) -> tuple[object, int]:
        pick = self.random
        match content:
            case "string":
                word = pick.choice(WORDS)
                return word, len(word.encode("utf-16-le")) // 2
            case "any":
                values = [pick.choice(VALUES) for _ in range(pick.choice((1, 1, 1, 2)))]
                return values, len(values)
            case "type":
                return pick.choice((1, 2)), 1
        length = pick.choice((1, 2, 5))
        return length, length


def main() -> None:
    """Read the order, work, print."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    order = json.loads(sys.stdin.readline())
    messages = [base64.b64decode(message) for message in order["messages"]]
    bases: list[tuple[bytes, Skeleton]] = []
    doc: Doc[Any] = Doc()
    for message in messages:
        doc.apply_update(message)
        snapshot = doc.get_update()
        skeleton = Skeleton()
        inspect(snapshot, skeleton, limits=STORED)
        bases.append((snapshot, skeleton))
    mutator = Mutator(order["seed"], messages)
    codes: Counter[str] = Counter()
    for _ in range(order["count"]):
        number = mutator.random.randrange(len(bases) - 1)
        base, skeleton = bases[number]
        next_message = messages[number + 1]
        genuine = mutator.random.random() < 0.6
        update = mutator.mutate(next_message) if genuine else mutator.build(skeleton.state())
        codes[attempt(base, skeleton, update)] += 1
    say({"codes": codes})


def say(line: object) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")


def attempt(base: bytes, skeleton: Skeleton, update: bytes) -> str:
    """Guard, then yrs; prints what was accepted."""
    try:
        inspection = inspect(update, skeleton, limits=SYNC)
    except Refused as refused:
        return refused.code
    wanted, update = skeleton.state(), inspection.update
    forget(skeleton, inspection)
    shadow = Shadow(base)
    try:
        shadow.apply(update)
    except Refused as refused:
        return f"yrs {refused.code} {update.hex()}"
    after = shadow.encoded()
    if decode_state_vector(shadow.state_vector()) != wanted:
        return f"clocks {update.hex()}"
    line = {
        name: base64.b64encode(data).decode()
        for name, data in (("base", base), ("update", update), ("after", after))
    }
    say({**line, "state": wanted})
    return "accepted"


if __name__ == "__main__":
    main()
