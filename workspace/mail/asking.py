"""Ask for a message in the transaction of its cause. It is written when it is sent: no link is stored.

A message that nobody needs any more by then (read meanwhile, revoked, accepted) is not sent.
"""

import hashlib
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from models.base import utcnow
from models.job import JobKind
from models.mail import MailKind
from models.people import User
from workspace.jobs.queue import enqueue


def ask_for_mail(
    session: Session, kind: MailKind, subject_id: int, *, run_at: datetime | None = None
) -> None:
    """One message of this kind about this invitation or to this user; asked twice, it is sent once."""
    enqueue(session, JobKind.SEND_MAIL, f"{kind}:{subject_id}", run_at=run_at)


def ask_for_mail_to(session: Session, kind: MailKind, subject_id: int, user: User) -> None:
    """The same, where several people are told of one thing."""
    enqueue(session, JobKind.SEND_MAIL, f"{kind}:{subject_id}-{user.id}", payload={"email": user.email})


def ask_for_sign_in_link(session: Session, email: str) -> None:
    """A link for whoever has this address. The same work is done for one that nobody has."""
    payload = {"email": email, "asked_at": utcnow().isoformat()}
    key = hashlib.sha256(email.encode(errors="replace")).hexdigest()[:32]
    enqueue(session, JobKind.SEND_MAIL, f"{MailKind.SIGN_IN_LINK}:{key}", payload=payload)


@dataclass(frozen=True)
class Letter:
    """What a team writes to a partner: kept with the job until it has left, and nowhere else."""

    email: str
    subject: str
    text: str
    reply_to: str


def ask_for_partner_letter(session: Session, contact_id: int, letter: Letter) -> None:
    """A message of a team's own words, for the contact that notes it."""
    key = f"{MailKind.PARTNER_LETTER}:{contact_id}"
    enqueue(session, JobKind.SEND_MAIL, key, payload=asdict(letter))
