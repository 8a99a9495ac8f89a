"""Bells between processes: their bytes, and how a process without sockets rings them.

A bell tells the other processes what one committed or learnt, over one Redis channel; the database is the
truth, a bell only makes them look sooner. The layout of a message, `varint` as in `documents/wire.py`:

    byte version, 8 bytes origin, then (byte kind, varint length, body)*

The origin is random, one per process. This module knows the kinds that tell of domain events, whose body is
a JSON object; the live server adds its own. A message that does not follow the layout is dropped whole.
"""

import hashlib
import json
import logging
import os
import time
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any, cast

from redis import Redis
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry

from models.board.reader import write_varint
from models.events import (
    AccessChanged,
    BoardChanged,
    CommentsChanged,
    DocumentAppended,
    DocumentReplaced,
    Notified,
    RoundsChanged,
    SessionEnded,
    WorkshopChanged,
    subscribe,
)
from workspace.settings import Settings
from workspace.web.documents.wire import Malformed, read_varint

log = logging.getLogger("etabli.bells")

VERSION = 1
ORIGIN_BYTES = 8
MAX_MESSAGE_BYTES = 1 << 20
SECONDS = 1.0  # to connect to Redis and to be answered
PAUSE_SECONDS = 2.0

Event = (
    SessionEnded
    | AccessChanged
    | BoardChanged
    | CommentsChanged
    | DocumentAppended
    | DocumentReplaced
    | Notified
    | RoundsChanged
    | WorkshopChanged
)
EVENT_KINDS: dict[int, type[Event]] = {
    ord("S"): SessionEnded,
    ord("A"): AccessChanged,
    ord("B"): BoardChanged,
    ord("R"): DocumentReplaced,
    ord("E"): DocumentAppended,
    ord("V"): RoundsChanged,
    ord("K"): CommentsChanged,
    ord("T"): WorkshopChanged,
    ord("N"): Notified,
}
_KIND_OF = {event_type: kind for kind, event_type in EVENT_KINDS.items()}
_MAY_BE_NONE = frozenset({AccessChanged})


def channel_of(settings: Settings) -> str:
    """The channel of this installation: processes that share a secret key share it, others do not."""
    return f"etabli:{hashlib.sha256(b'bells' + settings.secret_key.encode()).hexdigest()[:24]}"


def connect(url: str) -> "Redis":
    """A client that gives up soon and tries nothing again by itself."""
    return Redis.from_url(
        url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS, retry=Retry(NoBackoff(), 0), protocol=2
    )


def is_reachable(url: str) -> bool:
    """Whether Redis answers; waits a second at most."""
    try:
        with connect(url) as redis:
            return bool(redis.ping())
    except (RedisError, OSError):
        return False


def frame(kind: int, body: bytes) -> bytes:
    """One bell in a message."""
    return bytes((kind,)) + write_varint(len(body)) + body


def message(origin: bytes, frames: Iterable[bytes]) -> bytes:
    """A message of `origin` (8 bytes)."""
    return bytes((VERSION,)) + origin + b"".join(frames)


def split(content: bytes) -> tuple[bytes, list[tuple[int, bytes]]]:
    """The origin of a message, and the kind and body of each bell in it. Raises: Malformed."""
    start = 1 + ORIGIN_BYTES
    if not start <= len(content) <= MAX_MESSAGE_BYTES or content[0] != VERSION:
        raise Malformed("message")
    bells = []
    at = start
    while at < len(content):
        size, body = read_varint(content, at + 1)
        if size > len(content) - body:
            raise Malformed("bell")
        bells.append((content[at], content[body : body + size]))
        at = body + size
    return content[1:start], bells


def event_frame(event: Event) -> bytes:
    """A domain event as a bell."""
    return frame(_KIND_OF[type(event)], json.dumps(asdict(event)).encode())


def event_of(kind: int, body: bytes) -> Event:
    """The domain event of a bell's body. Raises: Malformed."""
    event_type = EVENT_KINDS[kind]
    fields = json_object(body)
    known = set(event_type.__dataclass_fields__)
    ids = [value for value in fields.values() if value is not None or event_type not in _MAY_BE_NONE]
    if set(fields) != known or not ids or not all(map(is_id, ids)):
        raise Malformed(event_type.__name__)
    event = event_type(**fields)
    if isinstance(event, AccessChanged) and (event.user_id is None) == (event.guest_id is None):
        raise Malformed("AccessChanged")
    return event


def json_object(body: bytes) -> dict[str, Any]:
    """The JSON object of a body. Raises: Malformed."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("json") from error
    if not isinstance(value, dict):
        raise Malformed("object expected")
    return cast("dict[str, Any]", value)


def is_id(value: object) -> bool:
    """Whether `value` may be the id of a row."""
    return isinstance(value, int) and not isinstance(value, bool) and 0 < value < 2**63


class Ringer:
    """Tells the web processes what a command or the worker did. Never raises; waits a second at most."""

    def __init__(self, redis: "Redis", channel: str, origin: bytes) -> None:
        self._redis = redis
        self._channel = channel
        self._origin = origin
        self._silent_until = 0.0

    def ring(self, event: Event) -> None:
        """Publish; while Redis is away the web processes find out by asking the database."""
        if time.monotonic() < self._silent_until:
            return
        try:
            self._redis.publish(self._channel, message(self._origin, [event_frame(event)]))
        except RedisError as error:
            self._silent_until = time.monotonic() + PAUSE_SECONDS
            log.warning("Redis is away: %s", type(error).__name__)


def announce(settings: Settings) -> None:
    """Ring for every event committed by this process. Needs `redis_url`."""
    ringer = Ringer(connect(settings.redis_url), channel_of(settings), os.urandom(ORIGIN_BYTES))
    for event_type in _KIND_OF:
        subscribe(event_type, ringer.ring)
