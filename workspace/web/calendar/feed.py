"""The feed that calendar software reads, and what its owner does with its address on the account page."""

import hashlib
import time

from flask import Response, current_app, flash, redirect, request, session, url_for
from flask.typing import ResponseReturnValue

from models.session import reading, transaction
from workspace.i18n import _
from workspace.i18n.reader import in_locale
from workspace.services import calendar_feeds
from workspace.settings import Settings
from workspace.web.calendar.manage import blueprint
from workspace.web.guard import actor, public, signed_in

__all__ = ["blueprint", "fresh_feed"]
FRESH = "fresh_calendar"
SHOWN_SECONDS = 900


@blueprint.get("/calendar/<token>.ics")
@public
def feed(token: str) -> ResponseReturnValue:
    """The sessions of whoever owns this address, in their language; 304 when nothing changed."""
    settings: Settings = current_app.config["SETTINGS"]
    with reading() as db:
        owner = calendar_feeds.owner_of(db, token)
        with in_locale(owner.locale):
            body = calendar_feeds.feed_of(db, owner, base_url=settings.base_url)
    answer = Response(body, content_type="text/calendar; charset=utf-8")
    answer.headers["Content-Disposition"] = 'inline; filename="etabli.ics"'
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.headers["Referrer-Policy"] = "no-referrer"
    answer.headers["X-Robots-Tag"] = "noindex"
    answer.set_etag(hashlib.sha256(body).hexdigest()[:32])
    return answer.make_conditional(request)


@blueprint.post("/account/calendar")
@signed_in
def make_feed() -> ResponseReturnValue:
    """A new secret address; the one before ends."""
    with transaction() as db:
        token = calendar_feeds.make_feed(db, actor())
    session[FRESH] = [actor().user_id, token, int(time.time())]
    flash(_("L’adresse est prête : copiez-la maintenant, elle ne sera plus montrée."), "success")
    return redirect(url_for("account.show", _anchor="calendar"))


@blueprint.post("/account/calendar/end")
@signed_in
def end_feed() -> ResponseReturnValue:
    """End the address."""
    with transaction() as db:
        calendar_feeds.end_feed(db, actor())
    session.pop(FRESH, None)
    flash(_("L’adresse est supprimée : elle n’ouvre plus rien."), "success")
    return redirect(url_for("account.show", _anchor="calendar"))


def fresh_feed() -> str:
    """The address that this browser made a moment ago for who is signed in; empty otherwise."""
    user_id, token, made_at = session.get(FRESH) or (0, "", 0)
    if user_id != actor().user_id or time.time() - made_at >= SHOWN_SECONDS:
        return ""
    settings: Settings = current_app.config["SETTINGS"]
    return settings.base_url + url_for("calendar.feed", token=token)
