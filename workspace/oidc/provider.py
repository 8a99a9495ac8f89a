"""The provider as it describes itself: its discovery document and its keys, kept for an hour.

While it cannot be reached what was known of it serves for a day. New keys are asked for when a token does not
hold by those known, at most every half minute.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic, TypeVar
from urllib.parse import urlsplit

from authlib.oidc.discovery import get_well_known_url
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

from workspace.oidc.calls import fetch, json_object
from workspace.oidc.failures import OidcFailure, unreachable, unverified
from workspace.settings import OidcProvider

FRESH_SECONDS = 3600.0
STALE_SECONDS = 86_400.0
NEW_KEYS_EVERY_SECONDS = 30.0
KEYS_AT_MOST = 50
KEY_TYPES = ("RSA", "EC", "OKP")
T = TypeVar("T")


@dataclass(frozen=True)
class Endpoints:
    """What we use of a discovery document; empty when the provider has none."""

    authorization: str
    token: str
    jwks: str
    userinfo: str
    end_session: str
    names_issuer: bool
    """Whether its answers always carry `iss` (RFC 9207)."""


@dataclass(frozen=True)
class _Kept(Generic[T]):
    value: T
    at: float


class Provider:
    """What is known of the provider, for one process. `clock` counts seconds."""

    def __init__(self, config: OidcProvider, clock: Callable[[], float] = time.monotonic) -> None:
        self.config = config
        self._clock = clock
        self._endpoints: _Kept[Endpoints] | None = None
        self._keys: _Kept[KeySet] | None = None

    def endpoints(self) -> Endpoints:
        """Where to send people and calls.

        Raises:
            OidcFailure: it cannot be known now, or does not hold.
        """
        self._endpoints = self._refreshed(self._endpoints, self._discover)
        return self._endpoints.value

    def keys(self) -> KeySet:
        """Its public keys.

        Raises:
            OidcFailure: they cannot be known now.
        """
        self._keys = self._refreshed(self._keys, self._fetch_keys)
        return self._keys.value

    def newer_keys(self) -> KeySet | None:
        """Its keys asked for again, None if they were fetched just now."""
        if self._keys is not None and self._clock() - self._keys.at < NEW_KEYS_EVERY_SECONDS:
            return None
        self._keys = _Kept(self._fetch_keys(), self._clock())
        return self._keys.value

    def _refreshed(self, kept: _Kept[T] | None, ask: Callable[[], T]) -> _Kept[T]:
        now = self._clock()
        if kept is not None and now - kept.at < FRESH_SECONDS:
            return kept
        try:
            return _Kept(ask(), now)
        except OidcFailure:
            if kept is None or now - kept.at > STALE_SECONDS:
                raise
            return kept

    def _discover(self) -> Endpoints:
        found = json_object(fetch(get_well_known_url(self.config.issuer, external=True)))
        if found.get("issuer") != self.config.issuer:
            raise unverified("issuer of the discovery document")
        methods = found.get("code_challenge_methods_supported")
        if self.config.sends_pkce and isinstance(methods, list) and "S256" not in methods:
            raise unverified("no S256")
        return Endpoints(
            authorization=self._url(found, "authorization_endpoint"),
            token=self._url(found, "token_endpoint"),
            jwks=self._url(found, "jwks_uri"),
            userinfo=self._url(found, "userinfo_endpoint", needed=False),
            end_session=self._url(found, "end_session_endpoint", needed=False),
            names_issuer=found.get("authorization_response_iss_parameter_supported") is True,
        )

    def _url(self, found: dict[str, object], name: str, *, needed: bool = True) -> str:
        url = found.get(name)
        if url is None and not needed:
            return ""
        schemes = ("https",) if self.config.issuer.startswith("https:") else ("http", "https")
        if not isinstance(url, str) or urlsplit(url).scheme not in schemes or not urlsplit(url).netloc:
            raise unverified(f"{name} of the discovery document")
        return url

    def _fetch_keys(self) -> KeySet:
        rows = json_object(fetch(self.endpoints().jwks)).get("keys")
        if not isinstance(rows, list) or len(rows) > KEYS_AT_MOST:
            raise unreachable("no keys")
        keys = []
        for row in rows:
            if isinstance(row, dict) and row.get("kty") in KEY_TYPES and row.get("use", "sig") == "sig":
                try:
                    keys.append(import_key(row))
                except (JoseError, ValueError, TypeError):
                    continue  # a kind we do not know; others may do
        return KeySet(keys)
