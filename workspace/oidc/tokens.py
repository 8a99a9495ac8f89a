"""Signed tokens of the provider: ID tokens, and userinfo when it is signed.

Only signatures of a key pair count: with a shared secret, whoever holds ours could sign as the provider.
"""

import time
from collections.abc import Callable

from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import BadSignatureError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from requests import Response

from workspace.oidc.calls import json_object
from workspace.oidc.failures import unverified
from workspace.oidc.provider import Provider
from workspace.settings import OidcProvider

ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
SKEW_SECONDS = 60
"""How far the provider's clock may be from ours."""
TOKEN_LIMIT = 16_384

now: Callable[[], float] = time.time


def id_token_claims(
    provider: Provider, id_token: object, *, nonce: str, access_token: object
) -> dict[str, object]:
    """The claims of an ID token that is the provider's, for us, for now, for this nonce.

    Raises:
        OidcFailure: it is not.
    """
    config = provider.config
    token = _decoded(provider, id_token)
    claims = CodeIDToken(
        token.claims,
        token.header,
        {
            "iss": {"essential": True, "value": config.issuer},
            "aud": {"essential": True, "value": config.client_id},
        },
        {"nonce": nonce, "client_id": config.client_id, "access_token": access_token},
    )
    try:
        claims.validate(int(now()), SKEW_SECONDS)
    except (JoseError, ValueError, TypeError) as error:
        raise unverified(f"id token: {getattr(error, 'claim', type(error).__name__)}") from error
    if claims.get("nonce") != nonce:
        raise unverified("id token: nonce")
    if config.acr_values and claims.get("acr") not in config.acr_values:
        raise unverified("id token: acr")
    return dict(token.claims)


def userinfo_claims(provider: Provider, response: Response, *, subject: object) -> dict[str, object]:
    """What userinfo says of this subject: JSON, or a JWT signed by the provider for us.

    Raises:
        OidcFailure: it does not hold, or is about somebody else.
    """
    kind = response.headers.get("Content-Type", "").split(";")[0].strip().lower()
    if kind == "application/jwt":
        claims = dict(_decoded(provider, response.text.strip()).claims)
        _check_signed_userinfo(provider.config, claims)
    elif provider.config.signs_userinfo:
        raise unverified("userinfo: not signed")
    else:
        claims = json_object(response)
    if claims.get("sub") != subject:
        raise unverified("userinfo: sub")
    return claims


def _check_signed_userinfo(config: OidcProvider, claims: dict[str, object]) -> None:
    audience, expires = claims.get("aud"), claims.get("exp")
    if claims.get("iss") != config.issuer:
        raise unverified("userinfo: iss")
    if config.client_id not in (audience if isinstance(audience, list) else [audience]):
        raise unverified("userinfo: aud")
    is_over = not isinstance(expires, int | float) or expires < now() - SKEW_SECONDS
    if expires is not None and is_over:
        raise unverified("userinfo: exp")


def _decoded(provider: Provider, token: object) -> jwt.Token:
    """Verified by the keys that are known; by newer ones when those do not do."""
    if not isinstance(token, str) or len(token) > TOKEN_LIMIT:
        raise unverified("token: not one")
    try:
        try:
            return _verified(token, provider.keys())
        except (InvalidKeyIdError, BadSignatureError):
            keys = provider.newer_keys()
            if keys is None:
                raise
            return _verified(token, keys)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise unverified(f"token: {type(error).__name__}") from error


def _verified(token: str, keys: KeySet) -> jwt.Token:
    registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
    return jwt.decode(token, keys, registry=registry)
