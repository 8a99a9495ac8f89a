"""Sockets live on when their session's token is replaced, and end with a session stolen or unused."""

import http.client
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from models.base import utcnow
from models.people import LoginSession, RetiredToken
from tests.live.live_support import HANG_SECONDS, PATIENCE, Driver, LiveServer, Person, YjsClient, eventually
from workspace.web.guard import COOKIE

pytestmark = [pytest.mark.live, pytest.mark.both_modes]
DAY = timedelta(days=1)


@pytest.fixture
def server(own_server: LiveServer) -> LiveServer:
    return own_server


def _age(person: Person, **columns: timedelta) -> None:
    """Move the times of somebody's session into the past."""
    with person.server.transaction() as session:
        values = {name: utcnow() - by for name, by in columns.items()}
        mine = update(LoginSession).where(LoginSession.id == person.login_session_id)
        session.execute(mine.values(**values))


def _rotate(person: Person) -> Person:
    """Open a page a day after sign-in; gives the person with the new cookie."""
    _age(person, created_at=DAY)
    connection = http.client.HTTPConnection("127.0.0.1", person.server.port, timeout=HANG_SECONDS)
    connection.request("GET", "/about", headers={"Cookie": person.cookie})
    response = connection.getresponse()
    cookies = [value for name, value in response.getheaders() if name == "Set-Cookie"]
    response.read()
    connection.close()
    token = next(value.split(";")[0].split("=", 1)[1] for value in cookies if value.startswith(f"{COOKIE}="))
    assert token != person.token
    return replace(person, token=token)


def _minute_passes(server: LiveServer) -> None:
    with server.transaction() as session:
        session.execute(update(RetiredToken).values(retired_at=utcnow() - timedelta(seconds=61)))


def _is_cut_within(client: YjsClient, seconds: float, since: float) -> None:
    eventually(lambda: not client.is_connected(), what="disconnection")
    assert client.await_event("disconnect")["at"] / 1000 - since <= seconds * PATIENCE


def _snapshot(person: Person) -> int:
    return person.get(f"/documents/{person.server.document_id}/snapshot").status


def test_socket_goes_on_after_a_replacement_and_another_comes_in(server: LiveServer, driver: Driver) -> None:
    before = server.sign_in("alice")
    socket = driver.client().enter(before)
    after = _rotate(before)
    socket("note", id="after-rotation", text="toujours là")
    socket.await_acks()
    assert socket.is_connected()
    second = driver.client().enter(after)
    assert "after-rotation" in second.objects()


def test_former_cookie_serves_requests_under_way_and_then_ends_the_session_with_its_sockets(
    server: LiveServer, driver: Driver
) -> None:
    before = server.sign_in("alice")
    other = driver.client().enter(server.sign_in("alice"))
    socket = driver.client().enter(before)
    after = _rotate(before)
    assert _snapshot(before) == 200
    assert _snapshot(after) == 200
    assert socket.is_connected()
    _minute_passes(server)
    # Memory answers whoever has just joined until the next sweep has seen the new cookie.
    eventually(lambda: _snapshot(before) in (302, 401), what="refusal")
    since = time.time()
    _is_cut_within(socket, 1.0, since)
    assert _snapshot(after) in (302, 401)
    assert other.is_connected()


def test_socket_that_comes_with_a_former_cookie_gives_the_theft_away(
    server: LiveServer, driver: Driver
) -> None:
    before = server.sign_in("alice")
    socket = driver.client().enter(before)
    after = _rotate(before)
    _minute_passes(server)
    ticket = after.ticket()
    since = time.time()
    assert not driver.client().connect(before, ticket=ticket)["ok"]
    _is_cut_within(socket, 1.0, since)


@pytest.mark.parametrize(
    "times", [{"last_seen_at": timedelta(days=7, seconds=1)}, {"expires_at": timedelta(seconds=1)}]
)
def test_session_without_use_or_too_old_loses_its_socket(
    server: LiveServer, driver: Driver, times: dict[str, timedelta]
) -> None:
    person = server.sign_in("bob")
    socket = driver.client().enter(person)
    _age(person, **times)
    eventually(lambda: not socket.is_connected(), what="disconnection")
    assert not driver.client().connect(person, ticket="x" * 43)["ok"]
