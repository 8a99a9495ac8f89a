"""A board's document in memory: the live copy, and the shadow on which edits are rehearsed.

A CRDT has no rollback, so nothing touches the live copy before every check has passed: an update goes
through the guard, is applied to the shadow, is judged by what it visibly does there, and only once its
row is committed does `accept` apply it to the live copy. The shadow runs ahead of the live copy by
exactly the proposals that await their commit; those whose effect was foreseen, without rehearsal, it takes
in later, many at once.

Nothing here yields or does I/O. A LiveDocument belongs to the thread that opened it.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Any

from pycrdt import Doc

from models import failpoints
from models.board.changes import Changes, Fact, View
from models.board.export import Outline, outline_of
from models.board.foresight import Foreseen, Foresight
from models.board.guard import (
    LIVE,
    STORED,
    Limits,
    decode_state_vector,
    encode_state_vector,
    forget,
    inspect,
)
from models.board.messages import refusal
from models.board.rules import BoardActor, check, check_actor, warning
from models.board.scan import scan, scanning
from models.board.shadow import Shadow, apply_updates, facts_of
from models.board.skeleton import Skeleton
from models.board.walk import Placed
from models.errors import CorruptDocument, Refused

MAX_UNSEEN = 32

MayUse = Callable[[frozenset[int]], bool]


@dataclass(frozen=True, slots=True)
class Proposal:
    """An update that may be stored: store `update`, which may differ from what was sent.

    When `is_empty` it changes nothing: acknowledge it, store nothing.
    """

    update: bytes
    clients: frozenset[int]
    changes: Changes
    is_empty: bool


class LiveDocument:
    """One open board."""

    def __init__(self, live: Doc[Any]) -> None:
        self._live = live
        self._shadow: Shadow | None = None
        self._is_shadow_used = False
        self._proposed: deque[tuple[bytes, bool]] = deque()
        """What awaits its commit, and whether the shadow has it."""
        self._unseen: list[bytes] = []
        """Committed rows with something that the shadow does not have."""
        self._encoded: bytes | None = live.get_update()
        self._skeleton: Skeleton | None = None
        self._foresight: Foresight | None = None
        self._departed: dict[str, Fact] = {}
        self._view: View | None = None
        self._size = len(self._encoded)

    @classmethod
    def open(cls, snapshot: bytes | None, updates: Iterable[bytes]) -> "LiveDocument":
        """The document from its last snapshot and the rows after it, in order."""
        live: Doc[Any] = Doc()
        try:
            apply_updates(live, chain((snapshot,) if snapshot else (), updates))
            return cls(live)
        except Refused as error:
            raise CorruptDocument(error.code) from error

    def replay(self, updates: Iterable[bytes]) -> None:
        """Take in committed rows at once, unchecked: for readers of the log. Raises: CorruptDocument."""
        self._encoded = self._view = self._shadow = self._skeleton = None
        try:
            apply_updates(self._live, updates)
        except Refused as error:
            raise CorruptDocument(error.code) from error

    def is_same(self, other: "LiveDocument") -> bool:
        """Whether both hold the same structs and show the same."""
        mine, theirs = (decode_state_vector(one.state_vector()) for one in (self, other))
        return mine == theirs and self.outline() == other.outline()

    def state_vector(self) -> bytes:
        """What the live copy holds, as a Yjs state vector."""
        return self._live.get_state()

    def snapshot(self) -> bytes:
        """The whole live copy as one update; encoded once between two changes."""
        if self._encoded is None:
            self._encoded = self._live.get_update()
            self._size = len(self._encoded)
        return self._encoded

    def diff(self, state_vector: bytes | None) -> bytes:
        """What somebody with that state vector misses. Raises `Refused` when it is not one."""
        if state_vector is None:
            return self.snapshot()
        known = decode_state_vector(self._live.get_state())
        theirs = decode_state_vector(state_vector)
        shared = {client: min(clock, known[client]) for client, clock in theirs.items() if client in known}
        return self._live.get_update(encode_state_vector(shared))

    @property
    def size_bytes(self) -> int:
        """About how large the document is once encoded."""
        return self._size

    @property
    def view(self) -> View:
        """The facts of every object, proposals included."""
        view = self._facts_now()
        view.size_bytes = self._size
        return view

    def outline(self) -> Outline:
        """The live copy as plain data."""
        return outline_of(self._live)

    def warning(self) -> str | None:
        """`nearly_full` past a soft limit; `MESSAGES` has the sentence."""
        return warning(self.view)

    @property
    def is_warm(self) -> bool:
        """Whether the next proposal finds what it needs to be judged at once."""
        return self._skeleton is not None and self._view is not None

    def warm_up(self) -> Iterator[None]:
        """Do ahead, in steps, what the first proposal needs; let others run between them. Optional.

        About a tenth of a second in all for a board of two thousand notes.
        """
        self._shadow_now()
        yield
        if self._skeleton is None:
            snapshot = self.snapshot()
            skeleton = yield from scanning(snapshot)
            if self._skeleton is None and self._encoded is snapshot:
                self._begin(skeleton)
                yield
        self._facts_now()
        yield

    def rehearse(self, update: bytes) -> Changes:
        """What an update would do, without doing it. Checks no structure and no rule."""
        try:
            return self._shadow_now().apply(update)
        finally:
            self._drop_shadow()

    def propose(
        self,
        update: bytes,
        actor: BoardActor,
        *,
        limits: Limits = LIVE,
        may_use: MayUse | None = None,
    ) -> Proposal:
        """Check an update of `actor` in every way; store it, commit, then `accept` it.

        `may_use` says whether the actor may write under these Yjs client ids; it is asked before
        anything is applied. Raises `Refused`; the document is then as it was.
        """
        check_actor(actor)
        foreseen = self._foresight.foresee(update) if self._foresight else None
        if foreseen is not None:
            return self._propose_foreseen(foreseen, update, actor, may_use)
        view, shadow, skeleton = self.view, self._shadow_now(), self._skeleton_now()
        inspection = inspect(update, skeleton, limits=limits)
        if may_use and inspection.clients and not may_use(inspection.clients):
            forget(skeleton, inspection)
            raise refusal("client_id")
        sound = inspection.update
        try:
            failpoints.reach("guarded")
            changes = shadow.apply(sound)
            check(changes, actor, view)
            failpoints.reach("rehearsed")
        except BaseException:
            self._drop_shadow()
            forget(skeleton, inspection)
            raise
        is_empty = not inspection.clients and not changes
        if not is_empty:
            self._take(changes, sound, inspection.placed)
            self._proposed.append((sound, True))
        return Proposal(sound, inspection.clients, changes, is_empty)

    def _propose_foreseen(
        self, foreseen: Foreseen, update: bytes, actor: BoardActor, may_use: MayUse | None
    ) -> Proposal:
        clients = frozenset((foreseen.client,))
        if may_use and not may_use(clients):
            raise refusal("client_id")
        check(foreseen.changes, actor, self.view)
        assert self._foresight is not None  # noqa: S101 - it foresaw this
        self._foresight.take(foreseen)
        self._size += len(update)
        self._proposed.append((update, False))
        return Proposal(update, clients, foreseen.changes, is_empty=False)

    def accept(self, update: bytes, count: int = 1) -> None:
        """Apply a committed row to the live copy: the oldest proposal, or the `count` oldest merged."""
        if len(self._proposed) < count or (count == 1 and self._proposed[0][0] != update):
            raise ValueError("accept() follows propose(), in the same order")
        is_seen = False not in [self._proposed.popleft()[1] for _ in range(count)]
        self._apply_live(update)
        if self._shadow is not None and not is_seen:  # else it is made from all of this when it is needed
            self._unseen.append(update)
            if len(self._unseen) >= MAX_UNSEEN:
                self._shadow_now()

    def absorb(self, update: bytes) -> None:
        """Apply a committed row that another process checked. Raises `Refused("gap")` when one is missing."""
        placed = inspect(update, self._skeleton_now(), limits=STORED).placed
        if self._shadow is None and not self._proposed:
            self._view = self._foresight = None  # nobody edits here: read again when somebody does
            changes = Changes()
        else:
            changes = self._shadow_now().apply(update)
        self._apply_live(update)
        self._take(changes, update, placed)

    def reset_shadow(self) -> None:
        """Forget every proposal not yet accepted (their commit failed), and free the shadow's memory."""
        self._drop_shadow()
        if self._proposed:
            self._proposed.clear()
            self._view = self._skeleton = self._foresight = None

    def free_unused(self) -> None:
        """Free the shadow's memory if nobody needed it since the last call; the next edit makes it anew."""
        if not self._is_shadow_used:
            self._drop_shadow()
        self._is_shadow_used = False

    def _drop_shadow(self) -> None:
        self._shadow = None
        self._unseen.clear()

    def _take(self, changes: Changes, update: bytes, placed: Sequence[Placed]) -> None:
        self._size += len(update)
        if self._view:
            self._view.settle(changes)
        if self._foresight:
            self._foresight.learn(changes, placed)

    def _apply_live(self, update: bytes) -> None:
        self._encoded = None
        apply_updates(self._live, (update,))

    def _shadow_now(self) -> Shadow:
        self._is_shadow_used = True
        if self._shadow is not None:
            waiting = [update for update, is_seen in self._proposed if not is_seen]
            lacking, self._unseen = [*self._unseen, *waiting], []
            if lacking:
                self._follow(lacking)
        if self._shadow is None:
            shadow = Shadow(self.snapshot())
            shadow.follow([update for update, _seen in self._proposed])
            self._shadow = shadow
            self._unseen.clear()
            self._all_are_seen()
        return self._shadow

    def _follow(self, updates: Sequence[bytes]) -> None:
        """Let the shadow take in what it lacks, the proposals among it; drop it if it cannot."""
        assert self._shadow is not None  # noqa: S101 - who calls has one
        try:
            self._shadow.follow(updates)
            self._all_are_seen()
        except Refused:
            self._shadow = None

    def _all_are_seen(self) -> None:
        self._proposed = deque((update, True) for update, _seen in self._proposed)

    def _facts_now(self) -> View:
        if self._view is None:
            self._view = View(facts_of(self._live), self._departed)
        return self._view

    def _skeleton_now(self) -> Skeleton:
        if self._skeleton is None:
            return self._begin(scan(self.snapshot()))
        if self._foresight is None:
            self._foresight = Foresight(self._skeleton)
        return self._skeleton

    def _begin(self, scanned: Skeleton | None) -> Skeleton:
        """`scanned` is the skeleton of the live copy, None where the guard must read it."""
        skeleton = scanned
        if skeleton is None:
            skeleton = Skeleton()
            inspect(self.snapshot(), skeleton, limits=STORED)
        for update, _seen in self._proposed:
            inspect(update, skeleton, limits=STORED)
        self._skeleton = skeleton
        self._foresight = Foresight(skeleton)
        return skeleton
