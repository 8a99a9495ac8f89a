"""Erasure: a canary that was typed and deleted is found nowhere afterwards, in no table and no byte."""

import sqlite3
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from pycrdt import Doc
from sqlalchemy import LargeBinary, select, text

from models.base import utcnow
from models.board.guard import SYNC
from models.board.rules import BoardActor
from models.board.sync import LiveDocument
from models.document_upkeep import SetAside
from models.session import database, reading, transaction
from models.tables import metadata
from tests.factories import World
from tests.jobs.writing import Writer, backdate, outline
from workspace import cli
from workspace.jobs import compact, history, project
from workspace.services.document_erasure import TABLES, erase_deleted

CANARY = "CANARIXJAUNE"


def typed_and_deleted(world: World) -> int:
    """The canary lies in rows, a snapshot, the history and the read model; then its author deletes it."""
    document_id = world.board.document_id
    writer = Writer(document_id)
    writer.note("kept", "ce qui reste")
    writer.note("gone", f"{CANARY} en note")
    for length in range(1, len(CANARY) + 1):
        writer.retype("kept", f"{CANARY[:length]}")
    backdate(document_id, utcnow() - timedelta(hours=2))
    history.run(document_id, utcnow())
    compact.run(document_id, utcnow())
    project.run(document_id, utcnow())
    with transaction() as session:
        content = CANARY.encode()
        session.add(
            SetAside(document_id=document_id, epoch=1, seq=2, kind="update", content=content, at=utcnow())
        )
    writer.retype("kept", "ce qui reste")
    writer.delete("gone")
    return document_id


def tables_with_canary() -> set[str]:
    """The tables whose rows hold the canary, as text or as bytes."""
    found = set()
    with database().engine.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                if any(CANARY.encode() in _bytes(value) for value in row):
                    found.add(table.name)
    return found


def _bytes(value: object) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


def files_with_canary() -> set[str]:
    """The files of the SQLite database that hold the canary, or enough of it to be read."""
    path = Path(database().url.removeprefix("sqlite:///"))
    files = [path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")]
    return {file.name for file in files if file.exists() and CANARY[:8].encode() in file.read_bytes()}


def test_canary_is_found_nowhere_after_erasure(any_world: World) -> None:
    document_id = typed_and_deleted(any_world)
    assert tables_with_canary() >= {
        "document_update",
        "document_history",
        "document_set_aside",
        "board_object",
    }
    erased = erase_deleted(document_id)
    assert erased.is_scrubbed
    assert tables_with_canary() == set()
    if database().is_sqlite:
        assert files_with_canary() == set()
    else:
        with database().engine.connect() as connection:
            assert _dead_rows(connection) == 0
    assert {note.text for note in outline(document_id).notes() if not note.locked} == {"ce qui reste"}
    with reading() as session:
        (moment,) = history.entries_of(session, document_id)
    assert moment.keys == ("template", "u1")
    again = Writer(document_id, client=90)
    again.note("after")
    assert {"kept", "after"} <= {note.id for note in outline(document_id).notes()}


def _dead_rows(connection: Any) -> int:
    connection.execute(text("CREATE EXTENSION IF NOT EXISTS pgstattuple"))
    statement = text("SELECT dead_tuple_count FROM pgstattuple('document_update')")
    return int(connection.execute(statement).scalar_one())


def test_canary_was_in_the_file_before(world: World) -> None:
    """The control of the test above: deleting rows alone would not be seen as erasing."""
    typed_and_deleted(world)
    assert files_with_canary() != set()


def test_document_that_is_open_holds_no_deleted_text(world: World) -> None:
    document_id = world.board.document_id
    alice = BoardActor(key="u1", can_edit=True)
    sent: list[bytes] = []
    writer = Writer(document_id)
    writer._append = sent.append  # type: ignore[assignment, method-assign]
    live = LiveDocument.open(writer.doc.get_update(), [])
    state = writer.doc.get_state()
    for act in (
        lambda: writer.note("n", CANARY),
        lambda: writer.retype("n", "reste"),
        lambda: writer.note("m"),
    ):
        act()
        proposal = live.propose(writer.doc.get_update(state), alice, limits=SYNC)
        live.accept(proposal.update)
        state = writer.doc.get_state()
    assert "reste" in live.outline().words()
    assert CANARY.encode() not in live.snapshot()
    newcomer: Doc[Any] = Doc()
    newcomer.apply_update(live.snapshot())
    assert CANARY.encode() not in newcomer.get_update()


def test_reader_who_keeps_the_log_is_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workspace.services.document_erasure.CHECKPOINT_SECONDS", 0.1)
    monkeypatch.setattr("models.session.BUSY_MILLISECONDS", 10)
    database().dispose()
    document_id = typed_and_deleted(world)
    for reader in _reading_all_the_while():
        assert not erase_deleted(document_id).is_scrubbed
        reader.close()
    assert erase_deleted(document_id).is_scrubbed
    assert files_with_canary() == set()


def _reading_all_the_while() -> Iterator[sqlite3.Connection]:
    reader = sqlite3.connect(database().url.removeprefix("sqlite:///"), isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM document_update").fetchone()
    yield reader


def test_command_erases_and_says_what_went(world: World, tmp_path: Path) -> None:
    document_id = typed_and_deleted(world)
    runner = CliRunner(env={"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": database().url})
    result = runner.invoke(cli.main, ["documents", "compact", str(document_id), "--erase"])
    assert result.exit_code == 0, result.output
    assert "lignes du journal" in result.output
    assert tables_with_canary() == set()
    missing = runner.invoke(cli.main, ["documents", "compact", "999"])
    assert (missing.exit_code, "n’existe pas" in missing.output) == (2, True)


def test_every_table_with_bytes_of_documents_is_scrubbed() -> None:
    with_bytes = {
        table.name
        for table in metadata.sorted_tables
        if any(isinstance(column.type, LargeBinary) for column in table.columns) and "document_id" in table.c
    }
    assert with_bytes <= {table.__tablename__ for table in TABLES}
