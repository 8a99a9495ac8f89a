"""The names of pictures, marked for the board that they were given to.

A rule must know, before every edit and without the database, that a picture named on a board is one of
that board's: another one's would be shown to people who may not see it. So a name ends with a mark that
only the server can make: `<key>.<mark>`, an HMAC over the document's id and the key.
"""

import hashlib
import hmac
import re
import secrets
from base64 import urlsafe_b64encode

KEY_BYTES, MARK_BYTES = 12, 12
NAME_PATTERN = r"[A-Za-z0-9_-]{16}\.[A-Za-z0-9_-]{16}"
_secret = secrets.token_bytes(32)


def use_secret(secret: str) -> None:
    """Mark with the installation's secret: every process of it then takes the names that another gave."""
    global _secret  # noqa: PLW0603 - one installation per process
    _secret = hashlib.sha256(b"pictures" + secret.encode()).digest()


def is_name(text: str) -> bool:
    """Whether a picture may be called so."""
    return re.fullmatch(NAME_PATTERN, text) is not None


def new_name(document_id: int) -> str:
    """A name that nobody can guess, for this board."""
    key = urlsafe_b64encode(secrets.token_bytes(KEY_BYTES)).decode()
    return f"{key}.{_mark(document_id, key)}"


def is_of(document_id: int, name: object) -> bool:
    """Whether this name was given to this board."""
    if not isinstance(name, str) or not is_name(name):
        return False
    key, _dot, mark = name.partition(".")
    return hmac.compare_digest(mark, _mark(document_id, key))


def _mark(document_id: int, key: str) -> str:
    digest = hmac.digest(_secret, f"{document_id}:{key}".encode(), "sha256")
    return urlsafe_b64encode(digest[:MARK_BYTES]).decode()
