"""The worker as a process: its signals, and its end with the process that started it."""

import logging
import os
import signal
import sys
import threading
from types import FrameType

from models import failpoints
from models.migrate import is_current
from models.session import configure
from workspace.jobs.mail import Mailer
from workspace.jobs.worker import Worker
from workspace.settings import Settings, SettingsError

END_SECONDS = 10.0


def run_worker(settings: Settings, *, with_parent: bool) -> None:
    """Work until SIGTERM or SIGINT; `with_parent`: until standard input ends, at the latest.

    Raises: SettingsError.
    """
    logging.basicConfig(
        level=logging.WARNING, stream=sys.stderr, format="%(asctime)s %(levelname)s %(name)s %(message)s"
    )
    failpoints.arm(settings.failpoint)
    worker = Worker(Mailer(settings).run if settings.mail != "off" else None)

    def stop(_signal: int, _frame: FrameType | None) -> None:
        worker.stop()

    signal.signal(signal.SIGTERM, stop)
    # Ctrl-C reaches the whole terminal: the parent ends its worker itself, when it is ready to.
    signal.signal(signal.SIGINT, signal.SIG_IGN if with_parent else stop)
    if with_parent:
        threading.Thread(target=_end_with_parent, args=[worker], daemon=True).start()
    if not is_current(configure(settings.database_url).engine):
        raise SettingsError("La base n’est pas à jour : lancez « etabli db upgrade », puis redémarrez.")
    worker.run()


def _end_with_parent(worker: Worker) -> None:
    """The parent holds the other end of standard input, and writes nothing: it ends when the parent does."""
    sys.stdin.buffer.read()
    worker.stop()
    threading.Event().wait(END_SECONDS)
    os._exit(0)  # what a job has not committed will be done again
