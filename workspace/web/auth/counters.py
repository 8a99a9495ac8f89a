"""Counters that all processes share: in Redis when it is set, else in this process's memory.

While Redis does not answer each process counts by itself, and asks it again after a few seconds.
"""

import logging
import time
from collections.abc import Callable
from typing import TypeVar

from limits.errors import StorageError
from limits.storage import MemoryStorage, Storage, storage_from_string

log = logging.getLogger("etabli.web")

RETRY_SECONDS = 5.0
REDIS_WAIT_SECONDS = 1
Answer = TypeVar("Answer")


class Counters:
    """Numbers by key; each disappears some seconds after it was first counted."""

    def __init__(self, redis_url: str) -> None:
        self._here = MemoryStorage()
        self._shared: Storage | None = None
        self._away_until = 0.0
        if redis_url:
            found = storage_from_string(
                redis_url,
                wrap_exceptions=True,
                socket_timeout=REDIS_WAIT_SECONDS,
                socket_connect_timeout=REDIS_WAIT_SECONDS,
            )
            if not isinstance(found, Storage):
                raise TypeError(redis_url)
            self._shared = found

    def add(self, key: str, amount: int, ttl_seconds: int) -> int:
        """Count, at once; gives the new number. `ttl_seconds` runs from the first count."""
        return self._ask(lambda storage: storage.incr(key, ttl_seconds, amount))

    def get(self, key: str) -> int:
        """The number, 0 when there is none."""
        return self._ask(lambda storage: storage.get(key))

    def seconds_left(self, key: str) -> float:
        """For how long the number still stands."""
        return max(0.0, self._ask(lambda storage: storage.get_expiry(key)) - time.time())

    def forget(self, key: str) -> None:
        """From 0 again."""
        self._ask(lambda storage: storage.clear(key))

    def _ask(self, question: Callable[[Storage], Answer]) -> Answer:
        if self._shared is not None and time.monotonic() >= self._away_until:
            try:
                return question(self._shared)
            except StorageError as error:
                self._away_until = time.monotonic() + RETRY_SECONDS
                log.warning("tries are counted by each process: %s", type(error.storage_error).__name__)
        return question(self._here)
