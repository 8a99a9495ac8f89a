"""What the lanes and the web server ask of an async library: the only thing that differs between modes.

`hub_of(mode)` gives the one of the async mode. Everything else is written for either: the standard library
is monkey-patched, so that sockets, locks, events and sleeps are the mode's own.
"""

import select
import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any, Protocol

READ = "read"
WRITE = "write"


class Watches(Protocol):
    """What one connection asks of the hub: at most one callback for reading, one for writing, and timers.

    Callbacks run in the hub, where nothing may wait. All are gone after `forget()`, which must come before
    the descriptor is closed: its number may be given to another.
    """

    def listens(self, kind: str) -> bool:
        """Whether there is a callback of this kind (READ, WRITE)."""
        ...

    def listen(self, kind: str, callback: Callable[[], None]) -> None:
        """Call `callback()` whenever the descriptor is ready."""
        ...

    def unlisten(self, kind: str) -> None:
        """Stop that."""
        ...

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` in the hub, once."""
        ...

    def forget(self) -> None:
        """Remove the callbacks, cancel the timers."""
        ...


class Signal(Protocol):
    """Wakes one waiting greenlet, once."""

    def send(self) -> None:
        """Wake it; may be called in the hub."""
        ...

    def wait(self) -> None:
        """Wait for `send`, which may have come before."""
        ...


class Task(Protocol):
    """A greenlet that was started."""

    def kill(self) -> None:
        """End it."""
        ...


class Pool(Protocol):
    """A bounded number of greenlets."""

    def spawn(self, action: Callable[..., None], *arguments: Any) -> object:
        """Start one; waits while the pool is full."""
        ...

    def wait_all(self) -> None:
        """Wait until all have ended."""
        ...


class Hub(Protocol):
    """One async library."""

    mode: str

    def watches(self, fileno: int, on_obsolete: Callable[[], None]) -> Watches:
        """The watches of one descriptor; `on_obsolete` when the number turns out to be another's."""
        ...

    def signal(self) -> Signal:
        """A new signal."""
        ...

    def pause(self) -> None:
        """Let the others run."""
        ...

    def spawn(self, action: Callable[[], None]) -> Task:
        """Start a greenlet."""
        ...

    def pool(self, size: int) -> Pool:
        """A pool of at most `size` greenlets."""
        ...

    def deadline(self, seconds: float) -> AbstractContextManager[object]:
        """TimeoutError where the block still waits after `seconds`."""
        ...

    def offload(self, function: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
        """Run `function` in a native thread; see realtime.offload."""
        ...

    def start_thread(self, action: Callable[[], None]) -> None:
        """Start a thread of the system, which ends with the process."""
        ...

    def epoll(self) -> "select.epoll":
        """A set of descriptors of the system's, which monkey patching hides."""
        ...

    def plain_socket(self, sock: Any) -> socket.socket:
        """The non-blocking socket of the system inside the library's own."""
        ...


def hub_of(mode: str) -> Hub:
    """The hub of the async mode, 'eventlet' or 'gevent'; imports that library only."""
    if mode == "gevent":
        from realtime.hardening.gevent_hub import GeventHub  # noqa: PLC0415

        return GeventHub()
    from realtime.hardening.eventlet_hub import EventletHub  # noqa: PLC0415

    return EventletHub()
