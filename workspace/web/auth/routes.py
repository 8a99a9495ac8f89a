"""Sign-in and sign-out. The cookie's token is always new: a planted one is never kept.

The answer to a wrong password and to an unknown address is the same, in words and in time.
"""

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import TooManyRequests

from models.errors import Refused
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import accounts, identities, rotation
from workspace.services.accounts import CodeNeeded
from workspace.services.managers import has_manager
from workspace.web.auth.cookies import clear_session_cookie, session_token, set_session_cookie, user_agent
from workspace.web.auth.forms import SignInForm
from workspace.web.auth.oidc_cookies import keep_farewell
from workspace.web.auth.oidc_provider import farewell
from workspace.web.auth.refusals import note_refused_sign_in
from workspace.web.auth.second_step import ask_for_code
from workspace.web.auth.tries import PASSWORD, begin
from workspace.web.errors import how_long
from workspace.web.forms import submitted
from workspace.web.guard import actor, find_actor, public, safe_next, signed_in

blueprint = Blueprint("auth", __name__)


@blueprint.get("/sign-in")
@public
def sign_in() -> ResponseReturnValue:
    """The form; somebody who has an account and is signed in goes on."""
    target = request.args.get("next", "")
    known = find_actor()
    if known is not None and known.user_id is not None:
        return redirect(safe_next(target))
    return _form(SignInForm(next=target))


@blueprint.post("/sign-in")
@public
def sign_in_submitted() -> ResponseReturnValue:
    """Check the password, then open a new session, or ask for the second step."""
    form = SignInForm()
    if not submitted(form):
        return _form(form), 422
    try:
        attempt = begin(PASSWORD, form.email.data)
    except TooManyRequests as refused:
        form.form_errors.append(how_long(refused))
        return _form(form), 429, {"Retry-After": str(refused.retry_after)}
    try:
        token = sign_in_token(form.email.data, form.password.data)
    except CodeNeeded as needed:
        attempt.succeeded()
        return ask_for_code(needed.credentials, form.next.data)
    if token is None:
        note_refused_sign_in(form.email.data)
        form.form_errors.append(_(accounts.BAD_CREDENTIALS))
        return _form(form), 422
    attempt.succeeded()
    return set_session_cookie(make_response(redirect(safe_next(form.next.data))), token)


def sign_in_token(email: str, password: str) -> str | None:
    """The token of a new session when the password is right, else None. Hashes outside any transaction.

    Raises:
        CodeNeeded: it is right, and the account has a second factor.
    """
    with reading() as session:
        credentials = accounts.find_credentials(session, email)
    if not accounts.credentials_match(credentials, password):
        return None
    try:
        with transaction() as session:
            return accounts.sign_in(session, credentials, old_token=session_token(), user_agent=user_agent())
    except CodeNeeded:
        raise
    except Refused:
        return None


def _form(form: SignInForm) -> str:
    with reading() as session:
        is_new = not has_manager(session)
        token = session_token()
        former = rotation.session_of_token(session, token) if token else None
    is_stolen = former is not None and former.stolen_at is not None
    return render_template("auth/sign_in.html", form=form, is_new=is_new, is_stolen=is_stolen)


@blueprint.post("/sign-out")
@public
def sign_out() -> ResponseReturnValue:
    """End this browser's session, account or guest; the provider's too when it opened this one."""
    with transaction() as session:
        id_token = identities.take_provider_session(session, session_token())
        accounts.sign_out(session, session_token())
    return _gone(_("Vous êtes déconnecté·e."), id_token)


@blueprint.post("/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> ResponseReturnValue:
    """End every session of the person, this one included."""
    with transaction() as session:
        id_token = identities.take_provider_session(session, session_token())
        accounts.sign_out_everywhere(session, actor())
    return _gone(_("Vous êtes déconnecté·e de tous vos appareils."), id_token)


def _gone(message: str, id_token: str) -> ResponseReturnValue:
    """To where a next person starts; or back to a page of ours that asked for the sign-out.

    With an `id_token`, by way of the provider.
    """
    demo = current_app.config["SETTINGS"].demo
    target = safe_next(request.form.get("next") or url_for("demo.show" if demo else "auth.sign_in"))
    url, state = farewell(id_token)
    if url:
        label = current_app.config["SETTINGS"].oidc.label
        page = render_template("auth/leaving.html", url=url, title=message, label=label)
        response = clear_session_cookie(make_response(page))
        response.headers["Referrer-Policy"] = "no-referrer"
        return keep_farewell(response, state, target)
    response = clear_session_cookie(make_response(redirect(target)))
    flash(message, "success")
    return response
