"""Release of feedback: at an hour of the cohort's clock, all that is prepared at once, held back before."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_feedback, access_project
from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.cohort import Cohort
from models.errors import Forbidden, Invalid, NotFound, Refused
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.job import Job, JobKind
from models.membership import Membership
from models.notification import Notification, NotificationKind
from models.occurrences import instant
from models.people import User
from models.personal_rows import person_of
from models.policy import Permission, Role
from models.problem import ProblemStatus
from models.project import Project
from models.session import reading, transaction
from tests.factories import World, grant, make_problem
from tests.queries import counting_queries
from workspace.jobs.worker import Worker
from workspace.services import feedback as service
from workspace.services import feedback_anchors, feedback_release
from workspace.services.erasure import erase
from workspace.services.feedback import FeedbackText
from workspace.services.feedback_list import Waiting, cohort_feedback
from workspace.services.personal_export import export_of
from workspace.services.rubrics import set_marks

SOON = timedelta(hours=2)


def prepare(world: World, *, project: Project | None = None, learner: User | None = None) -> int:
    with transaction() as session:
        tutor = world.actor(session, "tutor")
        asked = access_project(session, tutor, (project or world.project).id, Permission.WRITE_FEEDBACK)
        text = FeedbackText("Qui pourrait dire non ?", learner_id=learner.id if learner else None)
        return service.write_draft(session, tutor, asked, text).id


def second_project(world: World) -> Project:
    """The peer team's."""
    with transaction() as session:
        problem = make_problem(
            session, session.get_one(Cohort, world.cohort.id), world.paul, status=ProblemStatus.ACCEPTED
        )
        project = Project(team_id=world.peer_team.id, problem_id=problem.id, title="Le projet voisin")
        session.add(project)
        session.flush()
        return project


def draft(session: Session, world: World, id_: int, name: str = "tutor") -> Feedback:
    return access_feedback(session, world.actor(session, name), id_, Permission.WRITE_FEEDBACK)


def schedule(world: World, id_: int, at: datetime) -> None:
    with transaction() as session:
        feedback_release.schedule(session, world.actor(session, "tutor"), draft(session, world, id_), at)


def status(id_: int) -> FeedbackStatus:
    with reading() as session:
        return session.get_one(Feedback, id_).status


def told(session: Session) -> list[int]:
    asked = select(Notification.user_id).where(Notification.kind == NotificationKind.FEEDBACK_RELEASED)
    return sorted(session.scalars(asked))


def run_jobs(now: datetime) -> None:
    """As the worker does for each job of this kind that is due."""
    with reading() as session:
        due = select(Job.key).where(Job.kind == JobKind.RELEASE_FEEDBACK, Job.run_at <= now)
        keys = list(session.scalars(due))
    for key in keys:
        feedback_release.run(key, now)


def test_draft_with_an_hour_is_a_draft_until_then_and_released_by_a_job(any_world: World) -> None:
    id_, at = prepare(any_world), utcnow() + SOON
    schedule(any_world, id_, at)
    run_jobs(at - timedelta(seconds=1))
    with reading() as session, pytest.raises(NotFound):
        access_feedback(session, any_world.actor(session, "alice"), id_, Permission.VIEW_FEEDBACK)
    run_jobs(at)
    with reading() as session:
        row = access_feedback(session, any_world.actor(session, "alice"), id_, Permission.VIEW_FEEDBACK)
        assert (row.status, row.release_at) == (FeedbackStatus.RELEASED, None)
        assert told(session) == sorted([any_world.alice.id, any_world.bob.id])
    run_jobs(at)
    with reading() as session:
        assert len(told(session)) == 2, "a job that runs twice tells nobody twice"


def test_worker_releases_what_is_due(world: World) -> None:
    id_ = prepare(world)
    schedule(world, id_, utcnow() + SOON)
    with transaction() as session:
        session.get_one(Feedback, id_).release_at = utcnow()
        job = session.scalars(select(Job).where(Job.kind == JobKind.RELEASE_FEEDBACK)).one()
        job.run_at = utcnow()
    worker = Worker()
    while worker.turn():
        pass
    assert status(id_) is FeedbackStatus.RELEASED
    with reading() as session:
        assert session.scalars(select(Job).where(Job.kind == JobKind.RELEASE_FEEDBACK)).all() == []


