"""How much one connection may send and one person may cause: token buckets; a turnstile for what is heavy."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

Clock = Callable[[], float]

WORK_RATE = 0.2
"""Seconds of work in each second: a person may keep a fifth of a core busy for as long as they like."""
WORK_BURST = 0.5
"""Seconds of work in advance: opening a board, pasting a hundred notes."""
LONG_SECONDS = 0.01
"""Others wait while one message is worked on: one that takes longer than this costs more than its time."""
MAX_PAUSE_SECONDS = 10.0
"""Less than a heartbeat: a person who is held back stays connected."""
MAX_FULL = 1000
HEAVY_BYTES = 8 * 1024
"""An edit above this may take some milliseconds to judge, in one go: it passes the turnstile."""
HEAVY_SHARE = 0.1
LONG_HEAVY_SECONDS, LONG_HEAVY_SHARE = 0.03, 0.01
"""Of the time, for heavy edits of all people together; and for those that take this long: so few that not one
in a hundred edits of others meets one."""


class ByteBudget:
    """A token bucket. A message costs its bytes plus `message_cost`, so a flood of tiny ones counts too."""

    def __init__(
        self, rate: float, burst: float, message_cost: int = 0, clock: Clock = time.monotonic
    ) -> None:
        self.rate = rate
        self.burst = burst
        self.message_cost = message_cost
        self._clock = clock
        self._tokens = burst
        self._at = clock()

    def spend(self, size: float, messages: int = 0) -> float:
        """Take the cost of what arrived; return the seconds to stop reading for (0 when within budget)."""
        now = self._clock()
        self._tokens = min(self.burst, self._tokens + (now - self._at) * self.rate)
        self._at = now
        self._tokens -= size + messages * self.message_cost
        return 0.0 if self._tokens >= 0 else -self._tokens / self.rate

    def is_full(self) -> bool:
        """Whether nothing of the burst is used."""
        return self._tokens + (self._clock() - self._at) * self.rate >= self.burst


class WorkBudget:
    """The work one person causes, over all their connections. Past it their messages wait: none is lost."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._bucket = ByteBudget(WORK_RATE, WORK_BURST, clock=clock)

    def spend(self, seconds: float) -> float:
        """Take the time a message took; return the seconds to let the next one wait for."""
        cost = seconds * max(1.0, seconds / LONG_SECONDS)
        return min(MAX_PAUSE_SECONDS, self._bucket.spend(cost))

    def is_full(self) -> bool:
        """Whether it may be forgotten: a new one would be the same."""
        return self._bucket.is_full()


class WorkBudgets:
    """The budgets of this process by actor key. To reconnect does not give a new one."""

    def __init__(self, clock: Clock = time.monotonic) -> None:
        self._clock = clock
        self._by_key: dict[str, WorkBudget] = {}
        self._forget_at = MAX_FULL

    def __len__(self) -> int:
        return len(self._by_key)

    def of(self, key: str) -> WorkBudget:
        """The budget of a person."""
        budget = self._by_key.get(key)
        if budget is None:
            if len(self._by_key) >= self._forget_at:
                self._by_key = {known: kept for known, kept in self._by_key.items() if not kept.is_full()}
                self._forget_at = MAX_FULL + 2 * len(self._by_key)
            budget = self._by_key[key] = WorkBudget(self._clock)
        return budget


@dataclass
class Passage:
    """One heavy edit's; `seconds` of work once it is over."""

    seconds: float = 0.0


class Turnstile:
    """Lets heavy edits pass one by one; after each, the others have the server to themselves for a while.

    Whoever waits here waits in a greenlet of their own, in the order of coming. What passes must not wait.
    """

    def __init__(
        self,
        clock: Clock = time.monotonic,
        work_clock: Clock = time.thread_time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._clock = clock
        self._work_clock = work_clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._free_at = clock()

    @contextmanager
    def passing(self) -> Iterator[Passage]:
        """Wait for one's turn; the block is the heavy work."""
        passage = Passage()
        with self._lock:
            wait = self._free_at - self._clock()
            if wait > 0:
                self._sleep(wait)
            started = self._work_clock()
            try:
                yield passage
            finally:
                passage.seconds = self._work_clock() - started
                share = HEAVY_SHARE if passage.seconds < LONG_HEAVY_SECONDS else LONG_HEAVY_SHARE
                self._free_at = self._clock() + passage.seconds / share
