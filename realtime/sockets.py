"""Socket.IO for the application: who may connect, and which handler each event has.

`attach()` builds everything that live documents need, in either async mode; the background loops start with
`Live.start()`. Nothing here imports eventlet or gevent.
"""

import logging
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from flask import Flask, abort, request
from flask.typing import ResponseReturnValue
from flask_socketio import ConnectionRefusedError as Refusal
from flask_socketio import SocketIO
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.middleware.proxy_fix import ProxyFix

from models.errors import Refused
from models.policy import Actor, Permission
from realtime import frames, protocol
from realtime.admission import Admission
from realtime.budget import HEAVY_BYTES, WorkBudgets
from realtime.clients import Client, Clients
from realtime.dispatch import Answer, Dispatcher
from realtime.doorbell import RedisDoorbell
from realtime.elsewhere import Elsewhere
from realtime.fanout import Fanout, SingleProcess
from realtime.gate import Gate
from realtime.hearing import Hearing
from realtime.messages import Sentences
from realtime.notifying import Notifying
from realtime.outage import LOOK_EVERY_SECONDS, Outage
from realtime.outbound import Outlet
from realtime.presence import Presence
from realtime.registry import Rooms
from realtime.revocation import Revocation
from realtime.short_way import ShortWay
from realtime.telling import JOINED
from workspace.bells import channel_of
from workspace.i18n import current_locale
from workspace.services.tokens import token_hash
from workspace.settings import Settings
from workspace.web.documents.host import EXTENSION
from workspace.web.guard import COOKIE, public
from workspace.web.security import UsualHeaders

log = logging.getLogger("etabli.realtime")

MAX_MESSAGE_BYTES = 128 * 1024
MAX_SOCKETS_PER_SESSION = 64
JOIN_SECONDS = 0.01  # what a join is taken to cost: its own time would count the waiting for the database
PING_SECONDS = 25
PONG_SECONDS = 20
DRAIN_SECONDS = 1.5
HOUSE_SECONDS = 2.0
GAP_SECONDS = 1.0
MEMORY_SECONDS = 60.0

# Every client event and what it requires; a handler for an event that is not here fails the tests.
# `JOINED`: it acts on a document that this client has joined, and so may read. What clients are told: `TOLD`.
POLICY: dict[str, Permission | str] = {
    protocol.JOIN: Permission.VIEW_BOARD,
    protocol.LEAVE: JOINED,
    protocol.UPDATE: Permission.EDIT_BOARD,
    protocol.PRESENCE: JOINED,
    protocol.SELECTION: JOINED,
    protocol.VIEW: JOINED,
    protocol.FOLLOW: JOINED,
}

# The way to the client of an engineio id; None when it has gone meanwhile.
OutletOf = Callable[[Any, str], Outlet | None]

# Runs until what it is given says that it is over.
Loop = Callable[[Callable[[], bool]], None]


