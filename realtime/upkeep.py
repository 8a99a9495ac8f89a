"""The worker as a child of the web process, where no other worker runs (`ETABLI_WORKER=embedded`).

A process of its own, because reading a large document would hold up everybody in this one. It ends with
us, even at kill −9: its standard input is a pipe that nobody else holds. Should it die, it is started again.
"""

import logging
import os
import subprocess
import sys
import threading
import time

log = logging.getLogger("etabli.realtime")

START_AFTER_SECONDS = 5.0
"""After a restart everybody comes back at once: they go first."""
LOOK_EVERY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0


class EmbeddedWorker:
    """Starts the worker, watches it, ends it. `port` is where the server answers: messages lead there."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._process: subprocess.Popen[bytes] | None = None
        self._is_stopped = False

    def start(self) -> None:
        """Start it and watch it in the background."""
        threading.Thread(target=self._watch, daemon=True).start()

    def stop(self) -> None:
        """Tell it to end; it finishes the job in hand by itself."""
        self._is_stopped = True
        if self._process is not None and self._process.stdin is not None:
            self._process.stdin.close()

    def _watch(self) -> None:
        time.sleep(START_AFTER_SECONDS)
        pause = LOOK_EVERY_SECONDS
        while not self._is_stopped:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "workspace.cli", "worker", "--with-parent"],
                env={**os.environ, "PORT": str(self._port)},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
            )
            while self._process.poll() is None:
                time.sleep(LOOK_EVERY_SECONDS)
            if not self._is_stopped:
                log.error("the worker ended with code %s", self._process.returncode)
                time.sleep(pause)
                pause = min(LONGEST_PAUSE_SECONDS, pause * 2)
