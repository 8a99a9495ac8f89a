"""Tokens of sessions are replaced; a former one is good for a minute, then gives a theft away."""

from datetime import timedelta

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select

from models.errors import Refused
from models.events import SessionEnded, subscribe
from models.people import LoginSession, RetiredToken, User
from models.policy import Role
from models.session import reading, transaction
from realtime.admission import Admission
from realtime.fanout import SingleProcess
from realtime.registry import Rooms
from tests.clock import Clock
from tests.conftest import ClientOf
from tests.factories import World
from workspace.services import sessions
from workspace.services.invitations import Invitee, Terms, invite_tutor
from workspace.services.passwords import hash_password
from workspace.web.guard import COOKIE

PHRASE = "une phrase bien à moi"
DAY = {"hours": 24}


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return Clock(monkeypatch)


@pytest.fixture
def bob(clock: Clock, world: World, client_of: ClientOf) -> FlaskClient:
    """Bob’s browser: signed in, his password known, one page open."""
    with transaction() as session:
        session.merge(world.bob).password_hash = hash_password(PHRASE)
    client = client_of(world.bob)
    assert client.get("/account").status_code == 200
    return client


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    return cookie.value if cookie else ""


def with_token(client_of: ClientOf, token: str) -> FlaskClient:
    client = client_of()
    client.set_cookie(COOKIE, token)
    return client


def is_in(client: FlaskClient) -> bool:
    return client.get("/account", headers={"Sec-Fetch-Mode": "cors"}).status_code == 200


def session_of(user: User) -> LoginSession:
    with reading() as session:
        return session.scalars(select(LoginSession).where(LoginSession.user_id == user.id)).one()


def rotated(bob: FlaskClient, clock: Clock) -> str:
    """Let a day pass; gives the token that was replaced."""
    before = token_of(bob)
    clock.move(**DAY)
    assert bob.get("/account").status_code == 200
    assert token_of(bob) != before
    return before


def test_token_is_replaced_after_a_day_of_use_and_the_session_stays(
    world: World, bob: FlaskClient, clock: Clock
) -> None:
    before, login_id = token_of(bob), session_of(world.bob).id
    clock.move(hours=23, minutes=59)
    bob.get("/account")
    assert token_of(bob) == before
    clock.move(minutes=1)
    header = next(value for _name, value in bob.get("/account").headers if value.startswith(f"{COOKIE}="))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert token_of(bob) != before
    assert session_of(world.bob).id == login_id
    again = token_of(bob)
    bob.get("/account")
    assert token_of(bob) == again


@pytest.mark.parametrize(
    ("path", "headers"),
    [
        ("/account", {"Sec-Fetch-Mode": "cors"}),
        ("/account", {"Sec-Purpose": "prefetch"}),
        ("/account", {"Accept": "application/json"}),
        ("/healthz", {}),
    ],
)
def test_only_a_page_that_is_opened_replaces_it(
    bob: FlaskClient, clock: Clock, path: str, headers: dict[str, str]
) -> None:
    before = token_of(bob)
    clock.move(**DAY)
    bob.get(path, headers=headers)
    bob.post("/theme", data={"theme": "dark"})
    assert token_of(bob) == before


def test_forms_open_before_the_replacement_still_work(bob: FlaskClient, clock: Clock) -> None:
    bob.get("/account")
    with bob.session_transaction() as form:
        form["kept"] = "this"
    rotated(bob, clock)
    with bob.session_transaction() as form:
        assert form["kept"] == "this"


