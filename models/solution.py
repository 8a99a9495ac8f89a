"""Solutions of a project: born from notes, whose words and authors they keep, with every saved version."""

import enum
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.i18n import N_
from models.people import User
from models.project import Project

TITLE_LIMIT = 160
BODY_LIMIT = 8_000
REASON_LIMIT = 600
SOURCE_LIMIT = 2_000


class SolutionState(enum.StrEnum):
    """What became of it."""

    IDEA = "idea"
    RETAINED = "retained"
    DROPPED = "dropped"


STATE_LABELS = {
    SolutionState.IDEA: N_("Idée"),
    SolutionState.RETAINED: N_("Retenue"),
    SolutionState.DROPPED: N_("Écartée"),
}


class Solution(WithId, Versioned, Base):
    """What a team may do about its problem, as it is now. `reason` says why it was retained or dropped."""

    __tablename__ = "solution"
    __table_args__ = (Index(None, "project_id", "state"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    body: Mapped[str] = mapped_column(Text, default="")
    state: Mapped[SolutionState] = mapped_column(enum_type(SolutionState), default=SolutionState.IDEA)
    reason: Mapped[str] = mapped_column(Text, default="")
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    sources: Mapped[list["SolutionSource"]] = relationship(
        lazy="raise_on_sql", order_by="SolutionSource.id", cascade="all, delete-orphan", passive_deletes=True
    )
    versions: Mapped[list["SolutionVersion"]] = relationship(
        lazy="raise_on_sql",
        order_by="SolutionVersion.number.desc()",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class SolutionVersion(WithId, Base):
    """A solution as somebody saved it once; never changed. `number` is 1, 2, …"""

    __tablename__ = "solution_version"
    __table_args__ = (UniqueConstraint("solution_id", "number"), Index(None, "saved_by_id"))

    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"))
    number: Mapped[int]
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[SolutionState] = mapped_column(enum_type(SolutionState))
    reason: Mapped[str] = mapped_column(Text, default="")
    saved_at: Mapped[datetime] = mapped_column(default=utcnow)
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    saved_by: Mapped[User | None] = relationship(lazy="raise_on_sql")


class SolutionSource(WithId, Base):
    """A note that a solution was made from: where it stands, its words as they were, its author's key."""

    __tablename__ = "solution_source"
    __table_args__ = (
        UniqueConstraint("solution_id", "board_id", "object_id"),
        Index(None, "board_id"),
        Index(None, "author"),
    )

    solution_id: Mapped[int] = mapped_column(ForeignKey("solution.id", ondelete="CASCADE"))
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    object_id: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(String(SOURCE_LIMIT), default="")
    author: Mapped[str] = mapped_column(String(32), default="")
