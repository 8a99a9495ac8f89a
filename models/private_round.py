"""Private rounds: what people write in silence on a board, each for themselves, until all of it is shown.

A note of a round is a row here and nowhere else: not in the shared document, its log or its read model.
Showing the round moves every row into the document (`workspace/services/rounds.py`).
"""

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId, utcnow

ONE_AT_A_TIME = text("revealed_at IS NULL")


class PrivateRound(WithId, Base):
    """A round on one board; a board has one at a time. `zone` is where its notes will lie ("": anywhere)."""

    __tablename__ = "private_round"
    __table_args__ = (
        Index(
            "uq_private_round_open",
            "board_id",
            unique=True,
            sqlite_where=ONE_AT_A_TIME,
            postgresql_where=ONE_AT_A_TIME,
        ),
        Index(None, "actor_key"),
    )

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    actor_key: Mapped[str] = mapped_column(String(32))
    """Who opened it; "" once their data is erased."""
    zone: Mapped[str] = mapped_column(String(32), default="")
    prompt: Mapped[str] = mapped_column(String(300), default="")
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    opens_at: Mapped[datetime | None]
    """From when on one may write; None: from the beginning."""
    closes_at: Mapped[datetime | None]
    """Until when one may write; None: until it is shown."""
    revealed_at: Mapped[datetime | None]

    def takes_notes(self, now: datetime) -> bool:
        """Whether one may write, change and delete one's notes."""
        is_over = self.closes_at is not None and now >= self.closes_at
        return self.revealed_at is None and self.has_begun(now) and not is_over

    def has_begun(self, now: datetime) -> bool:
        """Whether the hour has come from which on one may write."""
        return self.opens_at is None or self.opens_at <= now


class PrivateNote(WithId, Base):
    """What one person wrote; `key` is the name their browser gave it: sending it twice writes it once."""

    __tablename__ = "private_note"
    __table_args__ = (UniqueConstraint("round_id", "author", "key"), Index(None, "author"))

    round_id: Mapped[int] = mapped_column(ForeignKey("private_round.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(32))
    colour: Mapped[str] = mapped_column(String(16), default="jonc")
    text: Mapped[str] = mapped_column(Text)
    written_at: Mapped[datetime] = mapped_column(default=utcnow)