def test_former_token_is_good_for_a_minute_and_gets_no_new_one(
    bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = rotated(bob, clock)
    parallel = with_token(client_of, before)
    clock.move(seconds=59)
    assert parallel.get("/account").status_code == 200
    assert token_of(parallel) == before
    assert is_in(bob)


def test_former_token_after_the_minute_ends_the_session_for_everybody(
    world: World, bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = rotated(bob, clock)
    ended: list[int] = []
    subscribe(SessionEnded, lambda event: ended.append(event.login_session_id))
    clock.move(seconds=60)
    assert is_in(bob)
    thief = with_token(client_of, before)
    assert not is_in(thief)
    assert not is_in(bob)
    row = session_of(world.bob)
    assert ended == [row.id]
    assert row.stolen_at == clock.now
    assert not is_in(thief)
    assert ended == [row.id]


def test_theft_is_told_at_sign_in_and_on_the_account_page(
    bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = rotated(bob, clock)
    clock.move(minutes=2)
    assert not is_in(with_token(client_of, before))
    assert "Votre session a été fermée par précaution" in bob.get("/sign-in").text
    bob.post("/sign-in", data={"email": "bob@exemple.fr", "password": PHRASE})
    assert "Une session a été fermée par précaution" in bob.get("/account").text
    assert "précaution" not in client_of().get("/sign-in").text
    for _week in range(5):  # the session is used once a week, so that it stays
        clock.move(days=6, hours=23)
        bob.get("/account")
    bob.post("/sign-in", data={"email": "bob@exemple.fr", "password": PHRASE})
    assert "fermée par précaution" not in bob.get("/account").text


def test_token_of_two_replacements_ago_gives_the_theft_away_too(
    bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    oldest = rotated(bob, clock)
    rotated(bob, clock)
    assert not is_in(with_token(client_of, oldest))
    assert not is_in(bob)


def test_theft_of_one_session_ends_no_other(
    world: World, bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = rotated(bob, clock)
    clock.move(minutes=2)
    phone, alice = client_of(world.bob), client_of(world.alice)
    assert not is_in(with_token(client_of, before))
    assert is_in(phone)
    assert is_in(alice)


def test_replayed_token_of_an_ended_session_is_no_theft(
    world: World, bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = rotated(bob, clock)
    bob.post("/sign-out")
    clock.move(minutes=2)
    assert not is_in(with_token(client_of, before))
    assert session_of(world.bob).stolen_at is None


def test_signing_out_within_the_minute_ends_the_session(
    bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = rotated(bob, clock)
    with_token(client_of, before).post("/sign-out")
    assert not is_in(bob)


def test_password_change_replaces_the_token(world: World, bob: FlaskClient, clock: Clock) -> None:
    before, login_id = token_of(bob), session_of(world.bob).id
    bob.post("/account/password", data={"current": PHRASE, "password": "une autre phrase"})
    assert token_of(bob) not in ("", before)
    assert session_of(world.bob).id == login_id
    assert is_in(bob)


def test_accepted_role_replaces_the_token(world: World, bob: FlaskClient, clock: Clock) -> None:
    with transaction() as session:
        made = invite_tutor(
            session,
            world.actor(session, "manager"),
            world.cohort.id,
            Invitee(world.bob.email, "Bob"),
            Terms(),
        )
    before, login_id = token_of(bob), session_of(world.bob).id
    assert bob.post(f"/invitations/{made.token}").status_code == 302
    assert token_of(bob) not in ("", before)
    assert session_of(world.bob).id == login_id
    with reading() as session:
        assert sessions.find_actor(session, token_of(bob)).has(Role.TUTOR)


def test_of_two_pages_opened_at_once_one_replaces_it(
    world: World, bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    before = token_of(bob)
    other = with_token(client_of, before)
    clock.move(**DAY)
    bob.get("/account")
    other.get("/account")
    assert token_of(other) == before
    with reading() as session:
        assert len(session.scalars(select(RetiredToken)).all()) == 1


def test_guests_have_their_token_replaced_and_watched_too(
    world: World, clock: Clock, client_of: ClientOf
) -> None:
    guest = client_of(guest=world.guests["guest"])
    page = f"/boards/{world.board.id}"
    assert guest.get(page).status_code == 200
    before = token_of(guest)
    clock.move(**DAY)
    guest.get(page)
    assert token_of(guest) != before
    clock.move(minutes=2)
    assert with_token(client_of, before).get(page).status_code == 302
    assert guest.get(page).status_code == 302


# -- expiry, through pages and through the sockets' door ------------------------------------------


def admitted(client: FlaskClient, ticket: str) -> bool:
    admission = Admission(Rooms(SingleProcess()))
    try:
        admission.admit(token_of(client), ticket)
    except Refused as refusal:
        assert refusal.code == "sign_in"  # noqa: PT017
        return False
    return True


def ticket_of(world: World) -> str:
    with transaction() as session:
        row = session.scalars(select(LoginSession).where(LoginSession.user_id == world.bob.id)).one()
        actor = sessions.find_actors_of_sessions(session, [row.id]).get(row.id)
        return "too late" if actor is None else sessions.issue_ticket(session, actor)


@pytest.mark.parametrize(("hours", "expected"), [(7 * 24 - 1, True), (7 * 24 + 1, False)])
def test_session_ends_after_seven_days_without_use(
    world: World, bob: FlaskClient, clock: Clock, hours: int, expected: bool
) -> None:
    clock.move(hours=hours)
    assert admitted(bob, ticket_of(world)) is expected
    assert is_in(bob) is expected


def test_session_ends_after_thirty_days_however_used(world: World, bob: FlaskClient, clock: Clock) -> None:
    for _day in range(29):
        clock.move(days=1)
        assert bob.get("/account").status_code == 200
    clock.move(hours=23)
    assert is_in(bob)
    assert admitted(bob, ticket_of(world))
    clock.move(hours=1)
    assert not is_in(bob)
    assert not admitted(bob, ticket_of(world))


def test_a_socket_may_come_in_with_the_former_token_for_a_minute_and_is_found_out_later(
    world: World, bob: FlaskClient, clock: Clock, client_of: ClientOf
) -> None:
    former = with_token(client_of, rotated(bob, clock))
    assert admitted(former, ticket_of(world))
    clock.move(seconds=61)
    assert not admitted(former, ticket_of(world))
    assert not is_in(bob)
    assert session_of(world.bob).stolen_at == clock.now


def test_expiry_runs_from_sign_in_and_not_from_a_replacement(
    world: World, bob: FlaskClient, clock: Clock
) -> None:
    expires_at = session_of(world.bob).expires_at
    rotated(bob, clock)
    assert session_of(world.bob).expires_at == expires_at
    assert expires_at - session_of(world.bob).created_at < timedelta(days=30, seconds=1)
