"""Compaction: the log becomes a snapshot, nothing that somebody may still need goes, and nothing changes."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from models.base import utcnow
from models.board.sync import LiveDocument
from models.document import DocumentSnapshot, DocumentUpdate, SharedDocument
from models.document_log import load_document
from models.errors import CorruptDocument
from models.job import JobKind
from models.session import reading, transaction
from tests.factories import World
from tests.jobs.writing import Writer, backdate, outline
from workspace.jobs import compact, planner
from workspace.services.document_upkeep import note_upkeep

LONG_AGO = timedelta(hours=1)


def rows(document_id: int) -> list[int]:
    with reading() as session:
        return list(
            session.scalars(
                select(DocumentUpdate.seq)
                .where(DocumentUpdate.document_id == document_id)
                .order_by(DocumentUpdate.seq)
            )
        )


def snapshots(document_id: int) -> list[int]:
    with reading() as session:
        return list(
            session.scalars(
                select(DocumentSnapshot.seq)
                .where(DocumentSnapshot.document_id == document_id)
                .order_by(DocumentSnapshot.seq)
            )
        )


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep no more than five rows for late readers."""
    monkeypatch.setattr(compact, "KEPT_ROWS", 5)
    monkeypatch.setattr(compact, "ROWS_AT_ONCE", 3)


def written(world: World, count: int = 20) -> int:
    """A document of `count` + 1 rows, all in the history and of long ago; gives its id."""
    document_id = world.board.document_id
    writer = Writer(document_id)
    writer.note("n0", "au départ")
    for number in range(1, count):
        writer.retype("n0", f"texte {number}")
    backdate(document_id, utcnow() - LONG_AGO)
    with transaction() as session:
        note_upkeep(session, document_id, history_seq=count + 1)
    return document_id


def test_two_snapshots_stay_with_the_rows_after_the_older(any_world: World, few: None) -> None:
    document_id = written(any_world)
    before = outline(document_id)
    compact.run(document_id, utcnow())
    assert (snapshots(document_id), len(rows(document_id))) == ([21], 21), "one snapshot is no reserve yet"
    writer = Writer(document_id, client=78)
    for number in range(10):
        writer.note(f"later{number}")
    backdate(document_id, utcnow() - LONG_AGO)
    compact.run(document_id, utcnow())
    assert snapshots(document_id) == [21, 31]
    assert rows(document_id) == list(range(22, 32))
    after = outline(document_id)
    assert {note.text for note in after.notes()} > {note.text for note in before.notes()}
    writer.note("last")
    compact.run(document_id, utcnow())
    assert snapshots(document_id) == [31, 32]
    with reading() as session:
        stored = load_document(session, document_id)
    assert stored.updates == ()
    assert "last" in {note.id for note in outline(document_id).notes()}


@pytest.mark.parametrize(
    ("history_seq", "age", "expected"),
    [
        pytest.param(21, LONG_AGO, 17, id="the newest rows, for who was away"),
        pytest.param(9, LONG_AGO, 10, id="what history has not seen"),
        pytest.param(21, timedelta(0), 1, id="rows of a moment ago"),
    ],
)
def test_rows_that_are_still_needed_stay(
    any_world: World,
    few: None,
    history_seq: int,
    age: timedelta,
    expected: int,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(compact, "KEPT_SNAPSHOTS", 1)
    document_id = written(any_world)
    backdate(document_id, utcnow() - age)
    with transaction() as session:
        note_upkeep(session, document_id, history_seq=history_seq)
    compact.run(document_id, utcnow())
    assert rows(document_id)[0] == expected


def test_snapshot_holds_no_deleted_text(world: World) -> None:
    document_id = written(world)
    compact.run(document_id, utcnow())
    with reading() as session:
        stored = load_document(session, document_id)
    assert stored.snapshot is not None
    assert b"texte 19" in stored.snapshot
    assert b"texte" not in stored.snapshot.replace(b"texte 19", b"")


def test_snapshot_that_opens_to_another_document_is_never_stored(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    document_id = written(world)
    truth = LiveDocument.snapshot
    wrong = Writer(document_id, client=99)
    wrong.doc.get("objects", type=type(wrong.objects)).pop("n0")
    monkeypatch.setattr(LiveDocument, "snapshot", lambda _self: wrong.doc.get_update())
    with pytest.raises(CorruptDocument):
        compact.run(document_id, utcnow())
    monkeypatch.setattr(LiveDocument, "snapshot", truth)
    assert snapshots(document_id) == []
    assert len(rows(document_id)) == 21


def test_document_replaced_meanwhile_keeps_what_it_has(world: World) -> None:
    document_id = written(world)
    with reading() as session:
        stored = load_document(session, document_id)
    with transaction() as session:
        session.execute(update(SharedDocument).values(epoch=2))
    assert not compact.store_snapshot(stored)
    assert snapshots(document_id) == []


def test_planner_compacts_what_has_grown_or_rests(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(planner, "ROWS_WHEN_LIVE", 30)
    monkeypatch.setattr(planner, "ROWS_WHEN_IDLE", 10)

    def is_due() -> bool:
        with reading() as session:
            return JobKind.COMPACT_DOCUMENT in {kind for kind, _document, _at in planner.due(session)}

    writer = Writer(world.board.document_id)
    for number in range(12):
        writer.note(f"n{number}")
    assert not is_due(), "people are at work"
    backdate(world.board.document_id, utcnow() - LONG_AGO)
    assert is_due(), "they left"
    compact.run(world.board.document_id, utcnow())
    assert not is_due()
    for number in range(30):
        writer.note(f"m{number}")
    assert is_due(), "it has grown too much to wait"
