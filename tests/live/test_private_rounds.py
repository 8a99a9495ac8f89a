"""A private round over sockets: not a byte of it reaches anybody but its author until it is shown, once."""

import http.client
import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, update

from models.board.reader import write_varint
from models.document import Board
from models.tables import metadata
from tests.live.live_support import HANG_SECONDS, HttpAnswer, LiveServer, Person, eventually
from tests.live.raw_socket import RawSocket, join
from workspace.app import create_app
from workspace.services.board_words import committed_outline
from workspace.settings import load

pytestmark = pytest.mark.live

CANARY = "CANARISILENCIEUX"
OTHERS = ("alice", "guest", "partner", "reader", "tutor", "manager", "observer")
STEPS = {"reveal.moved": False, "reveal.committed": True}
"""Where the server dies, and whether the notes are on the board then; `tests/services` has the others."""
TOLD = b'"changed":"rounds"'
QUIET_SECONDS = 1.2
"""Longer than it takes a room to look for rows that others wrote."""


PING = b"\x81\x012"


class Recorder:
    """A socket that is on the board and keeps every byte it is sent, but for pings, which it answers."""

    def __init__(self, server: LiveServer, person: Person) -> None:
        self._socket = RawSocket(server)
        self._socket.connect(person)
        self._socket.send_text(join(server.document_id, ack=1))
        self.bytes = bytearray()
        self._is_open = True
        self._thread = threading.Thread(target=self._read, daemon=True)
        self._thread.start()
        eventually(lambda: b'"ok":true' in self.bytes, what="the join")

    def _read(self) -> None:
        self._socket.socket.settimeout(0.1)
        while self._is_open:
            try:
                received = self._socket.socket.recv(65536)
            except TimeoutError:
                continue
            except OSError:
                return
            if not received:
                return
            for _ping in range(received.count(PING)):
                self._socket.send_text("3")
            self.bytes += received.replace(PING, b"")

    def close(self) -> None:
        self._is_open = False
        self._thread.join()
        self._socket.socket.close()


def send(person: Person, path: str, **body: Any) -> HttpAnswer:
    board = person.server.world.board.id
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    return person.post(f"/boards/{board}/{path}", json.dumps(body).encode(), **headers)


def write(person: Person, text: str, key: str = "a") -> None:
    answer = send(person, "rounds/notes", key=key, text=text, colour="jonc")
    assert answer.status == 200, answer.body


def everything_read(server: LiveServer, person: Person) -> Iterator[tuple[str, bytes]]:
    """Every address that shows something of the board, its document or its project."""
    world = server.world
    ids = {"board_id": world.board.id, "document_id": server.document_id, "project_id": world.project.id}
    ids |= {"seq": 1, "cohort_id": world.cohort.id}
    for rule in create_app(load(server.environ())).url_map.iter_rules():
        if "GET" in (rule.methods or ()) and rule.arguments and rule.arguments <= ids.keys():
            path = re.sub(r"<(?:[^:<>]+:)?(\w+)>", lambda found: str(ids[found[1]]), rule.rule)
            yield path, person.get(path).body
    yield (
        "/problems?q=",
        person.get(f"/problems?q={CANARY.lower()}").body.replace(CANARY.lower().encode(), b""),
    )
    synced = person.post(f"/documents/{server.document_id}/sync", write_varint(1) + b"\0")
    yield "/sync", synced.body


def rows_with_the_canary(server: LiveServer) -> set[str]:
    """The tables that hold it."""
    with server.reading() as session:
        return {
            table.name
            for table in metadata.sorted_tables
            if any(_holds(value) for row in session.execute(select(table)) for value in row)
        }


def _holds(value: object) -> bool:
    return CANARY.encode() in value if isinstance(value, bytes) else CANARY in str(value)


def notes_on_the_board(server: LiveServer) -> list[str]:
    with server.reading() as session:
        outline = committed_outline(session, server.document_id)
    return sorted(note.text for note in outline.notes() if note.type == "note")


