"""Partners of a project, the links that let them in, and the guests who came by one."""

import enum
from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, enum_type, utcnow
from models.i18n import N_
from models.people import User, initials
from models.project import Project


class Sector(enum.StrEnum):
    """Where a partner comes from; declared, never guessed."""

    PUBLIC = "public"
    PRIVATE = "private"
    ASSOCIATION = "association"
    CITIZEN = "citizen"


SECTOR_LABELS = {
    Sector.PUBLIC: N_("Service public"),
    Sector.PRIVATE: N_("Entreprise"),
    Sector.ASSOCIATION: N_("Association"),
    Sector.CITIZEN: N_("Habitant·e"),
}


class LinkRole(enum.StrEnum):
    """What a share link lets its guests do on the project's boards."""

    CONTRIBUTE = "contribute"
    READ = "read"


LINK_ROLE_LABELS = {
    LinkRole.CONTRIBUTE: N_("Contribuer : écrire et modifier ses propres notes"),
    LinkRole.READ: N_("Lire seulement"),
}


class Partner(WithId, Base):
    """An organisation or a person who takes part in a project, with a declared sector."""

    __tablename__ = "partner"
    __table_args__ = (UniqueConstraint("project_id", "name"),)

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(160))
    sector: Mapped[Sector] = mapped_column(enum_type(Sector))
    contact: Mapped[str] = mapped_column(String(160), default="")
    contribution: Mapped[str] = mapped_column(String(400), default="")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    added_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    withdrawn_at: Mapped[datetime | None]


class ShareLink(WithId, Base):
    """A link to a project for people without an account. Only the token's hash is stored.

    `label` is the team's own name for it; `question` is what those who come by it are asked.
    """

    __tablename__ = "share_link"
    __table_args__ = (
        CheckConstraint("max_uses >= 1", name="some_uses"),
        CheckConstraint("uses >= 0 AND uses <= max_uses", name="uses_in_range"),
        Index(None, "project_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    token_hash: Mapped[str] = mapped_column(String(64), unique=True)
    label: Mapped[str] = mapped_column(String(120), default="")
    question: Mapped[str] = mapped_column(String(400), default="")
    role: Mapped[LinkRole] = mapped_column(enum_type(LinkRole), default=LinkRole.CONTRIBUTE)
    max_uses: Mapped[int]
    uses: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    created_by: Mapped[User | None] = relationship(lazy="raise_on_sql")
    guests: Mapped[list["GuestContributor"]] = relationship(lazy="raise_on_sql", back_populates="link")

    def is_open(self, at: datetime | None = None) -> bool:
        """Whether a new guest may come by this link now."""
        return self.lets_in(at) and self.uses < self.max_uses

    def lets_in(self, at: datetime | None = None) -> bool:
        """Whether those who came by this link still have access."""
        return self.revoked_at is None and self.expires_at > (at or utcnow())


class GuestContributor(WithId, Base):
    """Somebody who came by a link, without an account: a first name, a sector, one project."""

    __tablename__ = "guest_contributor"
    __table_args__ = (Index(None, "project_id"), Index(None, "link_id"))

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    link_id: Mapped[int] = mapped_column(ForeignKey("share_link.id", ondelete="CASCADE"))
    name: Mapped[str] = mapped_column(String(80))
    sector: Mapped[Sector] = mapped_column(enum_type(Sector))
    organization_name: Mapped[str] = mapped_column(String(160), default="")
    locale: Mapped[str] = mapped_column(String(5), default="fr")
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
    seen_on: Mapped[date | None]
    """The day (UTC) of their last visit."""
    revoked_at: Mapped[datetime | None]
    erased_at: Mapped[datetime | None]
    link: Mapped[ShareLink] = relationship(lazy="raise_on_sql", back_populates="guests")

    @property
    def initials(self) -> str:
        """Two letters for an avatar."""
        return initials(self.name)

    @property
    def key(self) -> str:
        """The author key used in shared documents."""
        return f"g{self.id}"
