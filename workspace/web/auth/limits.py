"""How often pages behind a secret address, and a few others, are asked for. Passwords and codes: tries.py.

A secret (the token of an invitation or of a link) is part of the key: its 256 bits need no bound on guesses,
and nobody can close the door of the others behind the same address.
"""

import hashlib

from flask import current_app, request
from flask_limiter.util import get_remote_address

from workspace.extensions import limiter
from workspace.services.accounts import clean_email
from workspace.settings import Settings

SENDINGS = "10 per minute"
READS = "240 per minute"
BY_ADDRESS = "600 per 5 minutes"


def hashed(text: str) -> str:
    """What a store of counts may hold of an address or a secret."""
    return hashlib.sha256(text.encode(errors="replace")).hexdigest()[:24]


def account() -> str:
    """The key of one account, from wherever it is tried."""
    return hashed(clean_email(request.form.get("email", "")))


def secret_and_address() -> str:
    """The key of one secret address opened from one place."""
    token = str((request.view_args or {}).get("token", ""))
    return f"{get_remote_address()}|{hashed(token)}"


def sends_mail() -> bool:
    """Whether this installation can send a message."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.mail != "off"


by_secret = limiter.shared_limit(SENDINGS, scope="secret", key_func=secret_and_address, methods=["POST"])
secret_pages = limiter.shared_limit(READS, scope="secret-pages", key_func=secret_and_address)
by_address = limiter.shared_limit(BY_ADDRESS, scope="address", methods=["POST"])
few_codes = limiter.limit(SENDINGS, methods=["POST"])
