"""Redis, PostgreSQL or a web process gone while people write: nothing lost, nothing doubled.

All go through the proxy. In the normal mode Redis is away for five seconds and the promised times are
multiplied by `PATIENCE`, because other programs run; with ETABLI_LONG=1 it is away for thirty, and the times
are those promised.
"""

import os
import time
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from models.partner import ShareLink
from tests.live.fleet import Fleet
from tests.live.live_support import PATIENCE, Driver, eventually
from tests.scale.scale_support import Door

pytestmark = pytest.mark.live
IS_LONG = os.environ.get("ETABLI_LONG") == "1"
REDIS_AWAY_SECONDS = 30 if IS_LONG else 5
WRITERS = 12


@pytest.fixture
def writers(proxy: Door, driver: Driver) -> Iterator[Fleet]:
    """A dozen people writing through the proxy, who come back by themselves."""
    fleet = Fleet(driver, proxy, WRITERS, backoff=(200, 1000)).enter()
    fleet.write("w")
    fleet.await_acked(2 * WRITERS)
    yield fleet
    fleet.quit()


def _go_on_for(fleet: Fleet, seconds: float) -> None:
    """Edits are acknowledged all along."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        fleet.await_acked(fleet.acked() + WRITERS)


def test_redis_gone_while_people_write_loses_nothing(writers: Fleet, proxy: Door) -> None:
    proxy.stack.redis.kill()
    _go_on_for(writers, REDIS_AWAY_SECONDS)
    proxy.stack.start_redis()
    writers.check(2.0 * PATIENCE)


def test_access_ends_within_seconds_while_redis_is_gone(proxy: Door, driver: Driver) -> None:
    guest = driver.client().enter(proxy.at("web1").sign_in("reader"))
    person = proxy.at("web2").sign_in("alice")
    proxy.stack.redis.kill()
    since = time.time()
    link = proxy.world.guests["reader"].link_id
    path = f"/projects/{proxy.world.project.id}/links/{link}/revoke"
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert person.post(path, urlencode({}).encode(), **form).status in (302, 303)
    eventually(lambda: not guest.is_connected(), what="disconnection")
    assert guest.await_event("disconnect")["at"] / 1000 - since <= 1.0 * PATIENCE
    proxy.stack.start_redis()


def test_postgresql_that_crashes_and_comes_back_loses_and_doubles_nothing(
    writers: Fleet, proxy: Door
) -> None:
    proxy.stack.postgres.stop("immediate")
    proxy.stack.postgres.start()
    acked = writers.acked()
    writers.await_acked(acked + 1, 3.0 * PATIENCE)
    found = writers.check()
    assert found["acked"] > acked


def test_killed_process_s_people_go_on_in_the_others(writers: Fleet, proxy: Door) -> None:
    proxy.stack.web["web2"].kill()
    writers.await_connected(5.0 * PATIENCE)
    writers.check(5.0 * PATIENCE)
    proxy.stack.start_web("web2")
    proxy.stack.await_web("web2")


def test_processes_replaced_one_after_the_other_lose_nobody_s_edit(writers: Fleet, proxy: Door) -> None:
    """At any time two of three are told to end, or are starting."""
    former = None
    for name, process in proxy.stack.web.items():
        process.terminate()
        assert process.wait() == 0
        proxy.stack.start_web(name)
        if former is not None:
            proxy.stack.await_web(former)
        former = name
    proxy.stack.await_web(name)
    writers.await_acked(writers.acked() + WRITERS)
    writers.check()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_thousand_people_who_come_back_at_once_are_served(proxy: Door, driver: Driver) -> None:
    with proxy.transaction() as session:
        session.execute(update(ShareLink).values(max_uses=2000))  # a third of them are guests
    fleet = Fleet(driver, proxy, 1000, backoff=(200, 2000)).enter(120)
    for process in proxy.stack.web.values():
        process.kill()
    for name in proxy.stack.web:
        proxy.stack.start_web(name)
    for name in proxy.stack.web:
        proxy.stack.await_web(name)
    started = time.monotonic()
    fleet.await_connected(120)
    took = time.monotonic() - started
    fleet.quit()
    assert took <= 15.0, f"a thousand people were back {took:.1f} s after the processes"
