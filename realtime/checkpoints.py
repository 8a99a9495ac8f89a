"""SQLite's write-ahead log goes back into the database by a thread of the system.

Left to itself, SQLite has whoever commits do it, after each 1,000 pages: with a hundred busy boards that is
nearly every commit, and all their people would wait for it.
"""

import logging
import sqlite3
import time
from collections.abc import Callable

from models.session import database

log = logging.getLogger("etabli.realtime")

MANY_FRAMES = 4_000
"""Pages in the log. Above this, writers wait a moment for the rest to be copied: then it begins anew."""

PAUSE_SECONDS = 1.0
BUSY_PAUSE_SECONDS = 0.1


class Checkpoints:
    """See the module. `run` calls an action in the thread and returns when it is done."""

    def __init__(self, run: Callable[[Callable[[], None]], None]) -> None:
        self._run = run
        self._database = database()
        self._connection: sqlite3.Connection | None = None
        self._database.autocheckpoint_frames = 0

    def loop(self, is_stopped: Callable[[], bool]) -> None:
        """Copy from time to time until stopped."""
        while not is_stopped():
            try:
                held = self.take()
            except sqlite3.Error as error:  # a full disk, say: the log holds everything until it is over
                log.warning("the log was not copied into the database: %s", type(error).__name__)
                held = 0
            time.sleep(BUSY_PAUSE_SECONDS if held > MANY_FRAMES // 4 else PAUSE_SECONDS)

    def take(self) -> int:
        """Copy what the log holds; gives how many pages it held."""
        held = self._copy()
        if held > MANY_FRAMES:
            with self._database.writer_lock:
                self._copy()
        return held

    def _copy(self) -> int:
        held = 0

        def copy() -> None:
            nonlocal held
            if self._connection is None:
                path = self._database.engine.url.database or ""
                self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
            held = self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchone()[1]

        self._run(copy)
        return held
