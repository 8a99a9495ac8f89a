"""What is new on a board since one's last visit: counted by the server, for each person alone."""

from datetime import datetime, timedelta

from sqlalchemy import delete, select, update

from models.base import utcnow
from models.board_visit import PAUSE, BoardVisit
from models.document import Board
from models.document_upkeep import BoardObject, BoardRemoval
from models.events import take_events
from models.people import User
from models.personal_rows import person_of
from models.session import reading, transaction
from tests.factories import World
from tests.jobs.writing import Writer
from tests.queries import counting_queries
from workspace.jobs import project, retention
from workspace.services import board_visits, erasure, personal_export
from workspace.services.board_visits import Since

NOW = utcnow()
LATER = NOW + PAUSE + timedelta(minutes=1)


def arrive(world: World, who: str, at: datetime) -> Since:
    with transaction() as session:
        return board_visits.arrive(session, world.actor(session, who), world.board.id, at)


def leave(world: World, who: str, at: datetime) -> None:
    with transaction() as session:
        board_visits.leave(session, world.actor(session, who), world.board.id, at)


def written(world: World) -> Writer:
    """Bob's notes, all of them old."""
    writer = Writer(world.board.document_id, world.bob.key)
    for name in ("kept", "reworded", "removed", "moved"):
        writer.note(name)
    project.run(world.board.document_id, NOW - timedelta(days=1))
    return writer


def work_on(world: World, writer: Writer, at: datetime) -> None:
    writer.note("fresh")
    writer.retype("reworded", "autrement")
    writer.move("moved", 900.0)
    writer.delete("removed")
    project.run(world.board.document_id, at)


def test_first_visit_finds_nothing_new_and_the_next_what_others_did(any_world: World) -> None:
    writer = written(any_world)
    first = arrive(any_world, "alice", NOW)
    assert (first.notes, first.removed) == ({}, 0)
    work_on(any_world, writer, NOW + timedelta(minutes=5))
    since = arrive(any_world, "alice", LATER)
    assert since.notes == {"fresh": "new", "reworded": "changed"}
    assert (since.at, since.removed) == (NOW, 1)
    assert arrive(any_world, "bob", LATER).notes == {}, "it is his first visit"


def test_loading_the_page_again_forgets_nothing_and_having_seen_all_does(any_world: World) -> None:
    writer = written(any_world)
    arrive(any_world, "alice", NOW)
    work_on(any_world, writer, NOW + timedelta(minutes=5))
    assert arrive(any_world, "alice", LATER) == arrive(any_world, "alice", LATER + timedelta(minutes=5))
    with transaction() as session:
        actor = any_world.actor(session, "alice")
        board_visits.see_all(session, actor, any_world.board.id, LATER + timedelta(minutes=6))
    seen = arrive(any_world, "alice", LATER + timedelta(minutes=7))
    assert (seen.notes, seen.removed) == ({}, 0)


def test_what_one_saw_happen_is_not_new_next_time(any_world: World) -> None:
    writer = written(any_world)
    arrive(any_world, "alice", NOW)
    work_on(any_world, writer, NOW + timedelta(minutes=5))
    leave(any_world, "alice", NOW + timedelta(minutes=6))
    writer.note("while away")
    project.run(any_world.board.document_id, LATER)
    since = arrive(any_world, "alice", LATER + timedelta(hours=2))
    assert (since.notes, since.removed) == ({"while away": "new"}, 0)


def test_own_notes_are_never_new_and_a_lock_changes_nothing(any_world: World) -> None:
    writer = written(any_world)
    arrive(any_world, "bob", NOW)
    writer.note("own")
    writer.objects["kept"]["locked"] = True
    project.run(any_world.board.document_id, NOW + timedelta(minutes=5))
    assert arrive(any_world, "bob", LATER).notes == {}


def test_a_note_that_an_undo_brought_back_is_not_counted_as_gone(any_world: World) -> None:
    writer = written(any_world)
    arrive(any_world, "alice", NOW)
    for step, do in enumerate((lambda: writer.delete("kept"), lambda: writer.note("kept"))):
        do()
        project.run(any_world.board.document_id, NOW + timedelta(minutes=1 + step))
    assert arrive(any_world, "alice", LATER).removed == 0


def test_an_elu_is_not_told_what_a_team_took_away(any_world: World) -> None:
    with transaction() as session:
        session.execute(update(Board).values(open_to_observers=True))
    writer = written(any_world)
    arrive(any_world, "observer", NOW)
    work_on(any_world, writer, NOW + timedelta(minutes=5))
    since = arrive(any_world, "observer", LATER)
    assert (since.notes, since.removed) == ({"fresh": "new", "reworded": "changed"}, 0)


def test_queries_do_not_grow_with_notes(any_world: World) -> None:
    document = any_world.board.document_id
    arrive(any_world, "alice", NOW)

    def count(at: datetime) -> int:
        with counting_queries() as found:
            arrive(any_world, "alice", at)
        return int(found)

    few = count(LATER)
    with transaction() as session:
        session.execute(delete(BoardObject))
        line = {
            "document_id": document,
            "type": "note",
            "seq": 10**6,
            "author": "u9",
            "created_at": LATER + timedelta(minutes=5),
        }
        session.add_all(BoardObject(object_id=f"n{number}", **line) for number in range(2_000))
    assert count(LATER + 2 * PAUSE) <= few
    assert len(arrive(any_world, "alice", LATER + 2 * PAUSE).notes) == 2_000


def test_visits_are_exported_erased_and_forgotten_after_a_year(any_world: World) -> None:
    arrive(any_world, "alice", NOW)
    arrive(any_world, "bob", NOW - timedelta(days=400))
    with reading() as session:
        sections = personal_export.export_of(session, person_of(any_world.alice)).sections
    assert [row["board_id"] for row in sections["board_visits"]] == [any_world.board.id]
    retention.run(NOW, with_mail=False)
    with reading() as session:
        assert session.scalars(select(BoardVisit.actor_key)).all() == [any_world.alice.key]
    with transaction() as session:
        erasure.erase(session, session.get_one(User, any_world.alice.id), texts=False)
        take_events(session)
    with reading() as session:
        assert session.scalars(select(BoardVisit.actor_key)).all() == []


def test_removals_are_kept_for_a_season(any_world: World) -> None:
    writer = written(any_world)
    writer.delete("removed")
    project.run(any_world.board.document_id, NOW - timedelta(days=100))
    writer.delete("kept")
    project.run(any_world.board.document_id, NOW)
    with reading() as session:
        assert session.scalars(select(BoardRemoval.object_id)).all() == ["kept"]
