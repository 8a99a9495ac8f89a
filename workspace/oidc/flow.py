"""The authorization code flow: a person departs to the provider, and arrives back vouched for; and farewell.

What binds an arrival to its departure (state, nonce, PKCE verifier) is the caller's to keep in the person's
browser. Nothing here knows accounts, pages or cookies.
"""

import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from authlib.common.errors import AuthlibBaseError
from authlib.common.urls import add_params_to_uri
from requests.exceptions import RequestException

from models.identity import SUBJECT_LIMIT
from workspace.oidc.calls import fetch, oauth_session
from workspace.oidc.failures import CANCELLED, DECLINED, ELSEWHERE, OidcFailure, unreachable, unverified
from workspace.oidc.provider import Provider
from workspace.oidc.tokens import id_token_claims, userinfo_claims

RANDOM_BYTES = 32
CODE_LIMIT = 4096
DECLINES = {"login_required", "consent_required", "interaction_required", "account_selection_required"}


@dataclass(frozen=True)
class Departure:
    """What must be known again when the person comes back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Assertion:
    """Who the provider says this is. `email` is empty unless it is verified; it may hold anything."""

    issuer: str
    subject: str
    email: str
    name: str
    id_token: str


def secret_word() -> str:
    """64 characters, letters and digits only: some providers refuse others, or fewer than 32."""
    return secrets.token_hex(RANDOM_BYTES)


def depart(provider: Provider, redirect_uri: str) -> tuple[str, Departure]:
    """The address to send the person to, and what to keep meanwhile.

    Raises:
        OidcFailure: the provider cannot be reached.
    """
    config = provider.config
    departure = Departure(secret_word(), secret_word(), secret_word())
    more = {"acr_values": " ".join(config.acr_values)} if config.acr_values else {}
    with oauth_session(
        client_id=config.client_id,
        scope=" ".join(config.scopes),
        redirect_uri=redirect_uri,
        code_challenge_method="S256" if config.sends_pkce else None,
    ) as session:
        url, _state = session.create_authorization_url(
            provider.endpoints().authorization,
            state=departure.state,
            code_verifier=departure.verifier,
            nonce=departure.nonce,
            **more,
        )
    return str(url), departure


def arrive(
    provider: Provider, redirect_uri: str, departure: Departure, answer: Mapping[str, str]
) -> Assertion:
    """Who came back. `answer`: the parameters of the provider's redirect.

    Raises:
        OidcFailure: it is no answer to this departure, a refusal, or does not hold.
    """
    if not hmac.compare_digest(answer.get("state", "").encode(), departure.state.encode()):
        raise OidcFailure(ELSEWHERE, "state")
    _check_issuer(provider, answer)
    if answer.get("error"):
        raise _refusal(answer["error"])
    code = answer.get("code", "")
    if not 0 < len(code) <= CODE_LIMIT:
        raise unverified("no code")
    tokens = _exchange(provider, redirect_uri, departure, code)
    claims = id_token_claims(
        provider, tokens.get("id_token"), nonce=departure.nonce, access_token=tokens.get("access_token")
    )
    if "email" not in claims and provider.endpoints().userinfo:
        response = fetch(provider.endpoints().userinfo, bearer=_text(tokens.get("access_token")))
        claims = {**userinfo_claims(provider, response, subject=claims["sub"]), **claims}
    return _assertion(provider, claims, _text(tokens.get("id_token")))


def farewell_url(provider: Provider, id_token: str, return_uri: str, state: str) -> str:
    """Where the provider ends its own session too; empty when it does not say where, or cannot be reached."""
    try:
        end_session = provider.endpoints().end_session
    except OidcFailure:
        return ""
    if not end_session:
        return ""
    parameters = [("id_token_hint", id_token), ("post_logout_redirect_uri", return_uri), ("state", state)]
    return str(add_params_to_uri(end_session, parameters))


def _check_issuer(provider: Provider, answer: Mapping[str, str]) -> None:
    """RFC 9207: an answer of another provider is not taken for this one's."""
    named = answer.get("iss")
    if named is None and not provider.endpoints().names_issuer:
        return
    if named != provider.config.issuer:
        raise unverified("iss of the answer")


def _refusal(error: str) -> OidcFailure:
    if error == "access_denied":
        return OidcFailure(CANCELLED, "access_denied")
    return OidcFailure(DECLINED, error if error in DECLINES else "refused")


def _exchange(provider: Provider, redirect_uri: str, departure: Departure, code: str) -> Mapping[str, object]:
    config = provider.config
    verifier = {"code_verifier": departure.verifier} if config.sends_pkce else {}
    with oauth_session(
        client_id=config.client_id,
        client_secret=config.client_secret,
        token_endpoint_auth_method=config.auth_method,
        redirect_uri=redirect_uri,
    ) as session:
        try:
            found = session.fetch_token(
                provider.endpoints().token,
                grant_type="authorization_code",
                code=code,
                allow_redirects=False,
                **verifier,
            )
        except AuthlibBaseError as error:
            # Our client's own secret may be wrong: the word says so, the provider's description is not kept.
            known = error.error in ("invalid_grant", "invalid_client", "invalid_request")
            raise OidcFailure(DECLINED, f"token: {error.error if known else 'refused'}") from None
        except (RequestException, ValueError, RecursionError, TypeError, AttributeError) as error:
            raise unreachable(f"token: {type(error).__name__}") from None
    if str(found.get("token_type", "")).lower() != "bearer":
        raise unverified("token type")
    return dict(found)


def _assertion(provider: Provider, claims: Mapping[str, object], id_token: str) -> Assertion:
    subject = _text(claims.get("sub"))
    if not subject or len(subject) > SUBJECT_LIMIT or not subject.isascii() or not subject.isprintable():
        raise unverified("sub")
    is_verified = claims.get("email_verified")
    vouched = is_verified in (True, "true") or (is_verified is None and provider.config.vouches_for_email)
    family = _text(claims.get("usual_name")) or _text(claims.get("family_name"))
    names = f"{_text(claims.get('given_name'))} {family}".strip()
    return Assertion(
        issuer=provider.config.issuer,
        subject=subject,
        email=_text(claims.get("email")) if vouched else "",
        name=_text(claims.get("name")) or names,
        id_token=id_token,
    )


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