def test_held_back_before_its_hour_it_stays_a_draft(any_world: World) -> None:
    id_, at = prepare(any_world), utcnow() + SOON
    schedule(any_world, id_, at)
    with transaction() as session:
        tutor = any_world.actor(session, "tutor")
        feedback_release.hold_back(session, tutor, draft(session, any_world, id_))
    run_jobs(at)
    assert status(id_) is FeedbackStatus.DRAFT


def test_later_hour_replaces_the_former(any_world: World) -> None:
    id_, first = prepare(any_world), utcnow() + SOON
    schedule(any_world, id_, first)
    schedule(any_world, id_, first + SOON)
    run_jobs(first)
    assert status(id_) is FeedbackStatus.DRAFT
    run_jobs(first + SOON)
    assert status(id_) is FeedbackStatus.RELEASED


@pytest.mark.parametrize("wait", [timedelta(minutes=-1), timedelta(days=400)])
def test_hour_must_be_to_come_within_a_year(world: World, wait: timedelta) -> None:
    id_ = prepare(world)
    with pytest.raises(Invalid) as refusal:
        schedule(world, id_, utcnow() + wait)
    assert set(refusal.value.fields) == {"hour"}


def test_all_that_is_prepared_is_released_to_all_teams_at_one_hour(any_world: World) -> None:
    ids = [prepare(any_world), prepare(any_world, project=second_project(any_world))]
    at = utcnow() + SOON
    with transaction() as session:
        cohort = session.get_one(Cohort, any_world.cohort.id)
        tutor = any_world.actor(session, "tutor")
        assert feedback_release.release_prepared(session, tutor, cohort, at) == 2
    run_jobs(at)
    with reading() as session:
        rows = [session.get_one(Feedback, id_) for id_ in ids]
        assert {row.status for row in rows} == {FeedbackStatus.RELEASED}
        assert told(session) == sorted([any_world.alice.id, any_world.bob.id, any_world.paul.id])


def test_releasing_all_leaves_the_drafts_of_other_tutors(any_world: World) -> None:
    id_ = prepare(any_world)
    with transaction() as session:
        grant(session, any_world.stranger, Role.TUTOR, cohort_id=any_world.cohort.id)
        cohort = session.get_one(Cohort, any_world.cohort.id)
        other = any_world.actor(session, "stranger")
        assert feedback_release.release_prepared(session, other, cohort, None) == 0
    assert status(id_) is FeedbackStatus.DRAFT


def test_another_tutor_can_neither_schedule_nor_hold_back(any_world: World) -> None:
    id_ = prepare(any_world)
    with transaction() as session:
        grant(session, any_world.stranger, Role.TUTOR, cohort_id=any_world.cohort.id)
    with transaction() as session:
        other, row = any_world.actor(session, "stranger"), draft(session, any_world, id_, "stranger")
        with pytest.raises(Forbidden):
            feedback_release.schedule(session, other, row, utcnow() + SOON)
        with pytest.raises(Forbidden):
            feedback_release.hold_back(session, other, row)


def test_released_feedback_can_be_given_no_hour(world: World) -> None:
    id_ = prepare(world)
    with transaction() as session:
        tutor = world.actor(session, "tutor")
        feedback_release.release(session, tutor, draft(session, world, id_))
    with pytest.raises(Refused):
        schedule(world, id_, utcnow() + SOON)


def test_who_is_no_tutor_any_more_releases_nothing(any_world: World) -> None:
    id_, at = prepare(any_world), utcnow() + SOON
    schedule(any_world, id_, at)
    with transaction() as session:
        held = session.scalars(select(Membership).where(Membership.user_id == any_world.tutor.id)).one()
        held.ends_at = utcnow()
    run_jobs(at)
    with reading() as session:
        row = session.get_one(Feedback, id_)
        assert (row.status, row.release_at) == (FeedbackStatus.DRAFT, None)


