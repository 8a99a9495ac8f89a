"""The demonstration's door, and the pages about the application."""

import re

import pytest
from flask import Flask
from sqlalchemy import select, update

from models.base import utcnow
from models.people import LoginSession, User
from models.policy import Role
from models.session import reading, transaction
from tests.conftest import ClientOf, make_app
from tests.factories import World, grant, make_user
from tests.queries import counting_queries
from workspace.web.guard import COOKIE


@pytest.fixture
def demo_app(world: World, sqlite_url: str, tmp_path) -> Flask:
    """A demonstration in which everybody of the world but Bob is invented."""
    with transaction() as session:
        session.execute(update(User).where(User.id != world.bob.id).values(is_demo=True))
    return make_app(sqlite_url, tmp_path, ETABLI_DEMO="1")


def test_without_demonstration_there_is_no_such_page(world: World, client_of: ClientOf) -> None:
    assert client_of().get("/demo").status_code == 404
    assert client_of().post("/demo", data={"user_id": world.alice.id}).status_code == 404
    assert client_of().get("/").location == "/sign-in"


def test_anonymous_home_leads_to_the_demonstration(demo_app: Flask) -> None:
    assert demo_app.test_client().get("/").location == "/demo"
    assert 'href="/demo"' in demo_app.test_client().get("/sign-in").text


def test_people_stand_by_role_and_team_real_people_nowhere(demo_app: Flask) -> None:
    page = demo_app.test_client().get("/demo").text
    for text in ("Équipe Cayenne", "Équipe Paris", "Tutrice ou tuteur", "Élue ou élu", "Partenaire", "Alice"):
        assert text in page
    assert "personnes sont inventées" in page
    assert "Entrer comme Bob" not in page


def test_one_click_enters_as_that_person_in_a_new_session(demo_app: Flask, world: World) -> None:
    client = demo_app.test_client()
    client.set_cookie(COOKIE, "planted")
    answer = client.post("/demo", data={"user_id": world.alice.id})
    assert answer.location == "/"
    first = client.get_cookie(COOKIE).value
    assert first != "planted"
    assert "alice@exemple.fr" in client.get("/account").text
    client.post("/demo", data={"user_id": world.tutor.id})
    assert "tutor@exemple.fr" in client.get("/account").text
    old = demo_app.test_client()
    old.set_cookie(COOKIE, first)
    assert old.get("/account").status_code == 302


@pytest.mark.parametrize("value", ["", "0", "-1", "x", "999999", "9" * 40, "1 or 1=1", "\x00"])
def test_nobody_unknown_may_be_entered_as(demo_app: Flask, value: str) -> None:
    assert demo_app.test_client().post("/demo", data={"user_id": value}).status_code == 404


def test_no_real_person_may_be_entered_as(demo_app: Flask, world: World) -> None:
    client = demo_app.test_client()
    assert client.post("/demo", data={"user_id": world.bob.id}).status_code == 404
    with transaction() as session:
        session.merge(world.alice).disabled_at = utcnow()
    assert client.post("/demo", data={"user_id": world.alice.id}).status_code == 404
    assert client.get_cookie(COOKIE) is None


def test_entering_needs_the_form_s_token(demo_app: Flask, world: World) -> None:
    demo_app.config["WTF_CSRF_ENABLED"] = True
    assert demo_app.test_client().post("/demo", data={"user_id": world.alice.id}).status_code == 400


def test_page_costs_the_same_whatever_the_number_of_people(demo_app: Flask, world: World) -> None:
    def cost() -> int:
        client = demo_app.test_client()
        with counting_queries() as count:
            client.get("/demo")
        return int(count)

    before = cost()
    with transaction() as session:
        for number in range(5):
            person = make_user(session, f"Personne {number}", is_demo=True)
            grant(session, person, Role.LEARNER, team_id=world.team.id)
    assert cost() == before


def test_demonstration_without_people_says_what_to_do(sqlite_url: str, tmp_path) -> None:
    page = make_app(sqlite_url, tmp_path, ETABLI_DEMO="1").test_client().get("/demo").text
    assert "etabli seed-demo" in page


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/about", "EUPL-1.2"),
        ("/accessibility", "RGAA 4"),
        ("/favicon.svg", "<svg"),
        ("/robots.txt", "Disallow: /"),
    ],
)
def test_pages_about_the_application_are_public(
    world: World, client_of: ClientOf, path: str, text: str
) -> None:
    answer = client_of().get(path)
    assert answer.status_code == 200
    assert text in answer.text
    assert client_of(world.alice).get(path).status_code == 200


@pytest.mark.parametrize("path", ["/about", "/accessibility", "/sign-in"])
def test_pages_exist_in_english(world: World, client_of: ClientOf, path: str) -> None:
    page = client_of().get(path, headers={"Accept-Language": "en"}).text
    assert '<html lang="en"' in page
    assert "L’Établi is" in page or "works" in page or "Sign in" in page


def test_visitors_who_share_a_person_neither_see_nor_disturb_each_other(
    demo_app: Flask, world: World
) -> None:
    mine, theirs = demo_app.test_client(), demo_app.test_client()
    for client in (mine, theirs):
        client.post("/demo", data={"user_id": world.alice.id}, headers={"User-Agent": "Firefox/1 Windows"})
    assert len(re.findall(r"/account/sessions/\d+/end", mine.get("/account").text)) == 1
    with reading() as session:
        ids = session.scalars(select(LoginSession.id).order_by(LoginSession.id)).all()
    assert mine.post(f"/account/sessions/{ids[1]}/end").status_code == 404
    profile = {"name": "Vandale", "locale": "en", "time_zone": "Europe/Paris"}
    assert mine.post("/account", data=profile).status_code == 409
    mine.post("/language", data={"locale": "en", "next": "/"})
    assert '<html lang="en"' in mine.get("/account").text
    assert '<html lang="fr"' in theirs.get("/account", headers={"Accept-Language": "fr"}).text
    mine.post("/sign-out-everywhere")
    assert mine.get("/account").status_code == 302
    assert theirs.get("/account").status_code == 200
    with reading() as session:
        assert session.get(User, world.alice.id).name == "Alice"
