"""The guard: reads a Yjs v1 update byte by byte before anything else may see it.

Nothing a client sends reaches pycrdt, the log or another browser unless its structure passed here.
It knows the document only by `known` (client → next clock) and `cuts` (see `Inspection.cuts`), and it
judges structure only: who may change which object is for `models.board.rules`.

Layout of an update, all numbers unsigned LEB128:
    clients ( structs client clock struct* )*   then   clients ( client ranges ( clock length )* )*
    struct: info [left] [right] [parent [key]] content     where left, right, parent = client clock
"""

from collections import deque
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass

from models.board.messages import refusal
from models.board.reader import Reader
from models.errors import Refused

MAX_CLOCK = 2**31
MAX_CLIENT = 2**53
MAX_KEY = 64
HAS_LEFT, HAS_RIGHT, HAS_KEY, CONTENT = 0x80, 0x40, 0x20, 0x1F
GC, DELETED, STRING, TYPE, ANY = 0, 1, 4, 7, 8
MAP, TEXT = 1, 2
ROOTS = frozenset({"objects", "meta"})


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one update may hold."""

    update_bytes: int
    clients: int = 64
    structs: int = 20_000
    ranges: int = 100_000


LIVE = Limits(update_bytes=64 * 1024)
"""One edit on the socket."""
SYNC = Limits(update_bytes=1024 * 1024)
"""What somebody wrote offline. Yjs adds every deletion it knows of, hence the room for ranges."""
STORED = Limits(update_bytes=2**30, clients=2**20, structs=2**24, ranges=2**24)
"""Our own snapshots and rows, which passed the guard when they came."""


@dataclass(frozen=True, slots=True)
class Inspection:
    """What an accepted update brings."""

    clients: frozenset[int]
    """The Yjs client ids that bring structs the document did not have."""
    state: dict[int, int]
    """Next clock of each of them once the update is applied."""
    cuts: dict[int, set[int]]
    """Clocks in the middle of a surrogate pair. yrs loses count of its clocks when an item is split
    there (and Yjs loses the character), so nothing may ever refer to such a place."""
    deletes: bool
    """Whether it carries a delete set, which may or may not delete anything still there."""


NO_CUTS: Mapping[int, AbstractSet[int]] = {}


def inspect(
    update: bytes,
    known: Mapping[int, int],
    *,
    cuts: Mapping[int, AbstractSet[int]] = NO_CUTS,
    limits: Limits = LIVE,
) -> Inspection:
    """Check the structure of an update against a document's state; raises `Refused` with a code.

    Nothing known may be missing before it (`gap`), nothing it refers to may be unknown (`dangling`).
    """
    if len(update) > limits.update_bytes:
        raise refusal("too_large")
    walk = _Walk(update, known, limits)
    try:
        walk.structs()
        deletes = walk.deletions()
    except IndexError:
        raise refusal("malformed") from None
    if walk.reader.at != walk.reader.end:
        raise refusal("malformed")
    if walk.waits:
        walk.require_order()
    walk.require_parents()
    if cuts or walk.cuts:
        walk.require_whole_characters(cuts)
    state = {client: clock for client, clock in walk.ends.items() if clock > known.get(client, 0)}
    return Inspection(frozenset(state), state, walk.cuts, deletes)


class _Walk:
    """One pass over an update, noting what can only be judged at its end."""

    def __init__(self, update: bytes, known: Mapping[int, int], limits: Limits) -> None:
        self.reader = Reader(update)
        self.known = known
        self.limits = limits
        self.ends: dict[int, int] = {}
        self.cuts: dict[int, set[int]] = {}
        self.points: list[tuple[int, int]] = []
        """Places where applying the update splits an item: none may be a cut."""
        self.waits: dict[int, list[tuple[int, int, int]]] = {}
        """client → (own clock, other client, other clock): structs that need a later part of the update."""
        self.types: dict[tuple[int, int], int] = {}
        self.children: list[tuple[int, int, bool, int]] = []
        """(parent client, parent clock, keyed, kind of type or 0), for parents the update itself brings."""

    def structs(self) -> None:
        """The first half: what is new."""
        reader, known = self.reader, self.known
        clients = reader.count(3)
        if clients > self.limits.clients:
            raise refusal("too_many")
        total = 0
        for _ in range(clients):
            structs = reader.count(2)
            total += structs
            if total > self.limits.structs:
                raise refusal("too_many")
            client, clock = reader.varint(), reader.varint()
            if client >= MAX_CLIENT or client in self.ends or structs == 0:
                raise refusal("malformed")
            start = known.get(client, 0)
            if clock > start:
                raise refusal("gap")
            if clock < start:
                self.points.append((client, start))
            for _ in range(structs):
                length = self._struct(client, clock)
                clock += length
                if length < 1 or clock >= MAX_CLOCK:
                    raise refusal("malformed")
            self.ends[client] = clock

    def _struct(self, client: int, clock: int) -> int:
        """One struct; returns how many clocks it takes."""
        reader = self.reader
        info = reader.byte()
        content = info & CONTENT
        if content == GC:
            if info:
                raise refusal("malformed")
            return reader.varint()
        if not info & (HAS_LEFT | HAS_RIGHT):
            return self._first_of_parent(client, clock, info, content)
        if info & HAS_LEFT:
            other, at = reader.varint(), reader.varint()
            self._refer(client, clock, other, at)
            self.points.append((other, at + 1))
        if info & HAS_RIGHT:
            other, at = reader.varint(), reader.varint()
            self._refer(client, clock, other, at)
            self.points.append((other, at))
        return self._content(client, clock, content)

    def _first_of_parent(self, client: int, clock: int, info: int, content: int) -> int:
        """A struct without neighbours says where it belongs: a root by name, or a type by id."""
        reader = self.reader
        keyed = bool(info & HAS_KEY)
        parent = None
        by_name = reader.varint()
        if by_name == 1:
            if reader.text() not in ROOTS or not keyed:
                raise refusal("root")
        elif by_name == 0:
            parent = reader.varint(), reader.varint()
            self._refer(client, clock, *parent)
        else:
            raise refusal("malformed")
        if keyed and not 0 < len(reader.key()) <= MAX_KEY:
            raise refusal("content")
        if content != DELETED and keyed == (content == STRING):
            raise refusal("content")  # a map's entry holds a value or a type, a text holds characters
        length = self._content(client, clock, content)
        if parent and parent[1] >= self.known.get(parent[0], 0):
            self.children.append((*parent, keyed, self.types.get((client, clock), 0)))
        return length

    def _refer(self, client: int, clock: int, other: int, at: int) -> None:
        """A struct may refer to what is known, or to what the update brings before it."""
        if at >= self.known.get(other, 0) and not (other == client and at < clock):
            self.waits.setdefault(client, []).append((clock, other, at))

    def _content(self, client: int, clock: int, content: int) -> int:
        reader = self.reader
        if content == ANY:
            length = reader.count()
            for _ in range(length):
                reader.skip_value()
            return length
        if content == STRING:
            return self._string(client, clock)
        if content == DELETED:
            return reader.varint()
        if content == TYPE:
            kind = reader.varint()
            if kind not in {MAP, TEXT}:
                raise refusal("content")
            self.types[client, clock] = kind
            return 1
        raise refusal("content")

    def _string(self, client: int, clock: int) -> int:
        """Characters; returns their number of UTF-16 units and notes where pairs must not be cut."""
        text = self.reader.text()
        if text.isascii() or max(text) < "\U00010000":
            return len(text)
        middles = self.cuts.setdefault(client, set())
        for character in text:
            clock += 1
            if character > "\uffff":
                middles.add(clock)
                clock += 1
        return len(text.encode("utf-16-le")) // 2

    def deletions(self) -> bool:
        """The second half: ranges of clocks to delete, all of them known or brought by this update."""
        reader = self.reader
        clients = reader.count(4)
        seen = set()
        total = 0
        for _ in range(clients):
            client = reader.varint()
            ranges = reader.count(2)
            total += ranges
            if total > self.limits.ranges:
                raise refusal("too_many")
            if client in seen or ranges == 0:
                raise refusal("malformed")
            seen.add(client)
            limit = max(self.known.get(client, 0), self.ends.get(client, 0))
            stop = 0
            for _ in range(ranges):
                start, length = reader.varint(), reader.varint()
                if start < stop or length < 1:
                    raise refusal("malformed")
                stop = start + length
                if stop > limit:
                    raise refusal("dangling")
                self.points.append((client, start))
                self.points.append((client, stop))
        return clients > 0

    def require_order(self) -> None:
        """Structs of several clients may need one another, but never in a circle and never the unknown."""
        reach = {client: self.ends[client] for client in self.ends}
        left = {client: deque(waits) for client, waits in self.waits.items()}
        for client, waits in left.items():
            reach[client] = waits[0][0]
        ready = deque(left)
        sleepers: dict[int, list[int]] = {}
        while ready:
            client = ready.popleft()
            waits = left[client]
            while waits and waits[0][2] < reach.get(waits[0][1], 0):
                waits.popleft()
            before, reach[client] = reach[client], waits[0][0] if waits else self.ends[client]
            if waits:
                sleepers.setdefault(waits[0][1], []).append(client)
            if reach[client] > before:
                ready.extend(sleepers.pop(client, ()))
        if any(left.values()):
            raise refusal("dangling")

    def require_parents(self) -> None:
        """What the update puts into types of its own: entries in maps, characters in texts, one map deep."""
        for client, clock, keyed, kind in self.children:
            parent = self.types.get((client, clock))
            if (parent == MAP and keyed and kind != MAP) or (parent == TEXT and not keyed):
                continue
            raise refusal("content")

    def require_whole_characters(self, cuts: Mapping[int, AbstractSet[int]]) -> None:
        """Nothing splits a surrogate pair, stored or brought."""
        for client, clock in self.points:
            if clock in cuts.get(client, ()) or clock in self.cuts.get(client, ()):
                raise refusal("surrogate")


def decode_state_vector(data: bytes) -> dict[int, int]:
    """client → next clock, from bytes a client sent. Raises `Refused` when they are not a state vector."""
    reader = Reader(data)
    state: dict[int, int] = {}
    try:
        for _ in range(reader.count(2)):
            client, clock = reader.varint(), reader.varint()
            if client >= MAX_CLIENT or clock >= MAX_CLOCK or client in state:
                raise refusal("malformed")
            state[client] = clock
    except IndexError:
        raise refusal("malformed") from None
    if reader.at != reader.end:
        raise refusal("malformed")
    return state


def encode_state_vector(state: Mapping[int, int]) -> bytes:
    """The bytes of a state vector, as pycrdt and Yjs read them."""
    out = bytearray()
    for number in (len(state), *(part for pair in state.items() for part in pair)):
        value = number
        while value > 127:
            out.append(value & 127 | 128)
            value >>= 7
        out.append(value)
    return bytes(out)


def is_structural(error: Refused) -> bool:
    """Whether a refusal came from here: a current client never causes one but `gap`."""
    return error.code in {"malformed", "content", "root", "dangling", "too_large", "too_many", "surrogate"}
