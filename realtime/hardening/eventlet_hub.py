"""The hub of eventlet."""

import select
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import eventlet
import eventlet.patcher
import eventlet.tpool
from eventlet import hubs
from eventlet.event import Event
from eventlet.hubs import hub as eventlet_hub

from realtime.hardening.hub import READ, WRITE, Pool, Signal, Task

KINDS = {READ: eventlet_hub.READ, WRITE: eventlet_hub.WRITE}


class EventletWatches:
    """See hub.Watches."""

    def __init__(self, fileno: int, on_obsolete: Callable[[], None]) -> None:
        self._fileno = fileno
        self._on_obsolete = on_obsolete
        self._hub = hubs.get_hub()
        self._listeners: dict[str, Any] = {READ: None, WRITE: None}
        self._timers: list[Any] = []

    def listens(self, kind: str) -> bool:
        """See Watches."""
        return self._listeners[kind] is not None

    def listen(self, kind: str, callback: Callable[[], None]) -> None:
        """See Watches."""

        def ready(_fileno: int) -> None:
            callback()

        self._listeners[kind] = self._hub.add(KINDS[kind], self._fileno, ready, self._obsolete, None)

    def unlisten(self, kind: str) -> None:
        """See Watches."""
        listener, self._listeners[kind] = self._listeners[kind], None
        if listener is not None:
            self._hub.remove(listener)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """See Watches."""
        self._timers = [timer for timer in self._timers if timer.pending]
        self._timers.append(self._hub.schedule_call_global(seconds, action))

    def forget(self) -> None:
        """See Watches."""
        for timer in self._timers:
            timer.cancel()
        self._timers.clear()
        self.unlisten(READ)
        self.unlisten(WRITE)
        self._on_obsolete = _nothing

    def _obsolete(self, *_error: object) -> None:
        self._on_obsolete()


def _nothing() -> None:
    pass


class EventletPool:
    """See hub.Pool."""

    def __init__(self, size: int) -> None:
        self._pool = eventlet.GreenPool(size)

    def spawn(self, action: Callable[..., None], *arguments: Any) -> object:
        """See Pool."""
        return self._pool.spawn(action, *arguments)

    def wait_all(self) -> None:
        """See Pool."""
        self._pool.waitall()


class EventletHub:
    """See hub.Hub."""

    mode = "eventlet"

    def watches(self, fileno: int, on_obsolete: Callable[[], None]) -> EventletWatches:
        """See Hub."""
        return EventletWatches(fileno, on_obsolete)

    def signal(self) -> Signal:
        """See Hub."""
        return Event()  # type: ignore[no-any-return]

    def pause(self) -> None:
        """See Hub."""
        eventlet.sleep(0)

    def spawn(self, action: Callable[[], None]) -> Task:
        """See Hub."""
        return eventlet.spawn(action)  # type: ignore[no-any-return]

    def pool(self, size: int) -> Pool:
        """See Hub."""
        return EventletPool(size)

    def deadline(self, seconds: float) -> AbstractContextManager[object]:
        """See Hub."""
        return eventlet.Timeout(seconds, TimeoutError("deadline"))  # type: ignore[no-any-return]

    def offload(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """See Hub. The pool's size is EVENTLET_THREADPOOL_SIZE, set before eventlet is imported."""
        return eventlet.tpool.execute(function, *arguments, **named)

    def start_thread(self, action: Callable[[], None]) -> None:
        """See Hub."""
        eventlet.patcher.original("threading").Thread(target=action, daemon=True).start()

    def epoll(self) -> "select.epoll":
        """See Hub."""
        made: select.epoll = eventlet.patcher.original("select").epoll()
        return made

    def plain_socket(self, sock: Any) -> socket.socket:
        """See Hub."""
        plain: socket.socket = sock.fd
        return plain
