"""Fixtures shared by all tests: a database per test (SQLite, or PostgreSQL with the `postgres` mark),
the application, and people who use it.

No fixture holds an application context around a client: it would leak one person's identity to another.
"""

import gc
import os
import pickle
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from argon2 import PasswordHasher
from flask import Flask
from flask.testing import FlaskClient
from jinja2 import FileSystemBytecodeCache
from limits.storage import MemoryStorage
from playwright.sync_api import Browser, expect, sync_playwright
from sqlalchemy import create_engine, text

import models.session
from models import migrate
from models.authority import load_register
from models.session import configure, database, transaction
from tests import needs, postgres_content
from tests.factories import World, make_world
from workspace.app import create_app
from workspace.extensions import limiter
from workspace.services import passwords
from workspace.services.sessions import open_session
from workspace.settings import load
from workspace.web.guard import COOKIE

BUILD = Path(__file__).resolve().parents[1] / "build"
REGISTER = BUILD / "authorities.json"


# One for all tests of a process: the engine keeps the statements that it compiled, and no connection.
models.session.Database = lru_cache(maxsize=4)(models.session.Database)  # type: ignore[assignment,misc]
# The library's counters are also swept by a thread, which trips over what is forgotten while it sweeps. In a
# server threads take turns; here they do not. What has expired counts no more, swept or not.
MemoryStorage._MemoryStorage__schedule_expiry = lambda _self: None  # type: ignore[attr-defined]


@pytest.fixture(scope="session", autouse=True)
def real_hasher() -> PasswordHasher:
    """How passwords are hashed; the tests' own hashes take no time."""
    real, passwords._hasher = passwords._hasher, PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    passwords._dummy_hash = passwords.hash_password("nobody has this password")
    return real


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty migrated SQLite file, copied for each test."""
    path = tmp_path_factory.mktemp("template") / "template.sqlite3"
    engine = configure(f"sqlite:///{path}").engine
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def register_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A SQLite file with the real register of authorities: nobody writes to it."""
    path = tmp_path_factory.mktemp("register") / "register.sqlite3"
    shutil.copy(sqlite_template, path)
    configure(f"sqlite:///{path}")
    with transaction() as session:
        assert load_register(session, REGISTER)
    with database().engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database().dispose()
    return path


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A migrated PostgreSQL database of this test process, dropped at the end."""
    name = f"etabli_test_{os.getpid()}"
    server = needs.postgres()
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}"'))
        connection.execute(text(f'CREATE DATABASE "{name}"'))
    url = f"{server}/{name}"
    engine = configure(url).engine
    migrate.upgrade(engine)
    yield url
    engine.dispose()
    with admin.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'))
    admin.dispose()


@pytest.fixture(scope="session")
def postgres_world(postgres_url: str) -> tuple[postgres_content.Content, bytes]:
    """What PostgreSQL holds with the small world in it, and that world pickled: made once, for all tests."""
    engine = create_engine(postgres_url)
    postgres_content.restore(engine, postgres_content.NOTHING)
    with transaction() as session:
        made = make_world(session)
    content = postgres_content.capture(engine)
    engine.dispose()
    return content, pickle.dumps(made)


@pytest.fixture(params=["sqlite", "postgresql"])
def any_database_url(request: pytest.FixtureRequest) -> str:
    """Both databases in turn, empty and migrated."""
    if request.param == "sqlite":
        return str(request.getfixturevalue("sqlite_url"))
    url = str(request.getfixturevalue("postgres_url"))
    postgres_content.restore(configure(url).engine, postgres_content.NOTHING)
    return url


@pytest.fixture(scope="session")
def sqlite_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the SQLite database of each test of this process lies."""
    return tmp_path_factory.mktemp("database")


@pytest.fixture
def sqlite_url(sqlite_template: Path, sqlite_folder: Path) -> Iterator[str]:
    """An empty migrated SQLite database."""
    yield _fresh_sqlite(sqlite_template, sqlite_folder)
    database().dispose()


def _fresh_sqlite(template: Path, folder: Path) -> str:
    path = folder / "etabli.sqlite3"
    url = f"sqlite:///{path}"
    configure(url).autocheckpoint_frames = models.session.AUTOCHECKPOINT_FRAMES  # a test may change it
    for former in folder.glob("etabli.sqlite3*"):
        former.unlink()
    shutil.copy(template, path)
    return url


