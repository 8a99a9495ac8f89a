"""The guard: checks the structure of an update before anything else may see it.

Nothing a client sends reaches pycrdt, the log or another browser unless it passed here. The guard knows
a document by its `Skeleton` only, and judges structure only: who may change which object is for
`models.board.rules`. It neither recurses nor allocates from a declared count.

What it leaves open: neighbours that were never side by side pass as long as they stand in one text, and
then replicas may order the characters of that text, and of it only, each in its own way until reloaded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from models.board.crowds import Crowd
from models.board.limits import LIVE, STORED, SYNC, Limits
from models.board.messages import refusal
from models.board.reader import Reader, write_varint
from models.board.skeleton import Skeleton
from models.board.structs import Id
from models.board.walk import MAX_CLIENT, MAX_CLOCK, Placed, Walk
from models.errors import Refused

__all__ = [
    "LIVE",
    "STORED",
    "SYNC",
    "Inspection",
    "Limits",
    "decode_state_vector",
    "encode_state_vector",
    "forget",
    "inspect",
    "is_structural",
]


@dataclass(slots=True)
class Inspection:
    """What an accepted update brings."""

    update: bytes
    """The update to go on with: see `StructReader.repaired`."""
    clients: frozenset[int]
    """The Yjs client ids that bring structs the document did not have."""
    deletes: bool
    """Whether it carries a delete set, which may or may not delete anything still there."""
    placed: Sequence[Placed]
    """Where it put them."""
    marks: dict[int, Id]
    cuts: dict[int, set[int]]
    journal: dict[int, Crowd | None]


def inspect(update: bytes, skeleton: Skeleton, *, limits: Limits = LIVE) -> Inspection:
    """Check the structure of an update against a document's; raises `Refused` with a code.

    Nothing may be missing before it nor among what it deletes (`gap`), nothing else it names may be unknown
    (`dangling`). When it passes, the skeleton has grown by it: `forget` takes that back if the update is
    refused after all.
    """
    if len(update) > limits.update_bytes:
        raise refusal("too_large")
    skeleton.crowds.journal = {}
    walk = Walk(update, skeleton, limits)
    try:
        walk.read_structs()
        deletes = walk.read_deletions()
        walk.require_end()
        walk.place_waiting()
        walk.split_texts()
        walk.require_whole_characters()
    except IndexError:
        walk.undo()
        raise refusal("malformed") from None
    except Refused:
        walk.undo()
        raise
    cuts = skeleton.add_cuts(walk.reader.cuts) if walk.reader.cuts else {}
    return Inspection(
        update=walk.reader.repaired(),
        clients=frozenset(walk.marks),
        deletes=deletes,
        placed=walk.placed,
        marks=walk.marks,
        cuts=cuts,
        journal=skeleton.crowds.journal,
    )


def forget(skeleton: Skeleton, inspection: Inspection) -> None:
    """Take back what the last inspection added."""
    skeleton.cut_back(inspection.marks)
    skeleton.crowds.restore(inspection.journal)
    for client, middles in inspection.cuts.items():
        skeleton.cuts[client] -= middles


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
    numbers = (len(state), *(part for pair in state.items() for part in pair))
    return b"".join(map(write_varint, numbers))


def is_structural(error: Refused) -> bool:
    """Whether a refusal says that the bytes are unsound: a current client never causes one."""
    return error.code in {"malformed", "content", "root", "dangling", "too_large", "too_many", "surrogate"}
