"""A corrupt document: found, read as far as it is good, brought back, and nothing of it thrown away."""

from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select, update

from models.base import utcnow
from models.board.export import to_outline
from models.board.sync import LiveDocument
from models.document import Board, DocumentSnapshot, DocumentUpdate, SharedDocument
from models.document_log import load_document
from models.document_upkeep import DocumentHistory, SetAside
from models.errors import Forbidden, NotFound, Refused
from models.session import reading, transaction
from realtime.fanout import SingleProcess
from realtime.registry import Rooms
from tests.factories import World
from tests.jobs.writing import Writer, backdate, outline
from workspace.jobs import compact, history
from workspace.services.document_repair import (
    LastGood,
    find_corruption,
    find_last_good,
    heal,
    restore_last_good,
)
from workspace.services.document_upkeep import corrupt_among, quarantine


def written(world: World) -> int:
    """Rows 2 to 6 add n1 to n5."""
    writer = Writer(world.board.document_id)
    for number in range(1, 6):
        writer.note(f"n{number}")
    return world.board.document_id


def spoil(document_id: int, seq: int, *, checksum: bool = True) -> None:
    """Change the bytes of a row; `checksum` says whether they differ from their checksum too."""
    values: dict[str, object] = {"update": b"\xff\xff"}
    with transaction() as session:
        session.execute(
            update(DocumentUpdate)
            .where(DocumentUpdate.document_id == document_id, DocumentUpdate.seq == seq)
            .values(**values if checksum else {**values, "checksum": None})
        )


def good(document_id: int) -> LastGood:
    with reading() as session:
        found = find_last_good(session, document_id)
    assert found is not None
    return found


def notes(content: bytes) -> set[str]:
    return {note.id for note in to_outline(content).notes() if not note.locked}


@pytest.mark.parametrize("checksum", [True, False])
def test_rows_before_the_bad_one_are_the_last_good_state(any_world: World, checksum: bool) -> None:
    document_id = written(any_world)
    spoil(document_id, 5, checksum=checksum)
    with reading() as session:
        assert find_corruption(session, document_id) is not None
    found = good(document_id)
    assert (found.seq, found.edits_after, notes(found.content)) == (4, 2, {"n1", "n2", "n3"})


def test_missing_row_ends_the_good_ones(world: World) -> None:
    document_id = written(world)
    with transaction() as session:
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.seq == 3))
    assert notes(good(document_id).content) == {"n1"}


def test_bad_snapshot_falls_back_to_the_one_before_it(any_world: World) -> None:
    document_id = written(any_world)
    compact.run(document_id, utcnow())
    Writer(document_id, client=78).note("n6")
    compact.run(document_id, utcnow())
    with transaction() as session:
        session.execute(update(DocumentSnapshot).where(DocumentSnapshot.seq == 7).values(content=b"\x00\x00"))
    found = good(document_id)
    assert (found.seq, notes(found.content)) == (7, {f"n{number}" for number in range(1, 7)})


def test_history_is_the_last_resort(world: World) -> None:
    document_id = written(world)
    backdate(document_id, utcnow() - timedelta(hours=1))
    history.run(document_id, utcnow())
    compact.run(document_id, utcnow())
    with transaction() as session:
        session.execute(delete(DocumentUpdate))
        session.execute(update(DocumentSnapshot).values(content=b"\xff"))
    found = good(document_id)
    assert (found.seq, len(notes(found.content))) == (6, 5)


def test_sound_document_is_its_own_last_good_state_and_is_not_restored(world: World) -> None:
    document_id = written(world)
    assert good(document_id).edits_after == 0
    with pytest.raises(Refused) as caught, transaction() as session:
        restore_last_good(session, world.actor(session, "alice"), document_id)
    assert caught.value.code == "not_corrupt"


