"""Bells through Redis: one channel, a sender that gathers, a listener that comes back by itself.

`ring()` only puts the bell in a queue: the sender's task publishes what has gathered since its last message,
so that a busy process rings less often, not later. While Redis is away bells are dropped; the database is
asked instead (`Rooms.fill_gaps`, `Revocation.sweep`). Every message of this process comes back to it: a
listener that hears nothing, not even its own heartbeat, knows that it is deaf and connects anew.
"""

import logging
import os
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any

from redis.exceptions import RedisError

from realtime import bells
from realtime.fanout import Bell, ByeBell, Listener, Run
from realtime.protocol import Malformed
from workspace.bells import MAX_MESSAGE_BYTES, ORIGIN_BYTES, connect, message, split

log = logging.getLogger("etabli.realtime")

HEARTBEAT_SECONDS = 2.0
DEAF_SECONDS = 5.0
FIRST_PAUSE_SECONDS = 0.1
LONGEST_PAUSE_SECONDS = 1.0
MAX_QUEUED_BELLS = 10_000
MAX_GATHERED_BYTES = MAX_MESSAGE_BYTES // 2
GOODBYE_SECONDS = 0.3
LOG_EVERY_SECONDS = 10.0
FAILURES = (RedisError, OSError)


class RedisDoorbell:
    """See the module, and realtime.fanout.Fanout."""

    def __init__(self, url: str, channel: str) -> None:
        self._url = url
        self._channel = channel
        self._origin = os.urandom(ORIGIN_BYTES)
        self._queue: deque[Bell] = deque()
        self._wake = threading.Event()
        self._is_heard = False
        self._is_sent = True
        self._noted_at = -LOG_EVERY_SECONDS

    @property
    def is_up(self) -> bool:
        """Whether bells go out and come in."""
        return self._is_heard and self._is_sent

    def ring(self, bell: Bell) -> None:
        """See Fanout."""
        if self.is_up and len(self._queue) < MAX_QUEUED_BELLS:
            self._queue.append(bell)
            self._wake.set()

    def start(self, listener: Listener, run: Run, is_stopped: Callable[[], bool]) -> None:
        """See Fanout."""
        run(self._listen, listener, is_stopped)
        run(self._send, is_stopped)

    def stop(self) -> None:
        """See Fanout."""
        self._queue.append(ByeBell())
        self._wake.set()
        deadline = time.monotonic() + GOODBYE_SECONDS
        while self._queue and self.is_up and time.monotonic() < deadline:
            time.sleep(0.01)

    # -- out ------------------------------------------------------------------------------------

    def _send(self, is_stopped: Callable[[], bool]) -> None:
        redis = connect(self._url)
        pause = FIRST_PAUSE_SECONDS
        while not is_stopped():
            self._wake.wait(HEARTBEAT_SECONDS)
            self._wake.clear()
            try:
                while True:
                    redis.publish(self._channel, message(self._origin, self._gathered()))
                    self._is_sent = True
                    if not self._queue:
                        break
                pause = FIRST_PAUSE_SECONDS
            except FAILURES as error:
                self._is_sent = False
                self._queue.clear()
                self._note("Redis is away: %s", type(error).__name__)
                time.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
                self._wake.set()  # to try again with a heartbeat

    def _gathered(self) -> list[bytes]:
        """The bells that wait, oldest first, up to a message's size."""
        frames: list[bytes] = []
        size = 0
        while self._queue and size < MAX_GATHERED_BYTES:
            encoded = bells.encode(self._queue.popleft())
            if len(encoded) > MAX_GATHERED_BYTES:
                log.warning("a bell of %d bytes was left out", len(encoded))
                continue
            frames.append(encoded)
            size += len(encoded)
        return frames

    # -- in -------------------------------------------------------------------------------------

    def _listen(self, listener: Listener, is_stopped: Callable[[], bool]) -> None:
        pause = FIRST_PAUSE_SECONDS
        while not is_stopped():
            redis: Any = connect(self._url)
            try:
                with redis.pubsub() as subscription:
                    subscription.subscribe(self._channel)
                    self._hear_all(subscription, listener, is_stopped)
                pause = FIRST_PAUSE_SECONDS
            except FAILURES as error:
                self._note("Redis is away: %s", type(error).__name__)
            finally:
                self._is_heard = False
                redis.close()
            time.sleep(pause)
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    def _hear_all(self, subscription: Any, listener: Listener, is_stopped: Callable[[], bool]) -> None:
        """Pass on what is heard until the subscription goes silent."""
        while not is_stopped():
            received = subscription.get_message(timeout=DEAF_SECONDS)
            if received is None:
                return
            if received["type"] == "subscribe":
                self._is_heard = True
                self._wake.set()
                listener.connected()
            elif received["type"] == "message":
                self._hear(received["data"], listener)

    def _hear(self, content: bytes, listener: Listener) -> None:
        try:
            origin, framed = split(content)
            if origin == self._origin:
                return
            heard = [bells.decode(kind, body) for kind, body in framed]
        except Malformed as error:
            self._note("a malformed bell was dropped: %s", str(error))
            return
        listener.heard_from(origin)
        for bell in heard:
            if bell is not None:
                try:
                    listener.hear(origin, bell)
                except Exception:
                    log.exception("a bell could not be followed")  # the listener must outlive any bug

    def _note(self, sentence: str, detail: str) -> None:
        """Log a fault, the same kind at most every `LOG_EVERY_SECONDS`."""
        now = time.monotonic()
        if now - self._noted_at >= LOG_EVERY_SECONDS:
            self._noted_at = now
            log.warning(sentence, detail)
