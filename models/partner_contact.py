"""What a team notes of its contacts with those who take part: written, to call, met, thanked, refused.

A contact is with an organisation of a sector (`name`), or with the whole sector (""): never with a named
person. The words of a letter are not kept.
"""

import enum
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base, WithId, enum_type, utcnow
from models.i18n import N_
from models.partner import Sector
from models.people import User

NAME_LIMIT = 160
TEXT_LIMIT = 600


class ContactKind(enum.StrEnum):
    """What was done, or is planned."""

    WROTE = "wrote"
    CALL = "call"
    MET = "met"
    THANKED = "thanked"
    REFUSED = "refused"


CONTACT_LABELS = {
    ContactKind.WROTE: N_("Message envoyé"),
    ContactKind.CALL: N_("Appel prévu"),
    ContactKind.MET: N_("Rencontre ou appel"),
    ContactKind.THANKED: N_("Remerciement"),
    ContactKind.REFUSED: N_("Refus"),
}


class PartnerContact(WithId, Base):
    """One contact. `due_on` is the day of a call that is planned, in the cohort's zone."""

    __tablename__ = "partner_contact"
    __table_args__ = (Index(None, "project_id", "at"), Index(None, "by_id"))

    project_id: Mapped[int] = mapped_column(ForeignKey("project.id", ondelete="CASCADE"))
    sector: Mapped[Sector] = mapped_column(enum_type(Sector))
    name: Mapped[str] = mapped_column(String(NAME_LIMIT), default="")
    kind: Mapped[ContactKind] = mapped_column(enum_type(ContactKind))
    text: Mapped[str] = mapped_column(Text, default="")
    due_on: Mapped[date | None]
    by_id: Mapped[int | None] = mapped_column(ForeignKey("user_account.id", ondelete="SET NULL"))
    at: Mapped[datetime] = mapped_column(default=utcnow)
    by: Mapped[User | None] = relationship(lazy="raise_on_sql")
