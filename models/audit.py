"""The audit log: who did what, where and when, in ids and enumerated values; never a name, a text or a token.

`audit(session, actor, action, …)` notes an entry; `transaction()` appends what was noted as the last thing
before its commit, so that the row of `audit_head`, which makes writers go one after the other, is locked
for an instant only and never while another lock is awaited. Triggers refuse to change or remove an entry.
"""

import enum
import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Protocol

from sqlalchemy import Enum, Index, Integer, String, Text, insert, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from models.base import Base, utcnow
from models.cohort import Cohort, Team
from models.organization import Programme
from models.policy import Where
from models.project import Project

GENESIS = "0" * 64
COMMAND = "cli"
NOBODY = ""
"""Actor keys besides those of people ('u12') and guests ('g5'): the command line, and somebody unknown."""
NOWHERE = Where()


class AuditAction(enum.StrEnum):
    """What was done. Stored: a value may be added, and is never renamed."""

    SIGNED_IN = "signed_in"
    SIGN_IN_REFUSED = "sign_in_refused"
    SIGNED_OUT = "signed_out"
    SESSIONS_ENDED = "sessions_ended"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105
    PASSWORD_RESET = "password_reset"  # noqa: S105
    PASSWORD_LINK_MADE = "password_link_made"  # noqa: S105
    SECOND_FACTOR_ON = "second_factor_on"
    SECOND_FACTOR_OFF = "second_factor_off"
    SECOND_FACTOR_REMOVED = "second_factor_removed"
    RECOVERY_CODES_RENEWED = "recovery_codes_renewed"
    STOLEN_SESSION_ENDED = "stolen_session_ended"
    IDENTITY_LINKED = "identity_linked"
    IDENTITY_UNLINKED = "identity_unlinked"
    CALENDAR_FEED_MADE = "calendar_feed_made"
    CALENDAR_FEED_ENDED = "calendar_feed_ended"
    ACCOUNT_CREATED = "account_created"
    AUTHORITY_DECLARED = "authority_declared"
    INVITATION_MADE = "invitation_made"
    INVITATION_RENEWED = "invitation_renewed"
    INVITATION_REVOKED = "invitation_revoked"
    INVITATION_ACCEPTED = "invitation_accepted"
    CONFLICT_REFUSED = "conflict_refused"
    MEMBERSHIP_GRANTED = "membership_granted"
    MEMBERSHIP_ENDED = "membership_ended"
    MEMBERSHIP_MOVED = "membership_moved"
    MEMBERSHIP_DATES_CHANGED = "membership_dates_changed"
    OBSERVATION_ENDED = "observation_ended"
    LEAD_SET = "lead_set"
    LINK_MADE = "link_made"
    LINK_RENEWED = "link_renewed"
    LINK_REVOKED = "link_revoked"
    GUEST_JOINED = "guest_joined"
    GUEST_SHUT_OUT = "guest_shut_out"
    BOARD_SHOWN_TO_OBSERVERS = "board_shown_to_observers"
    BOARD_HIDDEN_FROM_OBSERVERS = "board_hidden_from_observers"
    BOARD_OPENED_TO_TUTORS = "board_opened_to_tutors"
    BOARD_CLOSED_TO_TUTORS = "board_closed_to_tutors"
    BOARD_FROZEN = "board_frozen"
    BOARD_UNFROZEN = "board_unfrozen"
    BOARD_ARCHIVED = "board_archived"
    BOARD_BROUGHT_BACK = "board_brought_back"
    BOARD_RESTORED = "board_restored"
    ROUND_REVEALED = "round_revealed"
    BALLOT_OPENED = "ballot_opened"
    WORKSHOP_BEGUN = "workshop_begun"
    WORKSHOP_ENDED = "workshop_ended"
    BOARD_NOVICES_ON = "board_novices_on"
    BOARD_NOVICES_OFF = "board_novices_off"
    BOARD_INBOX_ON = "board_inbox_on"
    BOARD_INBOX_OFF = "board_inbox_off"
    BALLOT_CLOSED = "ballot_closed"
    TEMPLATE_SAVED = "template_saved"
    TEMPLATE_WITHDRAWN = "template_withdrawn"
    TEMPLATE_OPENED = "template_opened"
    TEMPLATE_CLOSED = "template_closed"
    SNAPSHOT_PINNED = "snapshot_pinned"
    SNAPSHOT_UNPINNED = "snapshot_unpinned"
    SNAPSHOT_PINNED_AGAIN = "snapshot_pinned_again"
    SNAPSHOT_SHOWN_TO_OBSERVERS = "snapshot_shown_to_observers"
    SNAPSHOT_HIDDEN_FROM_OBSERVERS = "snapshot_hidden_from_observers"
    SNAPSHOT_REDACTED = "snapshot_redacted"
    MILESTONE_SET = "milestone_set"
    MILESTONE_CHANGED = "milestone_changed"
    MILESTONE_WITHDRAWN = "milestone_withdrawn"
    MILESTONE_PUT_BACK = "milestone_put_back"
    MILESTONE_REACHED = "milestone_reached"
    MILESTONE_TAKEN_BACK = "milestone_taken_back"
    PROBLEM_SUBMITTED = "problem_submitted"
    PROBLEM_ACCEPTED = "problem_accepted"
    PROBLEM_RETURNED = "problem_returned"
    PROBLEM_OPENED = "problem_opened"
    PROBLEM_RESTRICTED = "problem_restricted"
    PROJECT_CREATED = "project_created"
    STEP_VALIDATED = "step_validated"
    STEP_REOPENED = "step_reopened"
    FEEDBACK_RELEASED = "feedback_released"
    FEEDBACK_SCHEDULED = "feedback_scheduled"
    FEEDBACK_HELD_BACK = "feedback_held_back"
    ASSESSMENT_RELEASED = "assessment_released"
    ASSESSMENT_TAKEN_BACK = "assessment_taken_back"
    PEER_ROUND_OPENED = "peer_round_opened"
    PEER_ROUND_RELEASED = "peer_round_released"
    BRIEF_PUBLISHED = "brief_published"
    EXPORT_DOWNLOADED = "export_downloaded"
    PROGRAMME_CREATED = "programme_created"
    COHORT_CREATED = "cohort_created"
    COHORT_CHANGED = "cohort_changed"
    CLASS_SESSION_ADDED = "class_session_added"
    CLASS_SESSION_CHANGED = "class_session_changed"
    CLASS_SESSION_MOVED = "class_session_moved"
    CLASS_SESSION_CANCELLED = "class_session_cancelled"
    CLASS_SESSION_RESTORED = "class_session_restored"
    CLASS_SESSION_REMOVED = "class_session_removed"
    CLASS_SESSION_PUT_BACK = "class_session_put_back"
    TEAM_CREATED = "team_created"
    TEAM_RENAMED = "team_renamed"
    ERASURE_ASKED = "erasure_asked"
    PERSON_ERASED = "person_erased"
    DOCUMENT_ERASED = "document_erased"
    BACKUP_RESTORED = "backup_restored"
    GLASS_BROKEN = "glass_broken"
    GLASS_READ = "glass_read"
    GLASS_MENDED = "glass_mended"


