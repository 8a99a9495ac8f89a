"""Feedback: a draft is the tutors' alone; a released one reaches the team, who answer once and again."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_feedback, access_project
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.notification import Notification, NotificationKind
from models.policy import Permission, Role
from models.session import reading, transaction
from tests.factories import World, grant
from workspace.services import feedback as service
from workspace.services import feedback_release as release_service
from workspace.services.feedback import FeedbackText

TEXT = FeedbackText("Le défi est net. Qui pourrait dire non ?", "understand")


def draft(world: World, text: FeedbackText = TEXT) -> int:
    with transaction() as session:
        tutor = world.actor(session, "tutor")
        project = access_project(session, tutor, world.project.id, Permission.WRITE_FEEDBACK)
        return service.write_draft(session, tutor, project, text).id


def load(session: Session, world: World, name: str, id_: int, permission: Permission) -> Feedback:
    return access_feedback(session, world.actor(session, name), id_, permission)


def release(world: World, id_: int, name: str = "tutor") -> None:
    with transaction() as session:
        row = load(session, world, name, id_, Permission.WRITE_FEEDBACK)
        release_service.release(session, world.actor(session, name), row)


@pytest.mark.parametrize(
    "name", ["alice", "bob", "paul", "zoe", "observer", "partner", "guest", "other_tutor"]
)
def test_draft_is_not_found_by_anybody_but_the_tutors(any_world: World, name: str) -> None:
    id_ = draft(any_world)
    with reading() as session, pytest.raises(NotFound):
        load(session, any_world, name, id_, Permission.VIEW_FEEDBACK)


def test_release_tells_every_learner_of_the_team_once(any_world: World) -> None:
    id_ = draft(any_world)
    release(any_world, id_)
    release(any_world, id_)
    with reading() as session:
        told = session.scalars(
            select(Notification.user_id).where(Notification.kind == NotificationKind.FEEDBACK_RELEASED)
        ).all()
    assert sorted(told) == sorted([any_world.alice.id, any_world.bob.id])


@pytest.mark.parametrize("name", ["paul", "observer", "partner", "guest", "reader"])
def test_released_feedback_is_not_found_outside_the_team(any_world: World, name: str) -> None:
    id_ = draft(any_world)
    release(any_world, id_)
    with reading() as session, pytest.raises(NotFound):
        load(session, any_world, name, id_, Permission.VIEW_FEEDBACK)


def test_manager_reads_released_feedback_but_cannot_answer(any_world: World) -> None:
    id_ = draft(any_world)
    release(any_world, id_)
    with reading() as session:
        assert load(session, any_world, "manager", id_, Permission.VIEW_FEEDBACK).id == id_
        with pytest.raises(Forbidden):
            load(session, any_world, "manager", id_, Permission.ANSWER_FEEDBACK)


def test_contesting_needs_a_reason(any_world: World) -> None:
    id_ = draft(any_world)
    release(any_world, id_)
    with transaction() as session:
        row = load(session, any_world, "alice", id_, Permission.ANSWER_FEEDBACK)
        with pytest.raises(Invalid) as refusal:
            service.answer(session, any_world.actor(session, "alice"), row, FeedbackAnswer.CONTESTED, "  ")
    assert "answer_text" in refusal.value.fields


def test_answer_tells_the_tutor_and_counts_as_read(any_world: World) -> None:
    id_ = draft(any_world)
    release(any_world, id_)
    with transaction() as session:
        row = load(session, any_world, "bob", id_, Permission.ANSWER_FEEDBACK)
        service.answer(session, any_world.actor(session, "bob"), row, FeedbackAnswer.ADDRESSED, "")
    with reading() as session:
        row = load(session, any_world, "tutor", id_, Permission.VIEW_FEEDBACK)
        assert (row.answer, row.answered_by_id) == (FeedbackAnswer.ADDRESSED, any_world.bob.id)
        assert row.read_at is not None
        told = session.scalars(
            select(Notification.user_id).where(Notification.kind == NotificationKind.FEEDBACK_ANSWERED)
        ).all()
    assert told == [any_world.tutor.id]


def test_released_feedback_can_be_neither_changed_nor_thrown_away(any_world: World) -> None:
    id_ = draft(any_world)
    release(any_world, id_)
    with transaction() as session:
        tutor = any_world.actor(session, "tutor")
        row = load(session, any_world, "tutor", id_, Permission.WRITE_FEEDBACK)
        with pytest.raises(Refused):
            service.edit_draft(session, tutor, row, FeedbackText("Autre", ""), row.version)
        with pytest.raises(Refused):
            service.discard_draft(session, tutor, row)


def test_stale_edit_is_refused_with_the_current_text(any_world: World) -> None:
    id_ = draft(any_world)
    with transaction() as session:
        tutor = any_world.actor(session, "tutor")
        row = load(session, any_world, "tutor", id_, Permission.WRITE_FEEDBACK)
        service.edit_draft(session, tutor, row, FeedbackText("Deuxième version", ""), 1)
    with transaction() as session:
        row = load(session, any_world, "tutor", id_, Permission.WRITE_FEEDBACK)
        with pytest.raises(Conflict) as conflict:
            service.edit_draft(session, any_world.actor(session, "tutor"), row, FeedbackText("Mienne", ""), 1)
    assert conflict.value.current["body"] == "Deuxième version"


def test_another_tutor_of_the_cohort_reads_a_draft_but_cannot_release_it(any_world: World) -> None:
    with transaction() as session:
        grant(session, any_world.stranger, Role.TUTOR, cohort_id=any_world.cohort.id)
    id_ = draft(any_world)
    with reading() as session:
        row = load(session, any_world, "stranger", id_, Permission.VIEW_FEEDBACK)
        assert row.status is FeedbackStatus.DRAFT
    with pytest.raises(Forbidden):
        release(any_world, id_, "stranger")


def test_unknown_step_and_empty_text_are_refused_by_field(any_world: World) -> None:
    with pytest.raises(Invalid) as refusal:
        draft(any_world, FeedbackText("  ", "nowhere"))
    assert set(refusal.value.fields) == {"body"}
