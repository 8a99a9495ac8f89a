"""One thread of the system that does, one after the other, what would hold up the hub.

Commits wait for the disk there, where it is slow. It shares its place with nothing slow, unlike the pool that
hashes passwords.
"""

import os
import sys
from _queue import SimpleQueue  # the system's own: the one in `queue` may belong to the hub
from collections import deque
from collections.abc import Callable
from time import perf_counter

from realtime.hardening.hub import READ, Hub, Signal

Action = Callable[[], object]

SWITCH_SECONDS = 0.0005
"""How long this thread waits for the interpreter while the hub is busy. Python's own 5 ms, several times for
each commit, would be most of what an edit waits for on a busy server."""


QUICK_SECONDS = 0.001
QUICK_IN_A_ROW = 64


class CommitPlace:
    """Where commits wait for the disk: right here while it is quick, else in the thread.

    To go to the thread and back costs more than a quick commit. One slow one, and all go there again until
    `QUICK_IN_A_ROW` were quick.
    """

    def __init__(
        self, elsewhere: Callable[[Action], None], clock: Callable[[], float] = perf_counter
    ) -> None:
        self._elsewhere = elsewhere
        self._clock = clock
        self._in_a_row = 0

    def run(self, commit: Action) -> None:
        """Call `commit`; what it raises is raised here."""

        def timed() -> None:
            started = self._clock()
            try:
                commit()
            finally:
                is_quick = self._clock() - started < QUICK_SECONDS
                self._in_a_row = self._in_a_row + 1 if is_quick else 0

        if self._in_a_row < QUICK_IN_A_ROW:
            self._elsewhere(timed)
        else:
            timed()


class NativeThread:
    """See the module. The actions must be computation or files only, as `realtime.offload` says."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        sys.setswitchinterval(SWITCH_SECONDS)
        self._tasks: SimpleQueue[tuple[Action, list[BaseException], Signal]] = SimpleQueue()
        self._done: deque[Signal] = deque()
        self._bell = os.eventfd(0, os.EFD_NONBLOCK | os.EFD_CLOEXEC)
        hub.watches(self._bell, lambda: None).listen(READ, self._wake)
        hub.start_thread(self._run)

    def run(self, action: Action) -> None:
        """Wait, letting others run, until `action` was called there; what it raises is raised here."""
        signal = self._hub.signal()
        raised: list[BaseException] = []
        self._tasks.put((action, raised, signal))
        signal.wait()
        if raised:
            raise raised[0]

    def _run(self) -> None:
        while True:
            action, raised, signal = self._tasks.get()
            try:
                action()
            except BaseException as error:  # noqa: BLE001 - it is raised where it is waited for
                raised.append(error)
            self._done.append(signal)
            os.eventfd_write(self._bell, 1)

    def _wake(self) -> None:
        os.eventfd_read(self._bell)
        while self._done:
            self._done.popleft().send()
