"""Somebody's copy of a board: a pycrdt document that speaks the live protocol, and a log of its promises.

It follows docs/protocol.md as a browser does, without a socket: what it sends goes into its link, what it is
sent comes from there, when the schedule says so.
"""

import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from pycrdt import Doc, Map, Text, TransactionEvent

from realtime.protocol import read_varint, write_varint

FIRST_LETTER, LETTERS = 33, 94  # printable ASCII: each is typed once at most into each text
PASSING = frozenset({"unavailable", "gap", "replaced"})
EMPTY_UPDATE = b"\x00\x00"
MIN_OWN = 4


class Link(Protocol):
    """What a replica needs of its connection."""

    def send(self, event: str, payload: object) -> None:
        """Put a message on its way to the server."""
        ...


@dataclass
class Edit:
    """What one change meant."""

    kind: str  # note, letter, remove
    target: str
    value: str
    acked: bool = False
    refused: str = ""


@dataclass
class Log:
    """What was written, and which of it was promised to be kept."""

    edits: dict[str, Edit] = field(default_factory=dict)
    waiting: dict[int, list[str]] = field(default_factory=dict)
    unsent: list[str] = field(default_factory=list)

    def lose_connection(self) -> None:
        """Nobody will answer what waits."""
        for ids in self.waiting.values():
            self.unsent += ids
        self.waiting.clear()

    def acknowledge(self, number: int) -> None:
        """Every batch up to `number` is committed."""
        for n in [n for n in self.waiting if n <= number]:
            for edit in self.waiting.pop(n):
                self.edits[edit].acked = True

    def refuse(self, number: int, code: str) -> None:
        """Batch `number` was not taken: for now, or for good."""
        ids = self.waiting.pop(number, [])
        if code in PASSING:
            self.unsent += ids
        else:
            for edit in ids:
                self.edits[edit].refused = code


