"""What stands before Socket.IO: a WebSocket handshake passes, everything else on its path is refused.

engineio tries to serve what is nearly a handshake as a poll, and fails with a traceback.
"""

import base64
import binascii
from collections.abc import Callable, Iterable
from typing import Any

PATH = "/socket.io/"
KEY_BYTES = 16

Environ = dict[str, Any]
StartResponse = Callable[..., Any]


class Gate:
    """WSGI middleware."""

    def __init__(self, app: Callable[[Environ, StartResponse], Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """Pass the request on, or answer 400."""
        if environ.get("PATH_INFO", "").startswith(PATH) and not is_handshake(environ):
            start_response("400 Bad Request", [("Connection", "close"), ("Content-Type", "text/plain")])
            return [b"WebSocket only"]
        return self._app(environ, start_response)


def is_handshake(environ: Environ) -> bool:
    """Whether a request opens a WebSocket (RFC 6455, 4.2.1)."""
    tokens = {token.strip() for token in environ.get("HTTP_CONNECTION", "").lower().split(",")}
    try:
        key = base64.b64decode(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""), validate=True)
    except (binascii.Error, ValueError):
        return False
    return (
        environ.get("REQUEST_METHOD") == "GET"
        and environ.get("HTTP_UPGRADE", "").lower() == "websocket"
        and "upgrade" in tokens
        and environ.get("HTTP_SEC_WEBSOCKET_VERSION") == "13"
        and len(key) == KEY_BYTES
    )
