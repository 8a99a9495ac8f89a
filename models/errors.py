"""What can go wrong in the domain. Each boundary (pages, API, sockets) translates these once."""

from collections.abc import Mapping
from typing import Any

from models.i18n import N_


class DomainError(Exception):
    """A refusal with a reason a person can read. `message` is a French msgid of the catalogue."""

    def __init__(self, message: str = "", **values: Any) -> None:
        super().__init__(message)
        self.message = message
        self.values = values


class NotFound(DomainError):
    """It does not exist, or the actor may not know that it exists."""


class Forbidden(DomainError):
    """The actor may know that it exists, but may not do this."""


class Conflict(DomainError):
    """Somebody changed it meanwhile; `current` holds their values by field name."""

    def __init__(self, message: str, current: Mapping[str, Any] | None = None) -> None:
        super().__init__(message)
        self.current = dict(current or {})


class Invalid(DomainError):
    """The input cannot be accepted; `fields` maps a field name to a French msgid."""

    def __init__(self, message: str = "", fields: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.fields = dict(fields or {})


class Refused(DomainError):
    """A rule says no; `code` is stable and safe to show to programs."""

    def __init__(self, code: str, message: str = "", **values: Any) -> None:
        super().__init__(message, **values)
        self.code = code


class CorruptDocument(DomainError):
    """The stored bytes of a document cannot be opened: it alone is concerned, and waits to be restored.

    `reason` says for the operator which bytes, in no more than a few words and without content.
    """

    code = "corrupt"

    def __init__(self, reason: str) -> None:
        super().__init__(
            N_("Ce tableau est abîmé et ne peut pas être ouvert. L’équipe technique est prévenue.")
        )
        self.reason = reason
