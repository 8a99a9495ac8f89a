"""The hub of gevent."""

import os
import select
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import gevent
import gevent.monkey
import gevent.pool
import gevent.threadpool
from gevent.event import Event

from realtime.hardening.hub import READ, Pool, Task

READABLE = 1  # libev's EV_READ
WRITABLE = 2


class GeventWatches:
    """See hub.Watches. gevent itself sees to descriptors given to another, so nothing becomes obsolete."""

    def __init__(self, fileno: int) -> None:
        self._fileno = fileno
        self._loop = gevent.get_hub().loop
        self._watchers: dict[str, Any] = {}
        self._timers: set[Any] = set()

    def listens(self, kind: str) -> bool:
        """See Watches."""
        watcher = self._watchers.get(kind)
        return watcher is not None and bool(watcher.active)

    def listen(self, kind: str, callback: Callable[[], None]) -> None:
        """See Watches. A watcher is made once and started again: it is paused often."""
        watcher = self._watchers.get(kind)
        if watcher is None:
            watcher = self._loop.io(self._fileno, READABLE if kind == READ else WRITABLE)
            self._watchers[kind] = watcher
        watcher.start(callback)

    def unlisten(self, kind: str) -> None:
        """See Watches."""
        watcher = self._watchers.get(kind)
        if watcher is not None:
            watcher.stop()

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """See Watches."""
        timer = self._loop.timer(seconds)
        self._timers.add(timer)

        def run() -> None:
            self._timers.discard(timer)
            timer.close()
            action()

        timer.start(run)

    def forget(self) -> None:
        """See Watches."""
        for watcher in (*self._watchers.values(), *self._timers):
            watcher.stop()
            watcher.close()
        self._watchers.clear()
        self._timers.clear()


class GeventSignal:
    """See hub.Signal."""

    def __init__(self) -> None:
        self._event = Event()

    def send(self) -> None:
        """See Signal."""
        self._event.set()

    def wait(self) -> None:
        """See Signal."""
        self._event.wait()


class GeventPool:
    """See hub.Pool."""

    def __init__(self, size: int) -> None:
        self._pool = gevent.pool.Pool(size)

    def spawn(self, action: Callable[..., None], *arguments: Any) -> object:
        """See Pool."""
        return self._pool.spawn(action, *arguments)

    def wait_all(self) -> None:
        """See Pool."""
        self._pool.join()


class GeventHub:
    """See hub.Hub."""

    mode = "gevent"

    def __init__(self) -> None:
        # Threads hash passwords: they leave a core to everybody else.
        self._threads = gevent.threadpool.ThreadPool(max(1, (os.cpu_count() or 2) - 1))

    def watches(self, fileno: int, on_obsolete: Callable[[], None]) -> GeventWatches:  # noqa: ARG002
        """See Hub."""
        return GeventWatches(fileno)

    def signal(self) -> GeventSignal:
        """See Hub."""
        return GeventSignal()

    def pause(self) -> None:
        """See Hub."""
        gevent.sleep(0)

    def spawn(self, action: Callable[[], None]) -> Task:
        """See Hub."""
        return gevent.spawn(action)  # type: ignore[no-any-return]

    def pool(self, size: int) -> Pool:
        """See Hub."""
        return GeventPool(size)

    def deadline(self, seconds: float) -> AbstractContextManager[object]:
        """See Hub."""
        return gevent.Timeout(seconds, TimeoutError("deadline"))  # type: ignore[no-any-return]

    def offload(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """See Hub."""
        return self._threads.apply(function, arguments, named)

    def start_thread(self, action: Callable[[], None]) -> None:
        """See Hub."""
        gevent.monkey.get_original("_thread", "start_new_thread")(action, ())

    def epoll(self) -> "select.epoll":
        """See Hub."""
        made: select.epoll = gevent.monkey.get_original("select", "epoll")()
        return made

    def plain_socket(self, sock: Any) -> socket.socket:
        """See Hub."""
        plain: socket.socket = sock._sock  # noqa: SLF001 - the only way to it
        return plain
