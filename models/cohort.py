"""A cohort (« promotion ») and its teams."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, select
from sqlalchemy.orm import Mapped, column_property, mapped_column, relationship

from models.base import Base, WithId, utcnow
from models.organization import Programme


class Cohort(WithId, Base):
    """A cohort: its dates are days in its own `time_zone` (an IANA name, never an offset)."""

    __tablename__ = "cohort"
    __table_args__ = (CheckConstraint("ends_on >= starts_on", name="dates_in_order"),)

    programme_id: Mapped[int] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"), index=True)
    name: Mapped[str] = mapped_column(String(160))
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
    other_time_zone: Mapped[str | None] = mapped_column(String(64))
    starts_on: Mapped[date]
    ends_on: Mapped[date]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    programme: Mapped[Programme] = relationship(lazy="raise_on_sql")
    organization_id: Mapped[int] = column_property(
        select(Programme.organization_id)
        .where(Programme.id == programme_id)
        .correlate_except(Programme)
        .scalar_subquery()
    )
    """Of the programme: read with the cohort, so that every place in it knows its establishment."""

    @property
    def time_zones(self) -> list[str]:
        """The zones in which times of this cohort are shown, its own first."""
        return [self.time_zone] + ([self.other_time_zone] if self.other_time_zone else [])


class Team(WithId, Base):
    """A team of three to five learners. Its members are memberships with its id."""

    __tablename__ = "team"
    __table_args__ = (Index(None, "cohort_id"),)

    cohort_id: Mapped[int] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(120))
    lead_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    cohort: Mapped[Cohort] = relationship(lazy="raise_on_sql")
