"""What the log promises of its bytes: they are what was committed, none is missing, one epoch at a time."""

import sqlite3
import threading
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from models.document import DocumentSnapshot, DocumentUpdate, SharedDocument
from models.document_log import append_update, load_document, write_snapshot
from models.errors import CorruptDocument, NotFound
from models.session import reading, transaction
from tests.factories import World


def append(world: World, *contents: bytes) -> None:
    with transaction() as session:
        for content in contents:
            append_update(session, world.board.document_id, content, ["u1"], 1)


def reason(world: World) -> str:
    with pytest.raises(CorruptDocument) as caught, reading() as session:
        load_document(session, world.board.document_id)
    return caught.value.reason


def test_rows_come_back_as_they_were_committed(any_world: World) -> None:
    append(any_world, b"one", b"two")
    with reading() as session:
        stored = load_document(session, any_world.board.document_id)
    assert (stored.seq, stored.updates[1:]) == (3, (b"one", b"two"))


def test_changed_byte_is_seen(any_world: World) -> None:
    append(any_world, b"one", b"two")
    with transaction() as session:
        session.execute(update(DocumentUpdate).where(DocumentUpdate.seq == 2).values(update=b"oNe"))
    assert reason(any_world) == "row 2: checksum"


def test_missing_row_is_seen(any_world: World) -> None:
    append(any_world, b"one", b"two")
    with transaction() as session:
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.seq == 2))
    assert reason(any_world) == "row 2: missing"


def test_changed_snapshot_is_seen_and_spares_the_rows_before_it(any_world: World) -> None:
    append(any_world, b"one", b"two")
    with transaction() as session:
        write_snapshot(session, any_world.board.document_id, 2, b"whole")
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.seq <= 2))
    with reading() as session:
        stored = load_document(session, any_world.board.document_id)
    assert (stored.snapshot, stored.snapshot_seq, stored.updates) == (b"whole", 2, (b"two",))
    with transaction() as session:
        session.execute(update(DocumentSnapshot).values(content=b"whale"))
    assert reason(any_world) == "snapshot 2: checksum"


def test_row_of_a_replaced_document_is_refused(any_world: World) -> None:
    with transaction() as session:
        session.execute(update(SharedDocument).values(epoch=2))
    with pytest.raises(NotFound):
        append(any_world, b"late")


def test_transaction_waits_for_the_writer_of_another_process(world: World, sqlite_folder: Path) -> None:
    other = sqlite3.connect(sqlite_folder / "etabli.sqlite3", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    threading.Timer(0.1, lambda: other.execute("ROLLBACK")).start()
    append(world, b"after")
    other.close()
    with reading() as session:
        assert load_document(session, world.board.document_id).updates[-1] == b"after"
