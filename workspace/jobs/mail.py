"""Send one message: write it and commit its links, hand it to the mail server, note that it left.

A worker that dies after the hand-over sends the message again: better twice than never. Not so for what tells
news (`workspace/mail/digests.py`), which the application tells too: noted before, it never leaves twice.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import cached_property
from smtplib import SMTPException

from flask import Flask
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from models.base import utcnow
from models.invitation import Invitation
from models.mail import CaughtMail, MailKind
from models.people import User
from models.session import reading, transaction
from workspace.jobs.queue import Claimed, TryLater
from workspace.mail import digests, leaving, letters, partner_letters
from workspace.mail.letter import Envelope
from workspace.mail.message import html_of, message_of, text_of
from workspace.mail.transport import Undeliverable, send
from workspace.settings import Settings

KEPT_CAUGHT = 200


class Mailer:
    """Runs the jobs SEND_MAIL."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings

    @cached_property
    def _app(self) -> Flask:
        from workspace.app import create_app  # noqa: PLC0415 - a worker without mail needs no pages

        return create_app(self._settings)

    def run(self, job: Claimed) -> None:
        """See the module. Raises: TryLater."""
        kind, _colon, key = job.key.partition(":")
        with self._app.test_request_context(base_url=self._settings.base_url):
            with transaction() as session:
                envelope = WRITERS[MailKind(kind)](session, key, job)
            if envelope is not None:
                self._deliver(MailKind(kind), key, envelope)

    def _deliver(self, kind: MailKind, key: str, envelope: Envelope) -> None:
        if self._settings.mail == "caught":
            _catch(envelope)
        elif _is_invented(envelope.to):
            return
        else:
            assert self._settings.smtp is not None  # noqa: S101 - or mail would be off
            try:
                send(self._settings.smtp, message_of(envelope, self._settings.mail_from))
            except (OSError, SMTPException) as error:  # its words may hold addresses
                if envelope.take_back is not None:
                    with transaction() as session:
                        envelope.take_back(session)
                raise TryLater(f"the mail server answers {type(error).__name__}") from None
            except (Undeliverable, ValueError):
                _note(kind, key, {"undeliverable_at": utcnow()})
                return
        _note(kind, key, {"mailed_at": utcnow(), "undeliverable_at": None})


def _is_invented(address: str) -> bool:
    """The people of a demonstration that was here before have no mailbox."""
    with reading() as session:
        return bool(session.scalar(select(User.is_demo).where(User.email == address)))


def _note(kind: MailKind, key: str, values: Mapping[str, object]) -> None:
    """What the inviter reads about the message."""
    if kind is MailKind.INVITATION:
        with transaction() as session:
            session.execute(update(Invitation).where(Invitation.id == int(key)).values(**values))


def _catch(envelope: Envelope) -> None:
    with transaction() as session:
        session.add(
            CaughtMail(
                to=envelope.to,
                subject=envelope.subject,
                text=text_of(envelope),
                html=html_of(envelope),
                unsubscribe_url=envelope.unsubscribe_url,
            )
        )
        session.flush()
        newest = select(CaughtMail.id).order_by(CaughtMail.id.desc()).limit(KEPT_CAUGHT)
        session.execute(delete(CaughtMail).where(CaughtMail.id.not_in(newest)))


def _sign_in_link(session: Session, _key: str, job: Claimed) -> Envelope | None:
    asked_at = datetime.fromisoformat(job.payload["asked_at"])
    return letters.sign_in_link(session, job.payload["email"], asked_at)


def _glass_broken(session: Session, key: str, job: Claimed) -> Envelope | None:
    return letters.glass_broken(session, int(key.partition("-")[0]), job.payload["email"])


def _partner_letter(session: Session, key: str, job: Claimed) -> Envelope | None:
    return partner_letters.partner_letter(session, int(key), job.payload)


Write = Callable[[Session, str, Claimed], Envelope | None]
WRITERS: Mapping[MailKind, Write] = {
    MailKind.INVITATION: lambda session, key, _job: letters.invitation(session, int(key)),
    MailKind.PASSWORD_CHANGED: lambda session, key, _job: letters.password_changed(session, int(key)),
    MailKind.DIGEST: lambda session, key, _job: digests.digest(session, int(key)),
    MailKind.AT_ONCE: lambda session, key, _job: digests.at_once(session, int(key)),
    MailKind.ERASURE_ASKED: lambda session, key, _job: leaving.erasure_asked(session, int(key)),
    MailKind.ACCOUNT_KEPT: lambda session, key, _job: leaving.account_kept(session, int(key)),
    MailKind.UNUSED_ACCOUNT: lambda session, key, _job: leaving.unused_account(session, int(key)),
    MailKind.SIGN_IN_LINK: _sign_in_link,
    MailKind.PARTNER_LETTER: _partner_letter,
    MailKind.GLASS_BROKEN: _glass_broken,
}
