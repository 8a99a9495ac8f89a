"""What a browser keeps between its steps at the provider: signed, short-lived, unreadable by scripts.

Not in the form's session: that one is cleared at each sign-in, and these must come back to one path only.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from flask import Response, current_app
from itsdangerous import BadData, URLSafeTimedSerializer

from workspace.oidc.flow import Assertion, Departure
from workspace.web.cookies import drop_cookie, keep_cookie, read_cookie

PATH = "/sign-in/oidc"
DEPARTURE, ASSERTION, FAREWELL = "etabli_oidc", "etabli_identity", "etabli_goodbye"
LIFETIME_SECONDS = {DEPARTURE: 600, ASSERTION: 1200, FAREWELL: 600}
# An invitation's page and the page of a link by mail ask whether an identity waits to be linked.
PATHS = {DEPARTURE: PATH, ASSERTION: "/", FAREWELL: PATH}
COOKIE_BYTES = 3800
"""Browsers keep 4096 bytes, name and attributes included."""


@dataclass(frozen=True)
class Journey:
    """A departure, where the person was going, and whose account an identity is to be linked to, if any."""

    departure: Departure
    target: str
    redirect_uri: str
    linking_user_id: int | None = None


def keep_journey(response: Response, journey: Journey) -> Response:
    """Until the person comes back from the provider."""
    return _keep(response, DEPARTURE, asdict(journey))


def find_journey() -> Journey | None:
    """The departure of this browser, None if it is none, too old or forged."""
    found = _find(DEPARTURE)
    if found is None:
        return None
    return Journey(**{**found, "departure": Departure(**found["departure"])})


def keep_assertion(response: Response, assertion: Assertion, target: str) -> Response:
    """Until it is known whose account it opens; then they go to `target`. A long ID token is left out."""
    kept = {"assertion": asdict(assertion), "target": target}
    if len(_serializer(ASSERTION).dumps(kept)) > COOKIE_BYTES:
        kept["assertion"] = asdict(replace(assertion, id_token=""))
    return _keep(response, ASSERTION, kept)


def find_assertion() -> Assertion | None:
    """The identity that waits in this browser, None when the installation knows no provider (any more)."""
    config = current_app.config["SETTINGS"].oidc
    found = _find(ASSERTION) if config else None
    assertion = Assertion(**found["assertion"]) if found else None
    return assertion if assertion and assertion.issuer == config.issuer else None


def waiting_target() -> str:
    """Where the person of that identity was going; empty when nobody waits."""
    return str((_find(ASSERTION) or {}).get("target", ""))


def keep_farewell(response: Response, state: str, target: str) -> Response:
    """Until the person comes back signed out at the provider."""
    return _keep(response, FAREWELL, {"state": state, "target": target})


def find_farewell() -> tuple[str, str]:
    """The state that was sent, and where to go; empty ones when there was none."""
    found = _find(FAREWELL) or {"state": "", "target": ""}
    return found["state"], found["target"]


def forget(response: Response, name: str) -> Response:
    """Drop one of these cookies."""
    drop_cookie(response, name, PATHS[name])
    return response


def _keep(response: Response, name: str, value: dict[str, Any]) -> Response:
    sealed = _serializer(name).dumps(value)
    keep_cookie(response, name, sealed, max_age=LIFETIME_SECONDS[name], path=PATHS[name])
    return response


def _find(name: str) -> dict[str, Any] | None:
    try:
        found = _serializer(name).loads(read_cookie(name, PATHS[name]), max_age=LIFETIME_SECONDS[name])
    except BadData:
        return None
    return found if isinstance(found, dict) else None


def _serializer(name: str) -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt=name)
