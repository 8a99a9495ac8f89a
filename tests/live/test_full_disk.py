"""The disk is full: nothing is acknowledged, people are told, reading goes on, and it ends by itself."""

import os
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from tests import needs
from tests.live.live_support import Driver, LiveServer, YjsClient, eventually

pytestmark = pytest.mark.live
JSON = {"Accept": "application/json"}


@pytest.fixture
def small_disk() -> Iterator[Path]:
    """A file system of 32 megabytes."""
    folder = Path(tempfile.mkdtemp(prefix="etabli-disk-"))
    mount = ["mount", "-t", "tmpfs", "-o", "size=32m,mode=755", "etabli", str(folder)]
    if subprocess.run(mount, capture_output=True).returncode != 0:
        folder.rmdir()
        needs.missing("un petit système de fichiers", "lancez les tests là où « mount -t tmpfs » est permis")
    folder.chmod(0o755)
    yield folder
    subprocess.run(["umount", "--lazy", str(folder)], check=True)
    folder.rmdir()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, small_disk: Path) -> Iterator[str]:
    """A database whose tables lie on the small disk."""
    if request.param == "sqlite":
        yield f"sqlite:///{small_disk / 'etabli.sqlite3'}"
        return
    server = needs.postgres()
    admin = create_engine(f"{server}/postgres", isolation_level="AUTOCOMMIT")
    with admin.connect() as connection:
        owner = Path(connection.execute(text("SHOW data_directory")).scalar_one()).stat().st_uid
        place = small_disk / "tables"
        place.mkdir()
        os.chown(place, owner, -1)
        connection.execute(text(f"CREATE TABLESPACE etabli_small LOCATION '{place}'"))
        connection.execute(text("CREATE DATABASE etabli_full TABLESPACE etabli_small"))
        yield f"{server}/etabli_full"
        (small_disk / "filler").unlink(missing_ok=True)
        connection.execute(text("DROP DATABASE etabli_full WITH (FORCE)"))
        connection.execute(text("DROP TABLESPACE etabli_small"))
    admin.dispose()


def fill(folder: Path) -> Path:
    """Leave no byte; gives the file that takes the room."""
    path = folder / "filler"
    with path.open("wb", buffering=0) as filler:
        for size in (1 << 16, 1 << 12, 1):
            try:
                while True:
                    filler.write(b"\0" * size)
            except OSError:
                continue
    assert shutil.disk_usage(folder).free == 0
    return path


def write_until_it_fails(who: YjsClient) -> list[str]:
    """Notes that are acknowledged, and at the end of them one that is refused; gives their ids.

    One may wait, even be told to, and be saved all the same: what was copied out of SQLite's log makes room
    in it, and PostgreSQL has some set aside.
    """

    def is_refused() -> bool:
        return bool(who.events("r"))

    ids = []
    for number in range(2_000):
        ids.append(f"d{number}")
        who("note", id=ids[-1], text=secrets.token_hex(900))
        eventually(lambda: who("state")["waiting"] == 0 or is_refused(), what="an answer")
        if is_refused():
            return ids
    raise AssertionError("the disk is not full")


def told(who: YjsClient, kind: str) -> list[dict[str, Any]]:
    """What the server said of this kind."""
    return [event for event in who.events("x") if event["kind"] == kind]


def test_full_disk_makes_the_board_readable_only_until_there_is_room(
    database_url: str, small_disk: Path, tmp_path: Path, driver: Driver
) -> None:
    server = LiveServer(tmp_path, database_url, ETABLI_WORKER="separate").start()
    person = server.sign_in("alice")
    alice, bob = driver.client().enter(person), driver.client().enter(server.sign_in("bob"))
    alice("note", id="before", text="avant")
    alice.await_acks()
    filler = fill(small_disk)
    *kept, lost = write_until_it_fails(alice)
    for who in (alice, bob):
        assert "enregistré" in who.await_event("x", kind="stalled")["message"]
    assert {"before", *kept} <= bob.objects().keys()
    assert lost not in bob.objects()
    assert person.get(f"/documents/{server.document_id}/snapshot", **JSON).status == 200
    assert alice.await_event("r", 0)["code"] == "unavailable"
    acked, rows = alice.events("a"), len(server.rows())
    flowing = [(who, len(told(who, "flowing"))) for who in (alice, bob)]
    filler.unlink()
    for who, before in flowing:
        eventually(lambda who=who, before=before: len(told(who, "flowing")) > before, what="the end is told")
    assert alice.events("a") == acked
    bob("note", id="after", text="après")
    bob.await_acks()
    eventually(lambda: "after" in alice.objects(), what="what is written now arrives")
    assert len(server.rows()) == rows + 1, "what was not acknowledged is not there"
    assert server.stop() == 0