class Live:
    """Everything that is live in this process."""

    def __init__(self, app: Flask, settings: Settings, outlet_of: OutletOf, fanout: Fanout) -> None:
        self.settings = settings
        self.hosts = frozenset(urlsplit(origin).netloc for origin in settings.origins)
        self.outlet_of = outlet_of
        self.sentences = Sentences(app)
        self.clients = Clients()
        self.work = WorkBudgets()
        self.presence = Presence()
        self.rooms = Rooms(fanout, self.presence.people_changed)
        self.revocation = Revocation(self.clients)
        self.elsewhere = Elsewhere(fanout, self.rooms, self.presence)
        self.presence.elsewhere = self.elsewhere
        self.notifying = Notifying(self.clients)
        self.hearing = Hearing(fanout, self.rooms, self.revocation, self.elsewhere, self.notifying)
        self.admission = Admission(self.rooms)
        self.dispatcher = Dispatcher(self.rooms, self.admission, self.presence, self.sentences)
        self.fanout = fanout
        self.cookie = settings.cookie_name(COOKIE)
        app.wsgi_app = ShortWay(app.wsgi_app, self.clients, self.hosts, self.cookie)  # type: ignore[method-assign]
        self.loops: list[Loop] = [self.rooms.follow, self.presence.run, self.revocation.run]
        """What runs in the background until it is told to stop."""
        self.is_stopped = False
        self.socketio = SocketIO(
            app,
            async_mode=settings.async_mode,
            transports=["websocket"],
            cors_allowed_origins=list(settings.origins),
            async_handlers=False,
            manage_session=False,
            max_http_buffer_size=MAX_MESSAGE_BYTES,
            ping_interval=PING_SECONDS,
            ping_timeout=PONG_SECONDS,
            monitor_clients=False,  # the lanes' heartbeat does
            logger=logging.getLogger("etabli.socketio"),
            engineio_logger=logging.getLogger("etabli.engineio"),
        )
        app.wsgi_app = Gate(app.wsgi_app)  # type: ignore[method-assign]
        if settings.trusted_proxies:  # Socket.IO answers before the application's own ProxyFix
            hops = settings.trusted_proxies
            app.wsgi_app = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)  # type: ignore[method-assign]
        app.wsgi_app = UsualHeaders(app.wsgi_app, settings)  # type: ignore[method-assign]
        # Each event is handled in a request context made from its handshake: where the path matches no route,
        # that keeps an exception with its traceback, in a cycle that only a garbage collection ends.
        app.add_url_rule("/socket.io/", "socket", public(_no_page))
        app.extensions[EXTENSION] = self.rooms
        _Handlers(self).register()

    # -- loops ----------------------------------------------------------------------------------

    def start(self) -> None:
        """Start the background loops and listen to what happens."""
        run = self.socketio.start_background_task
        self.hearing.start()
        self.fanout.start(self.hearing, run, self._stopped)
        run(self.rooms.flusher.run)
        for loop in self.loops:
            run(loop, self._stopped)
        run(self.revocation.watch, self._stopped, lambda: self.fanout.is_up)
        run(self._every, GAP_SECONDS, self.rooms.fill_gaps)
        run(self._every, HOUSE_SECONDS, self.rooms.keep_house)
        run(self._every, MEMORY_SECONDS, self.rooms.free_memory)
        run(self._every, HOUSE_SECONDS, self.elsewhere.forget_silent)
        run(self._every, LOOK_EVERY_SECONDS, Outage(self.rooms.flusher, self.clients).look)
        run(self._every, HOUSE_SECONDS, self.rooms.journal.write_due)
        run(self._every, HOUSE_SECONDS, self.notifying.look)

    def _stopped(self) -> bool:
        return self.is_stopped

    def _every(self, seconds: float, action: Callable[[], None]) -> None:
        while not self.is_stopped:
            self.socketio.sleep(seconds)
            try:
                action()
            except Exception:
                log.exception("background work failed")  # the loop must outlive a failing database

    def drain(self) -> None:
        """Tell everybody, finish what was sent, and close: at most `DRAIN_SECONDS` and the goodbyes."""
        for client in self.clients:
            client.say("draining", "draining")
        self.rooms.flusher.wait_idle(DRAIN_SECONDS)
        self.rooms.write_journals()
        self.fanout.stop()
        self.is_stopped = True
        self.rooms.flusher.stop()
        for client in self.clients:
            client.outlet.close(frames.RESTART, "restart")


def _no_page() -> ResponseReturnValue:
    abort(404)


def _hold_back(client: Client, seconds: float) -> None:
    """Let the rest of what this connection sent wait, if its person causes too much work."""
    pause = client.work.spend(seconds)
    if pause:
        time.sleep(pause)


