"""Break-glass: a technical administrator, who sees no content, opens one project for hours and for a reason.

The access itself is a membership (role ADMIN in the project's scope, with its dates), so that it ends by
itself everywhere. This table keeps the reason, which those whose project it is are told.
"""

from sqlalchemy import ForeignKey, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId
from models.membership import Membership

HOURS = (1, 4, 24)
REASON_LIMIT = 600


class BreakGlass(WithId, Base):
    """Why a membership of this kind was taken; who and when stand there."""

    __tablename__ = "break_glass"

    membership_id: Mapped[int] = mapped_column(ForeignKey("membership.id", ondelete="CASCADE"), unique=True)
    reason: Mapped[str] = mapped_column(Text)
    membership: Mapped[Membership] = relationship(lazy="raise_on_sql")
