"""Milestones: how a project stands to one, seen from the cohort's zone; setting, reaching, taking back."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select, update

from models.access import access_project
from models.audit import AuditAction, AuditEntry
from models.base import utcnow
from models.cohort import Cohort
from models.document import Board
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.milestone import MilestoneReach, MilestoneState, day_in, state_of
from models.notification import Notification, NotificationKind
from models.session import reading, transaction
from models.snapshot import Snapshot, SnapshotKind
from tests.clock import Clock
from tests.factories import World, make_milestone, make_solution
from workspace.services import milestones, reaching
from workspace.services.milestones import Said, next_due, standings_of

DUE = date(2027, 3, 10)
LATE, SOON, UPCOMING, REACHED = (
    MilestoneState.LATE,
    MilestoneState.SOON,
    MilestoneState.UPCOMING,
    MilestoneState.REACHED,
)


@pytest.mark.parametrize(
    ("zone", "moment", "state"),
    [
        # The last minute of the day in Paris, and the first of the next.
        ("Europe/Paris", datetime(2027, 3, 10, 22, 59, 59, tzinfo=UTC), SOON),
        ("Europe/Paris", datetime(2027, 3, 10, 23, 0, tzinfo=UTC), LATE),
        # In Cayenne the day lasts four hours longer: at midnight in Paris it is 20:00 there.
        ("America/Cayenne", datetime(2027, 3, 10, 23, 0, tzinfo=UTC), SOON),
        ("America/Cayenne", datetime(2027, 3, 11, 2, 59, 59, tzinfo=UTC), SOON),
        ("America/Cayenne", datetime(2027, 3, 11, 3, 0, tzinfo=UTC), LATE),
        # A week before, to the minute.
        ("Europe/Paris", datetime(2027, 3, 2, 22, 59, 59, tzinfo=UTC), UPCOMING),
        ("Europe/Paris", datetime(2027, 3, 2, 23, 0, tzinfo=UTC), SOON),
        ("America/Cayenne", datetime(2027, 3, 2, 23, 0, tzinfo=UTC), UPCOMING),
    ],
)
def test_a_day_lasts_until_midnight_where_the_cohort_is(
    zone: str, moment: datetime, state: MilestoneState
) -> None:
    assert state_of(DUE, day_in(zone, moment), reached=False) is state


@pytest.mark.parametrize(("zone", "is_late"), [("Europe/Paris", True), ("America/Cayenne", False)])
def test_the_clock_of_the_cohort_decides_and_not_the_reader_s(
    world: World, monkeypatch: pytest.MonkeyPatch, zone: str, is_late: bool
) -> None:
    clock = Clock(monkeypatch)
    clock.now = datetime(2027, 3, 10, 23, 30, tzinfo=UTC)  # 0:30 in Paris, 20:30 in Cayenne
    with transaction() as session:
        session.execute(update(Cohort).where(Cohort.id == world.cohort.id).values(time_zone=zone))
        make_milestone(session, world.cohort, due_on=DUE)
    with reading() as session:
        project = access_project(session, world.actor(session, "tutor"), world.project.id)
        (found,) = standings_of(session, [project], utcnow())[project.id]
    assert (found.state is LATE) is is_late
    assert found.days == (-1 if is_late else 0)


def test_reached_after_midnight_is_a_day_late(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    clock.now = datetime(2027, 3, 10, 23, 30, tzinfo=UTC)
    milestone_id = set_one(world, due_on=DUE)
    reach(world, milestone_id)
    with reading() as session:
        project = access_project(session, world.actor(session, "alice"), world.project.id)
        (found,) = standings_of(session, [project], utcnow() + timedelta(days=9))[project.id]
    assert (found.state, found.days) == (REACHED, -1)


def said(**values: object) -> Said:
    named = {"title": "Cinq personnes écoutées", "due_on": DUE, "step_code": "", "criteria": "", **values}
    return Said(**named)  # type: ignore[arg-type]


def set_one(world: World, **values: object) -> int:
    with transaction() as session:
        made = milestones.set_for_cohort(
            session, world.actor(session, "tutor"), world.cohort.id, said(**values)
        )
        return made.id


def reach(world: World, milestone_id: int, content: bytes = b"as it is", **values: object) -> int:
    board = world.board
    with transaction() as session:
        named: dict[str, object] = {"met": 0, "word": "", **values}
        found = reaching.reach(
            session,
            world.actor(session, "alice"),
            world.project.id,
            milestone_id,
            boards=[session.get_one(Board, board.id)],
            contents={board.id: content},
            **named,  # type: ignore[arg-type]
        )
        return found.id


def kinds_told(user_id: int) -> list[NotificationKind]:
    with reading() as session:
        rows = select(Notification.kind).where(Notification.user_id == user_id).order_by(Notification.id)
        return [kind for kind in session.scalars(rows) if "milestone" in kind]


def test_every_team_has_those_of_the_cohort_and_only_its_own_besides(any_world: World) -> None:
    world = any_world
    set_one(world)
    with transaction() as session:
        milestones.set_for_project(
            session, world.actor(session, "alice"), world.project.id, said(title="La nôtre")
        )
    with reading() as session:
        own = access_project(session, world.actor(session, "tutor"), world.project.id)
        other = access_project(session, world.actor(session, "zoe"), world.other_project.id)
        found = standings_of(session, [own, other], utcnow())
        assert {one.milestone.title for one in found[own.id]} == {"Cinq personnes écoutées", "La nôtre"}
        assert other.id not in found
        first = next_due(found[own.id])
        assert first is not None
        assert first.reach is None


def test_learners_are_told_of_a_milestone_and_of_another_day(any_world: World) -> None:
    world = any_world
    milestone_id = set_one(world)
    assert kinds_told(world.bob.id) == [NotificationKind.MILESTONE_SET]
    assert kinds_told(world.tutor.id) == []
    place = {"cohort_id": world.cohort.id}
    for due_on, version in ((DUE, 1), (DUE + timedelta(days=7), 2)):
        with transaction() as session:
            tutor = world.actor(session, "tutor")
            found = milestones.find_to_change(session, tutor, place, milestone_id)
            milestones.change(session, tutor, found, said(due_on=due_on), version=version)
    assert kinds_told(world.bob.id) == [NotificationKind.MILESTONE_SET, NotificationKind.MILESTONE_MOVED]
    with transaction() as session:
        found = milestones.find_to_change(session, tutor, place, milestone_id)
        with pytest.raises(Conflict):
            milestones.change(session, tutor, found, said(), version=1)


@pytest.mark.parametrize("wrong", [{"step_code": "nowhere"}, {"criteria": "\n".join("abcdefghi")}])
def test_what_makes_no_sense_is_refused(world: World, wrong: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        set_one(world, **wrong)


def test_a_team_sets_none_for_the_others_and_changes_none_of_theirs(world: World) -> None:
    milestone_id = set_one(world)
    with reading() as session:
        alice = world.actor(session, "alice")
    with pytest.raises(Forbidden), transaction() as session:
        milestones.set_for_cohort(session, alice, world.cohort.id, said())
    with pytest.raises(NotFound), transaction() as session:
        milestones.find_to_change(session, alice, {"project_id": world.project.id}, milestone_id)


def test_reaching_freezes_boards_and_texts_once(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        make_solution(session, world.project, world.board, title="Un banc")
    milestone_id = set_one(world)
    reach_id = reach(world, milestone_id, word="Nous y sommes")
    with pytest.raises(Refused) as refused:
        reach(world, milestone_id)
    assert refused.value.code == "already"
    with reading() as session:
        frozen = session.scalars(select(Snapshot).where(Snapshot.reach_id == reach_id)).all()
        assert {one.kind for one in frozen} == {
            SnapshotKind.BOARD,
            SnapshotKind.PROBLEM,
            SnapshotKind.SOLUTION,
        }
        assert {one.title for one in frozen} >= {world.board.title, "Un banc", world.problem.title}
        assert [one.content for one in frozen if one.kind is SnapshotKind.BOARD] == [b"as it is"]
    told = [NotificationKind.MILESTONE_SET, NotificationKind.MILESTONE_REACHED]
    assert kinds_told(world.bob.id) == told
    assert kinds_told(world.tutor.id) == told[1:]
    assert kinds_told(world.alice.id) == told[:1]


def test_every_criterion_is_ticked_or_it_is_not_reached(world: World) -> None:
    milestone_id = set_one(world, criteria="Un\nDeux\n")
    with pytest.raises(Refused) as refused:
        reach(world, milestone_id, met=1)
    assert refused.value.code == "unmet"
    reach(world, milestone_id, met=2)


def test_taken_back_it_leaves_a_trace_and_what_was_frozen(any_world: World) -> None:
    world = any_world
    milestone_id = set_one(world)
    reach_id = reach(world, milestone_id)
    for _time in range(2):
        with transaction() as session:
            reaching.take_back(session, world.actor(session, "bob"), world.project.id, milestone_id)
    again = reach(world, milestone_id)
    with reading() as session:
        first = session.get_one(MilestoneReach, reach_id)
        assert first.taken_back_at is not None
        assert first.taken_back_by_id == world.bob.id
        counts = [
            len(session.scalars(select(Snapshot.id).where(Snapshot.reach_id == one)).all())
            for one in (reach_id, again)
        ]
        assert counts[0] == counts[1] >= 2
        actions = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert [one for one in actions if "milestone" in one] == [
        AuditAction.MILESTONE_SET,
        AuditAction.MILESTONE_REACHED,
        AuditAction.MILESTONE_TAKEN_BACK,
        AuditAction.MILESTONE_REACHED,
    ]
