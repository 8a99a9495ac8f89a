"""'Since your last visit' of a project: kept per person, told to the team and its tutors."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.access import access_project
from models.activity import Activity, ActivityKind
from models.base import utcnow
from models.project_visit import ProjectVisit
from models.session import reading, transaction
from tests.factories import World
from tests.queries import counting_queries
from workspace.services.project_visits import ONE_VISIT, News, is_told, is_visit_due, news_of, note_visit

HOUR = timedelta(hours=1)


def visit(world: World, name: str) -> None:
    with transaction() as session:
        actor = world.actor(session, name)
        note_visit(session, actor, access_project(session, actor, world.project.id))


def pass_time(by: timedelta) -> None:
    """Everything that was lies farther back."""
    with transaction() as session:
        earlier = {"seen_at": ProjectVisit.seen_at, "before_at": ProjectVisit.before_at}
        for row in session.query(ProjectVisit).all():
            for name in earlier:
                at = getattr(row, name)
                setattr(row, name, at and at - by)
        for row in session.query(Activity).all():
            row.at -= by


def do(world: World, name: str, times: int = 1) -> None:
    with transaction() as session:
        actor = world.actor(session, name)
        for _time in range(times):
            session.add(
                Activity(
                    cohort_id=world.cohort.id,
                    project_id=world.project.id,
                    user_id=actor.user_id,
                    guest_id=actor.guest_id,
                    kind=ActivityKind.PARTNER_ADDED,
                    subject="Une association",
                )
            )


def news(world: World, name: str) -> News | None:
    with reading() as session:
        actor = world.actor(session, name)
        return news_of(session, actor, access_project(session, actor, world.project.id))


def test_first_visit_has_no_news(any_world: World) -> None:
    do(any_world, "bob")
    assert news(any_world, "alice") is None
    visit(any_world, "alice")
    assert news(any_world, "alice") is None


def test_what_others_did_since_the_visit_before_is_told(any_world: World) -> None:
    visit(any_world, "alice")
    pass_time(3 * HOUR)
    do(any_world, "bob")
    do(any_world, "guest")
    do(any_world, "alice")
    found = news(any_world, "alice")
    assert found is not None
    assert sorted(line.name for line in found.lines) == ["Bob", "Guest"]


def test_pages_that_follow_each_other_are_one_visit(any_world: World) -> None:
    visit(any_world, "alice")
    pass_time(3 * HOUR)
    do(any_world, "bob")
    visit(any_world, "alice")
    pass_time(ONE_VISIT / 2)
    visit(any_world, "alice")
    found = news(any_world, "alice")
    assert found is not None
    assert found.count == 1, "looking twice does not make the news old"


def test_next_visit_begins_where_the_last_ended(any_world: World) -> None:
    visit(any_world, "alice")
    pass_time(3 * HOUR)
    do(any_world, "bob")
    visit(any_world, "alice")
    pass_time(3 * HOUR)
    found = news(any_world, "alice")
    assert found is not None
    assert found.count == 0


def test_visits_are_each_persons_own(any_world: World) -> None:
    visit(any_world, "alice")
    pass_time(3 * HOUR)
    do(any_world, "bob")
    assert news(any_world, "tutor") is None


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("alice", True),
        ("tutor", True),
        ("manager", False),
        ("paul", False),
        ("partner", False),
        ("guest", False),
    ],
)
def test_visits_of_the_team_and_its_tutors_are_kept(any_world: World, name: str, told: bool) -> None:
    with reading() as session:
        actor = any_world.actor(session, name)
        project = access_project(session, actor, any_world.project.id)
        assert (is_told(actor, project), is_visit_due(session, actor, project)) == (told, told)


def test_page_writes_a_visit_once_a_minute_at_most(any_world: World) -> None:
    visit(any_world, "alice")
    with reading() as session:
        actor = any_world.actor(session, "alice")
        assert not is_visit_due(session, actor, access_project(session, actor, any_world.project.id))
    with transaction() as session:
        session.execute(update(ProjectVisit).values(seen_at=utcnow() - timedelta(minutes=2)))
    with reading() as session:
        actor = any_world.actor(session, "alice")
        assert is_visit_due(session, actor, access_project(session, actor, any_world.project.id))


def test_news_asks_as_many_queries_for_many_as_for_some(any_world: World) -> None:
    visit(any_world, "alice")
    pass_time(3 * HOUR)
    do(any_world, "bob", 8)

    def count() -> int:
        with reading() as session:
            actor = any_world.actor(session, "alice")
            project = access_project(session, actor, any_world.project.id)
            with counting_queries() as asked:
                news_of(session, actor, project)
            return int(asked)

    few = count()
    do(any_world, "bob", 20)
    assert count() == few
