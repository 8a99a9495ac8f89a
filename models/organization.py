"""The establishment that trains, and its programmes."""

from datetime import datetime

from sqlalchemy import ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, utcnow


class Organization(WithId, Base):
    """An establishment (« établissement »)."""

    __tablename__ = "organization"

    name: Mapped[str] = mapped_column(String(160), unique=True)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)


class Programme(WithId, Base):
    """A training (« formation »), with one or more cohorts."""

    __tablename__ = "programme"

    organization_id: Mapped[int] = mapped_column(
        ForeignKey("organization.id", ondelete="CASCADE"), index=True
    )
    name: Mapped[str] = mapped_column(String(160))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    organization: Mapped[Organization] = relationship(lazy="raise_on_sql")
