"""One's own account: profile, password, devices; and the choices of language and appearance."""

import pytest
from flask.testing import FlaskClient

from models.people import LoginSession, User
from models.session import reading, transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World
from tests.queries import counting_queries
from workspace.services.passwords import hash_password
from workspace.services.sessions import open_session
from workspace.web.account.devices import device_name
from workspace.web.guard import COOKIE

PHRASE = "une phrase bien à moi"
PROFILE = {"name": "Alice Kali", "title": "Cheffe de projet", "locale": "fr", "time_zone": "America/Cayenne"}


@pytest.fixture
def alice(world: World, client_of: ClientOf) -> FlaskClient:
    with transaction() as session:
        session.merge(world.alice).password_hash = hash_password(PHRASE)
    return client_of(world.alice)


def test_profile_is_saved(world: World, alice: FlaskClient) -> None:
    assert alice.post("/account", data=PROFILE).location == "/account"
    with reading() as session:
        user = session.get(User, world.alice.id)
        assert (user.name, user.title, user.time_zone) == (
            "Alice Kali",
            "Cheffe de projet",
            "America/Cayenne",
        )


def test_language_of_the_profile_holds_at_once(alice: FlaskClient) -> None:
    alice.post("/account", data={**PROFILE, "locale": "en"})
    page = alice.get("/account").text
    assert '<html lang="en"' in page
    assert "Your signed-in devices" in page


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "x" * 121},
        {"name": "\x00"},
        {"title": "x" * 161},
        {"locale": "de"},
        {"locale": ""},
        {"time_zone": "Mars/Olympus"},
        {"time_zone": ""},
        {"time_zone": "../../etc/passwd"},
    ],
)
def test_bad_profile_is_refused_in_place(world: World, alice: FlaskClient, values: dict[str, str]) -> None:
    answer = alice.post("/account", data={**PROFILE, "title": "Gardé", **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert "Gardé" in answer.text or "title" in values
    with reading() as session:
        assert session.get(User, world.alice.id).name == "Alice"


def test_overseas_zones_are_offered_by_name(alice: FlaskClient) -> None:
    page = alice.get("/account").text
    assert '<optgroup label="Outre-mer">' in page
    for zone in ("America/Cayenne", "Indian/Reunion", "Pacific/Noumea", "Pacific/Tahiti"):
        assert page.count(f'value="{zone}"') == 1


def test_account_needs_a_person_with_one(world: World, client_of: ClientOf) -> None:
    assert client_of().get("/account").location.startswith("/sign-in?next=/account")
    assert client_of(guest=world.guests["guest"]).get("/account").status_code == 404


def test_new_password_needs_the_current_one(world: World, alice: FlaskClient) -> None:
    answer = alice.post("/account/password", data={"current": "faux", "password": "une autre phrase"})
    assert answer.status_code == 422
    assert "mot de passe actuel" in answer.text
    assert alice.get("/account").status_code == 200


@pytest.mark.parametrize("new", ["", "court", PHRASE, "alice@exemple.fr", "x" * 201])
def test_poor_new_password_is_refused(alice: FlaskClient, new: str) -> None:
    assert alice.post("/account/password", data={"current": PHRASE, "password": new}).status_code == 422


def test_changing_the_password_ends_the_other_sessions_and_keeps_this_one(
    world: World, alice: FlaskClient, client_of: ClientOf
) -> None:
    other, before = client_of(world.alice), alice.get_cookie(COOKIE).value
    answer = alice.post("/account/password", data={"current": PHRASE, "password": "une autre phrase"})
    assert answer.location == "/account"
    assert alice.get_cookie(COOKIE).value != before
    assert alice.get("/account").status_code == 200
    assert other.get("/account").status_code == 302


def test_devices_are_listed_and_signed_out_one_by_one(
    world: World, alice: FlaskClient, client_of: ClientOf
) -> None:
    phone = client_of()
    with transaction() as session:
        agent = "Mozilla/5.0 (Android 14; Mobile) Firefox/130.0"
        token = open_session(session, user_id=world.alice.id, user_agent=agent)
    phone.set_cookie(COOKIE, token)
    assert "Firefox sur Android" in alice.get("/account").text
    with reading() as session:
        row = session.query(LoginSession).filter_by(user_agent=agent).one()
    assert alice.post(f"/account/sessions/{row.id}/end").status_code == 302
    assert phone.get("/account").status_code == 302
    assert alice.get("/account").status_code == 200


def test_session_of_somebody_else_is_not_found(world: World, alice: FlaskClient, client_of: ClientOf) -> None:
    bob = client_of(world.bob)
    with reading() as session:
        row = session.query(LoginSession).filter_by(user_id=world.bob.id).one()
    assert alice.post(f"/account/sessions/{row.id}/end").status_code == 404
    assert alice.post("/account/sessions/999999/end").status_code == 404
    guest = client_of(guest=world.guests["guest"])
    assert guest.post(f"/account/sessions/{row.id}/end").status_code == 404
    assert bob.get("/account").status_code == 200


def test_account_costs_the_same_whatever_the_number_of_devices(
    world: World, alice: FlaskClient, client_of: ClientOf
) -> None:
    def cost() -> int:
        with counting_queries() as count:
            alice.get("/account")
        return int(count)

    before = cost()
    for _ in range(4):
        client_of(world.alice)
    assert cost() == before


@pytest.mark.parametrize("who", ["alice", "guest", None])
def test_language_is_remembered_for_everybody(world: World, client_of: ClientOf, who: str | None) -> None:
    client = client_of(world.people.get(who or ""), guest=world.guests["guest"] if who == "guest" else None)
    answer = client.post("/language", data={"locale": "en", "next": "/about"})
    assert answer.location == "/about"
    assert '<html lang="en"' in client.get("/about").text
    if who == "alice":
        with reading() as session:
            assert session.get(User, world.alice.id).locale == "en"


@pytest.mark.parametrize("locale", ["", "de", "fr\x00", "../en"])
def test_unknown_language_changes_nothing(world: World, client_of: ClientOf, locale: str) -> None:
    client = client_of(world.alice)
    assert client.post("/language", data={"locale": locale, "next": "/about"}).status_code == 302
    assert '<html lang="fr"' in client.get("/about").text


@pytest.mark.parametrize("path", ["/language", "/theme"])
@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "", "/\\evil.example"])
def test_choices_never_lead_elsewhere(client_of: ClientOf, path: str, target: str) -> None:
    data = {"locale": "en", "theme": "dark", "next": target}
    assert client_of().post(path, data=data).location == "/"


