"""Fixtures of the live tests: a server process, its people, and Yjs clients in Node."""

import itertools
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import create_engine, text

from tests import needs
from tests.live.live_support import Driver, LiveServer

_numbers = itertools.count(1)

# With this variable, every live test runs on one async mode (`make test-gevent`).
CHOSEN_MODE = os.environ.get("ETABLI_TEST_ASYNC_MODE", "")
DEFAULT_MODE = CHOSEN_MODE or "eventlet"


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """A test marked `both_modes` runs on eventlet, then on gevent, unless one mode was chosen for all."""
    if not CHOSEN_MODE and metafunc.definition.get_closest_marker("both_modes"):
        metafunc.parametrize("async_mode", ["eventlet", "gevent"], indirect=True, scope="module")


@pytest.fixture(scope="module")
def async_mode(request: pytest.FixtureRequest) -> str:
    """The async mode of the servers of a test."""
    return getattr(request, "param", DEFAULT_MODE)


@pytest.fixture(scope="session")
def driver() -> Iterator[Driver]:
    """One Node process for all Yjs clients."""
    driver = Driver()
    yield driver
    driver.close()


@pytest.fixture(scope="session")
def make_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], str]]:
    """Makes an empty database of a kind ('sqlite', 'postgresql') and gives its URL."""
    made: list[str] = []

    def make(kind: str) -> str:
        if kind == "sqlite":
            return f"sqlite:///{tmp_path_factory.mktemp('live') / 'etabli.sqlite3'}"
        name = f"etabli_live_{os.getpid()}_{next(_numbers)}"
        _admin(f'CREATE DATABASE "{name}"')
        made.append(name)
        return f"{needs.postgres()}/{name}"

    yield make
    for name in made:
        _admin(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def _admin(statement: str) -> None:
    engine = create_engine(f"{needs.postgres()}/postgres", isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


@pytest.fixture(scope="module")
def live_server(
    make_database: Callable[[str], str],
    tmp_path_factory: pytest.TempPathFactory,
    async_mode: str,
    request: pytest.FixtureRequest,
) -> Iterator[LiveServer]:
    """A running server for a whole module. Parametrize indirectly with 'sqlite' or 'postgresql'."""
    kind = getattr(request, "param", "sqlite")
    folder = tmp_path_factory.mktemp("data")
    server = LiveServer(folder, make_database(kind), ETABLI_ASYNC_MODE=async_mode).start()
    yield server
    server.stop()


@pytest.fixture
def own_server(
    make_database: Callable[[str], str], tmp_path: Path, async_mode: str, request: pytest.FixtureRequest
) -> Iterator[LiveServer]:
    """A running server for one test, that the test may kill and start again."""
    kind = getattr(request, "param", "sqlite")
    server = LiveServer(tmp_path, make_database(kind), ETABLI_ASYNC_MODE=async_mode).start()
    yield server
    if server.process is not None and server.process.poll() is None:
        server.kill()
