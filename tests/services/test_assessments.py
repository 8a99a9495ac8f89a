"""Assessments: the tutors' alone until released, then whose they are; managers read levels and no word."""

import threading

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import access_assessment
from models.assessment import Assessment, AssessmentMark
from models.audit import AuditAction, AuditEntry
from models.cohort import Cohort
from models.errors import Conflict, DomainError, Forbidden, Invalid, NotFound, Refused
from models.notification import Notification, NotificationKind
from models.people import User
from models.personal_rows import person_of
from models.policy import Permission, Role
from models.session import reading, transaction
from tests.factories import World, grant, make_user
from tests.queries import counting_queries
from workspace.services import assessments as service
from workspace.services import erasure
from workspace.services.assessment_page import DRAFT, NOTHING, RELEASED, assessments_page
from workspace.services.assessments import AssessmentText
from workspace.services.personal_export import export_of

TEXT = AssessmentText("L’écoute se voit.", {"novelty": 3, "closeness": 4})
OUTSIDE = ["paul", "zoe", "observer", "partner", "guest", "other_tutor", "stranger"]


def write(
    world: World,
    text: AssessmentText = TEXT,
    *,
    learner: str = "",
    version: int = 0,
    name: str = "tutor",
) -> int:
    with transaction() as session:
        tutor = world.actor(session, name)
        if learner:
            user = world.people[learner]
            subject = service.access_learner_subject(session, tutor, world.cohort.id, user.id)
        else:
            subject = service.access_team_subject(session, tutor, world.cohort.id, world.team.id)
        return service.write_assessment(session, tutor, subject, text, version).id


def release(world: World, id_: int, name: str = "tutor") -> None:
    with transaction() as session:
        service.release_assessment(session, world.actor(session, name), id_)


def cohort_of(session: Session, world: World) -> Cohort:
    return session.get_one(Cohort, world.cohort.id)


def may_read(world: World, id_: int, name: str) -> bool:
    with reading() as session:
        try:
            access_assessment(session, world.actor(session, name), id_, Permission.VIEW_ASSESSMENT)
        except NotFound:
            return False
        return True


def told(kind: NotificationKind = NotificationKind.ASSESSMENT_RELEASED) -> list[int]:
    with reading() as session:
        return sorted(session.scalars(select(Notification.user_id).where(Notification.kind == kind)))


@pytest.mark.parametrize("learner", ["", "alice"])
@pytest.mark.parametrize("name", ["alice", "bob", "manager", *OUTSIDE])
def test_draft_is_found_by_the_tutors_only(world: World, name: str, learner: str) -> None:
    id_ = write(world, learner=learner)
    assert not may_read(world, id_, name)
    assert may_read(world, id_, "tutor")


def test_released_one_of_a_team_is_read_by_the_team_and_the_managers(world: World) -> None:
    id_ = write(world)
    release(world, id_)
    assert [name for name in ("alice", "bob", "manager") if not may_read(world, id_, name)] == []
    assert [name for name in OUTSIDE if may_read(world, id_, name)] == []
    assert told() == sorted([world.alice.id, world.bob.id])


def test_released_one_of_a_learner_is_read_by_that_learner_and_the_managers(world: World) -> None:
    id_ = write(world, learner="alice")
    release(world, id_)
    assert [name for name in ("alice", "manager") if not may_read(world, id_, name)] == []
    assert [name for name in ("bob", *OUTSIDE) if may_read(world, id_, name)] == []
    assert told() == [world.alice.id]


@pytest.mark.parametrize("learner", ["", "alice"])
def test_manager_reads_levels_and_no_word(world: World, learner: str) -> None:
    release(world, write(world, learner=learner))
    with reading() as session:
        page = assessments_page(session, world.actor(session, "manager"), cohort_of(session, world))
        (read,) = (line.read for line in page.lines if line.read)
        assert [(mark.key, mark.rank) for mark in read.marks] == [("novelty", 3), ("closeness", 4)]
        assert read.appreciation is None
        own = service.own_assessments(session, world.actor(session, "alice"))
        assert [one.appreciation for one in own] == [TEXT.appreciation]


def test_tutor_reads_the_words_of_drafts_and_of_what_is_released(world: World) -> None:
    for learner, is_released in (("", True), ("bob", False)):
        id_ = write(world, learner=learner)
        if is_released:
            release(world, id_)
        with reading() as session:
            page = assessments_page(session, world.actor(session, "tutor"), cohort_of(session, world))
        words = [line.read.appreciation for line in page.lines if line.read and line.read.row.id == id_]
        assert words == [TEXT.appreciation]


def test_learner_in_no_team_is_assessed_and_reads_it(world: World) -> None:
    with transaction() as session:
        user = session.merge(world.stranger)
        grant(session, user, Role.LEARNER, cohort_id=world.cohort.id)
    id_ = write(world, learner="stranger")
    assert not may_read(world, id_, "stranger")
    release(world, id_)
    assert may_read(world, id_, "stranger")
    assert not may_read(world, id_, "alice")


def test_release_is_told_once_and_noted_in_the_log(any_world: World) -> None:
    id_ = write(any_world)
    release(any_world, id_)
    release(any_world, id_)
    assert len(told()) == 2
    with reading() as session:
        actions = session.scalars(
            select(AuditEntry.action).where(AuditEntry.action == AuditAction.ASSESSMENT_RELEASED)
        ).all()
    assert len(actions) == 1


