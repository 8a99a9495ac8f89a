"""Pings every client from one greenlet.

engineio keeps one more greenlet per client, asleep until its next ping, and a task that looks at each client
in turn. Here two queues in order of time do: who is to be pinged, and who has to have answered.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from realtime.hardening.hub import Hub

log = logging.getLogger("etabli.lane")

TICK_SECONDS = 1.0
PINGS_PER_TURN = 64


class Heartbeat:
    """The clients of one engineio server; `ping` writes one ping."""

    def __init__(self, hub: Hub, ping: Callable[[Any], None]) -> None:
        self._hub = hub
        self._ping = ping
        self._is_running = False
        # (when, server, engineio id): ids, so that a client who left is not kept in memory.
        self._to_ping: deque[tuple[float, Any, str]] = deque()
        self._to_answer: deque[tuple[float, Any, str, float]] = deque()

    def schedule(self, engine_socket: Any) -> None:
        """Stands for `engineio.socket.Socket.schedule_ping`: at the start, and on each PONG.

        A PONG that nobody asked for counts for nothing.
        """
        if not engine_socket.last_ping:
            return
        engine_socket.last_ping = None
        server = engine_socket.server
        self._to_ping.append((time.monotonic() + server.ping_interval, server, engine_socket.sid))
        if not self._is_running:
            self._is_running = True
            self._hub.spawn(self._run)

    def _run(self) -> None:
        while self._to_ping or self._to_answer:
            time.sleep(TICK_SECONDS)
            try:
                self.beat(time.monotonic())
            except Exception:
                log.exception("heartbeat failed")  # without it, all clients would be lost
        self._is_running = False

    def beat(self, now: float) -> None:
        """Ping those whose time has come, end those who have not answered."""
        count = 0
        while self._to_ping and self._to_ping[0][0] <= now:
            _when, server, sid = self._to_ping.popleft()
            engine_socket = server.sockets.get(sid)
            if engine_socket is None or engine_socket.closing or engine_socket.closed:
                continue
            engine_socket.last_ping = time.time()
            self._to_answer.append((now + server.ping_timeout, server, sid, engine_socket.last_ping))
            self._ping(engine_socket)
            count += 1
            if count % PINGS_PER_TURN == 0:
                self._hub.pause()
        while self._to_answer and self._to_answer[0][0] <= now:
            _when, server, sid, pinged = self._to_answer.popleft()
            engine_socket = server.sockets.get(sid)
            if engine_socket is not None and engine_socket.last_ping == pinged:
                engine_socket.close(wait=False, abort=True, reason=server.reason.PING_TIMEOUT)
                server.sockets.pop(sid, None)
