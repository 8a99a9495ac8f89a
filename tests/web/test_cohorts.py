"""The cohort page: what each person sees of it, and that its cost does not grow with the teams."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.base import utcnow
from models.cohort import Team
from models.feedback import Feedback, FeedbackStatus
from models.notification import Notification, NotificationKind
from models.policy import Role
from models.project import ProjectStep, StepStatus
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World, grant, make_deed, make_problem, make_project, make_user
from tests.queries import counting_queries


def page_of(client_of: ClientOf, world: World, name: str, query: str = "") -> str:
    response = client_of(world.people[name]).get(f"/cohorts/{world.cohort.id}{query}")
    assert response.status_code == 200
    return response.text


def silence(world: World, days: int) -> None:
    with transaction() as session:
        make_deed(session, world, days, user_id=world.alice.id)


def test_tutor_sees_the_silent_team_first_with_the_reason(world: World, client_of: ClientOf) -> None:
    silence(world, 23)
    page = page_of(client_of, world, "tutor")
    assert "Aucune activité depuis 23\u00a0jours" in page or "Aucune activité depuis 23 jours" in page
    assert "Proposer un point" in page


def test_learner_sees_the_projects_but_not_what_tutors_follow(world: World, client_of: ClientOf) -> None:
    silence(world, 23)
    page = page_of(client_of, world, "paul")
    assert "L’accueil sans attente" in page
    assert "À voir en premier" not in page
    assert "Qui participe" not in page


def test_participation_is_by_team_unless_asked_by_person(world: World, client_of: ClientOf) -> None:
    silence(world, 1)
    assert '<th scope="row">Équipe Cayenne</th>' in page_of(client_of, world, "tutor")
    assert '<th scope="row">Alice</th>' in page_of(client_of, world, "tutor", "?grid=people")
    assert "Qui participe" not in page_of(client_of, world, "alice", "?grid=people")


def test_manager_reads_the_participation_of_teams_and_of_nobody(world: World, client_of: ClientOf) -> None:
    silence(world, 1)
    page = page_of(client_of, world, "manager", "?grid=people")
    assert '<th scope="row">Équipe Cayenne</th>' in page
    assert '<th scope="row">Alice</th>' not in page
    assert "grid=people" not in page_of(client_of, world, "manager")


@pytest.mark.parametrize("name", ["zoe", "observer", "partner", "other_tutor", "other_manager", "stranger"])
def test_cohort_is_not_found_from_outside(world: World, client_of: ClientOf, name: str) -> None:
    assert client_of(world.people[name]).get(f"/cohorts/{world.cohort.id}").status_code == 404


def test_anonymous_is_asked_to_sign_in(world: World, client_of: ClientOf) -> None:
    response = client_of().get(f"/cohorts/{world.cohort.id}")
    assert response.status_code == 302
    assert response.location.startswith("/sign-in?next=/cohorts/")


@pytest.mark.parametrize("id_", ["0", "999999", "99999999999999999999"])
def test_unknown_cohort_is_not_found(world: World, client_of: ClientOf, id_: str) -> None:
    assert client_of(world.tutor).get(f"/cohorts/{id_}").status_code == 404


def test_step_that_waits_shows_as_a_feedback_to_give(world: World, client_of: ClientOf) -> None:
    silence(world, 0)
    with transaction() as session:
        session.execute(
            update(ProjectStep)
            .where(ProjectStep.project_id == world.project.id)
            .values(status=StepStatus.WAITING, changed_at=utcnow() - timedelta(days=3))
        )
    page = page_of(client_of, world, "tutor")
    assert "Retour demandé sur une étape" in page
    assert "stage-wait" in page


def test_times_are_shown_in_both_zones_of_the_cohort(world: World, client_of: ClientOf) -> None:
    page = page_of(client_of, world, "tutor")
    assert "Paris" in page
    assert "Cayenne" in page


def test_proposing_a_talk_tells_the_team_once_a_day(world: World, client_of: ClientOf) -> None:
    client = client_of(world.tutor)
    for _time in range(2):
        assert client.post(f"/projects/{world.project.id}/talk").status_code == 302
    with reading() as session:
        told = session.scalars(
            select(Notification.user_id).where(Notification.kind == NotificationKind.TALK_PROPOSED)
        ).all()
    assert sorted(told) == sorted([world.alice.id, world.bob.id])


@pytest.mark.parametrize(("name", "status"), [("alice", 403), ("manager", 403), ("paul", 403), ("zoe", 404)])
def test_only_a_tutor_proposes_a_talk(world: World, client_of: ClientOf, name: str, status: int) -> None:
    assert client_of(world.people[name]).post(f"/projects/{world.project.id}/talk").status_code == status


@pytest.mark.parametrize("page", ["?grid=people", "/live", "/rules"])
def test_number_of_queries_does_not_grow_with_the_teams(
    any_world: World, any_client_of: ClientOf, page: str
) -> None:
    client = any_client_of(any_world.tutor)
    path = f"/cohorts/{any_world.cohort.id}{page}"
    client.get(path)
    with counting_queries() as before:
        assert client.get(path).status_code == 200
    with transaction() as session:
        for number in range(6):
            team = Team(cohort_id=any_world.cohort.id, name=f"Équipe {number}")
            session.add(team)
            session.flush()
            learner = make_user(session, f"nouvelle {number}")
            grant(session, learner, Role.LEARNER, team_id=team.id)
            problem = make_problem(session, any_world.cohort, learner, team_id=team.id)
            make_project(session, team, problem, f"Projet {number}")
    with counting_queries() as after:
        assert client.get(path).status_code == 200
    assert int(after) == int(before)


def test_index_goes_straight_to_the_only_cohort(world: World, client_of: ClientOf) -> None:
    response = client_of(world.tutor).get("/cohorts")
    assert response.location == f"/cohorts/{world.cohort.id}"


def test_english_reader_gets_english(world: World, client_of: ClientOf) -> None:
    client = client_of(world.tutor)
    with transaction() as session:
        session.merge(world.tutor).locale = "en"
    page = client.get(f"/cohorts/{world.cohort.id}").text
    assert "Progress of the projects" in page
    assert "Avancée" not in page


def test_manager_is_offered_only_what_they_may_do(world: World, client_of: ClientOf) -> None:
    silence(world, 23)
    page = page_of(client_of, world, "manager")
    assert "Aucune activité depuis" in page
    assert "Proposer un point" not in page
    assert "Ouvrir le projet" in page


def did(world: World, days: float, **deed: int) -> None:
    with transaction() as session:
        make_deed(session, world, days, **deed)


def test_learner_sees_their_own_figures_and_nobody_elses(world: World, client_of: ClientOf) -> None:
    did(world, 1, user_id=world.alice.id, count=41)
    did(world, 1, user_id=world.bob.id, count=26)
    page = page_of(client_of, world, "alice")
    assert "Votre participation" in page
    assert '<th scope="row">Vous</th>' in page
    assert re.search(r">Vous</th>.*?<td class=\"total\">41</td>", page, re.DOTALL)
    assert re.search(r">Équipe Cayenne</th>.*?<td class=\"total\">67</td>", page, re.DOTALL)
    assert '<th scope="row">Bob</th>' not in page
    assert re.search(r">Vous</th>.*?<td class=\"total\">0</td>", page_of(client_of, world, "paul"), re.DOTALL)


def test_guests_are_told_by_sector_never_by_name(world: World, client_of: ClientOf) -> None:
    did(world, 1, guest_id=world.guests["guest"].id, count=5)
    did(world, 1, guest_id=world.guests["reader"].id, count=3)
    page = page_of(client_of, world, "tutor", "?grid=people")
    grid = page[page.index('id="participation"') :]
    assert re.search(r"Invité·es.{1,3} Habitant·e</th>.*?<td class=\"total\">8</td>", grid, re.DOTALL)
    assert ">Guest<" not in grid


def test_teams_that_need_somebody_come_first(world: World, client_of: ClientOf) -> None:
    with transaction() as session:
        problem = make_problem(session, world.cohort, world.paul, team_id=world.peer_team.id)
        other = make_project(session, session.merge(world.peer_team), problem, "Au calme").id
    did(world, 0, project_id=other, user_id=world.paul.id)
    did(world, 12, user_id=world.alice.id)
    rows = re.findall(r'data-live-item="row-(\d+)"', page_of(client_of, world, "tutor"))
    assert rows == [str(world.project.id), str(other)]
    rows = re.findall(r'data-live-item="row-(\d+)"', page_of(client_of, world, "paul"))
    assert rows == [str(other), str(world.project.id)], "a learner reads them by title"


def test_what_a_tutor_or_a_partner_does_is_not_the_teams(world: World, client_of: ClientOf) -> None:
    silence(world, 12)
    did(world, 1, user_id=world.tutor.id)
    did(world, 1, user_id=world.partner.id)
    assert "Aucune activité depuis 12" in page_of(client_of, world, "tutor").replace("\u00a0", " ")


def test_each_project_tells_its_contacts_and_what_is_expected(world: World, client_of: ClientOf) -> None:
    did(world, 0, user_id=world.alice.id)
    did(world, 3, guest_id=world.guests["guest"].id)
    did(world, 2, user_id=world.partner.id)
    with transaction() as session:
        session.add(
            Feedback(
                project_id=world.project.id,
                author_id=world.tutor.id,
                body="Bravo",
                status=FeedbackStatus.RELEASED,
                released_at=utcnow() - timedelta(days=11),
            )
        )
    page = page_of(client_of, world, "tutor")
    figures = dict(re.findall(r'data-live-figure="([a-z]+)-\d+">(.*?)</td>', page, re.DOTALL))
    assert "il y a 3" in figures["citizen"]
    assert "il y a 2" in figures["partner"]
    assert "il y a 11" in figures["feedback"]
    assert "Un retour attend la réponse de l’équipe depuis 11" in page
    assert "contacts-title" not in page_of(client_of, world, "paul")


def test_live_parts_are_those_of_the_page(world: World, client_of: ClientOf) -> None:
    silence(world, 12)
    answer = client_of(world.tutor).get(f"/cohorts/{world.cohort.id}/live")
    assert "Aucune activité depuis 12" in answer.get_json()["html"].replace("\u00a0", " ")
    assert "<html" not in answer.get_json()["html"]
    assert 'data-live="/cohorts/' in page_of(client_of, world, "tutor")