def test_theme_is_remembered_on_this_device_only(world: World, client_of: ClientOf) -> None:
    client = client_of(world.alice)
    assert 'data-theme="' not in client.get("/about").text
    client.post("/theme", data={"theme": "dark", "next": "/about"})
    assert 'data-theme="dark"' in client.get("/about").text
    assert 'data-theme="' not in client_of(world.alice).get("/about").text
    client.post("/theme", data={"theme": "purple", "next": "/about"})
    assert 'data-theme="dark"' in client.get("/about").text
    client.post("/theme", data={"theme": "auto", "next": "/about"})
    assert 'data-theme="' not in client.get("/about").text


def test_trying_the_current_password_is_slow(world: World, sqlite_url: str, tmp_path) -> None:
    app = make_app(sqlite_url, tmp_path, rate_limits=True)
    client = app.test_client()
    with transaction() as session:
        client.set_cookie(COOKIE, open_session(session, user_id=world.alice.id))
    data = {"current": "faux", "password": "une autre phrase"}
    statuses = [client.post("/account/password", data=data).status_code for _ in range(8)]
    assert statuses == [422] * 7 + [429]


@pytest.mark.parametrize(
    ("agent", "name"),
    [
        ("Mozilla/5.0 (Windows NT 10.0) Gecko Firefox/130.0", "Firefox sur Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X) Chrome/128 Safari/537 Edg/128", "Edge sur Mac"),
        ("Mozilla/5.0 (iPhone) Version/17 Safari/604", "Safari sur iPhone"),
        ("curl/8", "Navigateur inconnu"),
        ("", "Navigateur inconnu"),
        ("<script>", "Navigateur inconnu"),
    ],
)
def test_browser_is_called_as_its_owner_would(agent: str, name: str) -> None:
    assert device_name(agent) == name