class SubjectKind(enum.StrEnum):
    """On what it was done."""

    USER = "user"
    GUEST = "guest"
    INVITATION = "invitation"
    LINK = "link"
    BOARD = "board"
    DOCUMENT = "document"
    PROBLEM = "problem"
    PROJECT = "project"
    FEEDBACK = "feedback"
    BRIEF = "brief"
    PROGRAMME = "programme"
    COHORT = "cohort"
    TEAM = "team"


class Export(enum.StrEnum):
    """What was downloaded."""

    AUDIT_LOG = "audit_log"
    LAST_GOOD_BOARD = "last_good_board"
    BOARD = "board"
    SNAPSHOT = "snapshot"
    PERSONAL_DATA = "personal_data"
    ASSESSMENTS = "assessments"
    ACCOMPANIMENT = "accompaniment"


Fact = enum.StrEnum | bool | int | date
SCOPES = ("organization_id", "programme_id", "cohort_id", "team_id", "project_id")


class Who(Protocol):
    """Whoever has an author key: an actor, a user, a guest."""

    @property
    def key(self) -> str:
        """'u12' or 'g5'."""


def _without_constraint(members: type[enum.StrEnum]) -> Enum:
    """Unlike `enum_type`, unchecked by the database: a new value must not rebuild an append-only table."""
    return Enum(
        members,
        native_enum=False,
        create_constraint=False,
        length=40,
        values_callable=lambda found: [member.value for member in found],
    )


def user_key(user_id: int | None) -> str:
    """The key of the account of this id."""
    return f"u{user_id}"


