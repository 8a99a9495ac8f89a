"""Mutates genuine updates and writes unsound ones; those that are accepted are applied with yrs.

Run by `test_board_fuzz` in a process of its own with bounded memory, so that a crash, a hang or a bomb is
seen as what it is. In: a line of JSON {"seed", "count", "messages": [base64], "way"}. Out: per accepted
document a line {"updates": [base64], "after": base64, "state": {client: clock}}, at the end
{"codes": {code: count}}.

The way `guard` tries each update on the guard and on yrs alone: what rules would refuse is tried too. The
way `board` is that of an edit: guard, rehearsal, rules, accept; what is accepted stays, and the next updates
are made for the document it gives.
"""

import base64
import json
import random
import resource
import sys
from collections import Counter
from dataclasses import asdict
from typing import Any

from pycrdt import Doc

from models.board.guard import STORED, SYNC, decode_state_vector, forget, inspect
from models.board.rules import BoardActor
from models.board.shadow import Shadow
from models.board.skeleton import Skeleton
from models.board.sync import LiveDocument
from models.errors import Refused
from tests.board import forge
from tests.board.grammar import Grammar

MEMORY_BYTES = 1024 * 1024 * 1024
INTERESTING = (0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 0x7F, 0x80, 0xFF, 0x27, 0x28, 0x84, 0xA8, 0xC4)
LARGE = (127, 128, 2**14, 2**31 - 1, 2**31, 2**53, 2**56)
KEYS = ("x", "y", "text", "colour", "type", "zone", "author", "__proto__")
WORDS = ("a", "bc", "é", "rose", "😀x")
STAYS = 6
"""How many accepted updates a document takes before the next begins."""
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
    mutator = Mutator(order["seed"], [base64.b64decode(message) for message in order["messages"]])
    work = try_on_boards if order["way"] == "board" else try_on_guard
    say({"codes": work(mutator, order["count"])})


def say(line: object) -> None:
    """One line of JSON."""
    sys.stdout.write(json.dumps(line) + "\n")


def say_accepted(updates: list[bytes], after: bytes, state: dict[int, int]) -> None:
    """A document that was accepted."""
    encoded = [base64.b64encode(update).decode() for update in updates]
    say({"updates": encoded, "after": base64.b64encode(after).decode(), "state": state})


def skeleton_of(snapshot: bytes) -> Skeleton:
    """What the guard knows of a document."""
    skeleton = Skeleton()
    inspect(snapshot, skeleton, limits=STORED)
    return skeleton


def snapshots(messages: list[bytes]) -> list[bytes]:
    """The document after each message."""
    doc: Doc[Any] = Doc()
    found = []
    for message in messages:
        doc.apply_update(message)
        found.append(doc.get_update())
    return found


# -- the guard alone ----------------------------------------------------------------------------


def try_on_guard(mutator: Mutator, count: int) -> Counter[str]:
    """Each update on its own, on a document that stays what it was."""
    pick = mutator.random
    bases = [(snapshot, skeleton_of(snapshot)) for snapshot in snapshots(mutator.messages)]
    grammars = [Grammar(pick, skeleton, "u1") for _snapshot, skeleton in bases]
    codes: Counter[str] = Counter()
    for _ in range(count):
        number = pick.randrange(len(bases) - 1)
        base, skeleton = bases[number]
        match pick.choices("mbg", (5, 3, 2))[0]:
            case "m":
                update = mutator.mutate(mutator.messages[number + 1])
            case "b":
                update = mutator.build(skeleton.state())
            case _:
                update = grammars[number].update()
        codes[attempt(base, skeleton, update)] += 1
    return codes


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
    if decode_state_vector(shadow.state_vector()) != wanted:
        return f"clocks {update.hex()}"
    say_accepted([base, update], shadow.encoded(), wanted)
    return "accepted"


# -- the whole path of an edit ------------------------------------------------------------------


def try_on_boards(mutator: Mutator, count: int) -> Counter[str]:
    """Documents that grow by what they accept, until another begins."""
    bases = snapshots(mutator.messages)
    codes: Counter[str] = Counter()
    while (left := count - codes.total()) > 0:
        number = mutator.random.randrange(len(bases) - 1)
        codes += try_on_board(mutator, bases[number], mutator.messages[number + 1], min(left, 100))
    return codes


def in_any_order(held: Any) -> Any:
    """Plain data with the characters of strings sorted: see `in_any_order` of the test."""
    match held:
        case dict():
            return {name: in_any_order(value) for name, value in held.items()}
        case list() | tuple():
            return [in_any_order(value) for value in held]
        case str():
            return sorted(held)
    return held


def try_on_board(mutator: Mutator, base: bytes, next_message: bytes, count: int) -> Counter[str]:
    """At most `count` updates on one board."""
    actor = BoardActor("u1", can_edit=True)
    board = LiveDocument.open(base, [])
    grammar = Grammar(mutator.random, skeleton_of(base), actor.key)
    updates = [base]
    codes: Counter[str] = Counter()
    while codes.total() < count and len(updates) <= STAYS:
        genuine = mutator.random.random() < 0.25
        sent = mutator.mutate(next_message) if genuine else grammar.update()
        before = board.state_vector()
        try:
            proposal = board.propose(sent, actor, limits=SYNC)
        except Refused as refused:
            codes[refused.code] += 1
            if board.state_vector() != before:
                codes[f"changed by a refused one {sent.hex()}"] += 1
            continue
        codes["empty" if proposal.is_empty else "accepted"] += 1
        if not proposal.is_empty:
            board.accept(proposal.update)
            updates.append(proposal.update)
            grammar = Grammar(mutator.random, skeleton_of(board.snapshot()), actor.key)
    reopened = LiveDocument.open(board.snapshot(), [])
    if in_any_order(asdict(reopened.outline())) != in_any_order(asdict(board.outline())):
        codes[f"reads otherwise once reopened {updates[-1].hex()}"] += 1
    say_accepted(updates, board.snapshot(), decode_state_vector(board.state_vector()))
    return codes


if __name__ == "__main__":
    main()
