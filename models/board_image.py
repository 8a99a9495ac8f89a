"""The pictures that people put on boards, as the server made them anew."""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, LargeBinary, String
from sqlalchemy.orm import Mapped, deferred, mapped_column

from models.base import Base, WithId, utcnow


class BoardImage(WithId, Base):
    """A picture of one board. `content` is a WebP file of `width` × `height` pixels; `size` its bytes."""

    __tablename__ = "board_image"
    __table_args__ = (Index(None, "document_id"), Index(None, "actor_key", "created_at"))

    name: Mapped[str] = mapped_column(String(33), unique=True)
    """As objects of the board name it: see `models.board.marks`."""
    document_id: Mapped[int] = mapped_column(ForeignKey("shared_document.id", ondelete="CASCADE"))
    actor_key: Mapped[str] = mapped_column(String(32))
    """Who put it there; "" once their data is erased."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    width: Mapped[int]
    height: Mapped[int]
    size: Mapped[int]
    content: Mapped[bytes] = deferred(mapped_column(LargeBinary, nullable=False))
    unused_since: Mapped[datetime | None]
    """Since when no object of the board shows it, as the nightly look found."""
