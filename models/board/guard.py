"""The guard: checks the structure of an update before anything else may see it.

Nothing a client sends reaches pycrdt, the log or another browser unless it passed here. The guard knows
a document by its `Skeleton` only, and judges structure only: who may change which object is for
`models.board.rules`. It neither recurses nor allocates from a declared count.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass

from models.board.messages import refusal
from models.board.reader import Reader
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
from models.errors import Refused

MAX_CLOCK = 2**31
MAX_CLIENT = 2**53
TAKES = {
    IN_MAP | IN_ROOT: frozenset({MAP, ANY, DELETED}),
    IN_MAP: frozenset({TEXT, ANY, DELETED}),
    0: frozenset({STRING, DELETED}),
}
"""What may stand in each kind of place: objects in the roots, fields in the objects, characters in texts."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one update may hold. A `trusted` one passed the guard when it came."""

    update_bytes: int
    clients: int = 64
    structs: int = 20_000
    ranges: int = 100_000
    trusted: bool = False


LIVE = Limits(update_bytes=64 * 1024)
"""One edit on the socket."""
SYNC = Limits(update_bytes=1024 * 1024)
"""What somebody wrote offline. Yjs adds every deletion it knows of, hence the room for ranges."""
STORED = Limits(update_bytes=2**30, clients=2**20, structs=2**24, ranges=2**24, trusted=True)
"""Our own snapshots and rows."""


@dataclass(slots=True)
class Inspection:
    """What an accepted update brings."""

    clients: frozenset[int]
    """The Yjs client ids that bring structs the document did not have."""
    deletes: bool
    """Whether it carries a delete set, which may or may not delete anything still there."""
    marks: dict[int, Id]
    cuts: dict[int, set[int]]


def inspect(update: bytes, skeleton: Skeleton, *, limits: Limits = LIVE) -> Inspection:
    """Check the structure of an update against a document's; raises `Refused` with a code.

    Nothing may be missing before it (`gap`), nothing it names may be unknown (`dangling`). When it passes,
    the skeleton has grown by it: `forget` takes that back if the update is refused after all.
    """
    if len(update) > limits.update_bytes:
        raise refusal("too_large")
    walk = _Walk(StructReader(update), skeleton, limits)
    try:
        walk.read_structs()
        deletes = walk.read_deletions()
        walk.require_end()
        walk.place_waiting()
        walk.require_whole_characters()
    except IndexError:
        walk.undo()
        raise refusal("malformed") from None
    except Refused:
        walk.undo()
        raise
    cuts = {}
    for client, middles in walk.reader.cuts.items():
        stored = skeleton.cuts.setdefault(client, set())
        cuts[client] = middles - stored
        stored |= middles
    clients = frozenset(client for client, (_, end) in walk.marks.items() if skeleton.end(client) > end)
    return Inspection(clients, deletes, walk.marks, cuts)


def forget(skeleton: Skeleton, inspection: Inspection) -> None:
    """Take back what the last inspection added."""
    skeleton.cut_back(inspection.marks)
    for client, middles in inspection.cuts.items():
        skeleton.cuts[client] -= middles


