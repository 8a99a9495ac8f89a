"""Snapshots: a board or a text of a project as it was once, kept as it was.

Triggers refuse to change what was kept, when and of what. Only whether élus may read it, whether it is still
pinned and that nobody is named any more may change. A row may be deleted: erasing somebody's words puts
another in its place (`models.board.redaction`), and the project takes its snapshots along.
"""

import enum
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, enum_type, utcnow
from models.document import Board, checksum_default
from models.i18n import N_
from models.people import User
from models.policy import Where
from models.project import Project

TITLE_LIMIT = 160


class SnapshotKind(enum.StrEnum):
    """Of what. A draft brief is the team's and its tutors'."""

    BOARD = "board"
    PROBLEM = "problem"
    SOLUTION = "solution"
    BRIEF = "brief"
    BRIEF_DRAFT = "brief_draft"


KIND_LABELS = {
    SnapshotKind.BOARD: N_("Tableau"),
    SnapshotKind.PROBLEM: N_("Problématique"),
    SnapshotKind.SOLUTION: N_("Solution"),
    SnapshotKind.BRIEF: N_("Point d’étape"),
    SnapshotKind.BRIEF_DRAFT: N_("Brouillon du point d’étape"),
}


class Snapshot(WithId, Base):
    """`content` is a board's Yjs update, or a text's fields as JSON (`fields`).

    `board_id` is a board's; `source_id` a text's own id. `reach_id`: it was frozen with a milestone; None: it
    was pinned by hand. Unpinned, it waits for a second thought.
    """

    __tablename__ = "snapshot"
    __table_args__ = (Index(None, "project_id", "taken_at"), Index(None, "reach_id"), Index(None, "board_id"))

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    reach_id: Mapped[int | None] = mapped_column(ForeignKey("milestone_reach.id", ondelete="CASCADE"))
    kind: Mapped[SnapshotKind] = mapped_column(enum_type(SnapshotKind))
    board_id: Mapped[int | None] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    source_id: Mapped[int | None]
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    checksum: Mapped[int] = mapped_column(BigInteger, default=checksum_default)
    taken_at: Mapped[datetime] = mapped_column(default=utcnow)
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    redacted_at: Mapped[datetime | None]
    open_to_observers: Mapped[bool] = mapped_column(default=False)
    unpinned_at: Mapped[datetime | None]
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    board: Mapped[Board | None] = relationship(lazy="raise_on_sql")
    taken_by: Mapped[User | None] = relationship(lazy="raise_on_sql")

    @property
    def where(self) -> Where:
        """Where it lies for the policy. Needs `project` loaded as `Project.where` does."""
        states = {"shared"} if self.kind is not SnapshotKind.BRIEF_DRAFT else set()
        if self.open_to_observers:
            states.add("open_to_observers")
        return replace(self.project.where, states=frozenset(states))

    @property
    def fields(self) -> Mapping[str, str]:
        """A text's words by the name of their field. Only for texts."""
        found: dict[str, str] = json.loads(self.content)
        return found


def text_content(fields: Mapping[str, object]) -> bytes:
    """A text's fields as they are kept."""
    return json.dumps({name: str(value) for name, value in fields.items()}, ensure_ascii=False).encode()
