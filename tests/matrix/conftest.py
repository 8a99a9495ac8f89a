"""The worlds of the matrix, made once in each test process."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from realtime import registry
from tests.conftest import make_app
from tests.matrix.pages import Site
from tests.matrix.sockets import Sockets


@pytest.fixture(scope="session")
def built_site(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """The site with its worlds, not open yet."""
    folder = tmp_path_factory.mktemp("matrix")
    app: Flask = make_app(f"sqlite:///{folder / 'matrix.sqlite3'}", folder)
    return Site(app, folder, sqlite_template)


@pytest.fixture
def site(built_site: Site, tmp_path: Path) -> Iterator[Site]:
    """The site, open on its first world."""
    make_app(f"sqlite:///{built_site.path}", tmp_path)
    with built_site.open():
        yield built_site


@pytest.fixture(scope="session")
def built_sockets(built_site: Site, tmp_path_factory: pytest.TempPathFactory) -> Sockets:
    """The live side, for the same worlds."""
    return Sockets(built_site, tmp_path_factory.mktemp("sockets"))


@pytest.fixture
def sockets(site: Site, built_sockets: Sockets, monkeypatch: pytest.MonkeyPatch) -> Iterator[Sockets]:
    """The live side of the open site, with no document open yet."""
    assert built_sockets.site is site
    yield built_sockets
    monkeypatch.setattr(registry, "IDLE_SECONDS", -1.0)
    built_sockets.live.rooms.keep_house()
    assert not list(built_sockets.live.rooms), "a document of this world would be taken for one of the next"
