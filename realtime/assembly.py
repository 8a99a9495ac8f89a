"""Puts the process together for one async mode: the web server, the application, its live documents."""

import logging
import sys

from flask import Flask

from realtime.sockets import Live, attach
from realtime.web import Web
from workspace.app import create_app
from workspace.settings import Settings, SettingsError

# Socket.IO logs what clients send, and Engine.IO their malformed packets: neither belongs in a log.
SILENCED = ("etabli.socketio", "etabli.engineio")


def web_for(settings: Settings) -> Web:
    """The web server of the async mode."""
    if settings.async_mode == "eventlet":
        from realtime.hardening.web import EventletWeb  # noqa: PLC0415

        return EventletWeb()
    from realtime.threaded import ThreadedWeb  # noqa: PLC0415

    return ThreadedWeb()


def assemble(settings: Settings) -> tuple[Flask, Live]:
    """The application with its sockets attached. Raises: SettingsError with what is missing."""
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    for name in SILENCED:
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        app = create_app(settings)
    except RuntimeError as error:  # texts not compiled, interface not built: they say what to do
        raise SettingsError(str(error)) from error
    if settings.async_mode != "eventlet":
        return app, attach(app, settings)
    from realtime.hardening.attachment import attach_with_lanes  # noqa: PLC0415

    return app, attach_with_lanes(app, settings)
