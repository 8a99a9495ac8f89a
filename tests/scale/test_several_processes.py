"""Three web processes, one board: people converge, and what one process learns all know within a second."""

import statistics
import time
from urllib.parse import urlencode

import pytest

from models.membership import Membership
from realtime.sockets import GAP_SECONDS
from tests.factories import make_user
from tests.live.fleet import Fleet
from tests.live.live_support import PATIENCE, Driver, Person, YjsClient, eventually
from tests.scale.scale_support import Door, command, connections

pytestmark = pytest.mark.live
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
PROCESSES = ("web1", "web2", "web3")


def _submit(person: Person, path: str, **fields: str) -> float:
    """Send a form; gives when it was answered: from then on it is in force everywhere within a second."""
    answer = person.post(path, urlencode(fields).encode(), **FORM)
    assert answer.status in (302, 303), (answer.status, answer.body[:300])
    return time.time()


def _enter_everywhere(proxy: Door, driver: Driver, name: str) -> list[YjsClient]:
    """One person, one login session, one socket in each process."""
    person = proxy.sign_in(name)
    return [
        driver.client().enter(Person(proxy.at(where), name, person.token, person.login_session_id))
        for where in PROCESSES
    ]


def _is_cut(client: YjsClient, since: float, seconds: float = 1.0) -> None:
    eventually(lambda: not client.is_connected(), what="disconnection")
    assert client.await_event("disconnect")["at"] / 1000 - since <= seconds * PATIENCE
    assert client.events("x")[-1]["kind"] == "revoked"


def test_people_behind_the_proxy_are_spread_and_converge(proxy: Door, driver: Driver) -> None:
    fleet = Fleet(driver, proxy, 12, backoff=(200, 1000)).enter()
    assert min(connections(proxy.stack).values()) >= 4, "four sockets each"
    fleet.write("spread")
    fleet.await_acked(120)
    assert fleet.check()["acked"] >= 120
    fleet.quit()


def test_edits_go_back_and_forth_between_processes_at_once(proxy: Door, driver: Driver) -> None:
    """By asking the database every second, most of them would take longer."""
    clients = [driver.client().enter(proxy.at(where).sign_in("alice")) for where in PROCESSES]
    took = []
    for number in range(30):
        writer, reader = clients[number % 3], clients[(number + 1) % 3]
        started = time.monotonic()
        writer("note", id=f"n{number}", text=str(number))
        eventually(lambda reader=reader, key=f"n{number}": key in reader.objects(), what="the other's note")
        took.append(time.monotonic() - started)
    assert statistics.median(took) < GAP_SECONDS / 3
    first, *others = clients
    eventually(lambda: all(one.objects() == first.objects() for one in others), what="convergence")
    seqs = [row.seq for row in proxy.rows()]
    assert seqs == list(range(1, len(seqs) + 1)), "every number once, none left out"


def test_signing_out_in_one_process_cuts_that_sessions_sockets_in_all(proxy: Door, driver: Driver) -> None:
    person = proxy.at("web1").sign_in("bob")
    sockets = [
        driver.client().enter(Person(proxy.at(where), "bob", person.token, person.login_session_id))
        for where in PROCESSES
    ]
    stays = driver.client().enter(proxy.at("web2").sign_in("bob"))
    since = _submit(person, "/sign-out")
    for client in sockets:
        _is_cut(client, since)
    assert stays.is_connected()


def test_freezing_in_one_process_is_obeyed_in_all(proxy: Door, driver: Driver) -> None:
    clients = _enter_everywhere(proxy, driver, "bob")
    since = _submit(
        proxy.at("web2").sign_in("alice"), f"/boards/{proxy.world.board.id}/switch", switch="frozen", on="1"
    )
    for number, client in enumerate(clients):
        assert client.await_event("x", kind="frozen")["at"] / 1000 - since <= 1.0 * PATIENCE
        client("note", id=f"on-ice-{number}", text="figé")
        assert client.await_event("r")["code"] == "frozen"


def test_membership_ended_by_a_command_ends_access_in_all_processes(proxy: Door, driver: Driver) -> None:
    with proxy.transaction() as session:
        leaver = make_user(session, "awa")
        team = session.merge(proxy.world.team)
        membership = Membership(user_id=leaver.id, role="learner", team_id=team.id)
        session.add(membership)
        session.flush()
        proxy.world.people["awa"] = leaver
    clients = _enter_everywhere(proxy, driver, "awa")
    since = command(
        proxy.stack,
        proxy.world.manager,
        "from workspace.services.memberships import withdraw_from_cohort",
        f"withdraw_from_cohort(session, actor, {proxy.world.cohort.id}, {membership.id})",
    )
    for client in clients:
        _is_cut(client, since)


def test_revoked_link_disconnects_guests_in_every_process(proxy: Door, driver: Driver) -> None:
    guests = _enter_everywhere(proxy, driver, "guest")
    link = proxy.world.guests["guest"].link_id
    since = _submit(
        proxy.at("web3").sign_in("alice"), f"/projects/{proxy.world.project.id}/links/{link}/revoke"
    )
    for guest in guests:
        _is_cut(guest, since)