class AuditEntry(Base):
    """One entry. Ids are plain numbers: an entry outlives what it speaks of. They follow without a gap."""

    __tablename__ = "audit_entry"
    __table_args__ = (
        Index(None, "organization_id", "id"),
        Index(None, "programme_id", "id"),
        Index(None, "cohort_id", "id"),
        Index(None, "actor_key", "id"),
        Index(None, "subject_kind", "subject_id", "id"),
        Index(None, "at"),
    )

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    at: Mapped[datetime]
    actor_key: Mapped[str] = mapped_column(String(32))
    action: Mapped[AuditAction] = mapped_column(_without_constraint(AuditAction))
    organization_id: Mapped[int | None]
    programme_id: Mapped[int | None]
    cohort_id: Mapped[int | None]
    team_id: Mapped[int | None]
    project_id: Mapped[int | None]
    subject_kind: Mapped[SubjectKind | None] = mapped_column(_without_constraint(SubjectKind))
    subject_id: Mapped[int | None]
    details: Mapped[str] = mapped_column(Text)
    """Canonical JSON, kept as text: the hash is over these very bytes."""
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))

    @property
    def facts(self) -> dict[str, Any]:
        """The details as a dictionary."""
        found: dict[str, Any] = json.loads(self.details)
        return found


class AuditHead(Base):
    """The end of the chain, in the one row there is: what appends locks it."""

    __tablename__ = "audit_head"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    last_id: Mapped[int]
    hash: Mapped[str] = mapped_column(String(64))


HASHED = tuple(column.name for column in AuditEntry.__table__.columns if column.name != "hash")


def digest(values: dict[str, Any]) -> str:
    """SHA-256 of every field but the hash itself, the previous hash among them, in one canonical form."""
    fields = {name: values[name] for name in HASHED}
    fields["at"] = fields["at"].astimezone(UTC).isoformat(timespec="microseconds")
    return hashlib.sha256(_canonical(fields).encode()).hexdigest()


def _canonical(values: dict[str, Any]) -> str:
    return json.dumps(values, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


@dataclass(frozen=True)
class _Noted:
    actor_key: str
    action: AuditAction
    where: Where
    subject: tuple[SubjectKind, int] | None
    details: str


def audit(
    session: Session,
    actor: Who | str,
    action: AuditAction,
    *,
    where: Where = NOWHERE,
    subject: tuple[SubjectKind, int] | None = None,
    refused: bool = False,
    **facts: Fact | None,
) -> None:
    """Note that `actor` (or the key COMMAND, NOBODY) did this; it commits with the transaction.

    `where` need only name the innermost scope. Facts are enumerated values, numbers, days and yes or no.
    What was `refused` is kept although the refusal undoes the transaction.
    """
    details = {name: _plain(fact) for name, fact in facts.items() if fact is not None}
    key = actor if isinstance(actor, str) else actor.key
    noted = _Noted(key, action, where, subject, _canonical(details))
    session.info.setdefault("refusals" if refused else "audit", []).append(noted)


def _plain(fact: Fact) -> str | int:
    if isinstance(fact, enum.StrEnum):
        return fact.value
    if isinstance(fact, datetime):
        return fact.astimezone(UTC).isoformat(timespec="seconds")
    if isinstance(fact, date):
        return fact.isoformat()
    if isinstance(fact, int):
        return fact
    raise TypeError("the audit log holds no free text")


def take_refusals(session: Session) -> list[_Noted]:
    """The refusals noted in a transaction that was undone."""
    return session.info.pop("refusals", [])  # type: ignore[no-any-return]


def append_noted(session: Session, noted: Iterable[_Noted] = ()) -> None:
    """Append what was noted. `transaction()` calls it last."""
    entries = [*noted, *session.info.pop("audit", ())]
    if not entries:
        return
    session.flush()
    scopes = {where: _scope(session, where) for where in {entry.where for entry in entries}}
    head = session.execute(select(AuditHead.last_id, AuditHead.hash).with_for_update()).one()
    last_id, last_hash, rows = head.last_id, head.hash, []
    for entry in entries:
        kind, subject_id = entry.subject or (None, None)
        values = {
            "id": last_id + 1,
            "at": utcnow(),
            "actor_key": entry.actor_key,
            "action": entry.action,
            **scopes[entry.where],
            "subject_kind": kind,
            "subject_id": subject_id,
            "details": entry.details,
            "previous_hash": last_hash,
        }
        values["hash"] = digest(values)
        last_id, last_hash = values["id"], values["hash"]
        rows.append(values)
    session.execute(insert(AuditEntry), rows)
    session.execute(update(AuditHead).values(last_id=last_id, hash=last_hash))


_LADDER = (
    ("project_id", "team_id", Project),
    ("team_id", "cohort_id", Team),
    ("cohort_id", "programme_id", Cohort),
    ("programme_id", "organization_id", Programme),
)


def _scope(session: Session, where: Where) -> dict[str, int | None]:
    """Every scope in which the place lies, looked up from the innermost outwards."""
    scope: dict[str, int | None] = {name: getattr(where, name) for name in SCOPES}
    for inner, outer, table in _LADDER:
        if scope[inner] is not None and scope[outer] is None:
            scope[outer] = session.scalar(
                select(getattr(table, outer)).where(table.__table__.c.id == scope[inner])
            )
    return scope
