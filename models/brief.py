"""Progress briefs (« points d'étape »), what an élu reads, and the élus' questions."""

import enum
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.people import User
from models.policy import Where
from models.project import Project


class BriefStatus(enum.StrEnum):
    """A draft is the team's and its tutors'; a published one never changes."""

    DRAFT = "draft"
    PUBLISHED = "published"


class ProgressBrief(WithId, Versioned, Base):
    """One page, in plain words, published in numbered editions. At most one draft per project."""

    __tablename__ = "progress_brief"
    __table_args__ = (UniqueConstraint("project_id", "edition"), Index(None, "project_id", "status"))

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    edition: Mapped[int]
    status: Mapped[BriefStatus] = mapped_column(enum_type(BriefStatus), default=BriefStatus.DRAFT)
    problem: Mapped[str] = mapped_column(Text, default="")
    progress: Mapped[str] = mapped_column(Text, default="")
    partners: Mapped[str] = mapped_column(Text, default="")
    learned: Mapped[str] = mapped_column(Text, default="")
    decisions: Mapped[str] = mapped_column(Text, default="")
    support: Mapped[str] = mapped_column(Text, default="")
    asked: Mapped[str] = mapped_column(Text, default="")
    next_date: Mapped[date | None]
    next_label: Mapped[str] = mapped_column(String(160), default="")
    step_code: Mapped[str] = mapped_column(String(32))
    updated_at: Mapped[datetime] = mapped_column(default=utcnow, onupdate=utcnow)
    updated_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    form_key: Mapped[str] = mapped_column(String(80), default="")
    published_at: Mapped[datetime | None]
    published_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    updated_by: Mapped[User | None] = relationship(foreign_keys=[updated_by_id], lazy="raise_on_sql")
    published_by: Mapped[User | None] = relationship(foreign_keys=[published_by_id], lazy="raise_on_sql")

    @property
    def where(self) -> Where:
        """Where this brief lies for the policy. Needs `project` loaded as `Project.where` does."""
        return replace(self.project.where, states=frozenset({self.status.value}))


class ObserverQuestion(WithId, Base):
    """An élu's question to the team lead, with its answer.

    `is_shared`: once answered, every élu of the project reads both under the brief, without the asker's name.
    """

    __tablename__ = "observer_question"
    __table_args__ = (Index(None, "project_id"), Index(None, "observer_id"))

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    observer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    brief_id: Mapped[int | None] = mapped_column(ForeignKey("progress_brief.id", ondelete="SET NULL"))
    body: Mapped[str] = mapped_column(Text)
    asked_at: Mapped[datetime] = mapped_column(default=utcnow)
    answer: Mapped[str] = mapped_column(Text, default="")
    is_shared: Mapped[bool] = mapped_column(default=False)
    answered_at: Mapped[datetime | None]
    answered_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    observer: Mapped[User] = relationship(foreign_keys=[observer_id], lazy="raise_on_sql")
    answered_by: Mapped[User | None] = relationship(foreign_keys=[answered_by_id], lazy="raise_on_sql")
