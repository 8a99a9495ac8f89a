"""Erasing and restoring under a running server: people who have the board open go on."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import update

from models.document import DocumentUpdate
from tests.live.live_support import ROOT, Driver, LiveServer, eventually

pytestmark = pytest.mark.live
CANARY = "CANARIXJAUNE"


def etabli(server: LiveServer, *command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "workspace.cli", *command],
        cwd=ROOT,
        env=server.environ(),
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_erasure_leaves_open_boards_alone_and_no_trace(own_server: LiveServer, driver: Driver) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    bob = driver.client().enter(own_server.sign_in("bob"))
    alice("note", id="kept", text="gardé")
    alice("note", id="gone", text=CANARY)
    alice.await_acks()
    alice("remove", id="gone")
    alice.await_acks()
    result = etabli(own_server, "documents", "compact", str(own_server.document_id), "--erase")
    assert result.returncode == 0, result.stderr
    path = Path(own_server.database_url.removeprefix("sqlite:///"))
    files = [path, path.with_name(path.name + "-wal")]
    assert [file.name for file in files if file.exists() and CANARY.encode() in file.read_bytes()] == []
    bob("note", id="after", text="après")
    bob.await_acks()
    eventually(lambda: {"kept", "after"} <= alice.objects().keys(), what="both go on")
    whole = own_server.sign_in("alice").get(f"/documents/{own_server.document_id}/snapshot").body
    assert CANARY.encode() not in whole
    own_server.kill()
    own_server.start()
    again = driver.client().enter(own_server.sign_in("bob"))
    assert {"kept", "after"} <= again.objects().keys()
    assert "gone" not in again.objects()


def test_corrupt_board_opens_for_nobody_until_its_team_restores_it(
    own_server: LiveServer, driver: Driver
) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    for number in range(3):
        alice("note", id=f"n{number}")
        alice.await_acks()
    newest = own_server.rows()[-1].seq
    own_server.kill()
    with own_server.transaction() as session:
        session.execute(update(DocumentUpdate).where(DocumentUpdate.seq == newest).values(update=b"\xff"))
    own_server.start()
    person, path = own_server.sign_in("alice"), f"/documents/{own_server.document_id}"
    newcomer = driver.client()
    assert newcomer.connect(person)["ok"]
    assert newcomer.join(person)["code"] == "corrupt"
    offered = json.loads(person.get(f"{path}/last-good", Accept="application/json").body)
    assert (offered["corrupt"], offered["last_good"]["edits_after"]) == (True, 1)
    restored = person.post(f"{path}/restore-last-good", Accept="application/json")
    assert json.loads(restored.body) == {"epoch": 2, "seq": newest + 1}
    bob = driver.client().enter(own_server.sign_in("bob"))
    assert {"n0", "n1"} <= bob.objects().keys()
    assert "n2" not in bob.objects()
    bob("note", id="after")
    bob.await_acks()


def test_erased_person_is_cut_off_and_their_words_leave_open_boards(
    own_server: LiveServer, driver: Driver
) -> None:
    person = own_server.sign_in("alice")
    alice, bob = driver.client().enter(person), driver.client().enter(own_server.sign_in("bob"))
    alice("note", id="hers", text=CANARY)
    bob("note", id="his", text="ce que Bob écrit")
    for client in (alice, bob):
        client.await_acks()
    eventually(lambda: {"hers", "his"} <= bob.objects().keys(), what="both notes")
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    assert person.post("/account/erase", b"word=EFFACER&texts=y", **form).status == 302
    eventually(lambda: not alice.is_connected(), what="Alice's disconnection")
    assert bob.is_connected()
    result = etabli(own_server, "people", "erase", "alice@exemple.fr", "--texts")
    assert result.returncode == 0, result.stderr
    eventually(lambda: bob.objects()["hers"]["text"] == "", what="Alice's words to go")
    assert bob.objects()["his"]["text"] == "ce que Bob écrit"
    bob("note", id="after", text="après")
    bob.await_acks()
    assert bob.is_connected()
