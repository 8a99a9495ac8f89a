"""The engine and the two ways to use it: `reading()` and `transaction()`.

`transaction()` commits, closes, then publishes the domain events recorded in it; nothing is emitted
inside a transaction. SQLite has one writer: a process-wide lock is taken before BEGIN IMMEDIATE, so
that no thread or greenlet ever waits for the database's own lock (that wait would freeze the hub). Should
another process (the worker, a command) be writing, BEGIN IMMEDIATE is tried again, with sleeps in between
that let the others of this process go on.
"""

import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from functools import partial
from typing import Any, cast

from sqlalchemy import Connection, CursorResult, Engine, Result, create_engine, event
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from models.audit import append_noted, take_refusals
from models.events import publish, take_events

BUSY_MILLISECONDS = 2000
WRITER_WAIT_SECONDS = 5.0
WRITER_POLL_SECONDS = 0.002
AUTOCHECKPOINT_FRAMES = 1000


def _commit_here(commit: Callable[[], None]) -> None:
    commit()


run_commit: Callable[[Callable[[], None]], None] = _commit_here
"""How a SQLite commit is called: it waits for the disk, so the entry point puts a thread behind it."""


class _Connection(sqlite3.Connection):
    """A connection whose commits go where `run_commit` says."""

    def commit(self) -> None:
        """See sqlite3."""
        run_commit(super().commit)


class Database:
    """An engine with its writer lock."""

    def __init__(self, url: str, *, pool_size: int = 20) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")
        options: dict[str, Any] = (
            {"connect_args": {"factory": _Connection}}
            if self.is_sqlite
            else {"pool_size": pool_size, "max_overflow": 10}
        )
        # Parameters are hidden: an error that is logged must carry no content.
        self.engine: Engine = create_engine(
            url, pool_pre_ping=not self.is_sqlite, hide_parameters=True, **options
        )
        self.make_session = sessionmaker(self.engine, expire_on_commit=False, autoflush=True)
        self.writer_lock = threading.Lock()
        self.autocheckpoint_frames = AUTOCHECKPOINT_FRAMES
        """How many pages SQLite's log may hold before a commit copies them; 0 when somebody else does."""
        self.appender: Connection | None = None
        """SQLite's connection for the hottest rows, kept open: used under `writer_lock` only."""
        if self.is_sqlite:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", partial(_begin_sqlite, self))

    def dispose(self) -> None:
        """Close every connection."""
        if self.appender is not None:
            self.appender.close()
            self.appender = None
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # the driver must not open transactions by itself
    cursor = connection.cursor()
    # secure_delete: what is deleted is overwritten, so that erased text is not left in free pages.
    for pragma in (
        f"busy_timeout={BUSY_MILLISECONDS}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        "secure_delete=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(db: Database, connection: Any) -> None:
    options = connection.get_execution_options()
    driver = connection.connection.driver_connection
    if options.get("sqlite_begin") != "IMMEDIATE":
        _set_pragma(connection, "busy_timeout", BUSY_MILLISECONDS)
        driver.execute("BEGIN DEFERRED")
        return
    _set_pragma(connection, "synchronous", "FULL" if options.get("sqlite_durable", True) else "NORMAL")
    _set_pragma(connection, "busy_timeout", 0)
    _set_pragma(connection, "wal_autocheckpoint", db.autocheckpoint_frames)
    _begin_immediate(driver)


def _set_pragma(connection: Any, name: str, value: object) -> None:
    if connection.info.get(name) != value:
        connection.connection.driver_connection.execute(f"PRAGMA {name}={value}")
        connection.info[name] = value


def _begin_immediate(driver: Any) -> None:
    deadline = time.monotonic() + WRITER_WAIT_SECONDS
    while True:
        try:
            driver.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise OperationalError("BEGIN IMMEDIATE", {}, error) from error
            time.sleep(WRITER_POLL_SECONDS)
        else:
            return


_current: list[Database] = []


def configure(url: str) -> Database:
    """Make `url` the database of this process; the previous engine is disposed of."""
    if _current:
        _current.pop().dispose()
    _current.append(Database(url))
    return _current[0]


def database() -> Database:
    """The database of this process."""
    return _current[0]


def affected(result: Result[Any]) -> int:
    """How many rows an UPDATE or DELETE touched."""
    return cast("CursorResult[Any]", result).rowcount


@contextmanager
def transaction(*, durable: bool = True) -> Iterator[Session]:
    """A session that commits at the end and then publishes its events; any exception rolls it back.

    Without `durable`, SQLite does not wait for the disk: a power cut may undo it, a killed process does not.
    """
    db = database()
    session = db.make_session()
    try:
        with db.writer_lock if db.is_sqlite else nullcontext():
            try:
                if db.is_sqlite:
                    session.connection(
                        execution_options={"sqlite_begin": "IMMEDIATE", "sqlite_durable": durable}
                    )
                yield session
                append_noted(session)
                session.commit()
                events = take_events(session)
            except BaseException:
                session.rollback()
                raise
            finally:
                session.close()
    except BaseException:
        _keep_refusals(session)
        raise
    publish(events)


def _keep_refusals(undone: Session) -> None:
    refusals = take_refusals(undone)
    if refusals:
        with transaction() as session:
            append_noted(session, refusals)


@contextmanager
def reading() -> Iterator[Session]:
    """A session that only reads: closing it rolls back, and keeps what was loaded readable."""
    session = database().make_session()
    try:
        yield session
    finally:
        session.close()
