"""What people say to each other about a board: threads of comments, beside the shared document.

They are the server's own rows, so that who may read them is asked each time. A thread is anchored to an
object of the board, to a point of it, or to the board as a whole.
"""

import re
from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, utcnow

TEXT_LIMIT = 2_000
QUOTE_LIMIT = 300
MENTION = re.compile(r"@\[([ug][1-9][0-9]{0,9})\]")
"""How a text names somebody: by their author key, so that each reader sees the name that they may know."""


class Thread(WithId, Base):
    """Comments on one thing. `object_id` is "" for a point (`x`, `y`, in board units) or the whole board.

    `object_text` are the object's last known words and `object_author` who signed them: they say what was
    spoken of once the object is gone.
    """

    __tablename__ = "comment_thread"
    __table_args__ = (
        CheckConstraint("(x IS NULL) = (y IS NULL)", name="whole_point"),
        Index(None, "board_id", "resolved_at"),
        Index(None, "object_author"),
    )

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    object_id: Mapped[str] = mapped_column(String(32), default="")
    object_text: Mapped[str] = mapped_column(String(QUOTE_LIMIT), default="")
    object_author: Mapped[str] = mapped_column(String(32), default="")
    x: Mapped[float | None]
    y: Mapped[float | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str] = mapped_column(String(32), default="")
    comments: Mapped[list["Comment"]] = relationship(
        lazy="raise_on_sql",
        order_by="Comment.id",
        back_populates="thread",
        cascade="all, delete-orphan",
        passive_deletes=True,
    )


class Comment(WithId, Base):
    """What somebody said. A deleted one keeps its place and no word. `author` is a key: 'u12' or 'g5'."""

    __tablename__ = "comment"
    __table_args__ = (Index(None, "thread_id"), Index(None, "author", "created_at"))

    thread_id: Mapped[int] = mapped_column(ForeignKey("comment_thread.id", ondelete="CASCADE"))
    author: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    edited_at: Mapped[datetime | None]
    deleted_at: Mapped[datetime | None]
    thread: Mapped[Thread] = relationship(lazy="raise_on_sql", back_populates="comments")


class CommentMute(Base):
    """Somebody does not want to be told of a board's comments."""

    __tablename__ = "comment_mute"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"), primary_key=True)
    since: Mapped[datetime] = mapped_column(default=utcnow)


def mentioned_in(text: str) -> list[str]:
    """The author keys that a text names, each once, in order."""
    return list(dict.fromkeys(MENTION.findall(text)))
