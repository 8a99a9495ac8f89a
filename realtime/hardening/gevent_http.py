"""gevent's HTTP protocol, with deadlines and without logs."""

import logging
import socket
from typing import Any

from gevent import pywsgi

from realtime.hardening.driver import UPGRADE
from realtime.hardening.hub import Hub
from realtime.hardening.limits import HEADERS_SECONDS
from realtime.hardening.web import CLOSE, IDLE, REQUEST, SOCKET_SECONDS, STATE, Connection, HeaderLines

log = logging.getLogger("etabli.server")


class GeventHttp:
    """See web.Http. The library's server is only asked for its environment: it never accepts."""

    def __init__(self, hub: Hub) -> None:
        self._hub = hub
        self._server: Any = None

    def prepare(self, address: tuple[str, int], app: Any) -> None:
        """See Http."""
        host, port = address
        environ = {"SERVER_NAME": host, "SERVER_PORT": str(port)}
        self._server = pywsgi.WSGIServer(address, app, log=None, error_log=None, environ=environ)

    def serve(self, connection: Connection) -> None:
        """See Http."""
        handler = Handler(connection, self._server, self._hub)
        try:
            handler.handle()
        finally:
            handler.__dict__.clear()  # its environment holds it


class Handler(pywsgi.WSGIHandler):  # type: ignore[misc]
    """HTTP with a deadline for the request line and the headers, and nothing written about bad requests."""

    def __init__(self, connection: Connection, server: Any, hub: Hub) -> None:
        super().__init__(connection[1], connection[0], server)
        self._connection = connection
        self._hub = hub

    def read_requestline(self) -> str:
        """Wait for a request; its line must then come within `HEADERS_SECONDS`, however slowly it drips."""
        if self._connection[STATE] == CLOSE:
            return ""
        self._connection[STATE] = IDLE
        self.socket.settimeout(self._connection.waits())
        if not self.rfile.peek(1):
            return ""
        self.socket.settimeout(SOCKET_SECONDS)
        with self._hub.deadline(HEADERS_SECONDS):
            line: str = super().read_requestline()
        return line

    def read_request(self, raw_requestline: str) -> bool:
        """Read the headers within `HEADERS_SECONDS`, however slowly they drip; a stop waits for none."""
        with self._hub.deadline(HEADERS_SECONDS):
            is_whole = bool(super().read_request(raw_requestline))
        self._connection[STATE] = REQUEST
        self._connection.asks()
        return is_whole

    def MessageClass(self, *arguments: Any) -> Any:  # noqa: N802 - the library's name
        """The headers. EOFError when they end early, ValueError where a proxy may see another length."""
        lines = HeaderLines(arguments[0])
        headers = super().MessageClass(lines, *arguments[1:])
        if not lines.are_whole:
            raise EOFError("headers")
        transfer, lengths = headers.get("transfer-encoding"), headers.get_all("content-length") or []
        if len(lengths) + (transfer is not None) > 1 or (transfer or "chunked").lower() != "chunked":
            raise ValueError("length of the body")
        return headers

    def get_environ(self) -> dict[str, Any]:
        """The WSGI environment, with the way out of HTTP."""
        environ: dict[str, Any] = super().get_environ()
        environ[UPGRADE] = self
        return environ

    def take(self, answer: bytes, seconds: float) -> socket.socket:
        """See driver.Upgrade."""
        self.socket.settimeout(seconds)
        self.socket.sendall(answer)
        self._connection[STATE] = IDLE
        self.close_connection = True
        self.rfile.close()  # its buffer would be kept as long as the WebSocket
        return self._hub.plain_socket(self.socket)

    def handle_error(self, kind: Any, error: Any, traceback: Any) -> None:
        """Say which request failed by its traceback only, and answer if nothing was written yet."""
        log.error("a request failed", exc_info=(kind, error, traceback))
        self._send_error_response_if_possible(500)

    def _handle_client_error(self, _error: Exception) -> tuple[str, bytes]:
        return "400", pywsgi._BAD_REQUEST_RESPONSE  # noqa: SLF001 - what the library answers

    def log_request(self) -> None:
        """Say nothing: a request line may hold a token."""
