"""The provider of this application, and the addresses it knows us by."""

from flask import current_app, request, url_for

from models.errors import NotFound
from workspace.oidc.flow import farewell_url, secret_word
from workspace.oidc.provider import Provider

_EXTENSION = "etabli_oidc_provider"


def find_provider() -> Provider | None:
    """The provider, None when none is set."""
    config = current_app.config["SETTINGS"].oidc
    if config is None:
        return None
    found = current_app.extensions.setdefault(_EXTENSION, Provider(config))
    return found if isinstance(found, Provider) else None


def provider() -> Provider:
    """The provider.

    Raises:
        NotFound: none is set; these routes are as if they did not exist.
    """
    found = find_provider()
    if found is None:
        raise NotFound
    return found


def our_address(endpoint: str) -> str:
    """The full address of a route of ours, on the origin the person came by: the cookies are that host's."""
    origins: tuple[str, ...] = current_app.config["SETTINGS"].origins
    origin = next((one for one in origins if one.split("://", 1)[1] == request.host), origins[0])
    return f"{origin}{url_for(endpoint)}"


def farewell(id_token: str) -> tuple[str, str]:
    """Where the provider ends its session, and the state to find again; empty ones when there is nothing."""
    known = find_provider()
    if known is None or not id_token:
        return "", ""
    state = secret_word()
    return farewell_url(known, id_token, our_address("auth.oidc_signed_out"), state), state