def test_no_byte_reaches_anybody_else_before_it_is_shown(live_server: LiveServer) -> None:
    server = live_server
    with server.transaction() as session:
        session.execute(update(Board).values(open_to_observers=True))
    people = {name: server.sign_in(name) for name in (*OTHERS, "bob")}
    recorders = {name: Recorder(server, people[name]) for name in OTHERS}
    assert send(people["alice"], "rounds", zone="zone-1", prompt="Une idée").status == 200
    write(people["bob"], f"Brouillon {CANARY}")
    write(people["bob"], f"Mieux dit {CANARY}")
    write(people["bob"], f"Une autre {CANARY}", key="b")
    own = json.loads(people["bob"].get(f"/boards/{server.world.board.id}/rounds").body)
    assert [note["text"] for note in own["round"]["mine"]] == [f"Mieux dit {CANARY}", f"Une autre {CANARY}"]
    waiting = {
        name: json.loads(people[name].get(f"/boards/{server.world.board.id}/rounds").body)["round"]
        for name in OTHERS
        if name != "observer"
    }
    assert {name: told["waiting"] for name, told in waiting.items()} == {
        name: 2 if name == "alice" else None for name in waiting
    }

    late = {name: Recorder(server, people[name]) for name in OTHERS}
    threading.Event().wait(QUIET_SECONDS)
    leaked = [
        (name, path)
        for name in OTHERS
        for path, content in everything_read(server, people[name])
        if CANARY.encode() in content
    ]
    assert leaked == []
    for heard in (recorders, late):
        assert [name for name, one in heard.items() if CANARY.encode() in one.bytes] == []
    assert rows_with_the_canary(server) == {"private_note"}
    for name, one in recorders.items():
        if name != "observer":
            eventually(lambda one=one: TOLD in one.bytes, what=f"the round, told to {name}")
    assert TOLD not in recorders["observer"].bytes

    assert send(people["guest"], "rounds/reveal").status == 403
    assert send(people["alice"], "rounds/reveal").status == 200
    for one in recorders.values():
        eventually(lambda one=one: one.bytes.count(CANARY.encode()) == 2, what="the notes, in one edit")
    assert send(people["alice"], "rounds/reveal").status == 409
    found = [text for text in notes_on_the_board(server) if CANARY in text]
    assert found == [f"Mieux dit {CANARY}", f"Une autre {CANARY}"]
    assert "private_note" not in rows_with_the_canary(server)
    for one in (*recorders.values(), *late.values()):
        one.close()


def test_death_in_the_middle_of_showing_loses_and_doubles_nothing(
    tmp_path: Path, make_database: Callable[[str], str], async_mode: str
) -> None:
    server = LiveServer(
        tmp_path, make_database("sqlite"), ETABLI_ASYNC_MODE=async_mode, ETABLI_WORKER="separate"
    )
    shown: list[str] = []
    for number, (point, is_shown) in enumerate(STEPS.items()):
        server.environment["ETABLI_FAILPOINT"] = f"{point}:1:kill"
        server.start()
        alice, bob = server.sign_in("alice"), server.sign_in("bob")
        send(alice, "rounds", zone="zone-1")  # refused where the last death left it open
        write(bob, f"Note {number}", key=f"k{number}")
        with suppress(http.client.HTTPException, OSError):
            send(alice, "rounds/reveal")
        assert server.process is not None
        assert server.process.wait(HANG_SECONDS) == -9, point
        if is_shown:
            shown = [f"Note {one}" for one in range(number + 1)]
        assert notes_on_the_board(server) == shown, point
    del server.environment["ETABLI_FAILPOINT"]
    server.start()
    alice = server.sign_in("alice")
    assert send(alice, "rounds/reveal").status == 409
    assert notes_on_the_board(server) == [f"Note {number}" for number in range(len(STEPS))]
    assert server.stop() == 0


def test_votes_leave_as_sums_after_the_close_only(live_server: LiveServer) -> None:
    server = live_server
    board = server.world.board.id
    alice, bob, tutor = (server.sign_in(name) for name in ("alice", "bob", "tutor"))
    assert send(alice, "rounds").status == 200
    for number in range(3):
        write(bob, f"Note {number}", key=f"k{number}")
    assert send(alice, "rounds/reveal").status == 200
    recorder = Recorder(server, tutor)
    opened = json.loads(send(alice, "ballots", question="Laquelle ?", points=2).body)["ballot"]
    first, second, *_others = opened["notes"]
    path = f"ballots/{opened['id']}"
    assert send(bob, f"{path}/points", note=first, points=2).status == 200
    eventually(lambda: recorder.bytes.count(TOLD) == 1, what="the opening")
    before = bytes(recorder.bytes)
    state = json.loads(alice.get(f"/boards/{board}/rounds").body)
    assert (state["ballot"]["mine"], state["results"]) == ({}, [])
    assert send(bob, f"{path}/points", note=first, points=2).status == 200  # twice: the same
    assert send(bob, f"{path}/points", note=second, points=1).status == 409  # too many
    assert send(tutor, f"{path}/points", note=first, points=1).status == 403
    assert send(alice, f"{path}/points", note=second, points=1).status == 200
    assert bytes(recorder.bytes) == before, "a vote is told to nobody"
    assert send(tutor, f"{path}/close").status == 200
    assert send(bob, f"{path}/points", note=second, points=2).status == 409  # after the close
    eventually(lambda: recorder.bytes.count(TOLD) == 2, what="the close")
    (result,) = json.loads(tutor.get(f"/boards/{board}/rounds").body)["results"]
    assert [total["points"] for total in result["totals"]][:3] == [2, 1, 0]
    assert result["voters"] == 2
    assert set(result) == {"closed_at", "id", "points", "question", "totals", "voters"}
    assert all(set(total) == {"note", "points", "text"} for total in result["totals"])
    with server.reading() as session:
        assert session.execute(select(metadata.tables["ballot_point"])).all() == []
    recorder.close()
