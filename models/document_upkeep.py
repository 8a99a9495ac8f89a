"""What is kept beside a document's log: its history, its read model, what was set aside, how far upkeep is.

All of it is written by jobs, off the path of an edit. A read model may be dropped and made again from the
document; history and what was set aside may not.
"""

from datetime import datetime

from sqlalchemy import BigInteger, ForeignKey, Index, LargeBinary, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId, utcnow
from models.document import checksum_default


class DocumentHistory(Base):
    """The whole document as it was once, at row `seq`: one Yjs v1 update, and who worked on it until then.

    `kind` is 'edit', or 'restored' for a state brought back after the document was found corrupt.
    """

    __tablename__ = "document_history"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    seq: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    kind: Mapped[str] = mapped_column(String(16), default="edit")
    actor_keys: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[bytes] = mapped_column(LargeBinary)
    checksum: Mapped[int | None] = mapped_column(BigInteger, default=checksum_default)


class DocumentUpkeep(Base):
    """How far the jobs are with a document; every number is a row's. No line: nothing was done yet."""

    __tablename__ = "document_upkeep"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    projected_seq: Mapped[int] = mapped_column(default=0)
    history_seq: Mapped[int] = mapped_column(default=0)
    compacted_seq: Mapped[int] = mapped_column(default=0)
    corrupt_at: Mapped[datetime | None]
    corrupt_reason: Mapped[str] = mapped_column(String(200), default="")


class BoardObject(Base):
    """The read model of boards: one line per object, as of row `seq`, for search, provenance and exports."""

    __tablename__ = "board_object"
    __table_args__ = (Index(None, "author"),)

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    object_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    type: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text, default="")
    author: Mapped[str] = mapped_column(String(32), default="")
    zone: Mapped[str] = mapped_column(String(64), default="")
    locked: Mapped[bool] = mapped_column(default=False)
    seq: Mapped[int]
    created_at: Mapped[datetime | None]
    changed_at: Mapped[datetime | None]
    """When the job first saw it, and saw it differ last: within seconds of the edit. None: not noted then."""


class BoardRemoval(Base):
    """A note that went from a board, at row `seq`: without its words. Kept for a season, to be counted."""

    __tablename__ = "board_removal"

    document_id: Mapped[int] = mapped_column(
        ForeignKey("shared_document.id", ondelete="CASCADE"), primary_key=True
    )
    object_id: Mapped[str] = mapped_column(String(64), primary_key=True)
    seq: Mapped[int]
    at: Mapped[datetime]


class SetAside(WithId, Base):
    """Bytes of a corrupt document, kept for the operator when its last good state was restored.

    `kind` is 'update' or 'snapshot'; `epoch` and `seq` are where the bytes stood.
    """

    __tablename__ = "document_set_aside"
    __table_args__ = (Index(None, "document_id"),)

    document_id: Mapped[int] = mapped_column(ForeignKey("shared_document.id", ondelete="CASCADE"))
    epoch: Mapped[int]
    seq: Mapped[int]
    kind: Mapped[str] = mapped_column(String(16))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    actor_keys: Mapped[str] = mapped_column(String(400), default="")
    at: Mapped[datetime]
    set_aside_at: Mapped[datetime] = mapped_column(default=utcnow)
