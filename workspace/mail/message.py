"""An envelope as bytes for a mail server: text and HTML, and the headers that mail programs look for."""

import hashlib
import hmac
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid, parseaddr

from flask import current_app

from models.base import utcnow
from workspace.mail.letter import Envelope


def text_of(envelope: Envelope) -> str:
    """The plain text."""
    return _render("email/letter.txt", envelope)


def html_of(envelope: Envelope) -> str:
    """The HTML, with its styles inside: mail programs load none."""
    return _render("email/letter.html", envelope)


def message_of(envelope: Envelope, sender: str) -> EmailMessage:
    """The whole message. Raises: ValueError when the address cannot be written in a header."""
    name, address = parseaddr(sender)
    message = EmailMessage()
    message["From"] = Address(name, addr_spec=address)
    message["To"] = Address(addr_spec=envelope.to)
    if envelope.reply_to:
        message["Reply-To"] = Address(addr_spec=envelope.reply_to)
    message["Subject"] = envelope.subject
    message["Date"] = format_datetime(utcnow())
    domain = address.rpartition("@")[2]
    message["Message-ID"] = (
        _id_of(envelope, envelope.name, domain) if envelope.name else make_msgid(domain=domain)
    )
    if envelope.series:  # of a message that was never sent: programs gather by it all the same
        message["In-Reply-To"] = message["References"] = _id_of(envelope, envelope.series, domain)
    message["Auto-Submitted"] = "auto-generated"
    if envelope.unsubscribe_url:
        message["List-Unsubscribe"] = f"<{envelope.unsubscribe_url}>"
        message["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    message.set_content(text_of(envelope))
    message.add_alternative(html_of(envelope), subtype="html")
    message["Content-Language"] = ", ".join(letter.locale for letter in envelope.letters)
    return message


def _id_of(envelope: Envelope, name: str, domain: str) -> str:
    """The Message-ID of this name to this person: always the same, and nobody reads the name in it."""
    key = str(current_app.secret_key).encode()
    made = hmac.new(key, f"message\0{envelope.to}\0{name}".encode(), hashlib.sha256)
    return f"<{made.hexdigest()[:40]}@{domain}>"


def _render(template: str, envelope: Envelope) -> str:
    return current_app.jinja_env.get_template(template).render(envelope=envelope)
