"""Nothing slow holds the others: neither a password's hash nor a database that makes us wait."""

import statistics
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from urllib.parse import urlencode

import pytest
from argon2 import PasswordHasher
from sqlalchemy import create_engine, text

from tests.live.live_support import Driver, LiveServer, Person, eventually

pytestmark = pytest.mark.live


def _healthy(server: LiveServer) -> None:
    assert server.request("GET", "/healthz").status == 200


@pytest.mark.both_modes
def test_hashing_passwords_holds_nobody(live_server: LiveServer, real_hasher: PasswordHasher) -> None:
    """Others are answered faster than a password is hashed, here and at the same time."""
    person = Person(live_server, "nobody", "", 0)

    def try_to_sign_in(start: int) -> None:
        for number in range(start, start + 8):
            form = urlencode(
                {"email": f"personne{number}@exemple.fr", "password": "mot de passe faux"}
            ).encode()
            answer = person.post("/sign-in", form, **{"Content-Type": "application/x-www-form-urlencoded"})
            assert answer.status == 422, answer

    try_to_sign_in(0)  # the page's template is compiled once
    done = threading.Event()

    def meanwhile(act: Callable[[], object]) -> list[float]:
        seconds = []
        while not done.is_set():
            started = time.perf_counter()
            act()
            seconds.append(time.perf_counter() - started)
        return seconds

    with ThreadPoolExecutor() as pool:
        tries = [pool.submit(try_to_sign_in, start) for start in (10, 20, 30)]
        answers = pool.submit(meanwhile, lambda: _healthy(live_server))
        hashes = pool.submit(meanwhile, lambda: real_hasher.hash("combien dure un calcul ici"))
        wait(tries)
        done.set()
    for one in tries:
        one.result()
    answer, one_hash = (statistics.median(found.result()) for found in (answers, hashes))
    assert answer < one_hash * 0.75, f"{answer * 1000:.0f} ms beside {one_hash * 1000:.0f} ms"


@pytest.mark.both_modes
@pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)
def test_waiting_for_postgresql_holds_nobody(own_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    engine = create_engine(own_server.database_url)
    waiting = text(
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND wait_event_type = 'Lock'"
    )
    with engine.connect() as connection:
        row = {"id": own_server.document_id}
        connection.execute(text("SELECT id FROM shared_document WHERE id = :id FOR UPDATE"), row)
        alice("note", id="waiting", text="attend que la base la laisse passer")
        with engine.connect() as watcher:
            eventually(lambda: watcher.execute(waiting).scalar_one(), what="somebody who waits")
        for _time in range(20):
            _healthy(own_server)
        assert alice.events("a") == [], "not acknowledged before its commit"
        connection.rollback()
    engine.dispose()
    alice.await_acks()
    assert any(b"waiting" in row.update for row in own_server.rows())


@pytest.mark.parametrize("own_server", ["postgresql"], indirect=True)
def test_database_that_goes_away_costs_no_edit(own_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    bob = driver.client().enter(own_server.sign_in("bob"))
    admin = create_engine(own_server.database_url, isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        for number in range(5):
            alice("note", id=f"through-{number}", text=f"coupure {number}")
            connection.execute(
                text(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            )
            alice("note", id=f"after-{number}", text=f"coupure {number}")
            alice.await_acks()
    admin.dispose()
    eventually(lambda: bob.objects() == alice.objects())
    assert len([key for key in bob.objects() if key.startswith(("through", "after"))]) == 10
    assert alice.events("r") == []
    own_server.kill()
    own_server.start()
    assert driver.client().enter(own_server.sign_in("bob")).objects() == alice.objects()
