"""The worker: asks what is due, takes jobs, runs them one by one, and leaves the machine to others.

It runs as its own process (`etabli worker`), started by the web process itself where there is no other. It
has no part in the path of an edit: without it edits are kept all the same, and wait for their upkeep.
"""

import logging
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import datetime

from sqlalchemy.exc import SQLAlchemyError

from models.base import utcnow
from models.errors import CorruptDocument
from models.job import JobKind
from models.session import reading, transaction
from workspace.jobs import compact, history, project, retention, texts
from workspace.jobs.planner import plan, plan_night
from workspace.jobs.queue import LEASE, Claimed, TryLater, claim, fail, finish, has_due, release
from workspace.services import ballots, feedback_release, peer_reviews
from workspace.services.document_upkeep import quarantine

log = logging.getLogger("etabli.jobs")

Run = Callable[[str, datetime], datetime | None]
SendMail = Callable[[Claimed], None]
RUNNERS: Mapping[str, Run] = {
    JobKind.PROJECT_DOCUMENT: lambda key, now: project.run(int(key), now),
    JobKind.RECORD_HISTORY: lambda key, now: history.run(int(key), now),
    JobKind.COMPACT_DOCUMENT: lambda key, now: compact.run(int(key), now),
    JobKind.ERASE_TEXTS: texts.run,
    JobKind.CLOSE_BALLOT: lambda key, now: ballots.run(int(key), now),
    JobKind.RELEASE_FEEDBACK: feedback_release.run,
    JobKind.REMIND_PEER_REVIEW: peer_reviews.remind,
}
"""Each is given the job's key and the time, and gives when it wants to run again, if it does."""

POLL_SECONDS = 1.0
CLAIMED_AT_ONCE = 8
REST = 20.0
"""How long to rest after a turn, in turns: a twentieth of one core at most."""
LONGEST_REST_SECONDS = 15.0
LONGEST_RETRY_SECONDS = 15.0


class Worker:
    """See the module. `stop()` may be called from a signal handler or another thread."""

    def __init__(self, send_mail: SendMail | None = None) -> None:
        self._stopped = threading.Event()
        self._send_mail = send_mail

    def stop(self) -> None:
        """End after the current job."""
        self._stopped.set()

    def run(self) -> None:
        """Work until stopped; a database that is away is waited for."""
        retry = POLL_SECONDS
        while not self._stopped.is_set():
            started = time.monotonic()
            try:
                worked = self.turn()
                rest = min(LONGEST_REST_SECONDS, REST * (time.monotonic() - started))
                self._stopped.wait(rest if worked else POLL_SECONDS)
                retry = POLL_SECONDS
            except SQLAlchemyError as error:
                log.warning("the worker cannot use the database: %s", type(error).__name__)
                self._stopped.wait(retry)
                retry = min(LONGEST_RETRY_SECONDS, retry * 2)

    def turn(self) -> int:
        """Plan, take some jobs, run them; gives how many ran."""
        plan_night()
        plan(with_mail=self._send_mail is not None)
        with reading() as session:
            if not has_due(session):
                return 0
        with transaction() as session:
            jobs = claim(session, CLAIMED_AT_ONCE)
        for job in jobs:
            if self._stopped.is_set() or job.until - utcnow() < LEASE / 2:
                with transaction() as session:
                    release(session, job)
            else:
                self._run(job)
        return len(jobs)

    def _run(self, job: Claimed) -> None:
        again_at = None
        try:
            if job.kind == JobKind.SEND_MAIL:
                if self._send_mail is not None:  # else this installation sends none
                    self._send_mail(job)
            elif job.kind == JobKind.RETENTION:
                again_at = retention.run(utcnow(), with_mail=self._send_mail is not None)
            else:
                again_at = RUNNERS[job.kind](job.key, utcnow())
        except CorruptDocument as error:
            with transaction() as session:
                quarantine(session, int(job.key), error.reason)
                finish(session, job)
        except TryLater as error:
            log.warning("job %s: %s; it will be tried again", job.kind, error)
            with transaction() as session:
                fail(session, job, str(error))
        except Exception as error:
            log.exception("job %s %s failed", job.kind, job.key)
            with transaction() as session:
                fail(session, job, _described(error))
        else:
            with transaction() as session:
                finish(session, job, again_at)


def _described(error: Exception) -> str:
    """What failed and where, without the message: it may hold what people wrote."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{frames[-1].filename.rsplit('/', 1)[-1]}:{frames[-1].lineno}" if frames else "unknown place"
    return f"{type(error).__name__} at {place}"
