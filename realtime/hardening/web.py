"""The web server under eventlet: our own accept loop around eventlet's HTTP protocol.

eventlet's own loop ends when descriptors run out, cuts WebSockets before they are told, and lets a client
send headers for ever.
"""

import errno
import gc
import logging
import os
import resource
import signal
import socket
from typing import Any

import eventlet
import eventlet.wsgi
from eventlet import greenio, hubs

from models.session import database
from realtime.web import await_healthy, cannot_listen, with_port
from workspace.settings import Settings

log = logging.getLogger("etabli.server")

MAX_CONNECTIONS = 20_000
BACKLOG = 1024
KEEPALIVE_SECONDS = 75
SOCKET_SECONDS = 60
HEADERS_SECONDS = 15
OUT_OF_DESCRIPTORS = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Protocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
    """HTTP with a deadline for the headers, and nothing written about bad requests."""

    def parse_request(self) -> bool:
        """Read the headers within `HEADERS_SECONDS`, however slowly they drip; a stop waits for none."""
        self.conn_state[2] = eventlet.wsgi.STATE_IDLE
        with eventlet.Timeout(HEADERS_SECONDS, TimeoutError("headers")):
            is_whole = bool(super().parse_request())
        self.conn_state[2] = eventlet.wsgi.STATE_REQUEST
        return is_whole

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: a request line may hold a token."""


class ErrorLog:
    """What eventlet's server calls its log: it writes only the tracebacks of failed requests there."""

    def info(self, message: str, *_arguments: Any) -> None:
        """A traceback."""
        log.error("a request failed\n%s", message)

    error = info

    def debug(self, *_arguments: Any) -> None:
        """Who connected: not kept."""


class EventletWeb:
    """See realtime.web.Web."""

    def __init__(self) -> None:
        self._settings: Settings
        self._listener: Any = None
        self._acceptor: Any = None
        self._pool = eventlet.GreenPool(MAX_CONNECTIONS)
        self._connections: dict[Any, list[Any]] = {}

    def listen(self, settings: Settings) -> Settings:
        """See Web."""
        _allow_many_descriptors()
        try:
            family, _kind, _proto, _name, address = socket.getaddrinfo(
                settings.host, settings.port, type=socket.SOCK_STREAM
            )[0]
            self._listener = eventlet.listen(address, family, backlog=BACKLOG, reuse_port=False)
        except OSError as error:
            raise cannot_listen(settings, error) from error
        self._settings = with_port(settings, self._listener.getsockname()[1])
        return self._settings

    def serve(self, app: Any) -> None:
        """See Web."""
        server = eventlet.wsgi.Server(
            self._listener,
            self._listener.getsockname(),
            app,
            protocol=Protocol,
            log=None,
            log_output=False,
            debug=False,
            keepalive=KEEPALIVE_SECONDS,
            socket_timeout=SOCKET_SECONDS,
        )
        server.log = ErrorLog()
        gc.collect()
        gc.freeze()  # what the start made stays: later collections need not look at it
        self._acceptor = eventlet.spawn(self._accept, server)

    def _accept(self, server: Any) -> None:
        while True:
            try:
                client, address = self._listener.accept()
            except OSError as error:
                if error.errno in OUT_OF_DESCRIPTORS:
                    log.warning("no more connections can be taken: %s", error.strerror)
                    eventlet.sleep(0.1)
                    continue
                if error.errno in (errno.EBADF, errno.EINVAL):
                    return
                continue  # the peer left before it was taken
            client.settimeout(SOCKET_SECONDS)
            connection = [address, client, eventlet.wsgi.STATE_IDLE]
            self._connections[client.fileno()] = connection
            self._pool.spawn(self._handle, server, connection, client.fileno())

    def _handle(self, server: Any, connection: list[Any], key: int) -> None:
        try:
            server.process_request(connection)
        except (OSError, TimeoutError, EOFError, ValueError):
            pass  # the peer broke the connection or the protocol
        finally:
            if self._connections.get(key) is connection:
                del self._connections[key]
            connection[2] = eventlet.wsgi.STATE_CLOSE
            greenio.shutdown_safe(connection[1])
            connection[1].close()

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
        hubs.trampoline(read_end, read=True)
        signal.set_wakeup_fd(-1)
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_DFL)  # a second one ends at once

    def stop_accepting(self) -> None:
        """See Web."""
        self._acceptor.kill()
        self._listener.close()

    def finish(self, seconds: float) -> None:
        """See Web."""
        with eventlet.Timeout(max(seconds, 0.1), False):
            for connection in list(self._connections.values()):
                if connection[2] == eventlet.wsgi.STATE_IDLE:
                    connection[2] = eventlet.wsgi.STATE_CLOSE
                    greenio.shutdown_safe(connection[1])
            self._pool.waitall()
        database().engine.dispose()
        os._exit(0)  # threads of the pool may still hash: they must not hold the exit


def _allow_many_descriptors() -> None:
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
