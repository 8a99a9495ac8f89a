"""One thread of the system that does, one after the other, what would hold up the hub.

Commits wait for the disk there. It shares its place with nothing slow, unlike the pool that hashes passwords.
"""

import os
import sys
from _queue import SimpleQueue  # the system's own: the one in `queue` may belong to the hub
from collections import deque
from collections.abc import Callable

from realtime.hardening.hub import READ, Hub, Signal

Action = Callable[[], object]

SWITCH_SECONDS = 0.0005
"""How long this thread waits for the interpreter while the hub is busy. Python's own 5 ms, several times for
each commit, would be most of what an edit waits for on a busy server."""


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
