"""The home page: where each is sent, what a learner finds, and that its cost does not grow with the rows."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, update

from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.brief import ObserverQuestion
from models.class_session import ClassSession, SessionMode
from models.document import Board
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.membership import Membership
from models.people import LoginSession, User
from models.policy import Role
from models.problem import Problem, ProblemStatus, ProblemSupporter
from models.session import transaction
from tests.conftest import make_app
from tests.factories import World, grant, hold, make_board, make_problem, make_project
from tests.queries import counting_queries

ClientOf = Callable[..., FlaskClient]


def home(client_of: ClientOf, user: User) -> str:
    response = client_of(user).get("/")
    assert response.status_code == 200
    return response.text


def act(world: World, who: str, kind: ActivityKind, ago: timedelta, **values: object) -> None:
    with transaction() as session:
        session.add(
            Activity(
                cohort_id=world.cohort.id,
                project_id=world.project.id,
                user_id=world.people[who].id,
                kind=kind,
                at=utcnow() - ago,
                **values,
            )
        )


def seen(user: User, ago: timedelta) -> None:
    with transaction() as session:
        session.execute(update(User).where(User.id == user.id).values(last_seen_at=utcnow() - ago))


# Where each is sent


def test_anonymous_is_sent_to_sign_in(client_of: ClientOf, world: World) -> None:
    assert client_of().get("/").location == "/sign-in"


def test_anonymous_is_sent_to_the_demonstration(sqlite_url: str, tmp_path: Path) -> None:
    app = make_app(sqlite_url, tmp_path, ETABLI_DEMO="1")
    assert app.test_client().get("/").location == "/demo"


def test_guest_is_sent_to_their_project(client_of: ClientOf, world: World) -> None:
    response = client_of(guest=world.guests["guest"]).get("/")
    assert response.location == f"/projects/{world.project.id}"


def test_observer_is_sent_to_what_they_observe(client_of: ClientOf, world: World) -> None:
    assert client_of(world.observer).get("/").location == "/observations"


def test_tutor_is_sent_to_their_cohort(client_of: ClientOf, world: World) -> None:
    assert client_of(world.tutor).get("/").location == f"/cohorts/{world.cohort.id}"
    with transaction() as session:
        grant(session, world.tutor, Role.TUTOR, cohort_id=world.other_cohort.id)
    assert client_of(world.tutor).get("/").location == "/cohorts"


def test_manager_is_sent_to_the_programmes(client_of: ClientOf, world: World) -> None:
    assert client_of(world.manager).get("/").location == "/programmes"


def test_partner_is_sent_to_their_only_project(client_of: ClientOf, world: World) -> None:
    assert client_of(world.partner).get("/").location == f"/projects/{world.project.id}"
    with transaction() as session:
        grant(session, world.partner, Role.PARTNER, project_id=world.other_project.id)
    page = home(client_of, world.partner)
    assert "Vous participez" in page
    assert "Un autre projet" in page


def test_person_of_several_roles_gets_a_section_each(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        grant(session, world.paul, Role.OBSERVER, project_id=world.other_project.id)
        grant(session, world.paul, Role.TUTOR, cohort_id=world.other_cohort.id)
        grant(session, world.paul, Role.MANAGER, programme_id=world.programme.id)
        problem = session.get_one(Problem, world.other_project.problem_id)
        problem.status = ProblemStatus.SUBMITTED
    page = home(client_of, world.paul)
    for text in ("Vous accompagnez", "Autre promotion", "1 problématique à décider"):
        assert text in page.replace("\u00a0", " ")
    assert "Vous observez" in page
    assert f"/observations/{world.other_project.id}" in page
    assert "Vous organisez" in page
    assert "Équipe Paris" in page


def test_account_without_a_role_is_told_what_to_expect(client_of: ClientOf, world: World) -> None:
    assert "Votre compte est prêt" in home(client_of, world.stranger)


def test_role_that_ended_opens_nothing(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.execute(
            update(Membership).where(Membership.user_id == world.alice.id).values(ends_at=utcnow())
        )
    page = home(client_of, world.alice)
    assert "L’accueil sans attente" not in page
    assert "Votre compte est prêt" in page


# Resume


def test_new_learner_is_told_the_first_step(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        grant(session, world.stranger, Role.LEARNER, cohort_id=world.cohort.id)
    page = home(client_of, world.stranger)
    assert "Posez une problématique, ou rejoignez-en une" in page
    assert 'href="/problems/new"' in page
    assert 'href="/problems?status=accepted"' in page
    assert "Vous n’êtes pas encore dans une équipe" in page


def test_project_is_resumed_when_nothing_was_touched_yet(client_of: ClientOf, world: World) -> None:
    page = home(client_of, world.bob)
    assert "Reprendre le projet" in page
    assert f'href="/projects/{world.project.id}"' in page


def test_board_touched_last_is_resumed(client_of: ClientOf, world: World) -> None:
    act(world, "alice", ActivityKind.BOARD_EDITED, timedelta(hours=1), board_id=world.board.id)
    act(world, "alice", ActivityKind.PARTNER_ADDED, timedelta(hours=2))
    page = home(client_of, world.alice)
    assert "Reprendre le tableau" in page
    assert f'href="/boards/{world.board.id}"' in page


def test_draft_written_since_is_resumed_instead(client_of: ClientOf, world: World) -> None:
    act(world, "alice", ActivityKind.BOARD_EDITED, timedelta(hours=1), board_id=world.board.id)
    with transaction() as session:
        draft = make_problem(session, world.cohort, world.alice, title="Ébauche", status=ProblemStatus.DRAFT)
    page = home(client_of, world.alice)
    assert "Reprendre votre brouillon" in page
    assert f'href="/problems/{draft.id}/edit"' in page


def test_accepted_problem_leads_to_its_project(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        problem = make_problem(session, world.cohort, world.paul, team_id=world.peer_team.id)
    page = home(client_of, world.paul)
    assert f'href="/projects/new?problem={problem.id}"' in page


def test_joined_problem_is_followed_by_a_learner_without_team(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        grant(session, world.stranger, Role.LEARNER, cohort_id=world.cohort.id)
        session.add(ProblemSupporter(problem_id=world.problem.id, user_id=world.stranger.id))
    page = home(client_of, world.stranger)
    assert "Vous participez à" in page
    assert f'href="/problems/{world.problem.id}"' in page
    assert "/projects/new" not in page


def test_archived_board_gives_way_to_its_project(client_of: ClientOf, world: World) -> None:
    act(world, "alice", ActivityKind.BOARD_EDITED, timedelta(hours=1), board_id=world.board.id)
    with transaction() as session:
        session.get_one(Board, world.board.id).archived_at = utcnow()
    page = home(client_of, world.alice)
    assert f'href="/boards/{world.board.id}"' not in page
    assert "Reprendre le projet" in page


def test_board_of_a_team_one_has_left_is_not_resumed(client_of: ClientOf, world: World) -> None:
    act(world, "alice", ActivityKind.BOARD_EDITED, timedelta(hours=1), board_id=world.board.id)
    with transaction() as session:
        session.execute(delete(Membership).where(Membership.user_id == world.alice.id))
        grant(session, world.alice, Role.LEARNER, team_id=world.peer_team.id)
    assert "Le défi" not in home(client_of, world.alice)


# What waits


def test_returned_problem_waits_with_its_reason(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        returned = make_problem(
            session,
            world.cohort,
            world.alice,
            title="À préciser",
            status=ProblemStatus.RETURNED,
            decision_reason="Dites qui est concerné.",
            decided_by_id=world.tutor.id,
        )
    page = home(client_of, world.alice)
    assert "Dites qui est concerné." in page
    assert f'href="/problems/{returned.id}/edit"' in page
    assert "Dites qui est concerné." not in home(client_of, world.bob)


def feedback(world: World, **values: object) -> None:
    with transaction() as session:
        session.add(
            Feedback(project_id=world.project.id, author_id=world.tutor.id, body="SECRET DU TUTEUR", **values)
        )


def test_released_feedback_waits_for_an_answer(client_of: ClientOf, world: World) -> None:
    feedback(world, status=FeedbackStatus.RELEASED, released_at=utcnow())
    assert f'href="/projects/{world.project.id}/feedback"' in home(client_of, world.alice)
    assert f'href="/projects/{world.project.id}/feedback"' not in home(client_of, world.paul)


def test_draft_and_answered_feedback_do_not_wait(client_of: ClientOf, world: World) -> None:
    feedback(world)
    feedback(
        world,
        status=FeedbackStatus.RELEASED,
        released_at=utcnow(),
        answer=FeedbackAnswer.ADDRESSED,
        answered_at=utcnow(),
    )
    page = home(client_of, world.alice)
    assert "SECRET" not in page
    assert "On attend quelque chose de vous" not in page


def test_question_of_an_observer_waits(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.add(
            ObserverQuestion(project_id=world.project.id, observer_id=world.observer.id, body="Et en hiver ?")
        )
    page = home(client_of, world.alice).replace("\u202f", " ")
    assert "Et en hiver ?" in page


# What changed


def test_changes_are_those_of_others_since_the_last_visit(client_of: ClientOf, world: World) -> None:
    act(world, "bob", ActivityKind.PARTNER_ADDED, timedelta(hours=1), subject="Depuis ma visite")
    act(world, "bob", ActivityKind.PARTNER_ADDED, timedelta(days=3), subject="Avant ma visite")
    act(world, "alice", ActivityKind.PARTNER_ADDED, timedelta(hours=1), subject="Par moi-même")
    seen(world.alice, timedelta(days=2))
    page = home(client_of, world.alice)
    assert "Depuis ma visite" in page
    assert "Avant ma visite" not in page
    assert "Par moi-même" not in page
    assert "il y a 2 jours" in page.replace("\u00a0", " ")


def test_news_survive_a_reload(client_of: ClientOf, world: World) -> None:
    act(world, "bob", ActivityKind.PARTNER_ADDED, timedelta(hours=20), subject="Kourou Vert")
    seen(world.alice, timedelta(days=1))
    alice = client_of(world.alice)
    with transaction() as session:  # back with the browser of yesterday
        session.execute(update(LoginSession).values(last_seen_at=utcnow() - timedelta(days=1)))
    for _visit in range(3):  # the first page notes that she is here; the next ones still tell
        assert "Kourou Vert" in alice.get("/").text


def test_news_of_one_person_are_not_anothers_on_the_same_browser(client_of: ClientOf, world: World) -> None:
    seen(world.alice, timedelta(days=40))
    alice = client_of(world.alice)
    alice.get("/")
    bob = client_of(world.bob)
    bob.set_cookie("etabli_form", alice.get_cookie("etabli_form").value)  # type: ignore[union-attr]
    assert "sept derniers jours" in bob.get("/").text


def test_changes_of_other_teams_are_not_told(client_of: ClientOf, world: World) -> None:
    act(world, "bob", ActivityKind.PARTNER_ADDED, timedelta(hours=1), subject="Chez Alice")
    assert "Chez Alice" not in home(client_of, world.paul)


def test_many_changes_lead_to_the_journal(client_of: ClientOf, world: World) -> None:
    for number in range(9):
        act(world, "bob", ActivityKind.PARTNER_ADDED, timedelta(minutes=number + 1), subject=f"Élan {number}")
    page = home(client_of, world.alice)
    assert "Élan 5" in page
    assert "Élan 6" not in page  # more than a few letters: a page holds random tokens
    assert f"/projects/{world.project.id}/journal" in page


# Next class


@pytest.mark.parametrize(
    ("starts", "paris", "cayenne"),
    [
        (datetime(2031, 3, 18, 17, 30, tzinfo=UTC), "18:30", "14:30"),  # winter time
        (datetime(2031, 4, 8, 16, 30, tzinfo=UTC), "18:30", "13:30"),  # summer time
    ],
)
def test_next_class_is_told_in_both_zones_of_the_cohort(
    client_of: ClientOf, world: World, starts: datetime, paris: str, cayenne: str
) -> None:
    with transaction() as session:
        row = session.get_one(ClassSession, world.class_session.id)
        hold(row, starts)
    page = home(client_of, world.alice)
    assert f'<b class="num">{paris}</b> Paris' in page
    assert f'<b class="num">{cayenne}</b> Cayenne' in page


def test_class_is_next_until_it_ends(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        row = session.get_one(ClassSession, world.class_session.id)
        hold(row, utcnow() - timedelta(hours=1))
    assert "En ce moment" in home(client_of, world.alice)
    with transaction() as session:
        row = session.get_one(ClassSession, world.class_session.id)
        hold(row, utcnow() - timedelta(hours=1), hours=0.9)
    assert "Aucune séance n’est prévue" in home(client_of, world.alice)


def test_asynchronous_class_tells_until_when(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.get_one(ClassSession, world.class_session.id).mode = SessionMode.ASYNCHRONOUS
    assert "À votre heure, jusqu’au" in home(client_of, world.alice)


def test_class_of_another_cohort_is_not_told(client_of: ClientOf, world: World) -> None:
    assert "Atelier vote" not in home(client_of, world.zoe)


# Team and project


def test_team_is_shown_with_its_lead_and_tutor(client_of: ClientOf, world: World) -> None:
    page = home(client_of, world.bob)
    assert page.index("Alice") < page.index("pilote l’équipe") < page.index("(vous)")
    assert "tuteur·rice" in page
    assert "Other_Tutor" not in page


def test_project_shows_its_stages(client_of: ClientOf, world: World) -> None:
    page = home(client_of, world.alice)
    assert '<li class="is-now">' in page
    assert "Mettre en place" in page


def test_query_count_is_constant(client_of: ClientOf, world: World) -> None:
    def fill(number: int) -> None:
        for kind in (ActivityKind.PARTNER_ADDED, ActivityKind.BOARD_EDITED):
            act(world, "bob", kind, timedelta(minutes=number + 1), subject=f"S{number}")
        feedback(world, status=FeedbackStatus.RELEASED, released_at=utcnow())
        with transaction() as session:
            problem = make_problem(
                session, world.cohort, world.alice, title=f"T{number}", authority_code=world.authority.code
            )
            project = make_project(session, world.team, problem, f"Projet {number}")
            make_board(session, project, world.alice)
            grant(session, world.people["stranger"], Role.LEARNER, team_id=world.team.id)

    fill(0)
    alice = client_of(world.alice)
    with counting_queries() as before:
        alice.get("/")
    for number in range(1, 6):
        fill(number)
    with counting_queries() as after:
        alice.get("/")
    assert int(after) == int(before)


def test_home_speaks_english(client_of: ClientOf, world: World) -> None:
    with transaction() as session:
        session.get_one(User, world.alice.id).locale = "en"
    page = home(client_of, world.alice)
    assert "Hello Alice" in page
    assert "What has changed" in page
    assert '<html lang="en"' in page
