"""Invitations by e-mail address to a role in one scope. Only the token's hash is stored.

GET shows what is offered, POST accepts it, once. The granted membership holds from `access_from` (None: at
once) to `access_until` (None: as long as the role is needed).
"""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, enum_type, utcnow
from models.people import User
from models.policy import Role


class Invitation(WithId, Base):
    """An offer of `role` in one scope: a programme (manager), a cohort (tutor), a team (learner) or a
    project (élu, partner).
    """

    __tablename__ = "invitation"
    __table_args__ = (
        CheckConstraint(
            "(CASE WHEN programme_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN cohort_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN team_id IS NULL THEN 0 ELSE 1 END)"
            " + (CASE WHEN project_id IS NULL THEN 0 ELSE 1 END) = 1",
            name="one_scope",
        ),
        Index(None, "project_id"),
        Index(None, "team_id"),
        Index(None, "cohort_id"),
        Index(None, "programme_id"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    """Of the link that the inviter was shown."""
    mailed_token_hash: Mapped[str | None] = mapped_column(String(64), index=True, unique=True)
    """Of the link in the message; made when the message is."""
    mailed_at: Mapped[datetime | None]
    undeliverable_at: Mapped[datetime | None]
    """When a mail server refused the address for good."""
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120), default="")
    title: Mapped[str] = mapped_column(String(160), default="")
    role: Mapped[Role] = mapped_column(enum_type(Role))
    programme_id: Mapped[int | None] = mapped_column(ForeignKey("programme.id", ondelete="CASCADE"))
    cohort_id: Mapped[int | None] = mapped_column(ForeignKey("cohort.id", ondelete="CASCADE"))
    team_id: Mapped[int | None] = mapped_column(ForeignKey("team.id", ondelete="CASCADE"))
    project_id: Mapped[int | None] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    message: Mapped[str] = mapped_column(String(600), default="")
    invited_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    access_from: Mapped[datetime | None]
    access_until: Mapped[datetime | None]
    accepted_at: Mapped[datetime | None]
    accepted_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    revoked_at: Mapped[datetime | None]
    invited_by: Mapped[User | None] = relationship(foreign_keys=[invited_by_id], lazy="raise_on_sql")

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether it can still be accepted: what it offers is not over either."""
        is_waiting = self.accepted_at is None and self.revoked_at is None
        return is_waiting and self.expires_at > (at or utcnow()) and not self.is_over(at)

    def is_over(self, at: datetime | None = None) -> bool:
        """Whether the last day of what it offers has passed."""
        return self.access_until is not None and self.access_until <= (at or utcnow())
