"""The web server of the `threading` async mode: threads and the standard Socket.IO driver.

It keeps the other mode's promises but not its bounds: no socket lane, so it is for comparison and for the
day eventlet ends, not for a public address.
"""

import logging
import os
import signal
import threading
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from models.session import database
from realtime.web import await_healthy, cannot_listen, with_port
from workspace.settings import Settings

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class QuietHandler(WSGIRequestHandler):
    """Writes nothing about requests: a request line may hold a token."""

    protocol_version = "HTTP/1.1"

    def log(self, type: str, message: str, *args: Any) -> None:  # noqa: A002 - werkzeug's name
        """Say nothing."""


class ThreadedWeb:
    """See realtime.web.Web."""

    def __init__(self) -> None:
        self._settings: Settings
        self._server: Any = None

    def listen(self, settings: Settings) -> Settings:
        """See Web."""
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)  # before any thread: all inherit it
        try:
            self._server = make_server(
                settings.host, settings.port, _not_ready, threaded=True, request_handler=QuietHandler
            )
        except (OSError, SystemExit) as error:
            cause = error if isinstance(error, OSError) else OSError(98, "address in use")
            raise cannot_listen(settings, cause) from error
        self._server.daemon_threads = True
        self._settings = with_port(settings, self._server.server_port)
        return self._settings

    def serve(self, app: Any) -> None:
        """See Web."""
        self._server.app = app
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def await_healthy(self) -> None:
        """See Web."""
        await_healthy(self._settings)

    def wait_for_stop(self) -> None:
        """See Web."""
        signal.sigwait(STOP_SIGNALS)

    def stop_accepting(self) -> None:
        """See Web."""
        self._server.shutdown()

    def finish(self, seconds: float) -> None:  # noqa: ARG002 - requests are short, threads are daemons
        """See Web."""
        self._server.server_close()
        database().engine.dispose()
        os._exit(0)


def _not_ready(_environ: Any, start_response: Any) -> list[bytes]:
    start_response("503 Service Unavailable", [("Content-Type", "text/plain")])
    return [b""]
