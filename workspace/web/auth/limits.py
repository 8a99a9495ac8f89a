"""How often a password or a code may be tried: by account and address, and by address."""

import hashlib

from flask import current_app, request
from flask_limiter.util import get_remote_address

from workspace.extensions import limiter
from workspace.services.accounts import clean_email
from workspace.settings import Settings

BY_ACCOUNT = "10 per minute"
BY_ADDRESS = "100 per minute"
# A whole class opens its invitations behind one address.
READS = "240 per minute"


def account() -> str:
    """The key of one account, from wherever it is tried. Hashed: no store holds addresses."""
    email = clean_email(request.form.get("email", ""))
    return hashlib.sha256(email.encode(errors="replace")).hexdigest()[:24]


def account_and_address() -> str:
    """The key of one account tried from one address."""
    return f"{get_remote_address()}|{account()}"


def sends_mail() -> bool:
    """Whether this installation can send a message."""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.mail != "off"


by_account = limiter.shared_limit(
    BY_ACCOUNT, scope="password", key_func=account_and_address, methods=["POST"]
)
by_address = limiter.shared_limit(BY_ADDRESS, scope="password-address", methods=["POST"])
secret_pages = limiter.shared_limit(READS, scope="secret-pages")
few_codes = limiter.limit(BY_ACCOUNT, methods=["POST"])
