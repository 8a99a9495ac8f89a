"""Short secrets, sealed with the application's secret key: unreadable and unalterable in the database.

One block of HMAC-SHA256 under a fresh nonce hides the content, a second HMAC under another key proves it and
what it is for. Why not a library: docs/adr/0015.
"""

import base64
import binascii
import hmac
import secrets

VERSION = "1"
NONCE_BYTES = 24
TAG_BYTES = 32
LONGEST_BYTES = 32


def _key(secret_key: str, use: str) -> bytes:
    return hmac.digest(secret_key.encode(), f"etabli sealing {VERSION} {use}".encode(), "sha256")


def _hidden(secret_key: str, nonce: bytes, content: bytes) -> bytes:
    pad = hmac.digest(_key(secret_key, "hide"), nonce, "sha256")
    return bytes(ours ^ theirs for ours, theirs in zip(content, pad, strict=False))


def _tag(secret_key: str, purpose: str, sealed: bytes) -> bytes:
    return hmac.digest(_key(secret_key, "prove"), sealed + purpose.encode(), "sha256")


def seal(secret_key: str, purpose: str, content: bytes) -> str:
    """`content` (32 bytes at most) sealed for one `purpose`, as text: version, nonce + content + tag."""
    if len(content) > LONGEST_BYTES:
        raise ValueError("too long to be sealed")
    nonce = secrets.token_bytes(NONCE_BYTES)
    sealed = nonce + _hidden(secret_key, nonce, content)
    whole = sealed + _tag(secret_key, purpose, sealed)
    return f"{VERSION}.{base64.urlsafe_b64encode(whole).decode()}"


def unseal(secret_key: str, purpose: str, text: str) -> bytes | None:
    """The content; None under another key, for another purpose, or when a bit was changed."""
    version, _dot, encoded = text.partition(".")
    try:
        whole = base64.urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError):
        return None
    sealed, tag = whole[:-TAG_BYTES], whole[-TAG_BYTES:]
    if version != VERSION or not hmac.compare_digest(tag, _tag(secret_key, purpose, sealed)):
        return None
    return _hidden(secret_key, sealed[:NONCE_BYTES], sealed[NONCE_BYTES:])
