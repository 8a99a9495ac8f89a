"""Boards and the shared documents under them: an append-only log of Yjs updates, and snapshots.

The bytes are written by the realtime package only. `SharedDocument.last_seq` is the sequence number of
the newest committed row; `epoch` changes when a document is replaced as a whole.
"""

import zlib
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, utcnow
from models.people import User
from models.policy import Where
from models.project import Project


def checksum_default(context: Any) -> int:
    """The CRC-32 of the bytes of the row that is being inserted."""
    values = context.get_current_parameters()
    return zlib.crc32(values["update"] if "update" in values else values["content"])


class SharedDocument(WithId, Base):
    """Something people write together. `kind` is 'board'."""

    __tablename__ = "shared_document"

    kind: Mapped[str] = mapped_column(String(16), default="board")
    epoch: Mapped[int] = mapped_column(default=1)
    last_seq: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class DocumentUpdate(Base):
    """One committed batch of edits: Yjs v1 `update` bytes, appended and never changed."""

    __tablename__ = "document_update"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    update: Mapped[bytes] = mapped_column(LargeBinary)
    actor_keys: Mapped[str] = mapped_column(String(400), default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)
    checksum: Mapped[int | None] = mapped_column(BigInteger, default=checksum_default)
    """CRC-32 of `update`; None for a row written before there were checksums."""


class DocumentClient(Base):
    """Who owns a Yjs client id in a document: the person whose browser used it first, for good."""

    __tablename__ = "document_client"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    client_id: Mapped[int] = mapped_column(BigInteger, primary_key=True, autoincrement=False)
    actor_key: Mapped[str] = mapped_column(String(32))


class DocumentSnapshot(Base):
    """The whole document as one Yjs v1 update, equal to all rows up to `seq`."""

    __tablename__ = "document_snapshot"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    content: Mapped[bytes] = mapped_column(LargeBinary)
    at: Mapped[datetime] = mapped_column(default=utcnow)
    checksum: Mapped[int | None] = mapped_column(BigInteger, default=checksum_default)


class Board(WithId, Versioned, Base):
    """A board of a project, made from a template. Its content is its document's."""

    __tablename__ = "board"
    __table_args__ = (Index(None, "project_id"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="RESTRICT"), unique=True
    )
    title: Mapped[str] = mapped_column(String(160))
    template_code: Mapped[str] = mapped_column(String(64))
    step_code: Mapped[str] = mapped_column(String(32))
    open_to_observers: Mapped[bool] = mapped_column(default=False)
    open_to_tutors: Mapped[bool] = mapped_column(default=False)
    frozen: Mapped[bool] = mapped_column(default=False)
    novices: Mapped[bool] = mapped_column(default=False)
    """Whether partners and guests may only add notes, write in theirs and move them."""
    inbox: Mapped[str] = mapped_column(String(160), default="")
    """Where partners and guests may add notes, if in one place only: a zone's id, then its x, y, w and h."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    archived_at: Mapped[datetime | None]
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    document: Mapped[SharedDocument] = relationship(lazy="raise_on_sql")
    created_by: Mapped[User | None] = relationship(lazy="raise_on_sql")

    @property
    def where(self) -> Where:
        """Where this board lies for the policy. Needs `project` loaded as `Project.where` does."""
        flags = {
            "open_to_observers": self.open_to_observers,
            "open_to_tutors": self.open_to_tutors,
            "frozen": self.frozen,
        }
        states = frozenset(name for name, is_set in flags.items() if is_set)
        return replace(self.project.where, states=states)
