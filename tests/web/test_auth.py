"""Signing in and out: uniform answers, rotation, limits, no open redirect; a forgotten password."""

import re
from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from models.base import utcnow
from models.membership import Membership
from models.people import LoginSession, User
from models.session import reading, transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World, make_user
from workspace.services import passwords
from workspace.services.accounts import BAD_CREDENTIALS
from workspace.services.passwords import hash_password
from workspace.services.tokens import token_hash
from workspace.web.guard import COOKIE

PHRASE = "une phrase bien à moi"


@pytest.fixture
def nina(world: World) -> User:
    with transaction() as session:
        return make_user(session, "Nina", password_hash=hash_password(PHRASE))


def send(client: FlaskClient, email: str = "nina@exemple.fr", phrase: str = PHRASE, **values: str):
    return client.post("/sign-in", data={"email": email, "password": phrase, **values})


def token_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    return cookie.value if cookie else ""


def test_right_password_opens_a_session_in_a_safe_cookie(nina: User, client_of: ClientOf) -> None:
    client = client_of()
    answer = send(client, " NINA@exemple.fr ")
    assert answer.status_code == 302
    assert answer.location == "/"
    header = next(value for name, value in answer.headers if value.startswith(f"{COOKIE}="))
    assert "HttpOnly" in header
    assert "SameSite=Lax" in header
    assert "Max-Age=2592000" in header
    assert "Secure" not in header
    assert client.get("/account").status_code == 200


def test_cookie_is_secure_in_production(nina: User, sqlite_url: str, tmp_path) -> None:
    app = make_app(
        sqlite_url,
        tmp_path,
        ETABLI_ENV="production",
        ETABLI_ORIGINS="https://etabli.example",
        ETABLI_TRUSTED_PROXIES="0",
    )
    answer = app.test_client().post(
        "/sign-in",
        data={"email": nina.email, "password": PHRASE},
        base_url="https://etabli.example",
    )
    header = next(value for name, value in answer.headers if value.startswith(f"__Host-{COOKIE}="))
    assert "Secure; HttpOnly; Path=/; SameSite=Lax" in header


@pytest.mark.parametrize(
    ("email", "phrase"),
    [("nina@exemple.fr", "pas la bonne"), ("nobody@exemple.fr", PHRASE), ("gone@exemple.fr", PHRASE)],
)
def test_every_failure_has_the_same_answer(nina: User, client_of: ClientOf, email: str, phrase: str) -> None:
    with transaction() as session:
        make_user(session, "Gone", password_hash=hash_password(PHRASE), disabled_at=utcnow())
    client = client_of()
    answer = send(client, email, phrase)
    assert answer.status_code == 422
    assert BAD_CREDENTIALS in answer.text
    assert 'class="field-error"' not in answer.text
    assert phrase not in answer.text
    assert not token_of(client)


def test_unknown_address_costs_as_much_as_a_wrong_password(
    nina: User, client_of: ClientOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    verified: list[object] = []

    def run(function: Callable[..., object], *arguments: object) -> object:
        verified.append(function)
        return function(*arguments)

    monkeypatch.setattr(passwords, "run_blocking", run)
    for email in ("nina@exemple.fr", "nobody@exemple.fr", "alice@exemple.fr"):
        verified.clear()
        send(client_of(), email, "pas la bonne")
        assert len(verified) == 1, email


@pytest.mark.parametrize(
    "values",
    [
        {"email": ""},
        {"email": "nina"},
        {"email": "a" * 300 + "@b.fr"},
        {"email": "nina@exemple.fr\x00"},
        {"password": ""},
        {"password": "x" * 5000},
        {"password": "\x00\x01"},
    ],
)
def test_bad_input_is_refused_in_place(nina: User, client_of: ClientOf, values: dict[str, str]) -> None:
    answer = client_of().post("/sign-in", data={"email": nina.email, "password": PHRASE, **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text


def test_planted_token_is_never_kept_and_the_old_session_ends(
    nina: User, world: World, client_of: ClientOf
) -> None:
    client = client_of(world.bob)
    before = token_of(client)
    send(client)
    assert token_of(client) not in ("", before)
    thief = client_of()
    thief.set_cookie(COOKIE, before)
    assert thief.get("/account").status_code == 302
    victim = client_of()
    victim.set_cookie(COOKIE, "planted")
    send(victim)
    assert token_of(victim) != "planted"
    with reading() as session:
        assert (
            session.scalar(select(LoginSession.id).where(LoginSession.token_hash == token_hash("planted")))
            is None
        )


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\\\evil.example",
        "/\t/evil.example",
        "javascript:alert(1)",
        "evil.example",
        "http:evil.example",
        " //evil.example",
        "/%0d%0aSet-Cookie: a=b\r\n",
    ],
)
def test_sign_in_never_leads_elsewhere(nina: User, client_of: ClientOf, target: str) -> None:
    answer = send(client_of(), next=target)
    assert answer.location == "/"
    client = client_of(nina)
    assert client.get("/sign-in", query_string={"next": target}).location == "/"


def test_sign_in_goes_on_where_one_was_going(nina: User, client_of: ClientOf) -> None:
    client = client_of()
    asked = client.get("/account?x=1")
    assert asked.location == "/sign-in?next=/account?x%3D1"
    page = client.get(asked.location)
    assert 'value="/account?x=1"' in page.text
    assert send(client, next="/account?x=1").location == "/account?x=1"


def test_sign_out_ends_the_session_and_clears_the_device(nina: User, client_of: ClientOf) -> None:
    client = client_of()
    send(client)
    token = token_of(client)
    answer = client.post("/sign-out")
    assert answer.status_code == 302
    assert answer.headers["Clear-Site-Data"] == '"storage"'
    assert not token_of(client)
    again = client_of()
    again.set_cookie(COOKIE, token)
    assert again.get("/account").status_code == 302


def test_sign_out_without_a_session_is_harmless(client_of: ClientOf) -> None:
    assert client_of().post("/sign-out").status_code == 302


@pytest.mark.parametrize("who", ["user", "guest"])
def test_sign_out_everywhere_ends_every_session_of_the_person(
    world: World, client_of: ClientOf, who: str
) -> None:
    people = (
        [client_of(world.bob), client_of(world.bob)]
        if who == "user"
        else [client_of(guest=world.guests["guest"]) for _ in range(2)]
    )
    other = client_of(world.alice)
    assert people[0].post("/sign-out-everywhere").status_code == 302
    for client in people:
        assert client.get("/notifications").status_code == 302
    assert other.get("/notifications").status_code == 200


def test_signing_out_needs_the_form_s_token(world: World, sqlite_url: str, tmp_path) -> None:
    app = make_app(sqlite_url, tmp_path)
    app.config["WTF_CSRF_ENABLED"] = True
    assert app.test_client().post("/sign-out").status_code == 400
    assert app.test_client().post("/sign-in").status_code == 400


@pytest.fixture
def limited(sqlite_url: str, tmp_path) -> Flask:
    return make_app(sqlite_url, tmp_path, rate_limits=True)


def test_tries_of_an_account_from_one_address_wait_longer_and_longer(nina: User, limited: Flask) -> None:
    client = limited.test_client()
    for _ in range(7):  # six are free, the seventh opens the first wait
        assert send(client, phrase="pas la bonne").status_code == 422
    answer = send(client)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) <= 2
    assert "le suivant est possible dans" in answer.text
    assert not token_of(client)
    assert send(client, "NINA@exemple.fr ").status_code == 429
    assert send(client, "bob@exemple.fr").status_code == 422
    elsewhere = {"REMOTE_ADDR": "192.0.2.7"}
    assert (
        client.post(
            "/sign-in", data={"email": nina.email, "password": PHRASE}, environ_overrides=elsewhere
        ).status_code
        == 302
    )


