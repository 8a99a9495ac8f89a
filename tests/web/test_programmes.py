"""A manager's pages: from an empty installation to a running cohort; who else is kept out; bad input."""

import html
import re
from datetime import date, time

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, func, select
from sqlalchemy.orm import selectinload

from models.base import utcnow
from models.class_session import ClassSession, ClassSessionChange
from models.cohort import Cohort, Team
from models.invitation import Invitation
from models.membership import Membership
from models.organization import Programme
from models.people import User
from models.policy import Role
from models.second_factor import SecondFactor
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_user
from tests.queries import counting_queries
from workspace.services.installation import make_setup_code

COHORT = {
    "name": "Promotion 2027",
    "starts_on": "2027-01-04",
    "ends_on": "2027-06-30",
    "time_zone": "Europe/Paris",
    "other_time_zone": "America/Cayenne",
}
SESSION = {
    "title": "Atelier vote",
    "starts": "18:30",
    "ends": "21:30",
    "mode": "hybrid",
    "time_zone": "Europe/Paris",
    "every": "0",
}
ACCOUNT = {"name": "Nina Roy", "time_zone": "Europe/Paris", "password": "une phrase bien à moi"}
TERMS = {"valid_days": "14"}


def fingerprint(page: str) -> str:
    return re.search(r'name="seen"[^>]*value="(\w+)"', page)[1]


def count(table: type) -> int:
    with reading() as session:
        return session.scalar(select(func.count()).select_from(table)) or 0


def paths(world: World) -> dict[str, str]:
    """Every page of a manager that answers GET, with the status a stranger to the cohort gets."""
    cohort = f"/programmes/cohorts/{world.cohort.id}"
    return {
        f"/programmes/{world.programme.id}/new": "programme",
        f"/programmes/{world.programme.id}/cohorts/new": "programme",
        cohort: "cohort",
        f"{cohort}/edit": "cohort",
        f"{cohort}/copy": "cohort",
        f"{cohort}/teams/new": "cohort",
        f"{cohort}/tutors/invite": "cohort",
        f"/programmes/teams/{world.team.id}/rename": "cohort",
        f"/programmes/teams/{world.team.id}/invite": "cohort",
    }


def posts(world: World) -> list[str]:
    cohort = f"/programmes/cohorts/{world.cohort.id}"
    return [
        f"{cohort}/members/1/place",
        f"{cohort}/members/1/withdraw",
        f"{cohort}/invitations/1/revoke",
        f"{cohort}/invitations/1/renew",
        f"/programmes/teams/{world.team.id}/lead",
    ]


@pytest.fixture
def manager(world: World, client_of: ClientOf) -> FlaskClient:
    return client_of(world.manager)


def test_empty_installation_becomes_a_running_cohort(sqlite_url: str, client_of: ClientOf) -> None:
    boss = client_of()
    boss.post(
        "/setup",
        data={
            "code": make_setup_code(),
            "organization_name": "École",
            "programme_name": "Innovation",
            "email": "marie@ecole.fr",
            **ACCOUNT,
        },
    )
    cohort = boss.post("/programmes/1/cohorts/new", data=COHORT).location
    assert "Pas encore d’équipe" in html.unescape(boss.get(cohort).text)
    invite = boss.post(f"{cohort}/teams/new", data={"name": "Cayenne"}).location
    people = "Awa Diallo awa@ville.fr\nTeva Kouyouli <teva@ville.fr>"
    assert boss.post(invite, data={"people": people, **TERMS}).location == f"{cohort}#team-1"
    tutor = {"name": "Nadia Ferrand", "email": "nadia@ecole.fr", **TERMS}
    assert boss.post(f"{cohort}/tutors/invite", data=tutor).location == f"{cohort}#tutors"
    boss.post("/cohorts/1/sessions/new", data={**SESSION, "day": "2027-03-15"})
    page = boss.get(cohort).text
    links = dict.fromkeys(re.findall(r"/invitations/[\w-]{43}", page))
    assert len(links) == 3
    for link in links:
        assert client_of().post(link, data=ACCOUNT).status_code == 302
    page = html.unescape(boss.get(cohort).text)
    for address in ("awa@ville.fr", "teva@ville.fr", "nadia@ecole.fr"):
        assert address in page
    assert "en attente" not in page
    assert "18:30" in page
    assert "14:30" in page
    with reading() as session:
        awa = session.scalar(select(User).where(User.email == "awa@ville.fr"))
        tutor_id = session.scalar(select(User.id).where(User.email == "nadia@ecole.fr"))
        assert session.scalar(select(Membership.role).where(Membership.user_id == tutor_id)) is Role.TUTOR
    assert boss.post("/programmes/teams/1/lead", data={"user_id": awa.id}).status_code == 302
    assert "anime l’équipe" in html.unescape(boss.get(cohort).text)
    assert client_of(awa).get("/").status_code == 200


