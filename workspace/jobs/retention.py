"""What is kept too long goes, each night: the periods of `models.retention`, table by table.

Everything is done in transactions of a few rows, and what a stop leaves undone is found again: the rows
themselves tell what is due.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, tuple_

from models.board_visit import BoardVisit
from models.class_session import ClassSession
from models.invitation import Invitation
from models.job import Job
from models.mail import CaughtMail, MailKind
from models.mail_choice import DigestSent
from models.membership import Membership, is_live
from models.notification import Notification
from models.partner import GuestContributor, ShareLink
from models.people import LoginSession, SignInLink, SocketTicket, User
from models.policy import Role
from models.private_round import PrivateNote
from models.project_visit import ProjectVisit
from models.retention import FIRST_WARNING, LAST_WARNING, PERIODS
from models.session import database, reading, transaction
from models.submission import Submission
from workspace.jobs import images
from workspace.mail.asking import ask_for_mail
from workspace.services.document_erasure import scrub
from workspace.services.erasure import erase

NIGHTLY = "nightly"
HOUR = time(2, 30)
BATCH = 200
BATCHES = 20
"""Of each kind in one run; the rest follows shortly."""
SHORTLY = timedelta(minutes=1)
ALL_WARNINGS = 2

Over = Callable[[datetime], ColumnElement[bool]]


def _before(column: Any, period: str) -> Over:
    return lambda now: column < now - PERIODS[period].kept_for


def _session_is_over(now: datetime) -> ColumnElement[bool]:
    before = now - PERIODS["session"].kept_for
    return or_(LoginSession.ended_at < before, LoginSession.expires_at < before)


def _invitation_is_over(now: datetime) -> ColumnElement[bool]:
    before = now - PERIODS["invitation"].kept_for
    return and_(Invitation.created_at < before, Invitation.expires_at < now)


RULES: Mapping[str, tuple[type[Any], Over]] = {
    "session": (LoginSession, _session_is_over),
    "ticket": (SocketTicket, _before(SocketTicket.expires_at, "ticket")),
    "sign-in link": (SignInLink, _before(SignInLink.expires_at, "sign-in link")),
    "form key": (Submission, _before(Submission.created_at, "form key")),
    "invitation": (Invitation, _invitation_is_over),
    "notification": (Notification, _before(Notification.created_at, "notification")),
    "digest sent": (DigestSent, _before(DigestSent.at, "digest sent")),
    "failed job": (Job, _before(Job.failed_at, "failed job")),
    "private note": (PrivateNote, _before(PrivateNote.written_at, "private note")),
    "project visit": (ProjectVisit, _before(ProjectVisit.seen_at, "project visit")),
    "board visit": (BoardVisit, _before(BoardVisit.last_at, "board visit")),
    "removed session": (ClassSession, _before(ClassSession.removed_at, "removed session")),
    "caught mail": (CaughtMail, _before(CaughtMail.at, "caught mail")),
}
"""The periods at whose end rows are simply deleted."""


def night_after(now: datetime) -> datetime:
    """The next time of the night at which this runs (UTC)."""
    tonight = datetime.combine(now.date(), HOUR, now.tzinfo)
    return tonight if tonight > now else tonight + timedelta(days=1)


def run(now: datetime, *, with_mail: bool) -> datetime:
    """Do what is due at `now`; gives when to run again. Without mail nobody can be warned, so unused
    accounts stay."""
    left = [name for name, rule in RULES.items() if not _delete(*rule, now)]
    erased = sum(
        _erase(table, condition)
        for table, condition in (
            (User, or_(_has_asked(now), _is_long_disabled(now))),
            (GuestContributor, _is_past_guest(now)),
        )
    )
    if with_mail:
        left += [] if _warn(now) else ["account"]
        erased += _erase(User, _is_unused_and_warned(now))
    images.run(now)
    if erased or _was_somebody_erased_since(now - timedelta(days=1, hours=1)):
        scrub(database())
    return night_after(now) if not left and erased < BATCH else now + SHORTLY


def _delete(table: type[Any], is_over: Over, now: datetime) -> bool:
    """Whether all that is over is gone."""
    keys = list(table.__mapper__.primary_key)
    for _turn in range(BATCHES):
        with reading() as session:
            due = [tuple(row) for row in session.execute(select(*keys).where(is_over(now)).limit(BATCH))]
        if due:
            with transaction() as session:
                session.execute(delete(table).where(tuple_(*keys).in_(due)))
        if len(due) < BATCH:
            return True
    return False


def _erase(table: type[Any], condition: ColumnElement[bool]) -> int:
    """How many people were erased: one transaction each, because each touches many tables."""
    with reading() as session:
        due = list(session.scalars(select(table.id).where(table.erased_at.is_(None), condition).limit(BATCH)))
    count = 0
    for identifier in due:
        with transaction() as session:
            someone = session.scalar(
                select(table)
                .where(table.id == identifier, condition, table.erased_at.is_(None))
                .with_for_update()
            )
            if someone is not None:  # they have not come back meanwhile
                erase(session, someone, texts=getattr(someone, "erase_texts", False))
                count += 1
    return count


def _was_somebody_erased_since(before: datetime) -> bool:
    """A guest goes at once, in a request that cannot wait for the disk to be overwritten."""
    with reading() as session:
        lately = [exists().where(table.erased_at > before) for table in (User, GuestContributor)]
        return bool(session.scalar(select(or_(*lately))))


def _has_asked(now: datetime) -> ColumnElement[bool]:
    return User.erase_at <= now


def _is_long_disabled(now: datetime) -> ColumnElement[bool]:
    """Nobody can come back to it, so there is nobody to warn."""
    return and_(User.disabled_at <= now - PERIODS["account"].kept_for, User.is_demo.is_(False))


def _is_past_guest(now: datetime) -> ColumnElement[bool]:
    before = now - PERIODS["guest"].kept_for
    return exists().where(
        ShareLink.id == GuestContributor.link_id,
        or_(ShareLink.revoked_at < before, ShareLink.expires_at < before),
    )


def _seen() -> ColumnElement[datetime]:
    return func.coalesce(User.last_seen_at, User.created_at)


def _may_end() -> ColumnElement[bool]:
    """Who runs a programme stays: without them nobody could let anybody in. The invented stay too."""
    runs = exists().where(
        Membership.user_id == User.id, Membership.role.in_((Role.MANAGER, Role.ADMIN)), is_live()
    )
    return and_(User.erased_at.is_(None), User.disabled_at.is_(None), User.is_demo.is_(False), ~runs)


def _is_warned(times: int, before: datetime) -> ColumnElement[bool]:
    """They were last written to then, for the `times`-th time, and have not come since."""
    return and_(User.warnings == times, User.warned_at <= before, User.warned_at > _seen())


def _is_unused_and_warned(now: datetime) -> ColumnElement[bool]:
    return and_(_may_end(), _is_warned(ALL_WARNINGS, now - LAST_WARNING))


def _warn(now: datetime) -> bool:
    """Write to the owners of unused accounts; whether all were written to who must be."""
    since = now - PERIODS["account"].kept_for + FIRST_WARNING
    unused = and_(_seen() <= since, or_(User.seen_on.is_(None), User.seen_on <= since.date()))
    never_since = or_(User.warnings == 0, User.warned_at.is_(None), User.warned_at <= _seen())
    first = _write_to(and_(_may_end(), unused, never_since), 1, now)
    last = _write_to(and_(_may_end(), _is_warned(1, now - FIRST_WARNING + LAST_WARNING)), ALL_WARNINGS, now)
    return first + last < BATCH


def _write_to(condition: ColumnElement[bool], times: int, now: datetime) -> int:
    with transaction() as session:
        found = list(session.scalars(select(User).where(condition).limit(BATCH)))
        for user in found:
            user.warnings, user.warned_at = times, now
            ask_for_mail(session, MailKind.UNUSED_ACCOUNT, user.id)
    return len(found)
