"""What the lanes receive, taken in together: to the hub they are one descriptor, whatever their number.

To wake up for a message costs several times what the message does. So whoever commits (`realtime.flusher`)
says when lanes are read: at once while little happens, all in one go once in a tick while much does.
"""

import logging
import select
from collections.abc import Callable
from time import perf_counter

from realtime.hardening.hub import READ, Hub, Signal

log = logging.getLogger("etabli.lane")

AT_ONCE = 64
DRAIN_SECONDS = 0.02
"""Past this, what else is there to read waits until what was read is committed and others had their turn."""
AWAY_SECONDS = 0.05
"""When nobody drains for so long, because a commit does not end, the hub does."""


class Intake:
    """The readers of all lanes of one hub."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._epoll = hub.epoll()
        self._readers: dict[int, Callable[[], None]] = {}
        self._watches = hub.watches(self._epoll.fileno(), lambda: None)
        self._sleeper: Signal | None = None
        self._is_rung = False
        self._is_armed = False
        self.has_more = False
        """Whether the last drain ended before everything was read."""
        self._last_drain = perf_counter()

    # -- for lanes ------------------------------------------------------------------------------

    def add(self, fileno: int, on_readable: Callable[[], None]) -> None:
        """Call `on_readable()` in the drains at which `fileno` can be read."""
        self._readers[fileno] = on_readable
        self._epoll.register(fileno, select.EPOLLIN)

    def remove(self, fileno: int) -> None:
        """Stop that; before the descriptor is closed. Harmless a second time."""
        if self._readers.pop(fileno, None) is not None:
            self._epoll.unregister(fileno)

    def has(self, fileno: int) -> bool:
        """Whether a descriptor is read from."""
        return fileno in self._readers

    # -- for the flusher ------------------------------------------------------------------------

    def drain(self) -> int:
        """Read what can be read; gives from how many lanes."""
        began = self._last_drain = perf_counter()
        count = 0
        while True:
            ready = self._epoll.poll(0, AT_ONCE)
            for fileno, _event in ready:
                reader = self._readers.get(fileno)
                if reader is not None:  # else an earlier one of these ended it
                    self._read(fileno, reader)
            count += len(ready)
            self.has_more = len(ready) == AT_ONCE
            if not self.has_more or perf_counter() - began > DRAIN_SECONDS:
                return count

    def _read(self, fileno: int, reader: Callable[[], None]) -> None:
        try:
            reader()
        except Exception:  # who drains is the only one who saves: it must outlive any bug of a reader
            log.exception("a connection could not be read")
            self.remove(fileno)

    def wait(self) -> None:
        """Until something can be read, or `wake()` is or was called."""
        if not self._is_rung:
            self._sleeper = self._hub.signal()
            self._watches.listen(READ, self.wake)
            self._sleeper.wait()
        self._is_rung = False
        self._last_drain = perf_counter()

    def wake(self) -> None:
        """End the wait that is going on, or the next one."""
        self._is_rung = True
        if self._sleeper is not None:
            sleeper, self._sleeper = self._sleeper, None
            self._watches.unlisten(READ)
            sleeper.send()

    def stay_attended(self) -> None:
        """What follows may take long: should it, the hub drains meanwhile."""
        if not self._is_armed:
            self._is_armed = True
            self._watches.after(AWAY_SECONDS, self._attend)

    def _attend(self) -> None:
        self._is_armed = False
        if self._sleeper is None and perf_counter() - self._last_drain > AWAY_SECONDS / 2:
            self.drain()
            self.stay_attended()