class _Handlers:
    """Flask-SocketIO's side: finds the client, calls the dispatcher."""

    def __init__(self, live: Live) -> None:
        self._live = live

    def register(self) -> None:
        """One handler per event of `POLICY`, and the two of the connection."""
        on = self._live.socketio.on_event
        on("connect", self._connect)
        on("disconnect", self._disconnect)
        on(protocol.JOIN, self._join)
        on(protocol.LEAVE, self._with_client(self._live.dispatcher.leave))
        on(protocol.UPDATE, self._update)
        on(protocol.PRESENCE, self._with_client(self._live.dispatcher.presence))
        on(protocol.SELECTION, self._with_client(self._live.dispatcher.selection))
        on(protocol.VIEW, self._with_client(self._live.dispatcher.view))
        on(protocol.FOLLOW, self._with_client(self._live.dispatcher.follow))
        on("*", self._unknown)

    def _client(self) -> Client | None:
        return self._live.clients.find(request.sid)  # type: ignore[attr-defined]

    def _with_client(self, act: Callable[[Client, object], None]) -> Callable[..., None]:
        def handle(*payload: object) -> None:
            client = self._client()
            if client is not None:
                started = time.thread_time()
                act(client, payload[0] if len(payload) == 1 else None)
                _hold_back(client, time.thread_time() - started)

        return handle

    def _update(self, *payload: object) -> None:
        """A `u` that the lane did not handle: a heavy one, or the first one of a document."""
        client = self._client()
        if client is None:
            return
        self._live.dispatcher.prepare(client)
        update = payload[0] if len(payload) == 1 else None
        if not isinstance(update, bytes) or len(update) <= HEAVY_BYTES:
            self._with_client(self._live.dispatcher.update)(update)
            return
        with self._live.rooms.turnstile.passing() as passage:
            self._live.dispatcher.update(client, update)
        _hold_back(client, passage.seconds)

    def _join(self, *payload: object) -> Answer:
        client = self._client()
        if client is None:
            return {"ok": False, "code": "sign_in"}
        answer, member = self._live.dispatcher.join(client, payload[0] if len(payload) == 1 else None)
        if member is not None and not member.room.is_warm and "edit" in member.rights.can:
            self._live.socketio.start_background_task(self._live.dispatcher.warm_up, member)
        _hold_back(client, JOIN_SECONDS)
        return answer

    def _unknown(self, event: str, *_payload: object) -> Answer:
        client = self._client()
        return self._live.dispatcher.unknown(client, event) if client else {"ok": False, "code": "sign_in"}

    # -- the connection -------------------------------------------------------------------------

    def _is_forged(self) -> bool:
        """Whether a client sent an event with the name of one of the connection's own."""
        sid: str = request.sid  # type: ignore[attr-defined]
        if not self._live.socketio.server.manager.is_connected(sid, "/"):
            return False
        client = self._client()
        if client is not None:
            client.strike("reserved event")
        return True

    def _connect(self, auth: object = None) -> None:
        if self._is_forged():
            return
        live = self._live
        if request.host not in live.hosts:
            raise self._refusal("origin")
        fields = auth if isinstance(auth, dict) else {}
        if fields.get("v") is True or fields.get("v") != protocol.PROTOCOL_VERSION:
            raise self._refusal("version")
        token = request.cookies.get(live.cookie, "")
        actor = self._authenticate(token, fields.get("ticket"))
        if len(live.clients.of_session(actor.login_session_id or 0)) >= MAX_SOCKETS_PER_SESSION:
            raise self._refusal("too_many_sockets")
        sid: str = request.sid  # type: ignore[attr-defined]
        server = live.socketio.server
        engine_sid = server.manager.eio_sid_from_sid(sid, "/")
        outlet = live.outlet_of(server, engine_sid)
        if outlet is None:
            raise self._refusal("unavailable")
        work = live.work.of(actor.key)
        client = Client(sid, actor, outlet, live.sentences, work=work, token_hash=token_hash(token))
        live.clients.add(client)
        outlet.open(client)

    def _authenticate(self, token: str, ticket: object) -> Actor:
        try:
            return self._live.admission.admit(token, ticket)
        except Refused as refusal:
            raise self._refusal(refusal.code) from refusal
        except SQLAlchemyError as error:
            log.warning("database unavailable: %s", type(error).__name__)
            raise self._refusal("unavailable") from error

    def _refusal(self, code: str) -> Refusal:
        return Refusal(self._live.sentences.say(code, current_locale()), {"code": code})

    def _disconnect(self, *_reason: object) -> None:
        if self._is_forged():
            return
        client = self._live.clients.remove(request.sid)  # type: ignore[attr-defined]
        if client is not None:
            client.is_gone = True
            for member in list(client.members.values()):
                member.room.leave(member)


def attach(app: Flask, settings: Settings, outlet_of: OutletOf, fanout: Fanout | None = None) -> Live:
    """Give `app` its live documents."""
    return Live(app, settings, outlet_of, fanout or fanout_of(settings))


def fanout_of(settings: Settings) -> Fanout:
    """The way to the other processes, if the settings name one."""
    if settings.redis_url:
        return RedisDoorbell(settings.redis_url, channel_of(settings))
    return SingleProcess()
