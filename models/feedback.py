"""A tutor's feedback to a team: a draft, then released, then answered."""

import enum
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.people import User
from models.policy import Where
from models.project import Project


class FeedbackStatus(enum.StrEnum):
    """A draft is the tutors' alone; a released one is the team's too."""

    DRAFT = "draft"
    RELEASED = "released"


class FeedbackAnswer(enum.StrEnum):
    """What the team made of it: 'pris en compte' or 'contesté, parce que…'."""

    ADDRESSED = "addressed"
    CONTESTED = "contested"


class Feedback(WithId, Versioned, Base):
    """Feedback on a project as a whole, or on one step of it (`step_code`, '' for the whole)."""

    __tablename__ = "feedback"
    __table_args__ = (Index(None, "project_id", "status"), Index(None, "author_id"))

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    step_code: Mapped[str] = mapped_column(String(32), default="")
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[FeedbackStatus] = mapped_column(enum_type(FeedbackStatus), default=FeedbackStatus.DRAFT)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    released_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    answer: Mapped[FeedbackAnswer | None] = mapped_column(enum_type(FeedbackAnswer))
    answer_text: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    author: Mapped[User] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id], lazy="raise_on_sql")

    @property
    def where(self) -> Where:
        """Where this feedback lies for the policy. Needs `project` loaded as `Project.where` does."""
        return replace(self.project.where, author_id=self.author_id, states=frozenset({self.status.value}))
