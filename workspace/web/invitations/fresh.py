"""Links made a moment ago, shown to whoever made them in the browser that made them, then never again.

Only the hash of a token is stored on the server. For a quarter of an hour the maker's own form session
remembers the link, so that a reload or a second submit does not lose it.
"""

import time
from collections.abc import Iterable
from dataclasses import dataclass

from flask import current_app, session, url_for

from workspace.services.invitations import NewInvitation
from workspace.settings import Settings
from workspace.web.links.card import qr_image

KEPT_SECONDS = 900
MOST = 12
FRESH = "fresh_invitations"


@dataclass(frozen=True)
class FreshLink:
    """A link as the page shows it: to copy, and as a QR code (a data: URL)."""

    url: str
    qr: str


def remember_links(made: Iterable[NewInvitation]) -> None:
    """Keep these links for the page that follows."""
    now = int(time.time())
    kept = [[*new, now] for new in made]
    session[FRESH] = (kept + [row for row in session.get(FRESH, []) if now - row[2] < KEPT_SECONDS])[:MOST]


def fresh_links() -> dict[int, FreshLink]:
    """The links this browser may still see, by invitation id. Newer links of an invitation win."""
    now, found = int(time.time()), {}
    settings: Settings = current_app.config["SETTINGS"]
    for invitation_id, token, made_at in reversed(session.get(FRESH, [])):
        if now - made_at < KEPT_SECONDS:
            url = settings.base_url + url_for("invitations.show", token=token)
            found[invitation_id] = FreshLink(url, qr_image(url))
    return found
