"""Access that ends reaches open sockets within a second, and rights that change are told."""

import time
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import update

from models.base import utcnow
from models.membership import Membership
from models.people import LoginSession
from tests.live.live_support import PATIENCE, Driver, LiveServer, Person, YjsClient, eventually

pytestmark = [pytest.mark.live, pytest.mark.both_modes]
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture
def server(own_server: LiveServer) -> LiveServer:
    return own_server


def _submit(person: Person, path: str, **fields: str) -> float:
    """Send a form; gives when it was answered: from then on it is in force."""
    answer = person.post(path, urlencode(fields).encode(), **FORM)
    assert answer.status in (302, 303), (answer.status, answer.body[:300])
    return time.time()


def _is_cut_within(client: YjsClient, seconds: float, since: float) -> None:
    eventually(lambda: not client.is_connected(), what="disconnection")
    assert client.await_event("disconnect")["at"] / 1000 - since <= seconds * PATIENCE
    assert client.events("x")[-1]["kind"] == "revoked"
    assert client.events("x")[-1]["message"]


def test_signing_out_disconnects_that_sessions_sockets_only(server: LiveServer, driver: Driver) -> None:
    here, elsewhere = server.sign_in("alice"), server.sign_in("alice")
    first, second = driver.client().enter(here), driver.client().enter(elsewhere)
    since = _submit(here, "/sign-out")
    _is_cut_within(first, 1.0, since)
    assert second.is_connected()
    assert not first.connect(here, ticket="x" * 43)["ok"]


def test_signing_out_everywhere_disconnects_every_socket(server: LiveServer, driver: Driver) -> None:
    here, elsewhere = server.sign_in("alice"), server.sign_in("alice")
    clients = [driver.client().enter(person) for person in (here, elsewhere)]
    bob = driver.client().enter(server.sign_in("bob"))
    since = _submit(here, "/sign-out-everywhere")
    for client in clients:
        _is_cut_within(client, 1.0, since)
    assert bob.is_connected()


def test_revoked_link_disconnects_its_guests_and_refuses_their_last_edit(
    server: LiveServer, driver: Driver
) -> None:
    alice = server.sign_in("alice")
    guest = driver.client().enter(server.sign_in("guest"))
    other = driver.client().enter(server.sign_in("reader"))
    link = server.world.guests["guest"].link_id
    since = _submit(alice, f"/projects/{server.world.project.id}/links/{link}/revoke")
    _is_cut_within(guest, 1.0, since)
    guest("forget")
    guest("note", id="too-late", text="trop tard")
    assert other.is_connected()
    assert "too-late" not in driver.client().enter(alice).objects()


def test_frozen_board_refuses_edits_until_it_is_thawed(server: LiveServer, driver: Driver) -> None:
    person = server.sign_in("alice")
    alice = driver.client().enter(person)
    path = f"/boards/{server.world.board.id}/switch"
    _submit(person, path, switch="frozen", on="1")
    told = alice.await_event("x", kind="frozen")
    assert told["can"] == ["read"]
    alice("note", id="on-ice", text="figé")
    assert alice.await_event("r")["code"] == "frozen"
    _submit(person, path, switch="frozen", on="0")
    assert alice.await_event("x", kind="unfrozen")["can"] == ["read", "edit"]


def test_board_closed_to_observers_disconnects_them(server: LiveServer, driver: Driver) -> None:
    with server.transaction() as session:
        session.merge(server.world.board).open_to_observers = True
    observer = driver.client().enter(server.sign_in("observer"))
    since = _submit(
        server.sign_in("alice"), f"/boards/{server.world.board.id}/switch", switch="open_to_observers", on="0"
    )
    _is_cut_within(observer, 1.0, since)


@pytest.mark.parametrize("name", ["bob", "observer"])
def test_access_that_ends_by_its_date_ends_without_an_event(
    server: LiveServer, driver: Driver, name: str
) -> None:
    with server.transaction() as session:
        session.merge(server.world.board).open_to_observers = True
    reader = driver.client().enter(server.sign_in(name))
    with server.transaction() as session:
        ends = update(Membership).where(Membership.user_id == server.world.people[name].id)
        session.execute(ends.values(ends_at=utcnow() - timedelta(seconds=1)))
    eventually(lambda: not reader.is_connected(), what="disconnection")
    assert reader.events("x")[-1]["doc"] == server.document_id


def test_session_that_expires_is_disconnected(server: LiveServer, driver: Driver) -> None:
    person = server.sign_in("bob")
    bob = driver.client().enter(person)
    with server.transaction() as session:
        expires = update(LoginSession).where(LoginSession.id == person.login_session_id)
        session.execute(expires.values(expires_at=utcnow() - timedelta(seconds=1)))
    eventually(lambda: not bob.is_connected(), what="disconnection")
