"""Links made a moment ago, shown to whoever made them in the browser that made them, then never again.

Only the hash of a token is stored on the server. For a quarter of an hour the maker's own form session
remembers the link, so that a reload or a second submit does not lose it.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, session, url_for

from workspace.i18n import _
from workspace.services.invitations import NewInvitation
from workspace.settings import Settings
from workspace.web.auth.limits import sends_mail
from workspace.web.links.card import qr_image

KEPT_SECONDS = 900
MOST = 12
FRESH = "fresh_invitations"
RESET = "fresh_reset"


@dataclass(frozen=True)
class FreshLink:
    """A link as the page shows it: to copy, and as a QR code (a data: URL)."""

    url: str
    qr: str


def invitation_made() -> str:
    """What its maker is told."""
    if sends_mail():
        return _("L’invitation part par e-mail.")
    return _("L’invitation est prête : transmettez son lien.")


def remember_links(made: Iterable[NewInvitation]) -> None:
    """Keep these links for the page that follows."""
    now = int(time.time())
    kept = [[*new, now] for new in made]
    session[FRESH] = (kept + [row for row in session.get(FRESH, []) if now - row[2] < KEPT_SECONDS])[:MOST]


def remember_reset(user_id: int, token: str) -> None:
    """Keep the link by which somebody chooses a new password, for the page that follows."""
    session[RESET] = [user_id, token, int(time.time())]


def fresh_reset(user_id: int) -> FreshLink | None:
    """The link that this browser just made for a new password of theirs."""
    whose, token, made_at = session.get(RESET) or (0, "", 0)
    if whose != user_id or time.time() - made_at >= KEPT_SECONDS:
        return None
    return _shown("auth.new_password", token)


def fresh_links() -> dict[int, FreshLink]:
    """The links this browser may still see, by invitation id. Newer links of an invitation win."""
    now = int(time.time())
    return {
        invitation_id: _shown("invitations.show", token)
        for invitation_id, token, made_at in reversed(session.get(FRESH, []))
        if now - made_at < KEPT_SECONDS
    }


def _shown(endpoint: str, token: str) -> FreshLink:
    settings: Settings = current_app.config["SETTINGS"]
    url = settings.base_url + url_for(endpoint, token=token)
    return FreshLink(url, qr_image(url))