def test_sign_in_points_a_new_installation_to_its_first_page(sqlite_url: str, client_of: ClientOf) -> None:
    assert "/setup" in client_of().get("/sign-in").text


def test_sign_in_of_a_running_installation_does_not(world: World, client_of: ClientOf) -> None:
    assert "/setup" not in client_of().get("/sign-in").text


def reset_link(world: World, client_of: ClientOf, name: str = "bob") -> str:
    with reading() as session:
        membership_id = session.scalar(
            select(Membership.id).where(Membership.user_id == world.people[name].id)
        )
    manager = client_of(world.manager)
    member = f"/programmes/cohorts/{world.cohort.id}/members/{membership_id}"
    page = manager.post(f"{member}/new-password", follow_redirects=True).text
    return re.search(r"/new-password/[^\"]+", page)[0]


def test_forgotten_password_is_replaced_once_by_a_link(world: World, client_of: ClientOf) -> None:
    link = reset_link(world, client_of)
    client, old = client_of(), client_of(world.bob)
    page = client.get(link)
    assert page.status_code == 200
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert client.post(link, data={"password": "court"}).status_code == 422
    assert client.post(link, data={"password": PHRASE}).location == "/"
    assert client.get("/account").status_code == 200
    assert old.get("/account").status_code == 302
    assert client.get(link).status_code == 410
    assert client.post(link, data={"password": "encore une autre"}).status_code == 410
    assert send(client_of(), "bob@exemple.fr").status_code == 302


def test_of_ten_uses_of_a_link_at_once_one_replaces_the_password(
    any_world: World, any_client_of: ClientOf
) -> None:
    link = reset_link(any_world, any_client_of)
    clients, start, statuses = [any_client_of() for _ in range(10)], Barrier(10), []

    def use(client: FlaskClient, number: int) -> None:
        start.wait()
        statuses.append(client.post(link, data={"password": f"une phrase de {number}"}).status_code)

    threads = [Thread(target=use, args=[client, number]) for number, client in enumerate(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(statuses) == [302] + [410] * 9


@pytest.mark.parametrize("token", ["x", "WzEsImEiXQ.aaaa.bbbb", "é", "%FF", "a" * 3000])
def test_forged_link_replaces_no_password(world: World, client_of: ClientOf, token: str) -> None:
    assert client_of().get(f"/new-password/{token}").status_code in (404, 410)
    assert client_of().post(f"/new-password/{token}", data={"password": PHRASE}).status_code in (404, 410)


@pytest.mark.parametrize(
    ("who", "status"), [("tutor", 403), ("alice", 403), ("zoe", 404), ("other_manager", 404)]
)
def test_only_the_manager_makes_such_a_link(world: World, client_of: ClientOf, who: str, status: int) -> None:
    answer = client_of(world.people[who]).post(
        f"/programmes/cohorts/{world.cohort.id}/members/1/new-password"
    )
    assert answer.status_code == status
