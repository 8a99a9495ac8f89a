"""eventlet's HTTP protocol, with deadlines and without logs."""

import logging
import socket
from typing import Any

import eventlet
import eventlet.wsgi

from realtime.hardening.driver import UPGRADE
from realtime.hardening.hub import Hub
from realtime.hardening.limits import HEADERS_SECONDS, KEEPALIVE_SECONDS
from realtime.hardening.web import IDLE, REQUEST, SOCKET_SECONDS, STATE, Connection, HeaderLines

log = logging.getLogger("etabli.server")


class EventletHttp:
    """See web.Http."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._server: Any = None

    def prepare(self, address: tuple[str, int], app: Any) -> None:
        """See Http."""
        self._server = eventlet.wsgi.Server(
            None,
            address,
            app,
            protocol=Protocol,
            log=None,
            log_output=False,
            debug=False,
            keepalive=KEEPALIVE_SECONDS,
            socket_timeout=SOCKET_SECONDS,
        )
        self._server.log = ErrorLog()
        self._server.hub = self._hub

    def serve(self, connection: Connection) -> None:
        """See Http."""
        self._server.process_request(connection)


class Protocol(eventlet.wsgi.HttpProtocol):  # type: ignore[misc]
    """HTTP with a deadline for the request line and the headers, and nothing written about bad requests."""

    def _read_request_line(self) -> bytes | str:
        """Wait for a request; its line must then come within `HEADERS_SECONDS`, however slowly it drips."""
        self.connection.settimeout(self.conn_state.waits())
        if self.rfile.closed or not self.rfile.peek(1):
            self.close_connection = True
            return ""
        with self.server.hub.deadline(HEADERS_SECONDS):
            line: bytes | str = super()._read_request_line()
        return line

    def parse_request(self) -> bool:
        """Read the headers within `HEADERS_SECONDS`, however slowly they drip; a stop waits for none."""
        self.conn_state[STATE] = IDLE
        lines = HeaderLines(self.rfile)
        self.rfile: Any = lines  # the caller puts the file back
        with self.server.hub.deadline(HEADERS_SECONDS):
            is_sound = bool(super().parse_request())
        if is_sound and not lines.are_whole:
            self.close_connection = True
            return False
        self.conn_state[STATE] = REQUEST
        self.conn_state.asks()
        return is_sound

    def get_environ(self) -> dict[str, Any]:
        """The WSGI environment, with the way out of HTTP."""
        environ: dict[str, Any] = super().get_environ()
        environ[UPGRADE] = self
        return environ

    def take(self, answer: bytes, seconds: float) -> socket.socket:
        """See driver.Upgrade."""
        self.connection.settimeout(seconds)
        self.connection.sendall(answer)
        self.conn_state[STATE] = IDLE
        eventlet.wsgi.WSGI_LOCAL.already_handled = True
        self.rfile.close()  # these buffers, 24 kB, would be kept as long as the WebSocket
        self.wfile.close()
        return self.server.hub.plain_socket(self.connection)  # type: ignore[no-any-return]

    def finish(self) -> None:
        """End, and let go of the rest: functions that the library made per request still hold this object."""
        super().finish()
        self.__dict__.clear()

    def log_message(self, *_arguments: Any) -> None:
        """Say nothing: a request line may hold a token."""


class ErrorLog:
    """What eventlet's server calls its log."""

    def info(self, message: str, *_arguments: Any) -> None:
        """The traceback of a failed request."""
        log.error("a request failed\n%s", message)

    def error(self, *_arguments: Any) -> None:
        """A malformed body, told with its request line: not kept."""

    def debug(self, *_arguments: Any) -> None:
        """Who connected: not kept."""
