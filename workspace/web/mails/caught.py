"""/mails: the messages that a development server kept instead of sending them. Nowhere else.

Whoever reaches the page may read them, secret links included: so it is there only where no mail leaves the
machine, never in production, and outside a demonstration only for whoever sits at this machine.
"""

from flask import Response, abort, current_app, flash, g, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import delete, select

from models.access import MAX_ID
from models.mail import CaughtMail
from models.session import reading, transaction
from workspace.i18n import _
from workspace.settings import Settings
from workspace.web.guard import public
from workspace.web.mails.unsubscribing import blueprint

__all__ = ["blueprint"]

INSIDE_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox allow-popups; frame-ancestors 'self'"


def _caught_only() -> None:
    settings: Settings = current_app.config["SETTINGS"]
    if settings.mail != "caught" or not (settings.demo or _is_of_this_machine()):
        abort(404)


def _is_of_this_machine() -> bool:
    return request.remote_addr in ("127.0.0.1", "::1") and "X-Forwarded-For" not in request.headers


@blueprint.get("/mails")
@public
def index() -> ResponseReturnValue:
    """The newest first."""
    _caught_only()
    with reading() as session:
        found = session.scalars(select(CaughtMail).order_by(CaughtMail.id.desc())).all()
        return render_template("mails/index.html", mails=found)


@blueprint.post("/mails/clear")
@public
def clear() -> ResponseReturnValue:
    """Throw them all away."""
    _caught_only()
    with transaction() as session:
        session.execute(delete(CaughtMail))
    flash(_("Les messages sont effacés."), "success")
    return redirect(url_for("mails.index"))


@blueprint.get("/mails/<int:mail_id>")
@public
def show(mail_id: int) -> ResponseReturnValue:
    """One message, as HTML and as text."""
    mail = _mail(mail_id)
    g.shows_frame = True
    return render_template("mails/show.html", mail=mail)


@blueprint.get("/mails/<int:mail_id>/html")
@public
def inside(mail_id: int) -> ResponseReturnValue:
    """The HTML alone, for the frame of the page."""
    response = Response(_mail(mail_id).html, mimetype="text/html")
    response.headers["Content-Security-Policy"] = INSIDE_POLICY
    return response


def _mail(mail_id: int) -> CaughtMail:
    _caught_only()
    with reading() as session:
        found = session.get(CaughtMail, min(mail_id, MAX_ID))
        if found is None:
            abort(404)
        session.expunge(found)
        return found
