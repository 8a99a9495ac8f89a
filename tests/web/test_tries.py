"""Who is slowed and who is not: a town hall at nine o’clock, and those who guess. Figures: docs/adr/0016."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from flask import Flask
from sqlalchemy import insert

from models.people import User
from models.session import transaction
from tests.authenticator import PHRASE, turn_on
from tests.clock import Clock
from tests.conftest import make_app
from tests.factories import World
from tests.redis_server import RedisServer
from workspace.services import passwords
from workspace.web.auth import counters, tries

TOWN_HALL = "192.0.2.1"
IN, WRONG, LATER = 302, 422, 429


class Watch:
    """The seconds that the counters read, moved by the test."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.now = 1_800_000_000.0
        moved = SimpleNamespace(time=lambda: self.now, monotonic=lambda: self.now)
        monkeypatch.setattr("limits.storage.memory.time", moved)
        monkeypatch.setattr(counters, "time", moved)

    def wait(self, seconds: float) -> None:
        self.now += seconds


class Door:
    """The sign-in page, as seen from many addresses."""

    def __init__(self, app: Flask, watch: Watch) -> None:
        self.app = app
        self.watch = watch

    def try_once(self, email: str, phrase: str = "pas la bonne", address: str = TOWN_HALL) -> int:
        answer = self.app.test_client().post(
            "/sign-in",
            data={"email": email, "password": phrase},
            environ_overrides={"REMOTE_ADDR": address},
        )
        return answer.status_code

    def patiently(self, email: str, phrase: str, address: str = TOWN_HALL) -> float:
        """Try again each time the page says when; gives how long it took to get in."""
        began = self.watch.now
        for _ in range(20):
            answer = self.app.test_client().post(
                "/sign-in",
                data={"email": email, "password": phrase},
                environ_overrides={"REMOTE_ADDR": address},
            )
            if answer.status_code == IN:
                return self.watch.now - began
            assert answer.status_code == LATER
            self.watch.wait(int(answer.headers["Retry-After"]))
        raise AssertionError("never got in")

    def tries_within(self, seconds: float, emails: list[str], addresses: list[str], every: float) -> int:
        """How many guesses were looked at, of one each `every` seconds, over these in turn."""
        looked_at = 0
        for number in range(int(seconds / every)):
            email, address = emails[number % len(emails)], addresses[number % len(addresses)]
            looked_at += self.try_once(email, address=address) == WRONG
            self.watch.wait(every)
        return looked_at


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    return Watch(monkeypatch)


@pytest.fixture
def door(world: World, sqlite_url: str, tmp_path: Path, watch: Watch) -> Door:
    return Door(make_app(sqlite_url, tmp_path, rate_limits=True), watch)


def people(count: int) -> list[str]:
    """Accounts with the usual password; gives their addresses."""
    emails = [f"agent{number}@ville.fr" for number in range(count)]
    password_hash = passwords.hash_password(PHRASE)
    with transaction() as session:
        rows = [{"email": email, "name": email[:7], "password_hash": password_hash} for email in emails]
        session.execute(insert(User), rows)
    return emails


def test_two_hundred_people_behind_one_address_get_in_at_nine_each_after_a_typo(door: Door) -> None:
    staff = people(200)
    assert {door.try_once(email) for email in staff} == {WRONG}  # all the typos first: the worst order
    assert {door.try_once(email, PHRASE) for email in staff} == {IN}


def test_they_also_get_in_while_somebody_among_them_tries_fifty_accounts(door: Door) -> None:
    staff = people(200)
    victims = [f"victim{number}@ville.fr" for number in range(50)]
    outcomes: list[int] = []
    for number, email in enumerate(staff):  # five minutes in all
        door.try_once(victims[number % 50])
        door.try_once(victims[(number * 7) % 50])
        assert door.try_once(email) == WRONG
        outcomes.append(door.try_once(email, PHRASE))
        door.watch.wait(1.5)
    assert set(outcomes) == {IN}


def test_who_tries_fifty_accounts_from_one_address_is_slowed(door: Door) -> None:
    victims = [f"victim{number}@ville.fr" for number in range(50)]
    looked_at = door.tries_within(600, victims, [TOWN_HALL], every=0.25)  # 2 400 guesses
    assert looked_at <= 50 * 18
    looked_at = door.tries_within(600, victims, [TOWN_HALL], every=0.25)
    assert looked_at <= 50 * 10


def test_who_tries_a_thousand_accounts_once_from_one_address_is_stopped_and_staff_are_not(door: Door) -> None:
    staff = people(5)
    assert [door.try_once(email, PHRASE) for email in staff] == [IN] * 5
    door.watch.wait(86_400)
    outcomes = [door.try_once(f"victim{number}@ville.fr") for number in range(400)]
    assert outcomes == [WRONG] * 300 + [LATER] * 100
    assert [door.try_once(email) for email in staff] == [WRONG] * 5
    assert [door.try_once(email, PHRASE) for email in staff] == [IN] * 5
    door.watch.wait(300)
    assert door.try_once("victim999@ville.fr") == WRONG


