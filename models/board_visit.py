"""When somebody was on a board last, for them alone: 'since my last visit' is counted from it.

A visit goes on while the person comes back within `PAUSE`: loading the page again forgets nothing of it.
"""

from datetime import datetime, timedelta

from sqlalchemy import ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId

PAUSE = timedelta(minutes=30)
"""Away for longer, one comes back to what is new."""


class BoardVisit(WithId, Base):
    """One person on one board: up to which row of its document they had seen it, and when.

    `since_…` is where this visit began to be new, `last_…` the latest sign of them.
    """

    __tablename__ = "board_visit"
    __table_args__ = (
        UniqueConstraint("board_id", "actor_key"),
        Index(None, "actor_key"),
        Index(None, "last_at"),
    )

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    actor_key: Mapped[str] = mapped_column(String(32))
    since_seq: Mapped[int]
    since_at: Mapped[datetime]
    last_seq: Mapped[int]
    last_at: Mapped[datetime]
