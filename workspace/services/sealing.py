"""Short secrets, sealed with the application's secret key: unreadable and unalterable in the database.

AES-256-GCM under a key derived for this use alone; what a secret is for is part of what is proved.
"""

import base64
import binascii
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

VERSION = "1"
NONCE_BYTES = 12
KEY_BYTES = 32
SHORTEST_BYTES = NONCE_BYTES + 16


def _cipher(secret_key: str) -> AESGCM:
    use = f"etabli sealing {VERSION}".encode()
    return AESGCM(HKDF(SHA256(), KEY_BYTES, salt=None, info=use).derive(secret_key.encode()))


def seal(secret_key: str, purpose: str, content: bytes) -> str:
    """`content` sealed for one `purpose`, as text: version, nonce + hidden content + tag."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    whole = nonce + _cipher(secret_key).encrypt(nonce, content, purpose.encode())
    return f"{VERSION}.{base64.urlsafe_b64encode(whole).decode()}"


def unseal(secret_key: str, purpose: str, text: str) -> bytes | None:
    """The content; None under another key, for another purpose, or when a bit was changed."""
    version, _dot, encoded = text.partition(".")
    try:
        whole = base64.urlsafe_b64decode(encoded)
    except (binascii.Error, ValueError):
        return None
    if version != VERSION or len(whole) < SHORTEST_BYTES:
        return None
    nonce, sealed = whole[:NONCE_BYTES], whole[NONCE_BYTES:]
    try:
        return _cipher(secret_key).decrypt(nonce, sealed, purpose.encode())
    except InvalidTag:
        return None