@pytest.fixture(scope="session")
def world_template(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes]:
    """A SQLite file with the small world in it, and that world pickled: made once, copied for each test."""
    folder = tmp_path_factory.mktemp("world")
    _fresh_sqlite(sqlite_template, folder)
    with transaction() as session:
        made = make_world(session)
    with database().engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    database().dispose()
    return folder / "etabli.sqlite3", pickle.dumps(made)


@pytest.fixture
def world(sqlite_url: str, world_template: tuple[Path, bytes], sqlite_folder: Path) -> World:
    """People, a cohort, teams, a problem, a project and a board on SQLite: see tests/factories.py."""
    return _fresh_world(world_template, sqlite_folder)


def _fresh_world(template: tuple[Path, bytes], folder: Path) -> World:
    _fresh_sqlite(template[0], folder)
    made: World = pickle.loads(template[1])  # noqa: S301 - pickled by this process
    return made


@pytest.fixture
def any_world(any_database_url: str, sqlite_folder: Path, request: pytest.FixtureRequest) -> World:
    """The same world on SQLite, then on PostgreSQL."""
    if any_database_url.startswith("sqlite"):
        return _fresh_world(request.getfixturevalue("world_template"), sqlite_folder)
    content, pickled = request.getfixturevalue("postgres_world")  # the first time, made in this database
    postgres_content.restore(database().engine, content)
    made: World = pickle.loads(pickled)  # noqa: S301 - pickled by this process
    return made


@pytest.fixture
def app(sqlite_url: str, tmp_path: Path) -> Flask:
    """The application on the test's SQLite database, rate limits off."""
    return make_app(sqlite_url, tmp_path)


@pytest.fixture
def any_app(any_database_url: str, tmp_path: Path) -> Flask:
    """The application on each database."""
    return make_app(any_database_url, tmp_path)


def _compiled_templates() -> Path:
    """Where templates are kept compiled, for every application of every process and run."""
    folder = BUILD / "templates"
    folder.mkdir(exist_ok=True)
    return folder


_plain_app: list[Flask] = []


def make_app(database_url: str, tmp_path: Path, *, rate_limits: bool = False, **environ: str) -> Flask:
    """An application for tests: CSRF off (its own tests turn it on), rate limits off unless asked for.

    Without further wishes it is the same application for all tests, on another database.
    """
    limiter.enabled = rate_limits  # one object per process
    is_plain = not environ and not rate_limits
    if is_plain and _plain_app:
        configure(database_url)
    else:
        settings = load({"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": database_url, **environ})
        app = create_app(settings)
        app.jinja_env.bytecode_cache = FileSystemBytecodeCache(str(_compiled_templates()))
        if is_plain:
            _plain_app.append(app)
    found = _plain_app[0] if is_plain else app
    found.config.update(TESTING=True, WTF_CSRF_ENABLED=False)
    return found


CHROMIUM_ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


EXPECTED_MS = 30_000
"""How long a page may take to show what it should, on a busy machine: it catches hangs."""
expect.set_options(timeout=EXPECTED_MS)


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """The system's Chromium, headless: one for all tests of a process."""
    path = needs.chromium()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        browser.close()


ClientOf = Callable[..., FlaskClient]


@pytest.fixture
def client_of(app: Flask) -> ClientOf:
    """`client_of(user)` or `client_of(guest=guest)`: a browser signed in as that person; else anonymous."""
    return _client_maker(app)


@pytest.fixture
def any_client_of(any_app: Flask) -> ClientOf:
    """The same on each database."""
    return _client_maker(any_app)


def _client_maker(app: Flask) -> ClientOf:
    def client_of(user: object | None = None, *, guest: object | None = None) -> FlaskClient:
        client = app.test_client()
        if user is not None or guest is not None:
            with transaction() as session:
                token = open_session(
                    session, user_id=getattr(user, "id", None), guest_id=getattr(guest, "id", None)
                )
            client.set_cookie(COOKIE, token)
        return client

    return client_of


@pytest.hookimpl(tryfirst=True)  # before the marks choose
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Whatever uses Chromium is marked so: the quick part never starts one."""
    for item in items:
        if "chromium" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)


def pytest_collection_finish() -> None:
    """What was imported and collected stays: the collector of cycles passes over it, and comes less often."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name what could not run, and why: nothing is skipped silently."""
    skipped = terminalreporter.stats.get("skipped", [])
    reasons = Counter(str(report.longrepr[2]) for report in skipped)
    for reason, count in sorted(reasons.items()):
        terminalreporter.write_line(f"could not run ({count}): {reason}", yellow=True)
