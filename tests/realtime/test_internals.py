"""The socket lane stands on internals of three libraries: this fails when one of them moves.

When it does: read what changed, adapt `realtime/hardening`, run tests/live, then write the new print here.
"""

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import engineio
import engineio.socket
import eventlet.hubs.hub
import eventlet.wsgi
import flask_socketio
import pytest
import socketio
from engineio.async_drivers import eventlet as engine_driver
from eventlet.hubs import poll

VERSIONS = {
    "eventlet": "0.41.3",
    "python-engineio": "4.15.1",
    "python-socketio": "5.18.1",
    "Flask-SocketIO": "5.7.0",
}

# What the lane replaces, or relies on to call it: the first 12 digits of the SHA-256 of the source.
PRINTS: dict[str, tuple[Any, str]] = {
    "engineio calls the driver with a bound handler": (
        engineio.socket.Socket._upgrade_websocket,
        "02f6ac054416",
    ),
    "engineio sends by putting in the queue": (engineio.socket.Socket.send, "f8b2738ee5d4"),
    "engineio closes by putting None and joining the queue": (engineio.socket.Socket.close, "05fac5583199"),
    "engineio's loop, that the lane replaces": (engineio.socket.Socket._websocket_handler, "58afe1227192"),
    "engineio hears PONG and CLOSE": (engineio.socket.Socket.receive, "4126eb2537d0"),
    "engineio opens a client": (engineio.Server._handle_connect, "049f7c2b2c23"),
    "socketio hears a message": (socketio.Server._handle_eio_message, "65f309c138d6"),
    "socketio keeps attachments": (socketio.packet.Packet.add_attachment, "01e024038f3d"),
    "socketio registers a connection": (socketio.Server._handle_connect, "1b0ba130a57d"),
    "Flask-SocketIO calls a handler": (flask_socketio.SocketIO._handle_event, "70d95a741fbd"),
    "eventlet's HTTP server": (eventlet.wsgi.Server, "110a23814365"),
    "eventlet's HTTP protocol": (eventlet.wsgi.HttpProtocol, "c758d0c442ca"),
    "eventlet's hub adds listeners": (eventlet.hubs.hub.BaseHub.add, "5aa4447a94d4"),
    "eventlet's hub removes listeners": (eventlet.hubs.hub.BaseHub.remove, "7af6377b6ec9"),
    "eventlet's hub waits": (poll.Hub.wait, "691d0ecab34b"),
}


@pytest.mark.parametrize(("name", "expected"), VERSIONS.items())
def test_library_is_the_one_the_lane_was_written_for(name: str, expected: str) -> None:
    assert version(name) == expected


@pytest.mark.parametrize("name", PRINTS)
def test_replaced_internals_have_not_moved(name: str) -> None:
    part, expected = PRINTS[name]
    assert hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:12] == expected


def test_driver_table_is_where_the_lane_goes() -> None:
    assert set(engine_driver._async) == {"thread", "queue", "queue_empty", "event", "websocket", "sleep"}
