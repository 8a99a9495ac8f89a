"""A tutor's feedback to a team or one learner: a draft, released at once or at an hour, then answered."""

import enum
from dataclasses import replace
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.document import Board
from models.milestone import Milestone
from models.people import User
from models.policy import Where
from models.project import Project
from models.solution import SolutionVersion

QUOTE_LIMIT = 300
PHRASE_LIMIT = 400
TO_ONE = "released_to_one"
"""The policy's state of a released feedback to one learner."""


class FeedbackStatus(enum.StrEnum):
    """A draft is the tutors' alone; a released one is the team's too, or one learner's."""

    DRAFT = "draft"
    RELEASED = "released"


class FeedbackAnswer(enum.StrEnum):
    """What the team made of it: 'pris en compte' or 'contesté, parce que…'."""

    ADDRESSED = "addressed"
    CONTESTED = "contested"


class AnchorKind(enum.StrEnum):
    """What a feedback is about; `workspace/services/feedback_anchors.py` has the place of each."""

    PROJECT = "project"
    PROBLEM = "problem"
    NOTE = "note"
    SOLUTION = "solution"
    MILESTONE = "milestone"


class Feedback(WithId, Versioned, Base):
    """Feedback on a project, one step of it (`step_code`, '' for the whole), or one thing in it (`anchor`).

    `learner_id`: for this learner alone, else for the team. `release_at`: a draft that is released at that
    hour. `object_text` are the last known words of the note it is about, `object_author` who signed them.
    """

    __tablename__ = "feedback"
    __table_args__ = (
        Index(None, "project_id", "status"),
        Index(None, "author_id"),
        Index(None, "learner_id"),
        Index(None, "board_id"),
        Index(None, "object_author"),
        Index(None, "release_at"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    author_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    learner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    step_code: Mapped[str] = mapped_column(String(32), default="")
    anchor: Mapped[AnchorKind] = mapped_column(enum_type(AnchorKind), default=AnchorKind.PROJECT)
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id", ondelete="SET NULL"))
    object_id: Mapped[str] = mapped_column(String(32), default="")
    object_text: Mapped[str] = mapped_column(String(QUOTE_LIMIT), default="")
    object_author: Mapped[str] = mapped_column(String(32), default="")
    solution_version_id: Mapped[int | None] = mapped_column(
        ForeignKey("solution_version.id", ondelete="SET NULL")
    )
    milestone_id: Mapped[int | None] = mapped_column(ForeignKey("milestone.id", ondelete="SET NULL"))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[FeedbackStatus] = mapped_column(enum_type(FeedbackStatus), default=FeedbackStatus.DRAFT)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    release_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    read_at: Mapped[datetime | None]
    answer: Mapped[FeedbackAnswer | None] = mapped_column(enum_type(FeedbackAnswer))
    answer_text: Mapped[str] = mapped_column(Text, default="")
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    author: Mapped[User] = relationship(foreign_keys=[author_id], lazy="raise_on_sql")
    learner: Mapped[User | None] = relationship(foreign_keys=[learner_id], lazy="raise_on_sql")
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id], lazy="raise_on_sql")
    board: Mapped[Board | None] = relationship(lazy="raise_on_sql")
    solution_version: Mapped[SolutionVersion | None] = relationship(lazy="raise_on_sql")
    milestone: Mapped[Milestone | None] = relationship(lazy="raise_on_sql")
    marks: Mapped[list["FeedbackMark"]] = relationship(
        lazy="raise_on_sql", cascade="all, delete-orphan", passive_deletes=True
    )

    def where_in(self, project: Where) -> Where:
        """Where this feedback lies for the policy, in a project that lies there."""
        state = self.status.value
        if self.learner_id is not None and self.status is FeedbackStatus.RELEASED:
            state = TO_ONE
        return replace(
            project, author_id=self.author_id, subject_id=self.learner_id, states=frozenset({state})
        )

    @property
    def where(self) -> Where:
        """The same. Needs `project` loaded as `Project.where` does."""
        return self.where_in(self.project.where)


class FeedbackMark(WithId, Base):
    """Which level of a criterion a feedback found: 1 is the lowest."""

    __tablename__ = "feedback_mark"
    __table_args__ = (UniqueConstraint("feedback_id", "criterion_id"), Index(None, "criterion_id"))

    feedback_id: Mapped[int] = mapped_column(ForeignKey("feedback.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id", ondelete="CASCADE"))
    level: Mapped[int]


class FeedbackPhrase(WithId, Base):
    """Words that a tutor keeps to use them again; nobody else reads them."""

    __tablename__ = "feedback_phrase"
    __table_args__ = (Index(None, "user_id"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    text: Mapped[str] = mapped_column(String(PHRASE_LIMIT))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
