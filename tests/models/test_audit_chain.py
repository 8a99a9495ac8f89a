"""The audit log's chain, on both databases: nothing is changed or removed unseen, and it never forks."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import pytest
from click.testing import CliRunner
from sqlalchemy import Connection, select, text
from sqlalchemy.exc import DBAPIError

from models.audit import COMMAND, AuditAction, AuditEntry, AuditHead, SubjectKind, audit
from models.audit_chain import NEWEST, verify, verify_newest
from models.policy import Role, Where
from models.session import database, reading, transaction
from tests.factories import World
from workspace.cli import main

ROOT = Path(__file__).resolve().parents[2]
WRITER = """
import sys
from models.audit import AuditAction, audit
from models.session import configure, transaction
import models.tables
configure(sys.argv[1])
for _ in range(20):
    with transaction() as session:
        audit(session, sys.argv[2], AuditAction.SIGNED_IN)
        audit(session, sys.argv[2], AuditAction.SIGNED_OUT)
"""


def write(count: int, key: str = "u1") -> None:
    for number in range(count):
        with transaction() as session:
            audit(session, key, AuditAction.TEAM_CREATED, subject=(SubjectKind.TEAM, number), count=number)


def tamper(*statements: str) -> None:
    """Change the tables as somebody could who owns the database: with the triggers out of the way."""
    db = database()
    with db.engine.begin() as connection:
        guards = _guards(connection)
        _switch(connection, guards, on=False)
        for statement in statements:
            connection.exec_driver_sql(statement)
        _switch(connection, guards, on=True)


def _guards(connection: Connection) -> dict[str, str]:
    if not database().is_sqlite:
        return {}
    rows = connection.execute(text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")).all()
    return {name: sql for name, sql in rows if name.startswith("audit_")}


def _switch(connection: Connection, guards: dict[str, str], *, on: bool) -> None:
    for name, sql in guards.items():
        connection.execute(text(sql if on else f"DROP TRIGGER {name}"))
    if not guards:
        for table in ("audit_entry", "audit_head"):
            connection.execute(text(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER"))


def broken_at() -> int | None:
    with reading() as session:
        return verify(session).broken_at


def test_whole_chain_is_whole(any_world: World) -> None:
    with reading() as session:
        assert (verify(session).count, verify(session).broken_at) == (0, None)
        assert verify_newest(session).broken_at is None
    write(NEWEST + 7)
    with reading() as session:
        verdict = verify(session)
        assert (verdict.count, verdict.broken_at) == (NEWEST + 7, None)
        assert (verify_newest(session).count, verify_newest(session).broken_at) == (NEWEST, None)
        entries = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
        assert [entry.id for entry in entries] == list(range(1, NEWEST + 8))
        assert session.get_one(AuditHead, 1).hash == entries[-1].hash == verdict.hash
        assert entries[3].facts == {"count": 3}


@pytest.mark.parametrize(
    ("statements", "found"),
    [
        (["UPDATE audit_entry SET actor_key = 'u2' WHERE id = 4"], 4),
        (["UPDATE audit_entry SET details = '{\"count\":9}' WHERE id = 4"], 4),
        (["UPDATE audit_entry SET action = 'no such action' WHERE id = 4"], 4),
        (["UPDATE audit_entry SET cohort_id = 1 WHERE id = 4"], 4),
        (["UPDATE audit_entry SET hash = previous_hash WHERE id = 4"], 4),
        (["UPDATE audit_entry SET at = '2001-01-01 00:00:00' WHERE id = 4"], 4),
        (["DELETE FROM audit_entry WHERE id = 4"], 4),
        (["DELETE FROM audit_entry WHERE id = 1"], 1),
        (["DELETE FROM audit_entry WHERE id = 9"], 9),
        (["DELETE FROM audit_entry"], 1),
        (["DELETE FROM audit_head"], 1),
        (["UPDATE audit_head SET last_id = 8"], 9),
        (
            [
                "UPDATE audit_entry SET id = 100 WHERE id = 4",
                "UPDATE audit_entry SET id = 4 WHERE id = 5",
                "UPDATE audit_entry SET id = 5 WHERE id = 100",
            ],
            4,
        ),
    ],
)
def test_change_is_found_at_its_entry(any_world: World, statements: list[str], found: int) -> None:
    write(9)
    tamper(*statements)
    assert broken_at() == found
    with reading() as session:
        assert verify_newest(session).broken_at == found


def test_time_that_is_no_time_is_found(world: World) -> None:
    write(3)
    tamper("UPDATE audit_entry SET at = 'never' WHERE id = 2")
    assert broken_at() == 2


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_entry SET actor_key = 'u2'",
        "UPDATE audit_entry SET hash = hash WHERE id = 2",
        "DELETE FROM audit_entry WHERE id = 2",
        "DELETE FROM audit_entry",
        "DELETE FROM audit_head",
        "UPDATE audit_head SET last_id = last_id - 1",
        "UPDATE audit_head SET hash = 'x'",
    ],
)
def test_database_refuses_to_change_or_remove(any_world: World, statement: str) -> None:
    write(3)
    with database().engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))
    assert broken_at() is None


def test_database_refuses_to_replace_or_truncate(any_world: World) -> None:
    write(3)
    statement = "TRUNCATE audit_entry"
    if database().is_sqlite:
        statement = "INSERT OR REPLACE INTO audit_entry SELECT * FROM audit_entry WHERE id = 2"
    with database().engine.connect() as connection, pytest.raises(DBAPIError, match="append-only"):
        connection.execute(text(statement))


def together(work: Callable[[int], None], number: int) -> None:
    threads = [Thread(target=work, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_threads_that_append_at_once_make_one_chain(any_world: World) -> None:
    together(lambda index: write(15, f"u{index}"), 8)
    with reading() as session:
        verdict = verify(session)
    assert (verdict.count, verdict.broken_at) == (120, None)


def test_processes_that_append_at_once_make_one_chain(any_world: World, any_database_url: str) -> None:
    command = [sys.executable, "-c", WRITER, any_database_url]
    writers = [subprocess.Popen([*command, f"u{index}"], cwd=ROOT) for index in range(3)]
    assert [writer.wait(120) for writer in writers] == [0, 0, 0]
    with reading() as session:
        verdict = verify(session)
        keys = set(session.scalars(select(AuditEntry.actor_key)))
    assert (verdict.count, verdict.broken_at) == (120, None)
    assert keys == {"u0", "u1", "u2"}


def refuse() -> None:
    with transaction() as session:
        audit(session, "u1", AuditAction.TEAM_CREATED)
        audit(session, "u1", AuditAction.CONFLICT_REFUSED, refused=True)
        raise ZeroDivisionError


def test_entry_goes_with_the_transaction_and_a_refusal_survives_it(any_world: World) -> None:
    with pytest.raises(ZeroDivisionError):
        refuse()
    with reading() as session:
        assert list(session.scalars(select(AuditEntry.action))) == [AuditAction.CONFLICT_REFUSED]


def test_entry_lies_in_every_scope_around_it(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        audit(session, COMMAND, AuditAction.LINK_MADE, where=Where(project_id=world.project.id))
    with reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.organization_id, entry.programme_id) == (world.organization.id, world.programme.id)
    assert (entry.cohort_id, entry.team_id) == (world.cohort.id, world.team.id)
    assert entry.project_id == world.project.id


def test_no_free_text_gets_in(world: World) -> None:
    with pytest.raises(TypeError), transaction() as session:
        audit(session, "u1", AuditAction.TEAM_CREATED, note="un texte")  # type: ignore[arg-type]
    with transaction() as session:
        audit(session, "u1", AuditAction.MEMBERSHIP_GRANTED, role=Role.TUTOR, until=None)
    with reading() as session:
        assert session.scalars(select(AuditEntry)).one().facts == {"role": "tutor"}


def test_command_says_whether_it_is_whole(any_world: World, any_database_url: str, tmp_path: Path) -> None:
    write(5)
    runner = CliRunner(env={"ETABLI_DATA": str(tmp_path), "ETABLI_DATABASE_URL": any_database_url})
    whole = runner.invoke(main, ["audit", "verify"])
    assert whole.exit_code == 0
    assert "intact : 5 entrées" in whole.output
    noted = whole.output.split()[-1].rstrip(".")
    write(1)
    assert runner.invoke(main, ["audit", "verify", "--fingerprint", noted]).exit_code == 0
    assert runner.invoke(main, ["audit", "verify", "--fingerprint", "f" * 64]).exit_code == 1
    tamper("UPDATE audit_entry SET actor_key = 'u9' WHERE id = 3")
    broken = runner.invoke(main, ["audit", "verify"])
    assert broken.exit_code == 1
    assert "l’entrée 3" in broken.output
