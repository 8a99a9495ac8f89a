"""Class sessions (« séances ») as their managers say them, and who attended.

A row is one session or a weekly series. It holds the hour that a clock on the wall shows in a named zone,
never an instant: 18:30 in Paris stays 18:30 there when the clocks change. `models/occurrences.py` computes
when each one begins. An occurrence is known by its `number` in the series, from 1: moving it keeps it.
"""

import enum
from datetime import date, datetime, time

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, enum_type, utcnow

MOST_TIMES = 104
"""Of one series: two years, every week."""


class SessionMode(enum.StrEnum):
    """How a class session is held."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    HYBRID = "hybrid"
    ASYNCHRONOUS = "asynchronous"


class AttendanceStatus(enum.StrEnum):
    """How somebody attended, or why not."""

    ON_SITE = "on_site"
    REMOTE = "remote"
    ASYNCHRONOUS = "asynchronous"
    EXCUSED = "excused"
    ABSENT = "absent"


PRESENT = (AttendanceStatus.ON_SITE, AttendanceStatus.REMOTE, AttendanceStatus.ASYNCHRONOUS)


class ClassSession(WithId, Base):
    """A session, or a series of `times` sessions every `every_weeks` weeks, whose first one is said here.

    `sequence` counts its changes, those of one occurrence included, for calendar software. One that was
    removed stays for a while, so that it can be put back and calendar software learns of it.
    """

    __tablename__ = "class_session"
    __table_args__ = (
        CheckConstraint("last_day > day OR (last_day = day AND ends > starts)", name="times_in_order"),
        CheckConstraint(f"times BETWEEN 1 AND {MOST_TIMES}", name="few_times"),
        CheckConstraint("every_weeks BETWEEN 1 AND 52", name="few_weeks"),
        Index(None, "cohort_id", "day"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(160))
    place: Mapped[str] = mapped_column(String(200), default="")
    link: Mapped[str] = mapped_column(String(500), default="")
    note: Mapped[str] = mapped_column(Text, default="")
    mode: Mapped[SessionMode] = mapped_column(enum_type(SessionMode), default=SessionMode.HYBRID)
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
    day: Mapped[date]
    starts: Mapped[time]
    last_day: Mapped[date]
    ends: Mapped[time]
    every_weeks: Mapped[int] = mapped_column(default=1)
    times: Mapped[int] = mapped_column(default=1)
    sequence: Mapped[int] = mapped_column(default=0)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    removed_at: Mapped[datetime | None]
    changes: Mapped[list["ClassSessionChange"]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", passive_deletes=True
    )


class ClassSessionChange(WithId, Base):
    """What is otherwise for one occurrence of a series; a column without a value is as the series says."""

    __tablename__ = "class_session_change"
    __table_args__ = (UniqueConstraint("class_session_id", "number"),)

    class_session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    number: Mapped[int]
    is_cancelled: Mapped[bool] = mapped_column(default=False)
    title: Mapped[str | None] = mapped_column(String(160))
    place: Mapped[str | None] = mapped_column(String(200))
    link: Mapped[str | None] = mapped_column(String(500))
    note: Mapped[str | None] = mapped_column(Text)
    mode: Mapped[SessionMode | None] = mapped_column(enum_type(SessionMode))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    day: Mapped[date | None]
    starts: Mapped[time | None]
    last_day: Mapped[date | None]
    ends: Mapped[time | None]


class Attendance(WithId, Base):
    """How one learner attended one occurrence, as a tutor or a manager noted it."""

    __tablename__ = "attendance"
    __table_args__ = (UniqueConstraint("class_session_id", "number", "user_id"), Index(None, "user_id"))

    class_session_id: Mapped[int] = mapped_column(ForeignKey("class_session.id", ondelete="CASCADE"))
    number: Mapped[int]
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    status: Mapped[AttendanceStatus] = mapped_column(enum_type(AttendanceStatus))
    noted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    noted_at: Mapped[datetime] = mapped_column(default=utcnow)


class CalendarFeed(Base):
    """The secret address where a person's calendar software reads their sessions: one each, its hash only."""

    __tablename__ = "calendar_feed"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