def test_restoring_brings_back_what_is_good_and_sets_the_rest_aside(any_world: World) -> None:
    document_id = written(any_world)
    spoil(document_id, 5)
    with transaction() as session:
        quarantine(session, document_id, "row 5: checksum")
    with transaction() as session:
        answer = restore_last_good(session, any_world.actor(session, "alice"), document_id)
    assert answer == (2, 7)
    assert {note.id for note in outline(document_id).notes() if not note.locked} == {"n1", "n2", "n3"}
    with reading() as session:
        aside = session.scalars(select(SetAside).order_by(SetAside.seq)).all()
        assert [(one.seq, one.kind, one.epoch) for one in aside] == [
            (seq, "update", 1) for seq in range(1, 7)
        ]
        assert aside[4].content == b"\xff\xff"
        entry = session.scalars(select(DocumentHistory)).one()
        assert (entry.kind, entry.seq, entry.actor_keys) == ("restored", 7, f"u{any_world.alice.id}")
        assert corrupt_among(session, [document_id]) == []
        assert load_document(session, document_id).epoch == 2
    with transaction() as session:
        session.execute(update(SharedDocument).values(epoch=1))  # the test's writer knows no other
    Writer(document_id, client=79).note("after")
    assert "after" in {note.id for note in outline(document_id).notes()}


def test_document_without_any_good_state_says_so(world: World) -> None:
    document_id = written(world)
    spoil(document_id, 1)
    with reading() as session:
        assert find_last_good(session, document_id) is None
    with pytest.raises(Refused) as caught, transaction() as session:
        restore_last_good(session, world.actor(session, "alice"), document_id)
    assert caught.value.code == "nothing_good"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("bob", None),
        ("manager", Forbidden),
        ("tutor", Forbidden),
        ("partner", Forbidden),
        ("guest", Forbidden),
        ("reader", Forbidden),
        ("paul", Forbidden),
        ("observer", Forbidden),
        ("zoe", NotFound),
    ],
)
def test_only_those_who_answer_for_the_board_restore_it(
    world: World, name: str, expected: type[Exception] | None
) -> None:
    document_id = written(world)
    spoil(document_id, 5)
    with transaction() as session:
        try:
            restore_last_good(session, world.actor(session, name), document_id)
            outcome = None
        except (Forbidden, NotFound) as error:
            outcome = type(error)
    assert outcome is expected
    with reading() as session:
        assert (find_corruption(session, document_id) is None) == (expected is None)


def test_tutor_restores_a_board_that_is_open_to_tutors(world: World) -> None:
    document_id = written(world)
    spoil(document_id, 5)
    with transaction() as session:
        session.execute(update(Board).values(open_to_tutors=True))
    with transaction() as session:
        assert restore_last_good(session, world.actor(session, "tutor"), document_id) == (2, 7)


def test_open_document_gives_back_what_the_disk_lost(any_world: World) -> None:
    document_id = written(any_world)
    rooms = Rooms(SingleProcess())
    room = rooms.open(document_id)
    spoil(document_id, 4)
    with transaction() as session:
        quarantine(session, document_id, "row 4: checksum")
    rooms.keep_house()
    with reading() as session:
        stored = load_document(session, document_id)
        assert corrupt_among(session, [document_id]) == []
        assert session.scalar(select(func.count()).select_from(SetAside)) == 6
    assert (stored.epoch, stored.seq) == (1, room.seq), "nobody has to open it anew"
    assert notes(LiveDocument.open(stored.snapshot, stored.updates).snapshot()) == {
        f"n{number}" for number in range(1, 6)
    }


def test_room_that_is_behind_heals_nothing(world: World) -> None:
    document_id = written(world)
    spoil(document_id, 4)
    with transaction() as session:
        assert not heal(session, document_id, 1, 5, b"\x00\x00")
        assert not heal(session, document_id, 2, 6, b"\x00\x00")


def test_mark_goes_from_a_document_that_opens_again(world: World) -> None:
    document_id = written(world)
    with transaction() as session:
        quarantine(session, document_id, "row 4: checksum")
    rooms = Rooms(SingleProcess())
    rooms.open(document_id)
    rooms.keep_house()
    with reading() as session:
        assert corrupt_among(session, [document_id]) == []
        assert session.scalar(select(func.count()).select_from(SetAside)) == 0
