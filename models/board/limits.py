"""How much one update may hold."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds on an update. A `trusted` one is ours: it passed the guard when it came."""

    update_bytes: int
    clients: int = 64
    structs: int = 20_000
    ranges: int = 100_000
    steps: int = 1_000_000
    """How much work it may cause where several claim one place (`models.board.crowds`)."""
    trusted: bool = False


LIVE = Limits(update_bytes=64 * 1024)
"""One edit on the socket."""
SYNC = Limits(update_bytes=1024 * 1024, steps=10_000_000)
"""What somebody wrote offline. Yjs adds every deletion it knows of, hence the room for ranges."""
STORED = Limits(update_bytes=2**30, clients=2**20, structs=2**24, ranges=2**24, steps=2**60, trusted=True)
"""Snapshots and rows."""
