"""Reviews between teams of a cohort, with its rubric: a round, who looks at whose project, what they found.

In a blind round the team that is reviewed never learns which team wrote: what it is sent holds neither names
nor ids, in an order drawn by lot.
"""

import enum
import secrets
from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.cohort import Cohort, Team
from models.people import User
from models.policy import Where
from models.project import Project

TITLE_LIMIT = 120
BODY_LIMIT = 6_000


class PeerRoundStatus(enum.StrEnum):
    """Pairs are chosen; teams write until the deadline; all reviews are given at once."""

    PREPARED = "prepared"
    OPEN = "open"
    RELEASED = "released"


class PeerRound(WithId, Versioned, Base):
    """One round of reviews. `due_at`: until then teams write."""

    __tablename__ = "peer_round"
    __table_args__ = (Index(None, "cohort_id", "due_at"), Index(None, "created_by_id"))

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    title: Mapped[str] = mapped_column(String(TITLE_LIMIT))
    is_blind: Mapped[bool] = mapped_column(default=True)
    due_at: Mapped[datetime]
    status: Mapped[PeerRoundStatus] = mapped_column(
        enum_type(PeerRoundStatus), default=PeerRoundStatus.PREPARED
    )
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    reminded_at: Mapped[datetime | None]
    released_at: Mapped[datetime | None]
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")

    def takes_words(self, now: datetime) -> bool:
        """Whether teams may write."""
        return self.status is PeerRoundStatus.OPEN and now <= self.due_at


class PeerReview(WithId, Versioned, Base):
    """What one team finds in another's project. `lot` is drawn: the order in which reviews are shown."""

    __tablename__ = "peer_review"
    __table_args__ = (
        UniqueConstraint("round_id", "team_id"),
        Index(None, "team_id"),
        Index(None, "project_id"),
        Index(None, "handed_in_by_id"),
    )

    round_id: Mapped[int] = mapped_column(ForeignKey("peer_round.id", ondelete="CASCADE"))
    team_id: Mapped[int] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    lot: Mapped[int] = mapped_column(default=lambda: secrets.randbelow(2**31))
    body: Mapped[str] = mapped_column(Text, default="")
    updated_at: Mapped[datetime] = mapped_column(default=utcnow)
    handed_in_at: Mapped[datetime | None]
    handed_in_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    round: Mapped[PeerRound] = relationship(lazy="raise_on_sql")
    team: Mapped[Team] = relationship(lazy="raise_on_sql")
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    handed_in_by: Mapped[User | None] = relationship(lazy="raise_on_sql")

    @property
    def where(self) -> Where:
        """Where it lies for the policy: with the team that writes. Needs `round` and its cohort loaded."""
        cohort = self.round.cohort
        return Where(
            organization_id=cohort.organization_id,
            programme_id=cohort.programme_id,
            cohort_id=cohort.id,
            team_id=self.team_id,
            states=frozenset({self.round.status.value}),
        )


class PeerMark(WithId, Base):
    """Which level of a criterion a review found: 1 is the lowest."""

    __tablename__ = "peer_mark"
    __table_args__ = (UniqueConstraint("review_id", "criterion_id"), Index(None, "criterion_id"))

    review_id: Mapped[int] = mapped_column(ForeignKey("peer_review.id", ondelete="CASCADE"))
    criterion_id: Mapped[int] = mapped_column(ForeignKey("criterion.id", ondelete="CASCADE"))
    level: Mapped[int]