def test_all_drafts_are_released_together_and_each_is_told(any_world: World) -> None:
    write(any_world)
    write(any_world, learner="alice")
    with transaction() as session:
        tutor = any_world.actor(session, "tutor")
        assert service.release_all(session, tutor, cohort_of(session, any_world)) == 2
        assert service.release_all(session, tutor, cohort_of(session, any_world)) == 0
    assert told() == sorted([any_world.alice.id, any_world.alice.id, any_world.bob.id])


def test_stale_text_is_refused_with_what_is_there(any_world: World) -> None:
    write(any_world)
    with pytest.raises(Conflict) as refused:
        write(any_world, AssessmentText("Un autre tuteur"))
    assert refused.value.current == {"appreciation": TEXT.appreciation, "levels": dict(TEXT.levels)}
    write(any_world, AssessmentText("La suite", {"novelty": 1}), version=1)
    with reading() as session:
        levels = session.scalars(select(AssessmentMark.level)).all()
        assert levels == [1]


def test_two_who_begin_at_once_make_one(any_world: World) -> None:
    write(any_world)
    with pytest.raises(Conflict):
        write(any_world, version=0)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 1


def test_released_one_is_changed_only_once_it_is_taken_back(any_world: World) -> None:
    id_ = write(any_world)
    release(any_world, id_)
    with pytest.raises(Refused):
        write(any_world, version=2)
    with transaction() as session:
        tutor = any_world.actor(session, "tutor")
        with pytest.raises(Refused):
            service.discard_assessment(session, tutor, id_)
        service.take_back(session, tutor, id_)
    assert not may_read(any_world, id_, "alice")
    assert write(any_world, version=3) == id_


def test_nothing_said_is_refused(world: World) -> None:
    with pytest.raises(Invalid) as refused:
        write(world, AssessmentText("  "))
    assert "appreciation" in refused.value.fields


@pytest.mark.parametrize(
    ("name", "error"), [("manager", Forbidden), ("alice", Forbidden), ("observer", NotFound)]
)
def test_only_tutors_of_the_cohort_write(world: World, name: str, error: type[DomainError]) -> None:
    with pytest.raises(error):
        write(world, name=name)


def test_somebody_of_another_cohort_is_not_assessed_here(world: World) -> None:
    with pytest.raises(NotFound):
        write(world, learner="zoe")


def test_lines_stand_by_name_and_tell_their_state(world: World) -> None:
    release(world, write(world, AssessmentText("", {"novelty": 1}), learner="bob"))
    write(world, learner="alice")
    with reading() as session:
        page = assessments_page(session, world.actor(session, "tutor"), cohort_of(session, world))
        group = page.groups[0]
        assert [(line.name, line.state) for line in group.lines] == [
            ("Équipe Cayenne", NOTHING),
            ("Alice", DRAFT),
            ("Bob", RELEASED),
        ]
        manager = assessments_page(session, world.actor(session, "manager"), cohort_of(session, world))
        assert [line.state for line in manager.groups[0].lines] == [NOTHING, NOTHING, RELEASED]


def test_page_asks_as_often_for_many_as_for_few(world: World) -> None:
    def queries() -> int:
        with reading() as session, counting_queries() as found:
            assessments_page(session, world.actor(session, "tutor"), cohort_of(session, world))
        return int(found)

    write(world, learner="alice")
    few = queries()
    with transaction() as session:
        for number in range(12):
            grant(session, make_user(session, f"more {number}"), Role.LEARNER, team_id=world.team.id)
    write(world, learner="bob")
    assert queries() == few


def test_one_takes_along_what_was_released_and_erasure_takes_it_away(world: World) -> None:
    write(world, learner="bob")
    with reading() as session:
        assert (
            export_of(session, person_of(session.get_one(User, world.bob.id))).sections["assessments"] == []
        )
    release(world, write(world, TEXT, learner="bob", version=1))
    with transaction() as session:
        bob = session.get_one(User, world.bob.id)
        (row,) = export_of(session, person_of(bob)).sections["assessments"]
        assert row["appreciation"] == TEXT.appreciation
        assert row["marks"] == ["Qualité novatrice: Solide", "Proximité des besoins: Exemplaire"]
        erasure.erase(session, bob, texts=False)
    with reading() as session:
        assert session.scalar(select(func.count()).select_from(Assessment)) == 0


@pytest.mark.parametrize("what", ["begin", "release"])
def test_two_tutors_at_once_do_it_once(any_world: World, what: str) -> None:
    """On PostgreSQL both are under way together; on SQLite the second waits for the first."""
    id_ = write(any_world) if what == "release" else 0
    ready, answers = threading.Barrier(2), []

    def run() -> None:
        ready.wait()
        try:
            answers.append(release(any_world, id_) if what == "release" else write(any_world))
        except Conflict as late:
            answers.append(late)

    threads = [threading.Thread(target=run) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 2
    if what == "release":
        assert len(told()) == 2  # Alice and Bob, once each
    else:
        assert [isinstance(one, Conflict) for one in answers].count(True) == 1
