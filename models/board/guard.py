"""The guard: reads a Yjs v1 update byte by byte before anything else may see it.

Nothing a client sends reaches pycrdt, the log or another browser unless its structure passed here.
The reader is iterative, allocates nothing from a declared count, and knows the document only by
`known` (client → next clock) and `cuts` (the middles of surrogate pairs, see `Inspection.cuts`).
It judges structure only: who may change which object is for `models.board.rules`.

Layout of an update, all numbers unsigned LEB128:
    clients ( structs client clock struct* )*   then   clients ( client ranges ( clock length )* )*
    struct: info [left] [right] [parent [key]] content     with left, right, parent = client clock
"""

from collections import deque
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from models.board.reader import MALFORMED, Reader
from models.errors import Refused

MAX_CLOCK = 2**31
MAX_CLIENT = 2**53
MAX_TYPE_DEPTH = 3
"""How deep shared types may nest in one update: a board needs two, and yrs deletes nested types recursively."""

HAS_LEFT, HAS_RIGHT, HAS_KEY, CONTENT = 0x80, 0x40, 0x20, 0x1F
GC, DELETED, STRING, TYPE, ANY, SKIP = 0, 1, 4, 7, 8, 10
MAP, TEXT = 1, 2
ROOTS = frozenset({b"objects", b"meta"})

type_Id = tuple[int, int]


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
"""What a person wrote offline. Yjs adds every deletion it knows of, hence the room for ranges."""
STORED = Limits(update_bytes=2**30, clients=2**20, structs=2**24, ranges=2**24)
"""Our own snapshots and rows, which passed the guard when they came."""
