"""Support that élus offer (« appuis »); one that is accepted is a commitment (« engagement »).

`SupportChange` is the history of an offer, the offering first; its rows are never changed.
"""

import enum
from collections.abc import Mapping
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, Versioned, WithId, enum_type, utcnow
from models.i18n import N_
from models.people import User
from models.project import Project

OFFER_LIMIT = 600
WORD_LIMIT = 600


class SupportKind(enum.StrEnum):
    """What is offered."""

    ROOM = "room"
    CONTACT = "contact"
    TIME = "time"
    OTHER = "other"


class SupportStatus(enum.StrEnum):
    """What became of an offer."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    WITHDRAWN = "withdrawn"
    KEPT = "kept"
    LAPSED = "lapsed"


KIND_LABELS = {
    SupportKind.ROOM: N_("Une salle"),
    SupportKind.CONTACT: N_("Un contact"),
    SupportKind.TIME: N_("Du temps"),
    SupportKind.OTHER: N_("Autre chose"),
}
STATUS_LABELS = {
    SupportStatus.OFFERED: N_("Proposé"),
    SupportStatus.ACCEPTED: N_("Accepté"),
    SupportStatus.DECLINED: N_("Décliné"),
    SupportStatus.WITHDRAWN: N_("Retiré"),
    SupportStatus.KEPT: N_("Tenu"),
    SupportStatus.LAPSED: N_("Sans suite"),
}

S = SupportStatus
TEAM_MOVES: Mapping[SupportStatus, frozenset[SupportStatus]] = {
    S.OFFERED: frozenset({S.ACCEPTED, S.DECLINED}),
    S.DECLINED: frozenset({S.ACCEPTED}),
    S.ACCEPTED: frozenset({S.ACCEPTED, S.KEPT, S.LAPSED}),
    S.KEPT: frozenset({S.ACCEPTED}),
    S.LAPSED: frozenset({S.ACCEPTED, S.KEPT}),
    S.WITHDRAWN: frozenset(),
}
"""From where to where the team brings an offer; accepting an accepted one gives it another day or person."""
OPEN = frozenset({S.OFFERED, S.ACCEPTED})
"""While an offer is one of these, its élu may withdraw it."""


class SupportOffer(WithId, Versioned, Base):
    """What an élu offers a team, in their words. Accepted: by when, and who of the team sees to it.

    `is_told`: the team says it, without a name, in its next progress brief.
    """

    __tablename__ = "support_offer"
    __table_args__ = (
        Index(None, "project_id", "status"),
        Index(None, "observer_id"),
        Index(None, "owner_id"),
        Index(None, "brief_id"),
    )

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    observer_id: Mapped[int] = mapped_column(ForeignKey("user_account.id", ondelete="CASCADE"))
    brief_id: Mapped[int | None] = mapped_column(ForeignKey("progress_brief.id", ondelete="SET NULL"))
    kind: Mapped[SupportKind] = mapped_column(enum_type(SupportKind))
    body: Mapped[str] = mapped_column(Text)
    offered_at: Mapped[datetime] = mapped_column(default=utcnow)
    status: Mapped[SupportStatus] = mapped_column(enum_type(SupportStatus), default=SupportStatus.OFFERED)
    changed_at: Mapped[datetime] = mapped_column(default=utcnow)
    due_on: Mapped[date | None]
    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    is_told: Mapped[bool] = mapped_column(default=False)
    project: Mapped[Project] = relationship(lazy="raise_on_sql")
    observer: Mapped[User] = relationship(foreign_keys=[observer_id], lazy="raise_on_sql")
    owner: Mapped[User | None] = relationship(foreign_keys=[owner_id], lazy="raise_on_sql")
    changes: Mapped[list["SupportChange"]] = relationship(
        lazy="raise_on_sql", order_by="SupportChange.id", cascade="all, delete-orphan", passive_deletes=True
    )

    @property
    def is_open(self) -> bool:
        """Whether something is still awaited of it."""
        return self.status in OPEN

    @property
    def word(self) -> str:
        """What was said with the last change."""
        return self.changes[-1].word if self.changes else ""

    def is_late(self, today: date) -> bool:
        """Whether it should have been kept by now; `today` is the day in the cohort's zone."""
        return self.status is SupportStatus.ACCEPTED and self.due_on is not None and self.due_on < today


class SupportChange(WithId, Base):
    """That an offer came to a status: who brought it there, when, with which word, and due by which day."""

    __tablename__ = "support_change"
    __table_args__ = (Index(None, "offer_id"), Index(None, "by_id"))

    offer_id: Mapped[int] = mapped_column(ForeignKey("support_offer.id", ondelete="CASCADE"))
    status: Mapped[SupportStatus] = mapped_column(enum_type(SupportStatus))
    word: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    at: Mapped[datetime] = mapped_column(default=utcnow)
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    by: Mapped[User | None] = relationship(lazy="raise_on_sql")
