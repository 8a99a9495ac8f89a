"""Mail: which kinds there are, and the messages that a development server keeps instead of sending them."""

import enum
from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId, utcnow


class MailKind(enum.StrEnum):
    """What a message is for; `workspace/mail/letters.py` writes each."""

    INVITATION = "invitation"
    SIGN_IN_LINK = "sign_in_link"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - no password
    DIGEST = "digest"
    AT_ONCE = "at_once"
    ERASURE_ASKED = "erasure_asked"
    ACCOUNT_KEPT = "account_kept"
    UNUSED_ACCOUNT = "unused_account"
    GLASS_BROKEN = "glass_broken"
    PARTNER_LETTER = "partner_letter"


class CaughtMail(WithId, Base):
    """A message that a development server would have sent. Secret links stand in it: never in production."""

    __tablename__ = "caught_mail"

    to: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(300))
    text: Mapped[str] = mapped_column(Text)
    html: Mapped[str] = mapped_column(Text)
    unsubscribe_url: Mapped[str] = mapped_column(String(500), default="")
    at: Mapped[datetime] = mapped_column(default=utcnow)
