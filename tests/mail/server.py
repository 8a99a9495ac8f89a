"""A real mail server on this machine, which can be made to refuse or to be away."""

import socket
import ssl
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, Envelope, Session


@dataclass
class MailServer:
    """`answers` are given one after the other to what is handed over; then everything is taken."""

    answers: list[str] = field(default_factory=list)
    refused: frozenset[str] = frozenset()
    taken: list[EmailMessage] = field(default_factory=list)
    passwords: list[bytes] = field(default_factory=list)
    tls: ssl.SSLContext | None = None
    port: int = 0
    _controller: Any = None

    def start(self) -> "MailServer":
        """Listen; on the same port again after a stop."""
        options: dict[str, Any] = {}
        if self.tls is not None:
            options = {"tls_context": self.tls, "require_starttls": True, "authenticator": self._authenticate}
        self.port = self.port or free_port()
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port, **options)
        self._controller.start()
        return self

    def stop(self) -> None:
        """Be away."""
        if self._controller is not None:
            self._controller.stop(no_assert=True)
            self._controller = None

    def _authenticate(
        self, _server: object, _session: object, _envelope: object, _way: str, data: Any
    ) -> Any:
        self.passwords.append(data.password)
        return AuthResult(success=data.password == b"un mot de passe")

    async def handle_RCPT(  # noqa: N802 - the library's name
        self, _server: object, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        """Refuse an address for good, or take it."""
        if address in self.refused:
            return "550 no such mailbox"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: object, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Answer as told, else keep the message."""
        if self.answers:
            return self.answers.pop(0)
        assert isinstance(envelope.content, bytes)
        message = message_from_bytes(envelope.content, policy=policy.default)
        assert isinstance(message, EmailMessage)
        self.taken.append(message)
        return "250 OK"


def free_port() -> int:
    """A port that nobody has."""
    with socket.socket() as sock:
        sock.bind(("127.0.0.1", 0))
        port: int = sock.getsockname()[1]
        return port


def text_of(message: EmailMessage) -> str:
    """The plain text."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def html_of(message: EmailMessage) -> str:
    """The HTML."""
    part = message.get_body(("html",))
    assert part is not None
    return str(part.get_content())
