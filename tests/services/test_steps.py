"""A project's way through its steps: who may move it, in which order, who is told."""

import pytest
from sqlalchemy import func, select

from models.activity import Activity, ActivityKind
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.notification import Notification, NotificationKind
from models.project import Project, ProjectCriterion, ProjectStep, StepStatus
from models.session import reading, transaction
from models.stages import STEP_CODES
from tests.factories import World
from workspace.services import steps


def shapes(project_id: int) -> list[str]:
    with reading() as session:
        return [state.shape for state in steps.step_states(session, project_id)]


def current_step(project_id: int) -> str:
    with reading() as session:
        return session.get_one(Project, project_id).current_step


def notified(kind: NotificationKind) -> set[int]:
    with reading() as session:
        return set(session.scalars(select(Notification.user_id).where(Notification.kind == kind)))


def act(world: World, who: str, what: object, *arguments: object, **values: object) -> None:
    with transaction() as session:
        what(session, world.actor(session, who), world.project.id, *arguments, **values)  # type: ignore[operator]


def test_team_asks_then_tutor_validates_then_next_step_is_current(any_world: World) -> None:
    world = any_world
    act(world, "alice", steps.request_review, "understand", "Sept personnes écoutées.")
    assert shapes(world.project.id)[0] == "wait"
    assert notified(NotificationKind.STEP_REQUESTED) == {world.tutor.id}
    act(world, "tutor", steps.validate_step, "understand")
    assert shapes(world.project.id)[:3] == ["done", "now", "todo"]
    assert current_step(world.project.id) == "imagine"
    assert notified(NotificationKind.STEP_VALIDATED) == {world.alice.id, world.bob.id}


def test_tutor_gives_a_waiting_step_back_with_a_word(any_world: World) -> None:
    world = any_world
    act(world, "alice", steps.request_review, "understand", "")
    act(world, "tutor", steps.reopen_step, "understand", "Allez voir deux entreprises.")
    with reading() as session:
        state = steps.step_states(session, world.project.id)[0]
    assert (state.status, state.word, state.by) == (
        StepStatus.CURRENT,
        "Allez voir deux entreprises.",
        world.tutor.name,
    )
    assert notified(NotificationKind.STEP_REOPENED) == {world.alice.id, world.bob.id}


def test_last_validated_step_can_be_reopened_and_the_next_waits_again(any_world: World) -> None:
    world = any_world
    act(world, "tutor", steps.validate_step, "understand")
    act(world, "tutor", steps.reopen_step, "understand", "Il manque un précédent.")
    assert shapes(world.project.id)[:2] == ["now", "todo"]
    assert current_step(world.project.id) == "understand"
    act(world, "tutor", steps.validate_step, "understand")
    assert shapes(world.project.id)[:2] == ["done", "now"]


def test_older_validated_step_cannot_be_reopened(world: World) -> None:
    act(world, "tutor", steps.validate_step, "understand")
    act(world, "tutor", steps.validate_step, "imagine")
    with pytest.raises(Conflict):
        act(world, "tutor", steps.reopen_step, "understand", "Trop tard.")
    assert shapes(world.project.id)[:3] == ["done", "done", "now"]


def test_reopening_without_a_word_is_refused(world: World) -> None:
    act(world, "alice", steps.request_review, "understand", "")
    with pytest.raises(Invalid) as refused:
        act(world, "tutor", steps.reopen_step, "understand", "  ")
    assert set(refused.value.fields) == {"word"}


def test_every_step_validated_ends_at_the_last_one(world: World) -> None:
    for code in STEP_CODES:
        act(world, "tutor", steps.validate_step, code)
    assert set(shapes(world.project.id)) == {"done"}
    assert current_step(world.project.id) == STEP_CODES[-1]
    with pytest.raises(Conflict):
        act(world, "tutor", steps.validate_step, STEP_CODES[-1])


def test_step_validated_twice_is_a_conflict_and_nothing_is_skipped(any_world: World) -> None:
    world = any_world
    act(world, "tutor", steps.validate_step, "understand")
    with pytest.raises(Conflict):
        act(world, "tutor", steps.validate_step, "understand")
    assert current_step(world.project.id) == "imagine"


def test_request_can_be_taken_back(world: World) -> None:
    act(world, "alice", steps.request_review, "understand", "Un mot")
    act(world, "bob", steps.withdraw_request, "understand")
    assert shapes(world.project.id)[0] == "now"


@pytest.mark.parametrize("who", ["alice", "manager"])
def test_only_tutors_validate(world: World, who: str) -> None:
    with pytest.raises(Forbidden):
        act(world, who, steps.validate_step, "understand")
    assert shapes(world.project.id)[0] == "now"


@pytest.mark.parametrize(
    ("who", "error"), [("tutor", Forbidden), ("paul", Forbidden), ("zoe", NotFound), ("guest", Forbidden)]
)
def test_only_the_team_asks_for_a_view(world: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        act(world, who, steps.request_review, "understand", "")
    with pytest.raises(error):
        act(world, who, steps.tick_criterion, "listened", met=True)


def test_criterion_ticked_twice_stands_once_and_can_be_unticked(any_world: World) -> None:
    world = any_world
    act(world, "alice", steps.tick_criterion, "listened", met=True)
    act(world, "bob", steps.tick_criterion, "listened", met=True)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(ProjectCriterion)) == 1
        kinds = list(session.scalars(select(Activity.kind)))
    assert kinds == [ActivityKind.CRITERION_MET]
    act(world, "alice", steps.tick_criterion, "listened", met=False)
    with reading() as session:
        assert steps.met_criteria(session, world.project.id) == set()


def test_unknown_criterion_is_not_found(world: World) -> None:
    with pytest.raises(NotFound):
        act(world, "alice", steps.tick_criterion, "nothing", met=True)


def test_steps_of_another_project_are_left_alone(world: World) -> None:
    act(world, "tutor", steps.validate_step, "understand")
    with reading() as session:
        rows = session.scalars(
            select(ProjectStep.status).where(ProjectStep.project_id == world.other_project.id)
        )
        assert list(rows) == [StepStatus.CURRENT]
