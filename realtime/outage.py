"""Commits that fail for longer than a moment: a full disk, a database that is away. People are told.

They read on; what they write is kept waiting, then refused, never acknowledged. While commits fail a small
write is tried every second, so that the end is noticed even if nobody writes.
"""

import logging
import time
from collections.abc import Iterable

from sqlalchemy.exc import SQLAlchemyError

from models.base import utcnow
from models.session import transaction
from models.submission import AppState
from realtime.clients import Client
from realtime.flusher import Flusher

log = logging.getLogger("etabli.realtime")

LOOK_EVERY_SECONDS = 1.0
TOLD_AFTER_SECONDS = 2.0
PROBE = "commit_probe"


class Outage:
    """See the module."""

    def __init__(self, flusher: Flusher, clients: Iterable[Client]) -> None:
        self._flusher = flusher
        self._clients = clients
        self._told: set[str] = set()  # by Socket.IO id

    def look(self) -> None:
        """Tell who does not know yet that commits fail, or that they succeed again."""
        since = self._flusher.failing_since
        if since is None:
            self._tell_the_end()
        elif time.monotonic() - since >= TOLD_AFTER_SECONDS:
            self._tell_the_beginning()
            if self._can_write():
                self._flusher.failing_since = None
                self._tell_the_end()

    def _tell_the_beginning(self) -> None:
        for client in self._clients:
            if client.sid not in self._told:
                self._told.add(client.sid)
                client.say("stalled", "stalled")

    def _tell_the_end(self) -> None:
        told, self._told = self._told, set()
        if told:
            log.warning("commits succeed again")
        for client in self._clients:
            if client.sid in told:
                client.say("flowing", "flowing")

    @staticmethod
    def _can_write() -> bool:
        try:
            with transaction() as session:
                session.merge(AppState(name=PROBE, value=utcnow().isoformat()))
        except SQLAlchemyError:
            return False
        return True
