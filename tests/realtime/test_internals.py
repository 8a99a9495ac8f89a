"""The socket lane stands on internals of five libraries: this fails when one of them moves.

When it does: read what changed, adapt `realtime/hardening`, run tests/live, then write the new print here.
"""

import hashlib
import inspect
from importlib.metadata import version
from typing import Any

import engineio
import engineio.packet
import engineio.socket
import eventlet.greenio.base
import eventlet.hubs.hub
import eventlet.tpool
import eventlet.wsgi
import flask_socketio
import gevent._socket3
import gevent.pool
import gevent.pywsgi
import pytest
import socketio
import socketio.base_manager
from eventlet.hubs import poll

from realtime.hardening import web
from realtime.hardening.driver import driver_table

VERSIONS = {
    "eventlet": "0.41.3",
    "python-engineio": "4.15.1",
    "python-socketio": "5.18.1",
    "Flask-SocketIO": "5.7.0",
    "gevent": "26.9.0",
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
    "engineio schedules a ping, that the heartbeat replaces": (
        engineio.socket.Socket.schedule_ping,
        "fe316639159c",
    ),
    "engineio pings": (engineio.socket.Socket._send_ping, "21861287bd38"),
    "engineio counts a silent client out": (engineio.socket.Socket.check_ping_timeout, "ccddc110d983"),
    "engineio's packets": (engineio.packet.Packet, "a0d70ee4777b"),
    "engineio calls its handlers": (engineio.Server._trigger_event, "bc536417c304"),
    "socketio's packets": (socketio.packet.Packet, "e1660ba64e4e"),
    "socketio calls a handler": (socketio.Server._handle_event, "3f64c030f25e"),
    "socketio ends a connection": (socketio.Server._handle_eio_disconnect, "5c0002fcdb35"),
    "socketio knows the engineio client": (
        socketio.base_manager.BaseManager.eio_sid_from_sid,
        "b0c0aeb5430d",
    ),
    "socketio knows who is connected": (socketio.base_manager.BaseManager.is_connected, "d37721466718"),
    "socketio hears a message": (socketio.Server._handle_eio_message, "65f309c138d6"),
    "socketio keeps attachments": (socketio.packet.Packet.add_attachment, "01e024038f3d"),
    "socketio registers a connection": (socketio.Server._handle_connect, "1b0ba130a57d"),
    "Flask-SocketIO calls a handler": (flask_socketio.SocketIO._handle_event, "70d95a741fbd"),
    "eventlet's HTTP server": (eventlet.wsgi.Server, "110a23814365"),
    "eventlet's HTTP protocol": (eventlet.wsgi.HttpProtocol, "c758d0c442ca"),
    "eventlet's hub adds listeners": (eventlet.hubs.hub.BaseHub.add, "5aa4447a94d4"),
    "eventlet's hub removes listeners": (eventlet.hubs.hub.BaseHub.remove, "7af6377b6ec9"),
    "eventlet's hub waits": (poll.Hub.wait, "691d0ecab34b"),
    "eventlet's thread pool": (eventlet.tpool.execute, "b4389614472e"),
    "eventlet's socket has the system's at .fd": (eventlet.greenio.base.GreenSocket.__init__, "691018ed039a"),
    "gevent's HTTP protocol": (gevent.pywsgi.WSGIHandler, "15c94a10fe9c"),
    "gevent's HTTP server gives environments": (gevent.pywsgi.WSGIServer, "861a04562422"),
    "gevent's socket has the system's at ._sock": (gevent._socket3.socket.__init__, "187a3fe6b61a"),
    "gevent's thread pool": (gevent.pool.GroupMappingMixin.apply, "b475c927e47e"),
}


@pytest.mark.parametrize(("name", "expected"), VERSIONS.items())
def test_library_is_the_one_the_lane_was_written_for(name: str, expected: str) -> None:
    assert version(name) == expected


@pytest.mark.parametrize("name", PRINTS)
def test_replaced_internals_have_not_moved(name: str) -> None:
    part, expected = PRINTS[name]
    assert hashlib.sha256(inspect.getsource(part).encode()).hexdigest()[:12] == expected


@pytest.mark.parametrize("mode", ["eventlet", "gevent"])
def test_driver_table_is_where_the_lane_goes(mode: str) -> None:
    assert set(driver_table(mode)) == {"thread", "queue", "queue_empty", "event", "websocket", "sleep"}


def test_states_of_a_connection_are_those_of_eventlet() -> None:
    assert (web.IDLE, web.REQUEST, web.CLOSE) == (
        eventlet.wsgi.STATE_IDLE,
        eventlet.wsgi.STATE_REQUEST,
        eventlet.wsgi.STATE_CLOSE,
    )


def test_loop_of_gevent_is_the_one_the_watches_were_written_for() -> None:
    """Written in C, it has no source to print: tests/realtime/test_hubs.py tells how it acts."""
    assert gevent.config.loop.__module__ == "gevent.libev.corecext"
