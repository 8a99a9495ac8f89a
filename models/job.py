"""Background work: one row per thing to do, written in the transaction of its cause.

A row goes when its work is done; one that failed too often stays, with its last error, for the operator.
"""

import enum
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base, WithId, utcnow


class JobKind(enum.StrEnum):
    """What there is to do; `workspace/jobs/` has one file for each."""

    PROJECT_DOCUMENT = "project_document"
    RECORD_HISTORY = "record_history"
    COMPACT_DOCUMENT = "compact_document"
    SEND_MAIL = "send_mail"
    RETENTION = "retention"
    ERASE_TEXTS = "erase_texts"
    CLOSE_BALLOT = "close_ballot"
    RELEASE_FEEDBACK = "release_feedback"
    REMIND_PEER_REVIEW = "remind_peer_review"


class Job(WithId, Base):
    """Work that waits, runs (`locked_until` is then in the future) or has failed for good (`failed_at`).

    There is one row per kind and key. Asking again for what already waits or runs adds one to `asked`: work
    asked for while it ran is run again.
    """

    __tablename__ = "job"
    __table_args__ = (UniqueConstraint("kind", "key"), Index(None, "run_at"))

    kind: Mapped[str] = mapped_column(String(32))
    key: Mapped[str] = mapped_column(String(80))
    payload: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    asked: Mapped[int] = mapped_column(default=1)
    run_at: Mapped[datetime] = mapped_column(default=utcnow)
    attempts: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(String(500), default="")
    failed_at: Mapped[datetime | None]
    created_at: Mapped[datetime] = mapped_column(default=utcnow)
