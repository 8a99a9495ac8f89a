"""People who have an account, and their login sessions. A role never belongs here: see membership.py."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, utcnow


class User(WithId, Base):
    """A person with an account. `email` is stored lower-case; `password_hash` is argon2id or None."""

    __tablename__ = "user_account"

    email: Mapped[str] = mapped_column(String(254), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    title: Mapped[str] = mapped_column(String(160), default="")
    password_hash: Mapped[str | None] = mapped_column(String(255))
    locale: Mapped[str] = mapped_column(String(5), default="fr")
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
    authority_code: Mapped[str | None] = mapped_column(ForeignKey("authority.code", ondelete="SET NULL"))
    is_demo: Mapped[bool] = mapped_column(default=False)
    wants_news: Mapped[bool] = mapped_column(default=True)
    """Whether what they have not read in the application may be told them by mail."""
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[datetime | None]
    """When the last page but those of the last minutes was asked for: what is new is counted from there."""
    seen_on: Mapped[date | None]
    """The day (UTC) of the last visit, however short: what those who give somebody access may read of it."""
    disabled_at: Mapped[datetime | None]
    erase_at: Mapped[datetime | None]
    """When the person's data goes, as they asked; until then signing in changes that."""
    erase_texts: Mapped[bool] = mapped_column(default=False)
    """Whether what they wrote on boards goes too."""
    erased_at: Mapped[datetime | None]
    """Since when this row tells nothing of a person any more: it only stands where others point at it."""
    warned_at: Mapped[datetime | None]
    warnings: Mapped[int] = mapped_column(default=0)
    """How often they were told, since their last visit, that an unused account ends."""

    @property
    def initials(self) -> str:
        """Two letters for an avatar."""
        return initials(self.name)

    @property
    def key(self) -> str:
        """The author key used in shared documents."""
        return f"u{self.id}"


class LoginSession(WithId, Base):
    """A signed-in browser, of a user or of a guest. Only the token's hash is stored."""

    __tablename__ = "login_session"
    __table_args__ = (
        CheckConstraint("(user_id IS NULL) <> (guest_id IS NULL)", name="one_person"),
        Index(None, "user_id"),
        Index(None, "guest_id"),
    )

    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    guest_id: Mapped[int | None] = mapped_column(ForeignKey("guest_contributor.id", ondelete="CASCADE"))
    user_agent: Mapped[str] = mapped_column(String(200), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    last_seen_at: Mapped[datetime] = mapped_column(default=utcnow)
    expires_at: Mapped[datetime]
    ended_at: Mapped[datetime | None]
    rotated_at: Mapped[datetime | None]  # when the cookie's token was last replaced
    stolen_at: Mapped[datetime | None]  # when a token replaced before was presented again
    user: Mapped[User | None] = relationship(lazy="raise_on_sql")


class RetiredToken(Base):
    """A token that a login session's cookie held before: good for a minute more, then the mark of a theft."""

    __tablename__ = "retired_token"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    login_session_id: Mapped[int] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), index=True
    )
    retired_at: Mapped[datetime] = mapped_column(default=utcnow)


class SocketTicket(Base):
    """A right to open one socket, used once within 30 seconds. Only the ticket's hash is stored."""

    __tablename__ = "socket_ticket"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    login_session_id: Mapped[int] = mapped_column(
        ForeignKey("login_session.id", ondelete="CASCADE"), index=True
    )
    expires_at: Mapped[datetime]


class SignInLink(Base):
    """A right to sign in once, sent by mail. Only the token's hash is stored."""

    __tablename__ = "sign_in_link"

    token_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"), index=True)
    expires_at: Mapped[datetime]


def initials(name: str) -> str:
    """First letters of the first and last words, upper-case: 'Awa Diallo' gives 'AD'."""
    words = [word for word in name.replace("-", " ").split() if word[0].isalnum()]
    if not words:
        return "?"
    picked = [words[0], words[-1]] if len(words) > 1 else [words[0]]
    return "".join(word[0].upper() for word in picked)
