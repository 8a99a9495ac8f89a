"""Identities that somebody else vouches for (OpenID Connect), and the sessions they opened.

A person is known by the issuer and its subject, never by an e-mail address: addresses change hands.
"""

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId, utcnow

SUBJECT_LIMIT = 255


class Identity(WithId, Base):
    """That this subject of this issuer enters as this user."""

    __tablename__ = "identity"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    issuer: Mapped[str] = mapped_column(String(300))
    subject: Mapped[str] = mapped_column(String(SUBJECT_LIMIT))
    linked_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_used_at: Mapped[datetime | None]


class ProviderSession(Base):
    """What the provider must be shown to end its session together with ours. Deleted when ours ends."""

    __tablename__ = "provider_session"

    login_session_id: Mapped[int] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), primary_key=True
    )
    id_token: Mapped[str] = mapped_column(Text)
