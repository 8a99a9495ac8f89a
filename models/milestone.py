"""Milestones (« jalons »): a day by which something is true, for every team of a cohort or for one project.

A day lasts until midnight in the cohort's zone, wherever the reader is.
"""

import enum
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, utcnow
from models.cohort import Cohort
from models.people import User
from models.project import Project

TITLE_LIMIT = 120
CRITERIA_LIMIT = 1_200
MOST_CRITERIA = 8
WORD_LIMIT = 600
SOON_DAYS = 7
"""From so many days before, it is due soon."""


class MilestoneState(enum.StrEnum):
    """How a project stands to a milestone, today in the cohort's zone."""

    UPCOMING = "upcoming"
    SOON = "soon"
    LATE = "late"
    REACHED = "reached"


def day_in(zone: str, moment: datetime) -> date:
    """Which day it is there at that moment."""
    return moment.astimezone(ZoneInfo(zone)).date()


def state_of(due_on: date, today: date, *, reached: bool) -> MilestoneState:
    """`today` is the day in the cohort's zone: the day itself is not late yet."""
    if reached:
        return MilestoneState.REACHED
    if due_on < today:
        return MilestoneState.LATE
    return MilestoneState.SOON if (due_on - today).days <= SOON_DAYS else MilestoneState.UPCOMING


class Milestone(WithId, Versioned, Base):
    """`project_id` None: every team of the cohort has it. `criteria`: one a line. `step_code` may be ""."""

    __tablename__ = "milestone"
    __table_args__ = (Index(None, "cohort_id", "due_on"), Index(None, "project_id"))

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    step_code: Mapped[str] = mapped_column(String(32), default="")
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    due_on: Mapped[date]
    criteria: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")

    @property
    def wanted(self) -> list[str]:
        """The criteria, one by one."""
        return [line for line in map(str.strip, self.criteria.splitlines()) if line]


class MilestoneReach(WithId, Base):
    """That a team said it reached a milestone: what it froze then hangs on it (`models.snapshot`).

    Taken back, it stays, and with it what was frozen.
    """

    __tablename__ = "milestone_reach"
    __table_args__ = (
        Index(None, "project_id"),
        Index(
            "uq_milestone_reach_now",
            "milestone_id",
            "project_id",
            unique=True,
            sqlite_where=text("taken_back_at IS NULL"),
            postgresql_where=text("taken_back_at IS NULL"),
        ),
    )

    milestone_id: Mapped[int] = mapped_column(ForeignKey("milestone.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    word: Mapped[str] = mapped_column(Text, default="")
    reached_at: Mapped[datetime] = mapped_column(default=utcnow)
    reached_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    taken_back_at: Mapped[datetime | None]
    taken_back_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    reached_by: Mapped[User | None] = relationship(foreign_keys=[reached_by_id], lazy="raise_on_sql")
    taken_back_by: Mapped[User | None] = relationship(foreign_keys=[taken_back_by_id], lazy="raise_on_sql")
