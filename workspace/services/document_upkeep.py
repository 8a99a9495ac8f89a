"""How far the upkeep of each document is, and which documents were found corrupt. The caller commits."""

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.document_upkeep import DocumentUpkeep
from models.upsert import upsert

log = logging.getLogger("etabli.jobs")


def note_upkeep(session: Session, document_id: int, **values: Any) -> None:
    """Write these columns of the document's line."""
    defaults = {"projected_seq": 0, "history_seq": 0, "compacted_seq": 0, "corrupt_reason": ""}
    session.execute(
        upsert(session, DocumentUpkeep)
        .values(document_id=document_id, **{**defaults, **values})
        .on_conflict_do_update(index_elements=[DocumentUpkeep.document_id], set_=values)
    )


def upkeep_of(session: Session, document_id: int) -> DocumentUpkeep:
    """The document's line, or a fresh one that is not stored."""
    found = session.scalar(select(DocumentUpkeep).where(DocumentUpkeep.document_id == document_id))
    return found or DocumentUpkeep(
        document_id=document_id, projected_seq=0, history_seq=0, compacted_seq=0, corrupt_reason=""
    )


def quarantine(session: Session, document_id: int, reason: str) -> None:
    """Note that a document is corrupt: its jobs rest until it is restored, and `etabli check` names it."""
    log.error("document %d is corrupt: %s", document_id, reason)
    note_upkeep(session, document_id, corrupt_at=utcnow(), corrupt_reason=reason[:200])


def corrupt_among(session: Session, document_ids: Sequence[int]) -> list[int]:
    """Those of these documents that are noted as corrupt."""
    return list(
        session.scalars(
            select(DocumentUpkeep.document_id).where(
                DocumentUpkeep.corrupt_at.is_not(None), DocumentUpkeep.document_id.in_(document_ids)
            )
        )
    )


def all_corrupt(session: Session) -> dict[int, str]:
    """The documents noted as corrupt, and why."""
    found = session.execute(
        select(DocumentUpkeep.document_id, DocumentUpkeep.corrupt_reason)
        .where(DocumentUpkeep.corrupt_at.is_not(None))
        .order_by(DocumentUpkeep.document_id)
    )
    return {row.document_id: row.corrupt_reason for row in found}
