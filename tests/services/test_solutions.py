"""Solutions: born from notes that they remember, told to those who wrote them, never without a version."""

import pytest
from sqlalchemy import select

from models.base import utcnow
from models.board.export import Outline, demo_notes, to_outline
from models.errors import Conflict, Forbidden, Invalid, Refused
from models.notification import Notification, NotificationKind
from models.people import User
from models.session import reading, transaction
from models.solution import SolutionSource, SolutionState
from tests.factories import World
from workspace.jobs import texts
from workspace.services import erasure
from workspace.services import solutions as service

IDEA, RETAINED, DROPPED = (
    NotificationKind.SOLUTION_IDEA,
    NotificationKind.SOLUTION_RETAINED,
    NotificationKind.SOLUTION_DROPPED,
)


def board_of(world: World) -> tuple[Outline, list[str]]:
    """A board with a note of Bob's, one of the partner's and one without words; and the notes' ids."""
    notes = [(world.bob.key, "Une borne"), (world.partner.key, "À la gare"), (world.alice.key, "")]
    outline = to_outline(demo_notes("defi", [(author, 1, "jonc", text) for author, text in notes]))
    return outline, [note.id for note in outline.notes() if note.id.startswith("demo-")]


def make(world: World, name: str = "alice", ids: list[str] | None = None) -> int:
    outline, all_ids = board_of(world)
    with transaction() as session:
        actor = world.actor(session, name)
        return service.make_idea(session, actor, world.board.id, all_ids if ids is None else ids, outline).id


def decide(world: World, id_: int, version: int, state: SolutionState, reason: str = "") -> None:
    with transaction() as session:
        actor = world.actor(session, "alice")
        service.decide_on_solution(session, actor, id_, version=version, state=state, reason=reason)


def told(world: World, name: str) -> list[NotificationKind]:
    with reading() as session:
        mine = Notification.user_id == world.people[name].id
        return list(session.scalars(select(Notification.kind).where(mine).order_by(Notification.id)))


def test_idea_keeps_the_words_and_authors_of_its_notes(any_world: World) -> None:
    id_ = make(any_world)
    with reading() as session:
        found, boards = service.whole_solution(session, any_world.actor(session, "tutor"), id_)
        assert (found.title, found.body) == ("Une borne", "Une borne\n\nÀ la gare")
        kept = [(source.text, source.author) for source in found.sources]
        assert kept == [("Une borne", any_world.bob.key), ("À la gare", any_world.partner.key)]
        assert set(boards) == {any_world.board.id}
        ideas = service.ideas_of_board(session, any_world.actor(session, "guest"), any_world.board.id)
        assert [title for _object, _id, title in ideas] == ["Une borne", "Une borne"]


@pytest.mark.parametrize("name", ["tutor", "partner", "guest", "manager", "observer", "paul"])
def test_only_the_team_makes_ideas(any_world: World, name: str) -> None:
    with pytest.raises(Forbidden):
        make(any_world, name)


def test_notes_that_are_not_there_or_say_nothing_make_no_idea(any_world: World) -> None:
    _outline, ids = board_of(any_world)
    for wanted in ([], ["nowhere"], [ids[2]]):
        with pytest.raises(Refused):
            make(any_world, ids=wanted)


def test_authors_learn_what_becomes_of_their_notes(any_world: World) -> None:
    id_ = make(any_world)
    decide(any_world, id_, 1, SolutionState.RETAINED)
    decide(any_world, id_, 2, SolutionState.RETAINED, "Simple et peu chère")  # no news
    with pytest.raises(Invalid):
        decide(any_world, id_, 3, SolutionState.DROPPED)
    decide(any_world, id_, 3, SolutionState.DROPPED, "La gare refuse")
    for name in ("bob", "partner"):
        assert told(any_world, name) == [IDEA, RETAINED, DROPPED]
    assert told(any_world, "alice") == []


def test_each_saved_version_stays_with_its_author_and_number(any_world: World) -> None:
    id_ = make(any_world)
    with transaction() as session:
        bob = any_world.actor(session, "bob")
        service.save_solution(session, bob, id_, version=1, title="Deux bornes", body="Gare et mairie")
    with transaction() as session:
        alice = any_world.actor(session, "alice")
        with pytest.raises(Conflict):
            service.save_solution(session, alice, id_, version=1, title="Trop tard", body="")
    with reading() as session:
        found, _boards = service.whole_solution(session, any_world.actor(session, "alice"), id_)
        kept = [(one.number, one.title, one.saved_by_id) for one in found.versions]
    assert kept == [(2, "Deux bornes", any_world.bob.id), (1, "Une borne", any_world.alice.id)]


def test_erasing_an_author_keeps_the_solution_and_takes_words_only_when_asked(any_world: World) -> None:
    id_ = make(any_world)
    with transaction() as session:
        erasure.erase(session, session.get_one(User, any_world.bob.id), texts=True)
    texts.run(any_world.bob.key, utcnow())
    with reading() as session:
        assert list(session.scalars(select(SolutionSource.text).order_by(SolutionSource.id))) == [
            "",
            "À la gare",
        ]
        found, _boards = service.whole_solution(session, any_world.actor(session, "alice"), id_)
        assert found.title == "Une borne"
