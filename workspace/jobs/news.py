"""Which news is due by mail, and when: at once outside the quiet hours, or at the hour of the next digest.

Only what nobody has asked for yet is looked at: a mail that waits for its hour is a job that waits.
"""

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, String, cast, exists, func, literal, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.base import utcnow
from models.job import Job, JobKind
from models.mail import MailKind
from models.mail_choice import DigestSent, MailChoice, usual_choice
from models.notification import AT_ONCE, Delivery, Notification
from models.people import User
from workspace.services.mail_choices import (
    hours_of,
    is_timely,
    is_waiting,
    is_wanted,
    may_be_written_to,
)

READ_FIRST = timedelta(minutes=1)
"""Whoever looks at the application reads it there."""
AT_MOST = 500

News = list[tuple[JobKind, int | str, datetime]]


def news_due(session: Session) -> News:
    """The mails to ask for. Two queries."""
    now = utcnow()
    return [*_at_once(session, now), *_digests(session, now)]


def _is_asked(kind: MailKind, column: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    key = literal(f"{kind}:") + cast(column, String)
    return exists().where(Job.kind == JobKind.SEND_MAIL, Job.key == key)


def _at_once(session: Session, now: datetime) -> News:
    rows = session.execute(
        select(Notification.id, Notification.created_at, User, MailChoice)
        .join(User, User.id == Notification.user_id)
        .outerjoin(MailChoice, MailChoice.user_id == User.id)
        .where(
            is_waiting(now),
            is_wanted(*AT_ONCE),
            may_be_written_to(now),
            ~_is_asked(MailKind.AT_ONCE, Notification.id),
        )
        .order_by(Notification.id)
        .limit(AT_MOST)
    )
    return [
        (
            JobKind.SEND_MAIL,
            f"{MailKind.AT_ONCE}:{row_id}",
            hours_of(user, choice or usual_choice(user.id)).leaves_at(max(now, created_at + READ_FIRST)),
        )
        for row_id, created_at, user, choice in rows
    ]


def _digests(session: Session, now: datetime) -> News:
    last_day = (
        select(func.max(DigestSent.day))
        .where(DigestSent.user_id == User.id)
        .correlate(User)
        .scalar_subquery()
    )
    oldest = (
        select(func.min(Notification.created_at))
        .where(Notification.user_id == User.id, is_waiting(now), is_wanted(Delivery.DIGEST))
        .correlate(User, MailChoice)
        .scalar_subquery()
    )
    rows = session.execute(
        select(User, MailChoice, oldest, last_day)
        .outerjoin(MailChoice, MailChoice.user_id == User.id)
        .where(
            exists().where(Notification.user_id == User.id, is_waiting(now), is_wanted(Delivery.DIGEST)),
            may_be_written_to(now),
            ~_is_asked(MailKind.DIGEST, User.id),
        )
        .limit(AT_MOST)
    )
    found: News = []
    for user, choice, since, sent in rows:
        hours = hours_of(user, choice or usual_choice(user.id))
        day, due_at = hours.last_digest(now)
        is_due = since <= due_at and (sent is None or sent < day) and is_timely(hours, due_at, now)
        run_at = now if is_due else hours.next_digest(now)
        found.append((JobKind.SEND_MAIL, f"{MailKind.DIGEST}:{user.id}", run_at))
    return found