def test_every_page_opens_for_the_manager_in_both_languages(world: World, manager: FlaskClient) -> None:
    for path in ["/programmes", *paths(world)]:
        assert manager.get(path).status_code == 200, path
    manager.post("/language", data={"locale": "en", "next": "/"})
    assert "New team" in manager.get(f"/programmes/cohorts/{world.cohort.id}").text


@pytest.mark.parametrize("who", ["alice", "tutor"])
def test_insiders_without_the_right_are_forbidden(world: World, client_of: ClientOf, who: str) -> None:
    client = client_of(world.people[who])
    for path, kind in paths(world).items():
        expected = 403 if kind == "cohort" else 404
        assert client.get(path).status_code == expected, path
        assert client.post(path, data=COHORT).status_code in (expected, 405, 422), path
    for path in posts(world):
        assert client.post(path, data={"user_id": "1", "team_id": "1"}).status_code == 403, path


@pytest.mark.parametrize("who", ["zoe", "other_tutor", "other_manager", "observer", "partner", "stranger"])
def test_outsiders_find_nothing(world: World, client_of: ClientOf, who: str) -> None:
    client = client_of(world.people[who])
    for path in [*paths(world), *posts(world)]:
        if path in paths(world):
            assert client.get(path).status_code == 404, path
        assert client.post(path, data={"user_id": "1", "team_id": "1"}).status_code in (404, 405, 422), path
    assert count(Team) == 3


@pytest.mark.parametrize("who", ["alice", "tutor", "observer", "partner", "stranger"])
def test_list_of_programmes_is_for_managers(world: World, client_of: ClientOf, who: str) -> None:
    assert client_of(world.people[who]).get("/programmes").status_code in (403, 404)


def test_denied_form_shows_nothing_of_the_cohort(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.zoe).post(f"/programmes/cohorts/{world.cohort.id}/teams/new", data={"name": ""})
    assert answer.status_code == 404
    assert "Promotion 2026" not in answer.text


def test_anonymous_is_asked_to_sign_in(world: World, client_of: ClientOf) -> None:
    for path in ["/programmes", *paths(world)]:
        assert client_of().get(path).location.startswith("/sign-in?next="), path
    for path in posts(world):
        assert client_of().post(path).status_code == 401, path


@pytest.mark.parametrize(
    "values",
    [
        {"name": ""},
        {"name": "x" * 161},
        {"name": "\x00"},
        {"starts_on": "demain"},
        {"starts_on": ""},
        {"ends_on": "2026-01-01"},
        {"starts_on": "0001-01-01"},
        {"time_zone": "Mars"},
        {"time_zone": ""},
        {"other_time_zone": "+03:00"},
    ],
)
def test_bad_cohort_is_refused_in_place(world: World, manager: FlaskClient, values: dict[str, str]) -> None:
    answer = manager.post(f"/programmes/{world.programme.id}/cohorts/new", data={**COHORT, **values})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert "2027" in answer.text
    assert count(Cohort) == 2


@pytest.mark.parametrize(
    "people", ["", "rien", "a@b.fr\nrien", "x" * 3001, "a@b.fr \x00", "alice@exemple.fr"]
)
def test_bad_list_of_people_is_refused_in_place(world: World, manager: FlaskClient, people: str) -> None:
    answer = manager.post(f"/programmes/teams/{world.team.id}/invite", data={"people": people, **TERMS})
    assert answer.status_code == 422
    assert 'id="form-errors"' in answer.text
    assert count(Invitation) == 0


def test_errors_are_in_the_reader_s_language(world: World, manager: FlaskClient) -> None:
    path = f"/programmes/{world.programme.id}/cohorts/new"
    bad = {**COHORT, "name": "", "starts_on": "demain"}
    french = manager.post(path, data=bad).text
    assert "Ce champ est nécessaire." in french
    assert "Cette date ne se lit pas" in french
    manager.post("/language", data={"locale": "en", "next": "/"})
    english = manager.post(path, data=bad).text
    assert "This field is needed." in english
    assert "This date cannot be read" in english