@pytest.mark.parametrize("day", ["2027-03-27", "2027-03-28", "2027-10-30", "2027-10-31"])
def test_hour_is_that_of_the_cohorts_wall_before_and_after_the_change_of_clocks(day: str) -> None:
    at = instant(datetime.fromisoformat(day).date(), time(18), "Europe/Paris")
    assert at.tzinfo is UTC
    assert at.astimezone(ZoneInfo("Europe/Paris")).strftime("%Y-%m-%d %H:%M") == f"{day} 18:00"


# -- for one learner alone ----------------------------------------------------------------------------


def release_to(world: World, learner: User) -> int:
    id_ = prepare(world, learner=learner)
    with transaction() as session:
        feedback_release.release(session, world.actor(session, "tutor"), draft(session, world, id_))
    return id_


@pytest.mark.parametrize(
    "name", ["bob", "paul", "zoe", "manager", "observer", "partner", "guest", "reader", "other_tutor"]
)
def test_what_is_for_one_learner_is_not_found_by_others(any_world: World, name: str) -> None:
    id_ = release_to(any_world, any_world.alice)
    with reading() as session, pytest.raises(NotFound):
        access_feedback(session, any_world.actor(session, name), id_, Permission.VIEW_FEEDBACK)


def test_learner_reads_and_answers_what_is_for_them_alone(any_world: World) -> None:
    id_ = release_to(any_world, any_world.alice)
    with transaction() as session:
        alice = any_world.actor(session, "alice")
        row = access_feedback(session, alice, id_, Permission.ANSWER_FEEDBACK)
        service.answer(session, alice, row, FeedbackAnswer.ADDRESSED, "")
    with reading() as session:
        assert told(session) == [any_world.alice.id]
        answered = NotificationKind.FEEDBACK_ANSWERED
        asked = select(Notification.user_id).where(Notification.kind == answered)
        assert session.scalars(asked).all() == [any_world.tutor.id]


def test_draft_for_a_learner_is_not_found_by_that_learner(any_world: World) -> None:
    id_ = prepare(any_world, learner=any_world.alice)
    with reading() as session, pytest.raises(NotFound):
        access_feedback(session, any_world.actor(session, "alice"), id_, Permission.VIEW_FEEDBACK)


def test_journal_keeps_nothing_of_what_is_for_one_learner(any_world: World) -> None:
    release_to(any_world, any_world.alice)
    with reading() as session:
        kinds = set(session.scalars(select(Activity.kind)))
    assert ActivityKind.FEEDBACK_RELEASED not in kinds


def test_teammate_who_opens_the_page_marks_nothing_of_it_as_read(any_world: World) -> None:
    id_ = release_to(any_world, any_world.alice)
    with transaction() as session:
        bob = any_world.actor(session, "bob")
        service.mark_read(session, bob, access_project(session, bob, any_world.project.id))
    with reading() as session:
        assert session.get_one(Feedback, id_).read_at is None
    with transaction() as session:
        alice = any_world.actor(session, "alice")
        service.mark_read(session, alice, access_project(session, alice, any_world.project.id))
    with reading() as session:
        assert session.get_one(Feedback, id_).read_at is not None


