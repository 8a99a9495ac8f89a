"""Sign-in and sign-out. The cookie's token is always new: a planted one is never kept.

The answer to a wrong password and to an unknown address is the same, in words and in time.
"""

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.errors import Refused
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import accounts, identities
from workspace.services.managers import has_manager
from workspace.web.auth.cookies import clear_session_cookie, session_token, set_session_cookie, user_agent
from workspace.web.auth.forms import SignInForm
from workspace.web.auth.limits import by_account, by_address
from workspace.web.auth.oidc_cookies import keep_farewell
from workspace.web.auth.oidc_provider import farewell
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
@by_address
@by_account
def sign_in_submitted() -> ResponseReturnValue:
    """Check the password, then open a new session."""
    form = SignInForm()
    if not submitted(form):
        return _form(form), 422
    token = sign_in_token(form.email.data, form.password.data)
    if token is None:
        form.form_errors.append(_(accounts.BAD_CREDENTIALS))
        return _form(form), 422
    return set_session_cookie(make_response(redirect(safe_next(form.next.data))), token)


def sign_in_token(email: str, password: str) -> str | None:
    """The token of a new session when the password is right, else None. Hashes outside any transaction."""
    with reading() as session:
        credentials = accounts.find_credentials(session, email)
    if not accounts.credentials_match(credentials, password):
        return None
    try:
        with transaction() as session:
            return accounts.sign_in(session, credentials, old_token=session_token(), user_agent=user_agent())
    except Refused:
        return None


def _form(form: SignInForm) -> str:
    with reading() as session:
        is_new = not has_manager(session)
    return render_template("auth/sign_in.html", form=form, is_new=is_new)


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
