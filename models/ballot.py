"""Secret ballots: points given to notes of a board. Nobody is told who gave which; once closed no row knows.

While a ballot is open every point is a row, so that two points in one place are refused by the database
itself. Closing adds them up and deletes the rows (`workspace/services/ballots.py`); what is left are totals,
with the words as they were.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, utcnow
from models.document import Board
from models.policy import Where

MOST_POINTS = 20
LONGEST = timedelta(days=30)
"""A ballot that nobody closes is closed then: points with names are not kept for ever."""
ONE_AT_A_TIME = text("closed_at IS NULL")


class Ballot(WithId, Base):
    """A vote on one board; a board has one open at a time.

    Each person has `points`, and may give one note `cap` of them at most (None: all). `voters` is how many
    took part; None until it is closed.
    """

    __tablename__ = "ballot"
    __table_args__ = (
        CheckConstraint(f"points BETWEEN 1 AND {MOST_POINTS}", name="few_points"),
        CheckConstraint("cap BETWEEN 1 AND points", name="cap_within_points"),
        Index(
            "uq_ballot_open",
            "board_id",
            unique=True,
            sqlite_where=ONE_AT_A_TIME,
            postgresql_where=ONE_AT_A_TIME,
        ),
        Index(None, "board_id", "closed_at"),
        Index(None, "actor_key"),
    )

    board_id: Mapped[int] = mapped_column(ForeignKey("board.id", ondelete="CASCADE"))
    actor_key: Mapped[str] = mapped_column(String(32))
    """Who opened it; "" once their data is erased."""
    question: Mapped[str] = mapped_column(String(200), default="")
    points: Mapped[int]
    cap: Mapped[int | None]
    with_partners: Mapped[bool] = mapped_column(default=False)
    opened_at: Mapped[datetime] = mapped_column(default=utcnow)
    opens_at: Mapped[datetime | None]
    """From when on one may vote; None: from the beginning."""
    closes_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]
    voters: Mapped[int | None]
    board: Mapped[Board] = relationship(lazy="raise_on_sql")

    @property
    def where(self) -> Where:
        """Where this ballot lies for the policy. Needs `board` loaded as `models.access` does."""
        lies = self.board.where
        states = {"open_to_partners"} if self.with_partners else set()
        return replace(lies, states=lies.states | states)

    def takes_points(self, now: datetime) -> bool:
        """Whether one may vote, and change one's vote."""
        return self.closed_at is None and self.has_begun(now) and not self.is_due(now)

    def has_begun(self, now: datetime) -> bool:
        """Whether the hour has come from which on one may vote."""
        return self.opens_at is None or self.opens_at <= now

    def is_due(self, now: datetime) -> bool:
        """Whether its hour has come."""
        return self.closed_at is None and now >= self.ends_at

    @property
    def ends_at(self) -> datetime:
        """When it is closed at the latest."""
        return self.closes_at or (self.opens_at or self.opened_at) + LONGEST


class BallotChoice(WithId, Base):
    """A note that may be voted for: its words when the ballot was opened, then when it was closed.

    `points` is its total; None until the ballot is closed.
    """

    __tablename__ = "ballot_choice"
    __table_args__ = (UniqueConstraint("ballot_id", "object_id"), Index(None, "author"))

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id", ondelete="CASCADE"))
    object_id: Mapped[str] = mapped_column(String(32))
    place: Mapped[int]
    """Where it stood in reading order."""
    author: Mapped[str] = mapped_column(String(32))
    text: Mapped[str] = mapped_column(Text, default="")
    points: Mapped[int | None]


class BallotPoint(Base):
    """One point of one person, while the ballot is open: the `slot`-th of theirs, the `rank`-th on this note.

    The keys keep anybody from having one point twice, or two of the same rank on one note.
    """

    __tablename__ = "ballot_point"
    __table_args__ = (
        UniqueConstraint("choice_id", "actor_key", "rank"),
        CheckConstraint(f"slot BETWEEN 1 AND {MOST_POINTS}", name="few_slots"),
        CheckConstraint(f"rank BETWEEN 1 AND {MOST_POINTS}", name="few_ranks"),
        Index(None, "actor_key"),
    )

    ballot_id: Mapped[int] = mapped_column(ForeignKey("ballot.id", ondelete="CASCADE"), primary_key=True)
    actor_key: Mapped[str] = mapped_column(String(32), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    choice_id: Mapped[int] = mapped_column(ForeignKey("ballot_choice.id", ondelete="CASCADE"))
    rank: Mapped[int]
