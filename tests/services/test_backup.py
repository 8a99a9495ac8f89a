"""A backup taken while people write becomes the same installation again: counts, documents, sign-in."""

import os
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import create_engine, func, select, text

from models.base import utcnow
from models.document import SharedDocument
from models.session import configure, database, reading, transaction
from models.tables import metadata
from tests import needs
from tests.conftest import make_app
from tests.factories import World
from tests.jobs.writing import Writer, outline
from workspace.cli import main
from workspace.jobs import compact, history
from workspace.services.document_repair import all_corruptions
from workspace.services.passwords import hash_password

PHRASE = "une phrase assez longue"


def run(folder: Path, url: str, *command: str) -> Result:
    return CliRunner(env={"ETABLI_DATA": str(folder), "ETABLI_DATABASE_URL": url}).invoke(main, command)


def counts() -> dict[str, int]:
    with database().engine.connect() as connection:
        return {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in metadata.sorted_tables
        }


@pytest.fixture
def lived_in(any_world: World, tmp_path: Path) -> World:
    """A world with a password, a file, and a board with a log, a snapshot and a history."""
    with transaction() as session:
        session.merge(any_world.people["alice"]).password_hash = hash_password(PHRASE)
    document_id = any_world.board.document_id
    writer = Writer(document_id)
    writer.note("n1", "gardé")
    history.run(document_id, utcnow())
    compact.run(document_id, utcnow())
    writer.note("n2", "aussi")
    (tmp_path / "files").mkdir()
    (tmp_path / "files" / "plan.txt").write_text("un plan")
    return any_world


@pytest.fixture
def new_url(any_database_url: str, tmp_path: Path) -> Iterator[str]:
    """Where to restore: a database of the same kind, that does not exist yet or is empty."""
    (tmp_path / "new").mkdir()
    if any_database_url.startswith("sqlite"):
        yield f"sqlite:///{tmp_path / 'new' / 'etabli.sqlite3'}"
        return
    name = f"etabli_restored_{os.getpid()}"
    admin = create_engine(f"{needs.postgres()}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        connection.execute(text(f'CREATE DATABASE "{name}"'))
        yield f"{needs.postgres()}/{name}"
        database().dispose()
        connection.execute(text(f'DROP DATABASE "{name}" WITH (FORCE)'))
    admin.dispose()


def test_restored_installation_is_whole(lived_in: World, new_url: str, tmp_path: Path) -> None:
    url, file, folder = database().url, tmp_path / "etabli.backup", tmp_path / "new"
    before, board = counts(), outline(lived_in.board.document_id)
    result = run(tmp_path, url, "backup", str(file))
    assert result.exit_code == 0, result.output
    assert file.stat().st_mode & 0o077 == 0, "nobody else reads it"
    result = run(folder, new_url, "restore", str(file))
    assert result.exit_code == 0, result.output
    configure(new_url)
    assert counts() == before | {"audit_entry": before["audit_entry"] + 1}, "that it was restored is kept"
    assert all_corruptions() == (before["shared_document"], {})
    assert outline(lived_in.board.document_id) == board
    assert (folder / "files" / "plan.txt").read_text() == "un plan"
    client = make_app(new_url, folder).test_client()
    answer = client.post("/sign-in", data={"email": lived_in.people["alice"].email, "password": PHRASE})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    Writer(lived_in.board.document_id, client=91).note("n3")
    assert run(folder, new_url, "restore", str(file)).exit_code == 2, "never over what is there"
    configure(url)


def test_backup_taken_while_people_write_is_whole(world: World, tmp_path: Path) -> None:
    url, file, folder = database().url, tmp_path / "etabli.backup", tmp_path / "new"
    folder.mkdir()
    (tmp_path / "files").mkdir()
    writer, done = Writer(world.board.document_id), threading.Event()

    def write() -> None:
        number = 0
        while not done.is_set():
            writer.note(f"n{number}")
            number += 1

    thread = threading.Thread(target=write, daemon=True)
    thread.start()
    try:
        result = CliRunner(env={"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": url}).invoke(
            main, ["backup", str(file)]
        )
    finally:
        done.set()
        thread.join(30)
    assert result.exit_code == 0, result.output
    new_url = f"sqlite:///{folder / 'etabli.sqlite3'}"
    assert run(folder, new_url, "restore", str(file)).exit_code == 0
    configure(new_url)
    with reading() as session:
        last_seq = session.scalars(select(SharedDocument.last_seq)).one()
    assert len([note for note in outline(world.board.document_id).notes() if not note.locked]) == last_seq - 1
    configure(url)


def test_what_is_no_backup_is_said_in_one_sentence(tmp_path: Path, world: World) -> None:
    url = f"sqlite:///{tmp_path / 'new.sqlite3'}"
    (tmp_path / "letter.txt").write_text("bonjour")
    result = run(tmp_path, url, "restore", str(tmp_path / "letter.txt"))
    assert result.exit_code == 2
    assert "sauvegarde" in result.output
    taken = run(tmp_path, database().url, "backup", str(tmp_path / "letter.txt"))
    assert (taken.exit_code, (tmp_path / "letter.txt").read_text()) == (2, "bonjour")
