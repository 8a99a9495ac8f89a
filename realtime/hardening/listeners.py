"""What one connection asks of eventlet's hub: callbacks for its descriptor, and timers."""

from collections.abc import Callable
from typing import Any

from eventlet import hubs
from eventlet.hubs.hub import READ, WRITE


class Listeners:
    """At most one listener for reading and one for writing; all are gone after `forget()`.

    A listener must be removed before its descriptor is closed: the number may be given to another.
    """

    def __init__(self, fileno: int, on_obsolete: Callable[[], None]) -> None:
        self._fileno = fileno
        self._on_obsolete = on_obsolete
        self._hub = hubs.get_hub()
        self._listeners: dict[str, Any] = {READ: None, WRITE: None}
        self._timers: list[Any] = []

    def listens(self, kind: str) -> bool:
        """Whether there is a listener of this kind."""
        return self._listeners[kind] is not None

    def listen(self, kind: str, callback: Callable[[int], None]) -> None:
        """Call `callback(fileno)` in the hub whenever the descriptor is ready."""
        self._listeners[kind] = self._hub.add(kind, self._fileno, callback, self._obsolete, None)

    def unlisten(self, kind: str) -> None:
        """Stop that."""
        listener, self._listeners[kind] = self._listeners[kind], None
        if listener is not None:
            self._hub.remove(listener)

    def after(self, seconds: float, action: Callable[[], None]) -> None:
        """Call `action` in the hub, once."""
        self._timers = [timer for timer in self._timers if timer.pending]
        self._timers.append(self._hub.schedule_call_global(seconds, action))

    def forget(self) -> None:
        """Remove the listeners, cancel the timers."""
        for timer in self._timers:
            timer.cancel()
        self.unlisten(READ)
        self.unlisten(WRITE)

    def _obsolete(self, *_error: object) -> None:
        self._on_obsolete()
