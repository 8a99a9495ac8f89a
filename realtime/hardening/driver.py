"""engineio's WebSocket driver, replaced: the handshake, then the life of one lane.

engineio calls the driver with `handler`, the bound `Socket._websocket_handler` of its client. That loop,
the queue it reads and the greenlet that writes are not used: what engineio puts in the queue is written
to the lane at once, and whole messages go to Socket.IO from here.
"""

import base64
import hashlib
import importlib
import logging
import socket
from collections.abc import Callable, Iterable
from typing import Any, Protocol

from engineio import packet as engine_packet
from engineio.socket import Socket as EngineSocket

from realtime import frames
from realtime.hardening.heartbeat import Heartbeat
from realtime.hardening.hub import Hub
from realtime.hardening.intake import Intake
from realtime.hardening.lane import HotPair, Inbound, Lane
from realtime.hardening.limits import MAX_JOINING, MAX_JOINING_PER_ADDRESS, Limits
from realtime.hardening.waiting import Waiting

log = logging.getLogger("etabli.lane")

WEBSOCKET_GUID = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MAX_ATTACHMENTS = 1
MAX_CONNECT_PACKETS = 3
PING_FRAME = frames.build_message(str(engine_packet.PING))


UPGRADE = "etabli.upgrade"


class Upgrade(Protocol):
    """How a request leaves HTTP: each web server of ours puts one at environ[UPGRADE]."""

    def take(self, answer: bytes, seconds: float) -> socket.socket:
        """Write `answer` within `seconds` and give the system's socket; the server writes nothing more.

        The connection counts as idle from then on: a graceful stop of the server may shut it.
        """
        ...


def install(hub: Hub, intake: Intake, limits: Limits, hot: HotPair, hot_headers: frozenset[str]) -> None:
    """Make engineio use lanes, and one heartbeat for all, for every WebSocket of this process."""
    heartbeat = Heartbeat(hub, _ping)

    joining = Waiting("a Socket.IO CONNECT", MAX_JOINING_PER_ADDRESS, MAX_JOINING)

    def make_driver(handler: Callable[..., Any], server: Any) -> LaneDriver:
        engine_socket = handler.__self__  # type: ignore[attr-defined]
        return LaneDriver(hub, intake, engine_socket, server, joining, limits, hot, hot_headers)

    def schedule_ping(engine_socket: Any) -> None:
        heartbeat.schedule(engine_socket)

    driver_table(hub.mode)["websocket"] = make_driver
    EngineSocket.schedule_ping = schedule_ping


def driver_table(mode: str) -> dict[str, Any]:
    """What engineio asks of an async library, by name."""
    driver = importlib.import_module(f"engineio.async_drivers.{mode}")
    table: dict[str, Any] = driver._async  # noqa: SLF001 - the only seam
    return table


def lane_of(server: Any, engine_sid: str) -> Lane | None:
    """The lane of an engineio client, None if it is gone."""
    engine_socket = server.sockets.get(engine_sid)
    queue = getattr(engine_socket, "queue", None)
    return queue.lane if isinstance(queue, LaneQueue) else None


def _ping(engine_socket: Any) -> None:
    if isinstance(engine_socket.queue, LaneQueue):
        engine_socket.queue.lane.write(PING_FRAME)


class LaneQueue:
    """Stands where engineio keeps a client's packets: what is put is written at once."""

    def __init__(self, lane: Lane) -> None:
        self.lane = lane

    def put(self, packet: Any) -> None:
        """Write `packet`; None ends the connection."""
        if packet is None:
            self.lane.close()
        else:
            self.lane.write(frames.build_message(packet.encode()))

    def join(self) -> None:
        """engineio waits here for the reader; nothing waits in a lane."""


class LaneDriver:
    """The WSGI application that engineio runs for one WebSocket."""

    def __init__(
        self,
        hub: Hub,
        intake: Intake,
        engine_socket: Any,
        server: Any,
        joining: Waiting,
        limits: Limits,
        hot: HotPair,
        hot_headers: frozenset[str],
    ) -> None:
        self._hub = hub
        self._intake = intake
        self._engine_socket = engine_socket
        self._server = server
        self._joining = joining
        self._limits = limits
        self._hot = hot
        self._hot_headers = hot_headers
        self._connect_packets = 0

    def __call__(self, environ: dict[str, Any], _start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Shake hands and serve until the connection ends."""
        upgrade: Upgrade = environ[UPGRADE]
        answer = self._answer(environ["HTTP_SEC_WEBSOCKET_KEY"])
        try:
            sock = upgrade.take(answer, self._limits.connect_seconds)
        except OSError:
            self._engine_socket.close(wait=False, abort=True)
            raise
        lane = Lane(self._hub, self._intake, sock, self._limits, self._hot, self._hot_headers)
        lane.place = self._joining.enter(environ.get("REMOTE_ADDR", ""), lane.abort)
        self._serve(lane)
        return []

    @staticmethod
    def _answer(key: str) -> bytes:
        # The handshake has passed `realtime.gate`.
        digest = base64.b64encode(hashlib.sha1(key.encode() + WEBSOCKET_GUID, usedforsecurity=False).digest())
        return (
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + digest + b"\r\n\r\n"
        )

    def _serve(self, lane: Lane) -> None:
        engine_socket = self._engine_socket
        waiting, engine_socket.queue = engine_socket.queue, LaneQueue(lane)
        engine_socket.connected = engine_socket.upgraded = True
        while not waiting.empty():
            engine_socket.queue.put(waiting.get())
        lane.start()
        while (message := lane.next_message()) is not None:
            try:
                # A hot message that had to wait for its turn is handled as those that had not.
                if not (isinstance(message, tuple) and self._hot(lane, *message)):
                    self._deliver(message)
            except Exception as error:  # noqa: BLE001 - whatever a peer's bytes break ends this peer only
                log.info("connection closed: malformed message (%s)", type(error).__name__)
                lane.close(frames.POLICY, "malformed message")
        engine_socket.close(wait=False, abort=True, reason=self._server.reason.TRANSPORT_CLOSE)
        lane.wait_closed()

    def _deliver(self, message: Inbound) -> None:
        if isinstance(message, tuple):
            header, attachment = message
            self._deliver(header)
            self._deliver(attachment)
            return
        packet = engine_packet.Packet(encoded_packet=message)
        if packet.packet_type == engine_packet.MESSAGE:
            if isinstance(message, str):
                self._check_socketio(message[1:])
            self._server.handlers["message"](self._engine_socket.sid, packet.data)
        elif packet.packet_type in (engine_packet.PONG, engine_packet.CLOSE):
            self._engine_socket.receive(packet)
        else:
            raise ValueError("unexpected Engine.IO packet")

    def _check_socketio(self, packet: str) -> None:
        """Refuse what Socket.IO would store without bound: attachments, and endless CONNECTs."""
        kind = packet[:1]
        if kind == "0":
            self._connect_packets += 1
            if self._connect_packets > MAX_CONNECT_PACKETS:
                raise ValueError("too many CONNECT packets")
        elif kind in ("5", "6"):
            count, dash, _rest = packet[1:4].partition("-")
            if not dash or not count.isdigit() or int(count) > MAX_ATTACHMENTS:
                raise ValueError("too many attachments")