@pytest.mark.parametrize("name", ["", "x" * 121, "Équipe Paris", "\x00"])
def test_bad_team_name_is_refused_in_place(world: World, manager: FlaskClient, name: str) -> None:
    new = manager.post(f"/programmes/cohorts/{world.cohort.id}/teams/new", data={"name": name})
    again = manager.post(f"/programmes/teams/{world.team.id}/rename", data={"name": name})
    assert (new.status_code, again.status_code) == (422, 422)
    assert count(Team) == 3


def test_forms_sent_twice_count_once(world: World, manager: FlaskClient) -> None:
    cohort = f"/programmes/cohorts/{world.cohort.id}"
    for path, data in (
        (f"/programmes/{world.programme.id}/cohorts/new", COHORT),
        (f"/programmes/{world.programme.id}/new", {"name": "Deuxième"}),
        (f"{cohort}/teams/new", {"name": "Nouvelle"}),
        (f"/programmes/teams/{world.team.id}/invite", {"people": "a@b.fr", **TERMS}),
    ):
        places = {manager.post(path, data={**data, "_once": "k"}).location for _ in range(2)}
        assert len(places) == 1, path
    assert (count(Cohort), count(Programme), count(Team)) == (3, 3, 4)
    assert count(Invitation) == 1


def test_stale_cohort_form_shows_both_versions_and_can_be_sent_again(
    world: World, manager: FlaskClient
) -> None:
    path = f"/programmes/cohorts/{world.cohort.id}/edit"
    seen = fingerprint(manager.get(path).text)
    assert manager.post(path, data={**COHORT, "name": "La leur", "seen": seen}).status_code == 302
    answer = manager.post(path, data={**COHORT, "name": "La mienne", "seen": seen})
    assert answer.status_code == 409
    assert "La leur" in answer.text
    assert "La mienne" in answer.text
    again = {**COHORT, "name": "La mienne", "seen": fingerprint(answer.text)}
    assert manager.post(path, data=again).status_code == 302
    with reading() as session:
        assert session.get(Cohort, world.cohort.id).name == "La mienne"


@pytest.mark.parametrize("value", ["", "x", "0", "999999", "9" * 30, "\x00"])
def test_unknown_ids_are_not_found(world: World, manager: FlaskClient, value: str) -> None:
    lead = manager.post(f"/programmes/teams/{world.team.id}/lead", data={"user_id": value})
    assert lead.status_code in (400, 404)
    cohort = f"/programmes/cohorts/{world.cohort.id}"
    assert manager.post(f"{cohort}/members/1/place", data={"team_id": value}).status_code == 404
    for path in (
        f"{cohort}/members/{10**12}/withdraw",
        "/programmes/cohorts/999999",
        "/programmes/teams/0/rename",
    ):
        assert manager.post(path).status_code in (404, 405)


def test_learner_changes_team_by_a_list_of_the_others(
    world: World, manager: FlaskClient, client_of: ClientOf
) -> None:
    def held_by(user: User) -> int:
        with reading() as session:
            of = select(Membership.id).where(Membership.user_id == user.id, Membership.ends_at.is_(None))
            return session.scalars(of).one()

    members = f"/programmes/cohorts/{world.cohort.id}/members"
    bob = f"{members}/{held_by(world.bob)}"
    assert f'href="{bob}"' in manager.get(f"/programmes/cohorts/{world.cohort.id}").text
    place = f"{bob}/place"
    assert place in manager.get(bob).text
    text = manager.get(place).text
    assert f'<option value="{world.peer_team.id}">' in text
    assert f'<option value="{world.team.id}">' not in text
    assert manager.post(place, data={"team_id": world.peer_team.id}).status_code == 302
    assert client_of(world.bob).get(f"/projects/{world.project.id}/edit").status_code in (403, 404)
    assert manager.get(place).status_code == 404, "that membership is over"
    assert manager.get(f"{members}/{held_by(world.tutor)}/place").status_code == 404


