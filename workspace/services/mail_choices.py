"""What a person chose to be told by mail and when. The caller commits."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import and_, delete, exists, false, func, or_, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from models.base import utcnow
from models.errors import Refused
from models.job import Job, JobKind
from models.mail import MailKind
from models.mail_choice import MailChoice, usual_choice
from models.mail_hours import Hours
from models.membership import Membership, is_live
from models.notification import Delivery, Notification, kinds_of
from models.people import User
from models.policy import Actor
from workspace.services.accounts import DEMO_STAYS, own_account

FORGOTTEN_AFTER = timedelta(days=8)
"""What was not told by mail by then will not be: a long weekend is over."""
LATE = timedelta(hours=1)
TOO_LATE = timedelta(hours=12)
"""A digest whose hour passed without a worker still leaves so long after, outside the quiet hours."""

CLASSES = (Delivery.MENTION, Delivery.RELEASE, Delivery.DEADLINE, Delivery.ACCESS, Delivery.DIGEST)


@dataclass(frozen=True)
class Said:
    """What the form holds. `wanted` are the classes told by mail."""

    wants_news: bool
    wanted: frozenset[Delivery]
    digest_at: time
    daily: bool
    quiet_from: time
    quiet_until: time
    quiet_weekends: bool


def choice_of(session: Session, user_id: int) -> MailChoice:
    """What this person chose, or what holds for who never did: that one is in no session."""
    return session.get(MailChoice, user_id) or usual_choice(user_id)


def hours_of(user: User, choice: MailChoice) -> Hours:
    """When a mail may leave for this person."""
    return Hours(
        ZoneInfo(user.time_zone),
        choice.digest_at,
        choice.daily,
        choice.quiet_from,
        choice.quiet_until,
        choice.quiet_weekends,
    )


def choose(session: Session, actor: Actor, said: Said) -> None:
    """Keep the actor's choice; what waited for an hour is planned anew.

    Raises:
        Refused: visitors share an invented person, who stays as they are.
    """
    user = own_account(session, actor)
    if user.is_demo:
        raise Refused("demo", DEMO_STAYS)
    row = session.get(MailChoice, user.id)
    if row is None:
        row = usual_choice(user.id)
        session.add(row)
    user.wants_news = said.wants_news
    for name in CLASSES:
        setattr(row, name.value, name in said.wanted)
    row.digest_at, row.daily = said.digest_at, said.daily
    row.quiet_from, row.quiet_until = said.quiet_from, said.quiet_until
    row.quiet_weekends = said.quiet_weekends
    plan_anew(session, user.id)


def refuse(session: Session, user_id: int, delivery: Delivery) -> None:
    """No more mail of this class for this person, who followed a link of it."""
    row = session.get(MailChoice, user_id)
    if row is None:
        if session.get(User, user_id) is None:
            return
        row = usual_choice(user_id)
        session.add(row)
    setattr(row, delivery.value, False)
    plan_anew(session, user_id)


def plan_anew(session: Session, user_id: int) -> None:
    """Forget when this person's news was to leave: the worker asks again."""
    mine = select(Notification.id).where(Notification.user_id == user_id, Notification.mailed_at.is_(None))
    keys = [f"{MailKind.AT_ONCE}:{row_id}" for row_id in session.scalars(mine)]
    session.execute(
        delete(Job).where(
            Job.kind == JobKind.SEND_MAIL,
            Job.key.in_([f"{MailKind.DIGEST}:{user_id}", *keys]),
            or_(Job.locked_until.is_(None), Job.locked_until < utcnow()),
        )
    )


def is_waiting(now: datetime) -> ColumnElement[bool]:
    """Whether a notification may still be told by mail."""
    return and_(
        Notification.mailed_at.is_(None),
        Notification.read_at.is_(None),
        Notification.is_quiet.is_(False),
        Notification.created_at > now - FORGOTTEN_AFTER,
    )


def is_wanted(*deliveries: Delivery) -> ColumnElement[bool]:
    """Whether its class is among these and told by mail. Needs `MailChoice` outer joined."""
    found: ColumnElement[bool] = false()
    for delivery in deliveries:
        chosen = func.coalesce(getattr(MailChoice, delivery.value), True)
        found = or_(found, Notification.kind.in_(kinds_of(delivery)) & chosen.is_(True))
    return found


def may_be_written_to(now: datetime) -> ColumnElement[bool]:
    """Whether a user wants news by mail, and has a part in something."""
    holds_a_role = exists().where(Membership.user_id == User.id, is_live(now))
    return and_(User.wants_news, User.disabled_at.is_(None), holds_a_role)


def is_timely(hours: Hours, due_at: datetime, now: datetime) -> bool:
    """Whether the digest of `due_at` may leave now."""
    late = now - due_at
    return late <= LATE or (late <= TOO_LATE and not hours.is_quiet(now))
