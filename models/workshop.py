"""Workshops led on a board: an agenda of steps, the one that is on, and a timer by the server's clock.

A timer that runs is the instant at which it ends; one that is paused is the milliseconds it has left. Who
may do what meanwhile (novices, inbox) stands on the board, since every edit is judged by it.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import JSON, ForeignKey, Index, String, text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId, utcnow

ONE_AT_A_TIME = text("ended_at IS NULL")
TITLE_CHARS = 60
MOST_STEPS = 12
MOST_MINUTES = 240
LONGEST = timedelta(days=14)
REACHED = "reached_at"
"""In a stored step: when somebody went to it last, for the journal."""


class StepKind(StrEnum):
    """What people do in a step; the page offers what goes with it."""

    READ = "read"
    WRITE = "write"
    GROUP = "group"
    VOTE = "vote"
    DECIDE = "decide"
    OTHER = "other"


class Workshop(WithId, Base):
    """A workshop on one board; a board has one at a time.

    `steps` is a list of {"kind", "title", "minutes"} (and REACHED), `step` the place in it of the one
    that is on. Without `closes_at` it is led live; with it people take part when they can, until then.
    """

    __tablename__ = "workshop"
    __table_args__ = (
        Index(
            "uq_workshop_open",
            "board_id",
            unique=True,
            sqlite_where=ONE_AT_A_TIME,
            postgresql_where=ONE_AT_A_TIME,
        ),
        Index(None, "actor_key"),
        Index(None, "gatherer"),
    )

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    actor_key: Mapped[str] = mapped_column(String(32))
    """Who facilitates; "" once their data is erased."""
    steps: Mapped[list[dict[str, Any]]] = mapped_column(JSON, default=list)
    step: Mapped[int] = mapped_column(default=0)
    timer_ends_at: Mapped[datetime | None]
    timer_left_ms: Mapped[int | None]
    started_at: Mapped[datetime] = mapped_column(default=utcnow)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    gatherer: Mapped[str] = mapped_column(String(32), default="")
    """Who invited all to join them last; "" before, and once their data is erased."""
    gathered_at: Mapped[datetime | None]
    gathering_place: Mapped[list[int] | None] = mapped_column(JSON(none_as_null=True))
    """What they saw then, in board units: left, top, width, height."""
