"""Authorities (« collectivités »), from the official register: never typed by hand."""

import enum

from sqlalchemy import Index, String
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, enum_type


class AuthorityKind(enum.StrEnum):
    """What an authority is."""

    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTMENT = "departement"
    REGION = "region"
    OTHER = "other"


class Authority(Base):
    """One authority of the register. `code` is its kind and official code: 'commune-97302'."""

    __tablename__ = "authority"
    __table_args__ = (Index(None, "department_code"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[AuthorityKind] = mapped_column(enum_type(AuthorityKind))
    name: Mapped[str] = mapped_column(String(200))
    official_code: Mapped[str] = mapped_column(String(16))
    siren: Mapped[str | None] = mapped_column(String(9))
    department_code: Mapped[str] = mapped_column(String(3), default="")
    department_name: Mapped[str] = mapped_column(String(80), default="")
    region_name: Mapped[str] = mapped_column(String(80), default="")
    population: Mapped[int] = mapped_column(default=0)
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