def test_page_of_a_person_offers_what_fits_them(world: World, manager: FlaskClient) -> None:
    def deeds(user: User) -> set[str]:
        with reading() as session:
            held = session.scalars(select(Membership.id).where(Membership.user_id == user.id)).one()
        answer = manager.get(f"/programmes/cohorts/{world.cohort.id}/members/{held}")
        assert answer.status_code == 200
        assert user.email in answer.text
        return set(re.findall(rf'(?:action|href)="/programmes/[^"]*/({"|".join(every)})"', answer.text))

    every = {"dates", "place", "lead", "new-password", "remove-second-factor", "withdraw"}
    assert deeds(world.bob) == every - {"remove-second-factor"}
    assert deeds(world.alice) == deeds(world.bob) - {"lead"}, "she leads the team"
    assert deeds(world.tutor) == {"dates", "new-password", "withdraw"}
    with transaction() as session:
        factor = SecondFactor(user_id=world.tutor.id, sealed_secret=ACCOUNT["password"])
        factor.confirmed_at = utcnow()
        session.add(factor)
    assert deeds(world.tutor) == {"dates", "new-password", "withdraw", "remove-second-factor"}


def test_withdrawn_learner_is_out_at_once(world: World, manager: FlaskClient, client_of: ClientOf) -> None:
    bob = client_of(world.bob)
    assert bob.get(f"/projects/{world.project.id}").status_code == 200
    with reading() as session:
        mine = session.scalar(select(Membership.id).where(Membership.user_id == world.bob.id))
    assert manager.post(f"/programmes/cohorts/{world.cohort.id}/members/{mine}/withdraw").status_code == 302
    assert bob.get(f"/projects/{world.project.id}").status_code == 404


def test_cohort_page_costs_the_same_whatever_the_number_of_people(world: World, manager: FlaskClient) -> None:
    def cost() -> int:
        with counting_queries() as counted:
            manager.get(f"/programmes/cohorts/{world.cohort.id}")
        return int(counted)

    manager.get("/programmes")
    before = cost()
    with transaction() as session:
        for number in range(6):
            person = make_user(session, f"Personne {number}")
            grant(session, person, Role.LEARNER, team_id=world.team.id)
            grant(session, make_user(session, f"Tuteur {number}"), Role.TUTOR, cohort_id=world.cohort.id)
    assert cost() == before


def test_a_cohort_is_opened_on_the_model_of_another(world: World, manager: FlaskClient) -> None:
    with transaction() as session:
        model = session.get_one(Cohort, world.cohort.id)
        model.starts_on, model.ends_on = date(2026, 1, 5), date(2026, 6, 28)
        session.execute(delete(ClassSession).where(ClassSession.cohort_id == model.id))
        evening = {
            "starts": time(18, 30),
            "ends": time(21),
            "place": "Amphithéâtre",
            "every_weeks": 2,
            "times": 6,
        }
        series = ClassSession(
            cohort_id=model.id, title="Atelier", day=date(2026, 1, 8), last_day=date(2026, 1, 8), **evening
        )
        series.changes = [ClassSessionChange(number=2, is_cancelled=True)]
        session.add(series)
    address = f"/programmes/cohorts/{world.cohort.id}/copy"
    form = manager.get(address).text
    assert 'value="2026-06-29"' in form  # the Monday after its last day
    assert "1 séance ou série de séances est reprise" in form
    teams, people = count(Team), count(Membership)
    answer = manager.post(address, data=COHORT | {"starts_on": "2027-01-05", "other_time_zone": ""})
    assert answer.status_code == 302
    with reading() as session:
        copied = session.scalars(select(Cohort).where(Cohort.name == COHORT["name"])).one()
        assert copied.programme_id == world.programme.id
        taken = session.scalars(
            select(ClassSession)
            .where(ClassSession.cohort_id == copied.id)
            .options(selectinload(ClassSession.changes))
        ).one()
        assert (taken.day, taken.starts, taken.times) == (
            date(2027, 1, 7),
            time(18, 30),
            6,
        )  # a Thursday still
        assert (taken.title, taken.place, taken.every_weeks) == ("Atelier", "Amphithéâtre", 2)
        assert taken.changes == []
    assert (count(Team), count(Membership)) == (teams, people)


def test_a_bad_copy_is_refused_in_place(world: World, manager: FlaskClient) -> None:
    before = count(Cohort)
    address = f"/programmes/cohorts/{world.cohort.id}/copy"
    answer = manager.post(address, data=COHORT | {"ends_on": "2026-01-01"})
    assert answer.status_code == 422
    assert "Promotion 2027" in answer.text
    assert count(Cohort) == before
