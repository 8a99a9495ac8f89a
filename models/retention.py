"""How long each kind of personal data is kept: one table, enforced by `workspace/jobs/retention.py`.

`docs/personal-data.md` tells it; a test compares them.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta

ERASURE_GRACE = timedelta(days=7)
"""Between asking for one's data to go and its going; whoever signs in meanwhile keeps it."""
FIRST_WARNING = timedelta(days=30)
LAST_WARNING = timedelta(days=7)
"""How long before its end the owner of an unused account is written to."""


@dataclass(frozen=True)
class Period:
    """`days` after `since`; None: no time of its own, it goes with what `since` says."""

    days: int | None
    since: str

    @property
    def kept_for(self) -> timedelta:
        """The period. Only for one that is counted in days."""
        assert self.days is not None  # noqa: S101
        return timedelta(days=self.days)


PERIODS: Mapping[str, Period] = {
    "account": Period(730, "the last visit; the owner is written to 30 and 7 days before"),
    "session": Period(90, "the session has ended"),
    "ticket": Period(0, "it was used or has expired (30 seconds)"),
    "sign-in link": Period(0, "it was used or has expired (20 minutes)"),
    "form key": Period(30, "the form was sent"),
    "invitation": Period(365, "it was made, unless it is still open"),
    "notification": Period(365, "it was written"),
    "digest sent": Period(30, "it was sent"),
    "guest": Period(365, "the link they came by has ended"),
    "failed job": Period(90, "it has failed"),
    "caught mail": Period(30, "it was caught (development only)"),
    "project": Period(None, "the project's cohort is deleted; without a name once its author has left"),
    "audit log": Period(None, "the installation ends: taking a line away would break the chain"),
    "board visit": Period(365, "the person was on the board last"),
    "unused picture": Period(30, "no board shows it any more: until then an undo may bring it back"),
    "private note": Period(
        180, "it was written, when its round was never shown; else it is a note of the board"
    ),
    "secret vote": Period(None, "its ballot is closed (30 days after it was opened at the latest)"),
    "project visit": Period(365, "the person was last on the project's page"),
    "removed session": Period(30, "it was removed from the calendar: until then it can be put back"),
    "read model": Period(None, "the board object it copies is deleted"),
}
