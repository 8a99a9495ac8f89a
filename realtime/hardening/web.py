"""The web server: our own accept loop around the HTTP protocol of the async library.

The loops of the libraries end, or write tracebacks, when descriptors run out; cut WebSockets before they are
told; and let a client send headers for ever.
"""

import contextlib
import errno
import itertools
import logging
import os
import resource
import select
import signal
import socket
import time
from typing import Any, Protocol

from models.session import database
from realtime.hardening.garbage import collect_seldom
from realtime.hardening.hub import Hub, Task
from realtime.hardening.limits import (
    KEEPALIVE_SECONDS,
    MAX_KEPT,
    MAX_OPENING,
    MAX_OPENING_PER_ADDRESS,
    OPENING_SECONDS,
)
from realtime.hardening.waiting import Waiting
from realtime.web import await_healthy, cannot_listen, with_port
from workspace.settings import Settings

log = logging.getLogger("etabli.server")

MAX_CONNECTIONS = 20_000
BACKLOG = 1024
SOCKET_SECONDS = 60
ACCEPTED_PER_TURN = 16
OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)

STATE = 2
IDLE, REQUEST, CLOSE = "idle", "request", "close"


class Connection(list[Any]):
    """[address, socket, state]: the list that eventlet's protocol keeps its state in.

    Between requests it has a place among those who wait, and may be cut to make room.
    """

    def __init__(self, address: Any, sock: Any, opening: Waiting, kept: Waiting) -> None:
        super().__init__([address, sock, IDLE])
        self._address = str(address[0]) if address else ""
        self._kept = kept
        self._place = opening.enter(self._address, self.shut)
        self._has_asked = False

    def waits(self) -> float:
        """It may ask now; returns for how many seconds it may stay silent."""
        if not self._has_asked:
            return OPENING_SECONDS
        self._place.leave()
        self._place = self._kept.enter(self._address, self.shut)
        return KEEPALIVE_SECONDS

    def asks(self) -> None:
        """The line and headers of a request have come."""
        self._has_asked = True
        self._place.leave()

    def leave(self) -> None:
        """It ends."""
        self._place.leave()

    def shut(self) -> None:
        """End it, whoever reads from it."""
        with contextlib.suppress(OSError):  # it may be already
            self[1].shutdown(socket.SHUT_RDWR)


class HeaderLines:
    """The file that headers are read from. The libraries take its end for the end of the headers."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._last = b""

    def readline(self, limit: int = -1) -> bytes:
        """A line of the file."""
        self._last = self._file.readline(limit)
        return self._last

    @property
    def are_whole(self) -> bool:
        """Whether an empty line was the last: else the peer left before it had asked anything."""
        return self._last in (b"\r\n", b"\n")


class Http(Protocol):
    """The HTTP protocol of one async library."""

    def prepare(self, address: tuple[str, int], app: Any) -> None:
        """The server listens at `address` and serves `app`."""
        ...

    def serve(self, connection: Connection) -> None:
        """Serve all requests of one connection; sets its state. OSError or ValueError when it breaks."""
        ...


class GreenWeb:
    """See realtime.web.Web."""

    def __init__(self, hub: Hub, http: Http) -> None:
        self._settings: Settings
        self._listener: socket.socket
        self._acceptor: Task
        self._hub = hub
        self._http = http
        self._pool = hub.pool(MAX_CONNECTIONS)
        self._connections: dict[int, Connection] = {}
        self._opening: Waiting
        self._kept = Waiting("another request", MAX_KEPT, MAX_KEPT)

    def listen(self, settings: Settings) -> Settings:
        """See Web."""
        _allow_many_descriptors()
        try:
            family, kind, proto, _name, address = socket.getaddrinfo(
                settings.host, settings.port, type=socket.SOCK_STREAM
            )[0]
            self._listener = socket.socket(family, kind, proto)
            self._listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self._listener.bind(address)
            self._listener.listen(BACKLOG)
        except OSError as error:
            raise cannot_listen(settings, error) from error
        # Behind a proxy everybody has the proxy's address: it counts them itself (deploy/).
        per_address = MAX_OPENING if settings.trusted_proxies else MAX_OPENING_PER_ADDRESS
        self._opening = Waiting("a first request", per_address, MAX_OPENING)
        self._settings = with_port(settings, self._listener.getsockname()[1])
        return self._settings

    def serve(self, app: Any) -> None:
        """See Web."""
        self._http.prepare(self._listener.getsockname()[:2], app)
        collect_seldom()
        self._acceptor = self._hub.spawn(self._accept)

    def _accept(self) -> None:
        for number in itertools.count():
            if number % ACCEPTED_PER_TURN == 0:
                self._hub.pause()  # while many come, those who are here go on
            try:
                client, address = self._listener.accept()
            except OSError as error:
                if error.errno in OUT_OF_DESCRIPTORS:
                    log.warning("no more connections can be taken: %s", error.strerror)
                    time.sleep(0.1)
                    continue
                if error.errno in (errno.EBADF, errno.EINVAL):
                    return
                continue  # the peer left before it was taken
            client.settimeout(SOCKET_SECONDS)
            connection = Connection(address, client, self._opening, self._kept)
            self._connections[client.fileno()] = connection
            self._pool.spawn(self._handle, connection, client.fileno())

    def _handle(self, connection: Connection, key: int) -> None:
        try:
            self._http.serve(connection)
        except (OSError, EOFError, ValueError):
            pass  # the peer broke the connection or the protocol
        finally:
            if self._connections.get(key) is connection:
                del self._connections[key]
            connection[STATE] = CLOSE
            connection.leave()
            connection.shut()
            plain = self._hub.plain_socket(connection[1])
            connection[1].close()
            if plain.fileno() >= 0:  # a file made of it was not closed: its buffer could not be written
                os.close(plain.detach())

    def await_healthy(self) -> None:
        """See Web."""
        await_healthy(self._settings)

    def wait_for_stop(self) -> None:
        """See Web. Signals write to a pipe, because a handler may not switch greenlets."""
        read_end, write_end = os.pipe()
        os.set_blocking(read_end, False)
        os.set_blocking(write_end, False)
        signal.set_wakeup_fd(write_end)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda *_: None)
        came: set[int] = set()
        while not came & {signal.SIGINT, signal.SIGTERM}:  # others are heard too, and end nothing
            select.select([read_end], [], [])
            came = set(os.read(read_end, 64))
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a second one ends at once

    def stop_accepting(self) -> None:
        """See Web."""
        self._acceptor.kill()
        self._listener.close()

    def finish(self, seconds: float) -> None:
        """See Web."""
        try:
            with self._hub.deadline(max(seconds, 0.1)):
                for connection in list(self._connections.values()):
                    if connection[STATE] == IDLE:
                        connection[STATE] = CLOSE
                        connection.shut()
                self._pool.wait_all()
        except TimeoutError:
            pass  # who has not ended by now is cut
        database().dispose()
        os._exit(0)  # threads of the pool may still hash: they must not hold the exit


def _allow_many_descriptors() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
