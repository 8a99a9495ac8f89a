"""Passwords: argon2id (19 MiB, t=2, p=1). Hashing is slow on purpose, so it runs outside the hub."""

from collections.abc import Callable
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

MINIMUM_LENGTH = 10
MAXIMUM_LENGTH = 200

_hasher = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
# Verified when the account does not exist, so that both answers take the same time.
_dummy_hash = _hasher.hash("nobody has this password")


def _run_here(function: Callable[..., Any], *arguments: Any) -> Any:
    return function(*arguments)


# The server replaces this by its thread pool: an argon2 hash would freeze the hub.
run_blocking: Callable[..., Any] = _run_here


def hash_password(password: str) -> str:
    """The argon2id hash of a password."""
    return str(run_blocking(_hasher.hash, password))


def password_matches(password_hash: str | None, password: str) -> bool:
    """Whether the password is the one hashed; takes as long when there is no hash."""
    return bool(run_blocking(_verify, password_hash or _dummy_hash, password)) and password_hash is not None


def _verify(password_hash: str, password: str) -> bool:
    try:
        return _hasher.verify(password_hash, password)
    except (VerificationError, InvalidHashError):
        return False
