"""Authorities (« collectivités »), from the official register: never typed by hand.

The register is a file that `tools/build_register.py` makes from the official one; `load_register` brings the
table to it. An authority that has left the register keeps its row, because problems refer to it, but is not
listed any more.
"""

import enum
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Index, String, Text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, enum_type
from models.i18n import N_
from models.submission import AppState

CHECKSUM = "register_checksum"
_ROWS_PER_STATEMENT = 2000


class AuthorityKind(enum.StrEnum):
    """What an authority is, for filters."""

    COMMUNE = "commune"
    EPCI = "epci"
    DEPARTMENT = "departement"
    REGION = "region"
    OTHER = "other"


KIND_LABELS = {
    AuthorityKind.COMMUNE: N_("Commune"),
    AuthorityKind.EPCI: N_("Intercommunalité"),
    AuthorityKind.DEPARTMENT: N_("Département"),
    AuthorityKind.REGION: N_("Région"),
    AuthorityKind.OTHER: N_("Autre collectivité"),
}


@dataclass(frozen=True)
class Nature:
    """What an authority is in law: its kind, and the words people know it by."""

    kind: AuthorityKind
    label: str


NATURES = {
    "commune": Nature(AuthorityKind.COMMUNE, N_("Commune")),
    "arrondissement": Nature(AuthorityKind.COMMUNE, N_("Arrondissement municipal")),
    "ville-departement": Nature(AuthorityKind.COMMUNE, N_("Commune et département")),
    "cc": Nature(AuthorityKind.EPCI, N_("Communauté de communes")),
    "ca": Nature(AuthorityKind.EPCI, N_("Communauté d’agglomération")),
    "cu": Nature(AuthorityKind.EPCI, N_("Communauté urbaine")),
    "metropole": Nature(AuthorityKind.EPCI, N_("Métropole")),
    "ept": Nature(AuthorityKind.EPCI, N_("Établissement public territorial")),
    "departement": Nature(AuthorityKind.DEPARTMENT, N_("Département")),
    "departement-region": Nature(AuthorityKind.DEPARTMENT, N_("Département-région")),
    "region": Nature(AuthorityKind.REGION, N_("Région")),
    "unique": Nature(AuthorityKind.REGION, N_("Collectivité territoriale unique")),
    "outre-mer": Nature(AuthorityKind.OTHER, N_("Collectivité d’outre-mer")),
    "particuliere": Nature(AuthorityKind.OTHER, N_("Collectivité à statut particulier")),
    "territoire": Nature(AuthorityKind.OTHER, N_("Territoire d’outre-mer")),
    "circonscription": Nature(AuthorityKind.OTHER, N_("Circonscription territoriale")),
}


class Authority(Base):
    """One authority of the register. `code` is its kind and official code: 'commune-97302'.

    `search_key` is what it is found by: `\\t`-separated folded names and codes, the proper name first, then
    `\\v` and its département; empty for a row that did not come from the register.
    """

    __tablename__ = "authority"
    __table_args__ = (Index(None, "department_code"),)

    code: Mapped[str] = mapped_column(String(32), primary_key=True)
    kind: Mapped[AuthorityKind] = mapped_column(enum_type(AuthorityKind))
    nature: Mapped[str] = mapped_column(String(24), default="")
    name: Mapped[str] = mapped_column(String(200))
    official_code: Mapped[str] = mapped_column(String(16))
    siren: Mapped[str | None] = mapped_column(String(9))
    department_code: Mapped[str] = mapped_column(String(3), default="")
    department_name: Mapped[str] = mapped_column(String(80), default="")
    region_name: Mapped[str] = mapped_column(String(80), default="")
    population: Mapped[int] = mapped_column(default=0)
    time_zone: Mapped[str] = mapped_column(String(64), default="Europe/Paris")
    search_key: Mapped[str] = mapped_column(Text, default="")
    listed: Mapped[bool] = mapped_column(default=True)

    @property
    def nature_label(self) -> str:
        """The French msgid of what it is."""
        nature = NATURES.get(self.nature)
        return nature.label if nature else KIND_LABELS[self.kind]


def load_register(session: Session, path: Path) -> bool:
    """Bring the table to the register file; False when that very file is loaded already. Caller commits."""
    content = path.read_bytes()
    checksum = hashlib.sha256(content).hexdigest()
    state = session.get(AppState, CHECKSUM)
    if state and state.value == checksum:
        return False
    session.execute(update(Authority).values(listed=False))
    rows = list(_rows(json.loads(content)))
    for start in range(0, len(rows), _ROWS_PER_STATEMENT):
        _upsert(session, rows[start : start + _ROWS_PER_STATEMENT])
    session.merge(AppState(name=CHECKSUM, value=checksum))
    session.flush()
    session.expire_all()
    return True


def _rows(register: dict[str, Any]) -> Iterator[dict[str, object]]:
    """The table's rows, from the file's: see `tools/build_register.py` for its shape."""
    departments = register["departments"]
    for code, nature, name, siren, department_code, region_name, population, time_zone, key in register[
        "rows"
    ]:
        yield {
            "code": code,
            "kind": NATURES[nature].kind,
            "nature": nature,
            "name": name,
            "official_code": code.partition("-")[2],
            "siren": siren,
            "department_code": department_code,
            "department_name": departments.get(department_code, ""),
            "region_name": region_name,
            "population": population,
            "time_zone": time_zone,
            "search_key": key,
            "listed": True,
        }


def _upsert(session: Session, rows: list[dict[str, object]]) -> None:
    dialect = session.get_bind().dialect.name
    statement = (postgresql if dialect == "postgresql" else sqlite).insert(Authority)
    changed = {name: statement.excluded[name] for name in rows[0] if name != "code"}
    session.execute(statement.on_conflict_do_update(index_elements=["code"], set_=changed), rows)
