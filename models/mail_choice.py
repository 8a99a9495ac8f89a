"""What a person wants to be told by mail, and when: of which class, at which hour, and not at night.

Hours are those of the person's own zone (`User.time_zone`); nobody has a row who never chose. A digest that
left has a row of its own: its key is what keeps it from leaving twice.
"""

from datetime import date, datetime, time

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, utcnow


class MailChoice(Base):
    """One person's. `daily`: else on working days. No quiet hours where `quiet_from` is `quiet_until`."""

    __tablename__ = "mail_choice"

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    mention: Mapped[bool] = mapped_column(default=True)
    release: Mapped[bool] = mapped_column(default=True)
    deadline: Mapped[bool] = mapped_column(default=True)
    access: Mapped[bool] = mapped_column(default=True)
    digest: Mapped[bool] = mapped_column(default=True)
    digest_at: Mapped[time] = mapped_column(default=time(8))
    daily: Mapped[bool] = mapped_column(default=False)
    quiet_from: Mapped[time] = mapped_column(default=time(20))
    quiet_until: Mapped[time] = mapped_column(default=time(7, 30))
    quiet_weekends: Mapped[bool] = mapped_column(default=True)


def usual_choice(user_id: int) -> MailChoice:
    """What holds for somebody who never chose; not in any session."""
    return MailChoice(
        user_id=user_id,
        mention=True,
        release=True,
        deadline=True,
        access=True,
        digest=True,
        digest_at=time(8),
        daily=False,
        quiet_from=time(20),
        quiet_until=time(7, 30),
        quiet_weekends=True,
    )


class DigestSent(Base):
    """A digest has left, or is leaving: one for each person and day of theirs."""

    __tablename__ = "digest_sent"
    __table_args__ = (Index(None, "at"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), primary_key=True)
    day: Mapped[date] = mapped_column(primary_key=True)
    at: Mapped[datetime] = mapped_column(default=utcnow)
