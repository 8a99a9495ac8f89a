"""Starting, refusing to start, stopping: one line, one sentence, three seconds."""

import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from realtime import frames
from tests.live.fleet import Fleet
from tests.live.live_support import HANG_SECONDS, PATIENCE, ROOT, Driver, LiveServer, eventually
from tests.live.raw_socket import RawSocket

pytestmark = pytest.mark.live

STOP_SECONDS = 3.0 * PATIENCE


@pytest.mark.both_modes
def test_prints_its_address_once_it_answers(own_server: LiveServer) -> None:
    printed = (own_server.folder / "stdout.txt").read_text()
    assert printed == f"L'Établi · http://127.0.0.1:{own_server.port}/\n"
    assert own_server.request("GET", "/healthz").status == 200
    assert own_server.request("GET", "/readyz").status == 200
    assert own_server.errors() == ""


@pytest.mark.both_modes
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stop_signal_acknowledges_what_was_sent_and_ends_within_three_seconds(
    own_server: LiveServer, driver: Driver, number: signal.Signals
) -> None:
    alice = driver.client().enter(own_server.sign_in("alice"))
    for count in range(30):
        alice("note", id=f"last-{count}", text="juste avant l’arrêt")
    started = time.monotonic()
    own_server.send(number)
    assert own_server.process is not None
    assert own_server.process.wait(HANG_SECONDS) == 0
    assert time.monotonic() - started < STOP_SECONDS
    eventually(lambda: not alice.is_connected())
    assert alice.events("x")[0]["kind"] == "draining"
    acknowledged = set(alice("state")["acked"])
    own_server.start()
    assert acknowledged <= driver.client().enter(own_server.sign_in("bob")).objects().keys()


@pytest.mark.both_modes
def test_stop_under_twenty_writers_tells_them_and_loses_nothing(
    own_server: LiveServer, driver: Driver
) -> None:
    fleet = Fleet(driver, own_server, 20, backoff=(300, 2000)).enter()
    fleet.write("before")
    fleet.await_acked(100)
    with RawSocket(own_server) as reader:
        reader.connect(own_server.sign_in("alice"))
        started = time.monotonic()
        assert own_server.stop() == 0
        assert time.monotonic() - started < STOP_SECONDS
        assert reader.close_code() == frames.RESTART
    eventually(lambda: not any(client["connected"] for client in fleet.survey()), what="disconnection")
    fleet.pause()
    for client in fleet.clients:
        told, *_ = [entry for entry in client.events("x") if entry["kind"] == "draining"]
        (gone,) = client.events("disconnect")
        assert told["at"] <= gone["at"]
    fleet.check_stored()
    own_server.start()
    fleet.check()
    fleet.quit()


def test_stop_signal_does_not_wait_for_silent_connections(own_server: LiveServer) -> None:
    half_open = socket.create_connection(("127.0.0.1", own_server.port))
    half_open.sendall(b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: ")
    idle = socket.create_connection(("127.0.0.1", own_server.port))
    started = time.monotonic()
    assert own_server.stop() == 0
    assert time.monotonic() - started < STOP_SECONDS
    half_open.close()
    idle.close()


def _try_to_start(folder: Path, **environment: str) -> tuple[int, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ETABLI_")}
    environ = {**kept, "ETABLI_DATA": str(folder), "PORT": "0", **environment}
    result = subprocess.run(
        [sys.executable, "-m", "realtime.server"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert result.stdout == ""
    return result.returncode, result.stderr


def _is_one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.endswith(".\n") and "Traceback" not in text


def test_port_in_use_is_said_in_one_sentence(own_server: LiveServer, tmp_path: Path) -> None:
    code, said = _try_to_start(tmp_path, PORT=str(own_server.port))
    assert code == 1
    assert _is_one_sentence(said), said
    assert str(own_server.port) in said


@pytest.mark.parametrize(
    ("environment", "word"),
    [
        ({"PORT": "http"}, "PORT"),
        ({"PORT": "99999"}, "PORT"),
        ({"ETABLI_ENV": "staging"}, "ETABLI_ENV"),
        ({"ETABLI_DEMO": "yes"}, "ETABLI_DEMO"),
        ({"ETABLI_DATABASE_URL": "mysql://x"}, "ETABLI_DATABASE_URL"),
        ({"ETABLI_ASYNC_MODE": "twisted"}, "ETABLI_ASYNC_MODE"),
        ({"ETABLI_ENV": "production"}, "ETABLI_"),
        ({"HOST": "192.0.2.1"}, "HOST"),
        ({"ETABLI_DATABASE_URL": "postgresql+psycopg://nobody@127.0.0.1:1/x"}, "ETABLI_DATABASE_URL"),
        ({}, "etabli db upgrade"),
    ],
)
def test_start_that_cannot_succeed_is_said_in_one_sentence(
    tmp_path: Path, environment: dict[str, str], word: str
) -> None:
    code, said = _try_to_start(tmp_path, **environment)
    assert code in (1, 2)
    assert _is_one_sentence(said), said
    assert word in said


def test_unwritable_folder_is_said_in_one_sentence(tmp_path: Path) -> None:
    blocking = tmp_path / "file"
    blocking.write_text("")
    code, said = _try_to_start(blocking / "data")
    assert code == 2
    assert _is_one_sentence(said), said
    assert "ETABLI_DATA" in said
