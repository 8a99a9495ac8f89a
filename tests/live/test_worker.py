"""The worker of the web process: started by it, started again when it dies, gone when it is killed."""

import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from tests.live.live_support import LiveServer, eventually

pytestmark = pytest.mark.live


def workers_of(parent: int) -> list[int]:
    """The worker processes whose parent is `parent`, from /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            command = (folder / "cmdline").read_bytes().split(b"\0")
            status = (folder / "stat").read_text().rsplit(")", 1)[1].split()
            if b"--with-parent" in command and int(status[1]) == parent:
                found.append(int(folder.name))
    return found


def is_running(process: int) -> bool:
    """Whether it runs; one that ended and that nobody has waited for does not."""
    with suppress(OSError):
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    return False


def test_worker_comes_back_when_it_dies_and_ends_with_a_killed_server(own_server: LiveServer) -> None:
    assert own_server.process is not None
    server = own_server.process.pid
    (first,) = eventually(lambda: workers_of(server), 30, "the worker of the server")
    os.kill(first, signal.SIGKILL)
    (second,) = eventually(
        lambda: [one for one in workers_of(server) if one != first and is_running(one)], 30, "another worker"
    )
    own_server.kill()
    eventually(lambda: not is_running(second), 30, "the end of the worker")
    assert is_running(os.getpid()), "the control of is_running()"