def test_one_account_tried_from_many_addresses_is_slowed_more_and_more(door: Door) -> None:
    (email,) = people(1)
    addresses = [f"198.51.{number // 250}.{number % 250}" for number in range(600)]
    assert door.tries_within(300, [email], addresses, every=0.5) <= 20 + 10
    assert door.tries_within(600, [email], addresses, every=1) <= 11


def test_its_owner_is_not_locked_out_meanwhile(door: Door) -> None:
    (email,) = people(1)
    assert door.try_once(email, PHRASE) == IN
    addresses = [f"198.51.{number // 250}.{number % 250}" for number in range(600)]
    door.tries_within(60, [email], addresses, every=0.25)
    assert door.try_once(email, PHRASE) == IN  # where they have signed in before: at once
    assert door.patiently(email, PHRASE, address="203.0.113.9") <= 60  # elsewhere: within a minute


def test_somebody_who_forgot_waits_a_little_longer_each_time_and_never_more_than_a_minute(door: Door) -> None:
    (email,) = people(1)
    waits = []
    for _ in range(14):
        answer = door.app.test_client().post("/sign-in", data={"email": email, "password": "pas la bonne"})
        if answer.status_code == LATER:
            waits.append(int(answer.headers["Retry-After"]))
            door.watch.wait(waits[-1])
    assert waits[:3] == [2, 4, 8]
    assert waits == sorted(waits)
    assert max(waits) <= 60
    assert door.patiently(email, PHRASE) <= 60
    assert [door.try_once(email) for _ in range(6)] == [WRONG] * 6  # success forgets the tries


def test_refused_tries_do_not_count(door: Door) -> None:
    (email,) = people(1)
    for _ in range(100):
        door.try_once(email)
    door.watch.wait(2)
    assert door.try_once(email, PHRASE) == IN


def test_case_and_spaces_make_no_other_account(door: Door) -> None:
    spellings = ["agent0@ville.fr", " AGENT0@ville.fr", "Agent0@Ville.FR "]
    assert [door.try_once(spellings[number % 3]) for number in range(8)] == [WRONG] * 7 + [LATER]


def test_addresses_of_one_ipv6_subscriber_are_one_place(door: Door) -> None:
    own = [f"2001:db8:1:2:{number:x}::{number:x}" for number in range(1, 9)]
    assert [door.try_once("agent0@ville.fr", address=here) for here in own] == [WRONG] * 7 + [LATER]
    assert door.try_once("agent0@ville.fr", address="2001:db8:1:3::1") == WRONG


def test_codes_are_guessed_slowly(
    world: World, sqlite_url: str, tmp_path: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(sqlite_url, tmp_path, rate_limits=True)
    phone, _codes = turn_on(app, Clock(monkeypatch), world.tutor)

    def guess(code: str, address: str) -> int:
        client = app.test_client()
        place = {"REMOTE_ADDR": address}
        client.post(
            "/sign-in", data={"email": world.tutor.email, "password": PHRASE}, environ_overrides=place
        )
        return client.post("/sign-in/code", data={"code": code}, environ_overrides=place).status_code

    assert guess(phone.code(), TOWN_HALL) == IN
    wrong = phone.wrong_code()
    assert [guess(wrong, "198.51.100.1") for _ in range(7)] == [WRONG] * 6 + [LATER]
    day = 0
    for number in range(24 * 12):  # every five minutes, each from elsewhere
        day += guess(wrong, f"198.51.{number // 250}.{number % 250}") == WRONG
        watch.wait(300)
    assert day <= 130
    phone.clock.move(seconds=30)
    assert guess(phone.code(), TOWN_HALL) == IN  # their own place is not slowed by that


def test_processes_count_together_in_redis_and_alone_without_it(
    world: World, sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    redis = RedisServer(tmp_path).start()
    monkeypatch.setattr(counters, "RETRY_SECONDS", 0.0)
    made = [make_app(sqlite_url, tmp_path, rate_limits=True, ETABLI_REDIS_URL=redis.url) for _ in range(2)]
    try:
        doors = [Door(app, Watch.__new__(Watch)) for app in made]
        outcomes = [doors[number % 2].try_once("agent0@ville.fr") for number in range(8)]
        assert outcomes == [WRONG] * 7 + [LATER]
    finally:
        redis.kill()
    assert doors[0].try_once("agent0@ville.fr") == WRONG
    assert [doors[0].try_once("agent0@ville.fr") for _ in range(7)] == [WRONG] * 6 + [LATER]
    assert doors[1].try_once("agent0@ville.fr") == WRONG
    assert tries.PASSWORD.free_here == 6


def test_page_says_how_long_to_wait_and_keeps_the_address(door: Door) -> None:
    assert [door.try_once("alice@exemple.fr") for _ in range(20)][-1] == LATER
    answer = door.app.test_client().post(
        "/sign-in",
        data={"email": "alice@exemple.fr", "password": PHRASE},
        environ_overrides={"REMOTE_ADDR": TOWN_HALL},
    )
    assert answer.status_code == LATER
    assert "Trop d’essais : le suivant est possible dans" in answer.text.replace("\u00a0", " ")
    assert 'value="alice@exemple.fr"' in answer.text
    assert PHRASE not in answer.text
