"""Random tokens: 256 bits, shown once; only their SHA-256 is stored."""

import hashlib
import secrets


def new_token() -> str:
    """A URL-safe token of 256 random bits."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()
