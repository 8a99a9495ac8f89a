"""Assessments of a team or of one learner: levels of the cohort's rubric, and words; a draft, then released.

A team or a learner has one in a cohort. It is the tutors' alone until it is released; taken back, it is a
draft again. Levels are read beside their criteria: nothing adds them up, nothing compares people.
"""

import enum
from dataclasses import replace
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.cohort import Cohort, Team
from models.people import User
from models.policy import Where

TO_ONE = "released_to_one"
"""The policy's state of a released assessment of one learner."""


class AssessmentStatus(enum.StrEnum):
    """A draft is the tutors' alone."""

    DRAFT = "draft"
    RELEASED = "released"


class Assessment(WithId, Versioned, Base):
    """Of a team or of a learner, never both. `author`: the tutor who wrote last."""

    __tablename__ = "assessment"
    __table_args__ = (
        CheckConstraint("(team_id IS NULL) <> (learner_id IS NULL)", name="one_subject"),
        UniqueConstraint("cohort_id", "team_id"),
        UniqueConstraint("cohort_id", "learner_id"),
        Index(None, "team_id"),
        Index(None, "learner_id"),
        Index(None, "author_id"),
    )

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    appreciation: Mapped[str] = mapped_column(Text, default="")
    status: Mapped[AssessmentStatus] = mapped_column(
        enum_type(AssessmentStatus), default=AssessmentStatus.DRAFT
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    released_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
    team: Mapped[Team | None] = relationship(lazy="raise_on_sql")
    learner: Mapped[User | None] = relationship(foreign_keys=[learner_id], lazy="raise_on_sql")
    author: Mapped[User | None] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")

    @property
    def is_released(self) -> bool:
        """Whether those whom it is about may read it."""
        return self.status is AssessmentStatus.RELEASED

    def where_in(self, cohort: Where) -> Where:
        """Where it lies for the policy, in a cohort that lies there. One about a learner lies in no team."""
        state = TO_ONE if self.is_released and self.learner_id is not None else self.status.value
        return replace(cohort, team_id=self.team_id, subject_id=self.learner_id, states=frozenset({state}))


class AssessmentMark(WithId, Base):
    """Which level of a criterion the work is at: 1 is the lowest."""

    __tablename__ = "assessment_mark"
    __table_args__ = (UniqueConstraint("assessment_id", "criterion_id"), Index(None, "criterion_id"))

    assessment_id: Mapped[int] = mapped_column(ForeignKey("assessment.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id", ondelete="CASCADE"))
    level: Mapped[int]