class _Walk:
    """One pass over an update: every struct is read and put in its place, then the deletions are read."""

    __slots__ = ("ends", "limits", "marks", "reader", "skeleton", "waiting")

    def __init__(self, reader: StructReader, skeleton: Skeleton, limits: Limits) -> None:
        self.reader = reader
        self.skeleton = skeleton
        self.limits = limits
        self.waiting: dict[int, deque[Struct]] = {}
        """client → structs that name what comes later in the update."""
        self.ends: dict[int, int] = {}
        self.marks: dict[int, Id] = {}
        """client → rows and end of its column before the update."""

    def undo(self) -> None:
        """Leave the skeleton as it was."""
        self.skeleton.cut_back(self.marks)

    def read_structs(self) -> None:
        """The first half: what is new."""
        reader, limits = self.reader, self.limits
        clients = reader.count(3)
        total = 0
        for _ in range(clients):
            count = reader.count(2)
            total += count
            client, clock = reader.varint(), reader.varint()
            if total > limits.structs or clients > limits.clients:
                raise refusal("too_many")
            if client >= MAX_CLIENT or client in self.ends or count == 0:
                raise refusal("malformed")
            known = self.skeleton.end(client)
            if clock > known:
                raise refusal("gap")
            if clock < known:
                reader.points.append((client, known))
            waiting: deque[Struct] = deque()
            for _ in range(count):
                struct = reader.struct(client, clock)
                length = struct[1]
                clock += length
                if length < 1 or clock >= MAX_CLOCK:
                    raise refusal("malformed")
                if waiting or self._put(client, struct) is not None:
                    waiting.append(struct)
            self.ends[client] = clock
            if waiting:
                self.waiting[client] = waiting

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
            if total > self.limits.ranges:
                raise refusal("too_many")
            if client in seen or ranges == 0:
                raise refusal("malformed")
            seen.add(client)
            limit = max(self.skeleton.end(client), self.ends.get(client, 0))
            stop = 0
            for _ in range(ranges):
                start, length = reader.varint(), reader.varint()
                if start < stop or length < 1:
                    raise refusal("malformed")
                stop = start + length
                if stop > limit:
                    raise refusal("dangling")
                reader.points += ((client, start), (client, stop))
        return clients > 0

    def require_end(self) -> None:
        """Nothing follows."""
        if self.reader.at != self.reader.end:
            raise refusal("malformed")

    def place_waiting(self) -> None:
        """Structs of several clients may need one another, but never in a circle and never the unknown."""
        sleepers: dict[int, list[int]] = {}
        ready = deque(self.waiting)
        while ready:
            client = ready.popleft()
            structs = self.waiting[client]
            before = len(structs)
            missing = None
            while structs and (missing := self._put(client, structs[0])) is None:
                structs.popleft()
            if missing is not None:
                sleepers.setdefault(missing, []).append(client)
            if len(structs) < before:
                ready.extend(sleepers.pop(client, ()))
        if any(self.waiting.values()):
            raise refusal("dangling")

    def _put(self, client: int, struct: Struct) -> int | None:
        """Put a struct in its place; returns the client whose struct it needs first, if any."""
        clock, length, content, left, right, parent, _key = struct
        for named in (left, right, parent):
            if isinstance(named, tuple) and not self._is_placed(named, client, clock):
                return named[0]
        column = self._column(client)
        if clock + length > column.end:
            place = NOWHERE if content == GC else self._place(struct)
            if clock < column.end and place != column.places[-1] and not self.limits.trusted:
                raise refusal("content")
            column.add(clock + length - column.end, place, content)
        return None

    def _is_placed(self, named: Id, client: int, clock: int) -> bool:
        other, at = named
        column = self.skeleton.columns.get(other)
        return column is not None and at < column.end and (at < clock or other != client)

    def _column(self, client: int) -> Column:
        """The client's column, marked for `undo` before its first change."""
        columns = self.skeleton.columns
        if client in self.marks:
            return columns[client]
        column = columns.get(client)
        if column is None:
            column = columns[client] = Column()
        self.marks[client] = len(column.starts), column.end
        return column

    def _place(self, struct: Struct) -> int:
        """Where a struct stands. Its neighbours must stand in one place, and the place must take its kind."""
        _clock, _length, content, left, right, _parent, _key = struct
        skeleton = self.skeleton
        if left is not None:
            place = skeleton.place(*left)
        elif right is not None:
            place = skeleton.place(*right)
        else:
            place = self._first_place(struct)
        if self.limits.trusted:
            return place
        if place != NOWHERE and content not in TAKES[place & 3]:
            raise refusal("content")
        if right is not None and (place & IN_MAP or skeleton.place(*right) != place):
            raise refusal("content")  # in a map, what is new always comes last
        return place

    def _first_place(self, struct: Struct) -> int:
        """A struct without neighbours says where it belongs: a key of a root or of a map, or a text."""
        parent, key = struct[5], struct[6]
        if isinstance(parent, str) and key is not None:
            return place_in_root(parent, key)
        if parent is None or isinstance(parent, str):
            raise refusal("root")
        client, clock = parent
        holder = self.skeleton.content(client, clock)
        if holder == MAP and key is not None:
            return place_in_map(client, clock, key)
        if holder == TEXT and key is None:
            return place_in_text(client, clock)
        if holder in {GC, DELETED} or self.limits.trusted:
            return NOWHERE
        raise refusal("content")

    def require_whole_characters(self) -> None:
        """Nothing splits a surrogate pair, stored or brought."""
        stored, brought = self.skeleton.cuts, self.reader.cuts
        if (stored or brought) and not self.limits.trusted:
            for client, clock in self.reader.points:
                if clock in stored.get(client, ()) or clock in brought.get(client, ()):
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
    """Whether a refusal says that the bytes are unsound: a current client never causes one."""
    return error.code in {"malformed", "content", "root", "dangling", "too_large", "too_many", "surrogate"}
