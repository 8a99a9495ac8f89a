"""Fixtures of the scale tests: one stack for all of them, a board of one's own for each."""

from collections.abc import Iterator
from copy import copy

import pytest
from sqlalchemy import delete

from models.authority import Authority
from models.session import configure, transaction
from tests import needs
from tests.factories import World, make_board, make_world
from tests.live.conftest import DEFAULT_MODE, driver  # noqa: F401 - a fixture
from tests.scale.scale_support import Door
from tools.scale import Missing, Stack, stack


@pytest.fixture(scope="session")
def scaled() -> Iterator[tuple[Stack, World]]:
    """A running stack with a small world in it."""
    made: list[World] = []

    def prepare(running: Stack) -> None:
        configure(running.database_url)
        with transaction() as session:
            session.execute(delete(Authority))  # the world makes its own
            made.append(make_world(session))

    try:
        with stack(demo=False, prepare=prepare, ETABLI_ASYNC_MODE=DEFAULT_MODE) as running:
            yield running, made[0]
    except Missing as missing:
        needs.missing(*str(missing).split(" est introuvable : "))


@pytest.fixture
def proxy(scaled: tuple[Stack, World]) -> Door:
    """The stack's public address, on a board made for this test."""
    running, world = scaled
    own = copy(world)
    door = Door(running, own)
    with door.transaction() as session:
        own.board = make_board(session, world.project, world.alice)
    return door


@pytest.fixture
def live_server(proxy: Door) -> Door:
    """What the live tests call their server: here the proxy, with three processes behind it."""
    return proxy
