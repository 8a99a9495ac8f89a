"""Puts the process together for one async mode: the web server, the application, its live documents."""

import logging
import sys

from flask import Flask
from sqlalchemy.orm import configure_mappers

from realtime.hardening.attachment import attach_with_lanes
from realtime.hardening.hub import Hub
from realtime.hardening.web import GreenWeb
from realtime.sockets import Live
from realtime.web import Web
from workspace.app import create_app
from workspace.settings import Settings, SettingsError

# Socket.IO logs what clients send, and Engine.IO their malformed packets: neither belongs in a log.
SILENCED = ("etabli.socketio", "etabli.engineio")


def web_for(settings: Settings, hub: Hub) -> Web:
    """The web server of the async mode."""
    if settings.async_mode == "gevent":
        from realtime.hardening.gevent_http import GeventHttp  # noqa: PLC0415

        return GreenWeb(hub, GeventHttp(hub))
    from realtime.hardening.eventlet_http import EventletHttp  # noqa: PLC0415

    return GreenWeb(hub, EventletHttp(hub))


def assemble(settings: Settings, hub: Hub) -> tuple[Flask, Live]:
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
    configure_mappers()  # now: after a restart everybody comes back at once, and would wait for it
    return app, attach_with_lanes(app, settings, hub)
