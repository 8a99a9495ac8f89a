"""/new-password/<token>: somebody whose password is forgotten chooses another.

The token is signed, lasts two days, and names the password it replaces: it works once, and an older one
stops working as soon as the password changes. Nothing of it is stored.
"""

from datetime import timedelta

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from models.base import utcnow
from models.errors import Refused
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import accounts
from workspace.services.accounts import CodeNeeded, Credentials
from workspace.services.password_resets import reset_password
from workspace.services.passwords import hash_password
from workspace.web.auth.cookies import session_token, set_session_cookie, user_agent
from workspace.web.auth.forms import NewPasswordForm
from workspace.web.auth.limits import by_secret, secret_pages
from workspace.web.auth.oidc import blueprint
from workspace.web.auth.second_step import ask_for_code
from workspace.web.guard import public

__all__ = ["blueprint"]

LIFETIME_SECONDS = 2 * 86400
"""Of a link that a manager passes on; one sent by mail lives shorter."""


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="new-password")


def make_reset_token(
    user_id: int, password_hash: str | None, lifetime_seconds: int = LIFETIME_SECONDS
) -> str:
    """A token that replaces this password."""
    known = Credentials(user_id, password_hash)
    return _serializer().dumps([user_id, known.fingerprint, lifetime_seconds])


def _credentials(token: str) -> Credentials | None:
    """Whose password the token replaces, None if it is not one of ours or is over."""
    try:
        payload, made_at = _serializer().loads(token, max_age=LIFETIME_SECONDS, return_timestamp=True)
        user_id, fingerprint, lifetime_seconds = payload
        is_over = utcnow() - made_at > timedelta(seconds=lifetime_seconds)
    except (BadData, ValueError, TypeError):
        return None
    if is_over:
        return None
    with reading() as session:
        known = accounts.credentials_of(session, user_id)
    return known if known.user_id is not None and known.fingerprint == fingerprint else None


@blueprint.get("/new-password/<token>")
@public
@secret_pages
def new_password(token: str) -> ResponseReturnValue:
    """The form; or that the link is over."""
    return _page(token, NewPasswordForm()) if _credentials(token) else _over()


@blueprint.post("/new-password/<token>")
@public
@by_secret
def save_new_password(token: str) -> ResponseReturnValue:
    """Replace the password, end every session, and open one here."""
    known = _credentials(token)
    if known is None:
        return _over()
    form = NewPasswordForm()
    if not form.validate():
        return _page(token, form), 422
    new_hash = hash_password(form.password.data)
    try:
        with transaction() as session:
            reset_password(session, known, new_hash)
        with transaction() as session:  # the new password stays, whatever is still asked for
            login_token = accounts.enter(
                session, known.user_id, old_token=session_token(), user_agent=user_agent()
            )
    except CodeNeeded as needed:
        flash(_("Votre mot de passe est changé. Vos autres appareils sont déconnectés."), "success")
        return ask_for_code(needed.credentials)
    except Refused:
        return _over()
    response = set_session_cookie(make_response(redirect(url_for("home.show"))), login_token)
    flash(_("Votre mot de passe est changé. Vos autres appareils sont déconnectés."), "success")
    return response


@blueprint.after_request
def keep_secret(response: Response) -> Response:
    """The address of these pages goes nowhere."""
    if "token" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response


def _page(token: str, form: NewPasswordForm) -> str:
    return render_template("auth/new_password.html", form=form, token=token)


def _over() -> ResponseReturnValue:
    return render_template("auth/link_over.html", is_from_manager=True), 410