class Replica:
    """See the module."""

    def __init__(self, name: str, number: int, count: int, key: str, *, is_guest: bool) -> None:
        self.name = name
        self.key = key
        self.number = number
        self.is_guest = is_guest
        self.doc: Doc[Any] = Doc(client_id=1000 + number)
        self.objects: Map[Any] = self.doc.get("objects", type=Map)
        self.doc.get("meta", type=Map)
        self.log = Log()
        self.link: Link | None = None
        self.handle: int | None = None
        self.is_joining = False
        self.fetching: Mapping[str, Any] | None = None  # the answer to a join whose snapshot is to be got
        self.wants_to_join = False  # again, on the same connection
        self.seq = 0
        self._n = 0
        self._made = 0
        self._letters_each = LETTERS // count
        self._letters = 0
        self._own: list[str] = []
        self._is_remote = False
        self._touched: list[str] = []
        self._subscription = self.doc.observe(self._on_change)

    # -- writing --------------------------------------------------------------------------------

    def lay_out(self, pages: int) -> None:
        """Make the empty texts in which everybody types."""
        for page in range(pages):
            self._add(f"page-{page}", f"sheet-{page}", "")

    def edit(self, chance: random.Random) -> None:
        """Write something. Needs to have joined once."""
        self._made += 1
        name = f"{self.name}-{self._made}"
        dice = chance.random()
        if dice < 0.35:
            self._add(name)
        elif dice < 0.85:
            self._type(name, chance)
        elif dice < 0.93:
            self._move(chance)
        else:
            self._remove(name, chance)

    def _change(self, edits: dict[str, Edit]) -> Any:
        self.log.edits.update(edits)
        self._touched = list(edits)
        return self.doc.transaction()

    def _add(self, name: str, target: str = "", text: str | None = None) -> None:
        target = target or name
        text = f"[{name}]" if text is None else text
        fields = {"x": 0.0, "y": 0.0, "w": 148.0, "h": 148.0, "locked": False}
        words = {"type": "note", "order": "a0", "zone": "", "colour": "jonc", "author": self.key}
        with self._change({name: Edit("note", target, text)}):
            self.objects[target] = Map({**fields, **words, "text": Text(text)})
        if text:  # the others are there to be typed in, and stay
            self._own.append(target)

    def _type(self, name: str, chance: random.Random) -> None:
        """A letter that nobody else types into that text, anywhere in it."""
        page, letter = divmod(self._letters, self._letters_each)
        target = f"sheet-{self.number}-{page}" if self.is_guest else f"sheet-{page}"
        if target not in self.objects:
            if self.is_guest:  # they may type in their own texts only
                self._add(name, target, "")
            else:
                self._add(name)
            return
        text: Text = self.objects[target]["text"]
        character = chr(FIRST_LETTER + self.number * self._letters_each + letter)
        self._letters += 1
        with self._change({name: Edit("letter", target, character)}):
            text.insert(chance.randrange(len(text) + 1), character)

    def _move(self, chance: random.Random) -> None:
        if self._own:
            with self._change({}):
                self.objects[chance.choice(self._own)]["x"] = float(chance.randrange(500))

    def _remove(self, name: str, chance: random.Random) -> None:
        if len(self._own) < MIN_OWN:
            return
        target = self._own.pop(chance.randrange(len(self._own)))
        with self._change({name: Edit("remove", target, "")}):
            del self.objects[target]

    def _on_change(self, event: TransactionEvent) -> None:
        if self._is_remote or event.update == EMPTY_UPDATE:
            return
        touched, self._touched = self._touched, []
        if self.handle is None or self.link is None:
            self.log.unsent += touched
        else:
            self._send(event.update, touched)

    def _send(self, update: bytes, edits: list[str]) -> None:
        assert self.link is not None
        assert self.handle is not None
        self._n += 1
        self.log.waiting[self._n] = edits
        self.link.send("u", write_varint(self.handle) + write_varint(self._n) + update)

    # -- the connection -------------------------------------------------------------------------

    def connected(self, link: Link) -> None:
        """A connection is open: join."""
        self.link = link
        self._n = 0
        self.join()

    def join(self) -> None:
        """Ask for what is missing."""
        assert self.link is not None
        self.wants_to_join = False
        self.is_joining = True
        has_any = self.doc.get_state() != b"\x00"
        self.link.send("join", self.doc.get_state() if has_any else None)

    def disconnected(self) -> None:
        """The connection is gone."""
        self.link = self.handle = self.fetching = None
        self.is_joining = self.wants_to_join = False
        self.log.lose_connection()

    def answered(self, answer: Mapping[str, Any]) -> None:
        """The answer to `join`."""
        assert answer["ok"], answer
        if answer["missing"] is None:
            self.fetching = answer
        else:
            self._joined(answer, answer["missing"])

    def fetched(self, content: bytes) -> None:
        """The snapshot asked for by HTTP has come."""
        self.fetching = None
        self._apply(content)
        self.join()  # the snapshot may be newer than the answer, when another process gave it

    def _joined(self, answer: Mapping[str, Any], missing: bytes) -> None:
        self._apply(missing)
        self.is_joining = False
        self.handle = answer["handle"]
        self._saw(answer["seq"], is_answer=True)
        unsent, self.log.unsent = self.log.unsent, []
        mine = self.doc.get_update(answer["sv"])
        if unsent or not covers(answer["sv"], self.doc.get_state()):
            self._send(mine, unsent)

    def received(self, event: str, payload: Any) -> None:
        """A message of the server."""
        if event == "u":
            _handle, at = read_varint(payload)
            seq, at = read_varint(payload, at)
            while at < len(payload):
                length, at = read_varint(payload, at)
                self._apply(payload[at : at + length])
                at += length
            self._saw(seq)
        elif event == "a":
            self.log.acknowledge(payload["n"])
            self._saw(payload["seq"])
        elif event == "r":
            self.log.refuse(payload["n"], payload["code"])
            self.wants_to_join = payload["code"] in PASSING
        elif event == "x" and payload["kind"] == "resync":
            self.wants_to_join = True

    def _saw(self, seq: int, *, is_answer: bool = False) -> None:
        if seq > self.seq + 1 and self.handle is not None and not is_answer:
            self.wants_to_join = True
        self.seq = max(self.seq, seq)

    def _apply(self, update: bytes) -> None:
        self._is_remote = True
        try:
            self.doc.apply_update(update)
        finally:
            self._is_remote = False

    @property
    def is_settled(self) -> bool:
        """Joined, everything answered."""
        return (
            self.handle is not None
            and not self.is_joining
            and not self.wants_to_join
            and not self.log.waiting
            and not self.log.unsent
        )


def covers(state: bytes, other: bytes) -> bool:
    """Whether state vector `state` has all that `other` has."""
    mine = vector_of(state)
    return all(mine.get(client, 0) >= clock for client, clock in vector_of(other).items())


def vector_of(state: bytes) -> dict[int, int]:
    """client → clock."""
    count, at = read_varint(state)
    found = {}
    for _ in range(count):
        client, at = read_varint(state, at)
        found[client], at = read_varint(state, at)
    return found


def canonical(doc: Doc[Any]) -> bytes:
    """The state vector and every deletion, in one order: equal bytes, equal copies."""
    state = doc.get_state()
    rest = doc.get_update(state)
    structs, at = read_varint(rest)
    assert structs == 0, "a document lacks nothing of itself"
    gone: dict[int, list[tuple[int, int]]] = {}
    count, at = read_varint(rest, at)
    for _ in range(count):
        client, at = read_varint(rest, at)
        ranges, at = read_varint(rest, at)
        for _ in range(ranges):
            clock, at = read_varint(rest, at)
            length, at = read_varint(rest, at)
            gone.setdefault(client, []).append((clock, clock + length))
    out = bytearray()
    for client, clock in sorted(vector_of(state).items()):
        out += write_varint(client) + write_varint(clock)
    for client, ranges_of in sorted(gone.items()):
        for start, end in _merged(sorted(ranges_of)):
            out += write_varint(client) + write_varint(start) + write_varint(end)
    return bytes(out)


def _merged(ranges: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in ranges:
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def content_of(doc: Doc[Any]) -> dict[str, Any]:
    """The objects as plain data."""
    found: dict[str, Any] = {}
    objects: Map[Any] = doc.get("objects", type=Map)
    for name in objects:
        fields = objects[name]
        found[name] = {key: str(value) for key, value in fields.items()}
    return found