def test_learner_of_another_team_cannot_be_written_to(world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        prepare(world, learner=world.paul)
    assert set(refusal.value.fields) == {"learner"}


def test_export_shows_a_learner_what_was_released_to_them_with_its_marks(any_world: World) -> None:
    prepare(any_world, learner=any_world.alice)
    id_ = prepare(any_world, learner=any_world.alice)
    with transaction() as session:
        row = draft(session, any_world, id_)
        row.body = "Vous avez su écouter."
        set_marks(session, any_world.cohort.id, id_, {"closeness": 4})
        feedback_release.release(session, any_world.actor(session, "tutor"), row)
    with reading() as session:
        alice = session.get_one(User, any_world.alice.id)
        rows = export_of(session, person_of(alice)).sections["feedback"]
    assert [row["body"] for row in rows] == ["Vous avez su écouter."], "a draft about them is no more shown"
    assert rows[0]["marks"] == ["Proximité des besoins: Exemplaire"]


def test_what_is_for_one_learner_goes_with_their_data(any_world: World) -> None:
    id_ = release_to(any_world, any_world.bob)
    with transaction() as session:
        erase(session, session.get_one(User, any_world.bob.id), texts=False)
    with reading() as session:
        assert session.get(Feedback, id_) is None


def test_quoted_words_of_a_note_go_when_their_author_asks(any_world: World) -> None:
    id_ = prepare(any_world)
    with transaction() as session:
        row = session.get_one(Feedback, id_)
        row.object_text, row.object_author = "Mes mots", any_world.bob.key
    with transaction() as session:
        feedback_anchors.erase_words(session, any_world.bob.key)
    with reading() as session:
        assert session.get_one(Feedback, id_).object_text == ""


def test_who_left_the_team_reads_it_no_more(any_world: World) -> None:
    id_ = release_to(any_world, any_world.bob)
    with transaction() as session:
        held = session.scalars(select(Membership).where(Membership.user_id == any_world.bob.id)).one()
        held.team_id = any_world.peer_team.id
    with reading() as session, pytest.raises(NotFound):
        access_feedback(session, any_world.actor(session, "bob"), id_, Permission.VIEW_FEEDBACK)


# -- the tutor's list ---------------------------------------------------------------------------------


def test_list_shows_first_what_waits_for_the_tutor(any_world: World) -> None:
    now = utcnow()

    def released(days: int, **values: object) -> int:
        with transaction() as session:
            at = now - timedelta(days=days)
            row = Feedback(
                project_id=any_world.project.id,
                author_id=any_world.tutor.id,
                body="Un retour",
                status=FeedbackStatus.RELEASED,
                released_at=at,
                **values,
            )
            session.add(row)
            session.flush()
            return row.id

    settled = released(9, read_at=now, answer=FeedbackAnswer.ADDRESSED, answered_at=now)
    unread_new, unread_old = released(1), released(8)
    unanswered = released(5, read_at=now)
    contested = released(7, read_at=now, answer=FeedbackAnswer.CONTESTED, answer_text="Non", answered_at=now)
    with reading() as session:
        cohort = session.get_one(Cohort, any_world.cohort.id)
        found = cohort_feedback(session, any_world.actor(session, "tutor"), cohort)
    order = [contested, unread_old, unread_new, unanswered, settled]
    assert [one.feedback.id for one in found.released] == order
    assert found.waiting == 4
    assert found.released[0].waiting is Waiting.CONTESTED


def test_contest_that_was_followed_by_another_feedback_waits_no_more(any_world: World) -> None:
    now = utcnow()
    with transaction() as session:
        both = {
            "project_id": any_world.project.id,
            "author_id": any_world.tutor.id,
            "body": "Un retour",
            "status": FeedbackStatus.RELEASED,
        }
        contested = {"answer": FeedbackAnswer.CONTESTED, "answered_at": now - timedelta(days=2)}
        session.add(Feedback(**both, **contested, released_at=now - timedelta(days=5)))
        session.add(Feedback(**both, released_at=now - timedelta(days=1)))
    with reading() as session:
        cohort = session.get_one(Cohort, any_world.cohort.id)
        found = cohort_feedback(session, any_world.actor(session, "tutor"), cohort)
    assert Waiting.CONTESTED not in {one.waiting for one in found.released}


def test_list_asks_as_many_queries_for_many_as_for_one(any_world: World) -> None:
    def count() -> int:
        with reading() as session:
            tutor = any_world.actor(session, "tutor")
            cohort = session.get_one(Cohort, any_world.cohort.id)
            with counting_queries() as asked:
                cohort_feedback(session, tutor, cohort)
            return int(asked)

    prepare(any_world)
    few = count()
    for _time in range(6):
        prepare(any_world)
    assert count() == few
