"""Hands a message to the mail server, and tells what may be tried again from what may not."""

import smtplib
import ssl
from email.message import EmailMessage

from workspace.settings import SmtpServer

TIMEOUT_SECONDS = 30.0
FIRST_PERMANENT_CODE = 500


class Undeliverable(Exception):
    """The server refuses this message or this address for good."""


def send(server: SmtpServer, message: EmailMessage) -> None:
    """Returns once the server has taken it.

    Raises:
        Undeliverable: trying again would not help.
        OSError, smtplib.SMTPException: trying again may.
    """
    context = ssl.create_default_context()
    if server.is_tls:
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, timeout=TIMEOUT_SECONDS, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=TIMEOUT_SECONDS)
    with connection:
        connection.ehlo_or_helo_if_needed()
        if not server.is_tls and connection.has_extn("starttls"):
            connection.starttls(context=context)
            is_private = True
        else:
            is_private = server.is_tls
        if server.user:
            if not is_private:
                raise smtplib.SMTPNotSupportedError("the password is not sent over a line that anybody reads")
            connection.login(server.user, server.password)
        _hand_over(connection, message)


def _hand_over(connection: smtplib.SMTP, message: EmailMessage) -> None:
    try:
        connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        codes = [code for code, _said in error.recipients.values()]
        if all(code >= FIRST_PERMANENT_CODE for code in codes):
            raise Undeliverable(f"refused with {codes}") from error
        raise
    except smtplib.SMTPDataError as error:
        if error.smtp_code >= FIRST_PERMANENT_CODE:
            raise Undeliverable(f"refused with {error.smtp_code}") from error
        raise
    except smtplib.SMTPNotSupportedError as error:  # an address beyond ASCII, which this server cannot take
        raise Undeliverable("not supported by the server") from error
