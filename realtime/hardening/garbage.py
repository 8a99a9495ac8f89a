"""When Python looks at all its objects for unreachable cycles: seldom, in proportion to what that costs.

Left alone it does so after a quarter more objects than it had. A thousand connections that come make it look
ten times within a second, a tenth of a second each, while nobody is served. Young objects are still looked at
all the time; what cycles leave of long lives waits for its turn. Code that holds much breaks its own cycles.
"""

import gc
import threading
import time
from collections.abc import Callable

SHARE = 0.004
"""Of the time, at most, for looking at everything: one edit in a hundred may not meet it."""
LEAST_ROUNDS = 10
"""Collections of younger objects that must have left something over; Python's own measure."""
LOOK_EVERY_SECONDS = 1.0
NEVER = 2**31 - 1


class Garbage:
    """Decides when the next full collection is due."""

    def __init__(
        self,
        collect: Callable[[], object] = gc.collect,
        rounds: Callable[[], int] = lambda: gc.get_count()[2],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._collect = collect
        self._rounds = rounds
        self._clock = clock
        self._not_before = 0.0

    def look(self) -> None:
        """Collect if there is something to find and the last time is long enough ago."""
        started = self._clock()
        if started < self._not_before or self._rounds() < LEAST_ROUNDS:
            return
        self._collect()
        ended = self._clock()
        self._not_before = ended + (ended - started) / SHARE


def collect_seldom() -> None:
    """From now on; what exists already is not looked at again."""
    gc.collect()
    gc.freeze()
    first, second, _ = gc.get_threshold()
    gc.set_threshold(first, second, NEVER)
    threading.Thread(target=_look_for_ever, args=(Garbage(),), daemon=True).start()


def _look_for_ever(garbage: Garbage) -> None:
    while True:
        time.sleep(LOOK_EVERY_SECONDS)
        garbage.look()
