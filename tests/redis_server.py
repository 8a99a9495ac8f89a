"""A real Redis of one's own, that a test may kill and start again."""

import subprocess
import time
from pathlib import Path

from redis import Redis
from redis.exceptions import RedisError

from tests import needs
from tools.run_tests import free_port


class RedisServer:
    """`redis-server` on a port of its own, nothing kept on disk."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.port = free_port()
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> "RedisServer":
        command = [needs.program("redis-server", "redis-server"), "--port", str(self.port)]
        command += ["--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", str(self.folder)]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        deadline = time.monotonic() + 10
        with Redis.from_url(self.url) as client:
            while True:
                try:
                    client.ping()
                except RedisError:
                    assert time.monotonic() < deadline, "Redis did not start"
                    time.sleep(0.02)
                else:
                    return self

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()
