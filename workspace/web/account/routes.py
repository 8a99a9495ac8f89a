"""One's own account, and the two choices anybody may make: language and appearance."""

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from wtforms import Field

from models.errors import Refused
from models.people import User
from models.session import reading, transaction
from workspace.i18n import LOCALES, _
from workspace.i18n.reader import LOCALE_COOKIE
from workspace.services import accounts, identities, rotation, second_factors
from workspace.services.calendar_feeds import find_feed
from workspace.services.passwords import hash_password
from workspace.web.account.devices import device_name, is_phone
from workspace.web.account.forms import PasswordForm, ProfileForm
from workspace.web.auth.cookies import clear_session_cookie, replace_session_cookie
from workspace.web.auth.tries import PASSWORD, begin
from workspace.web.calendar.feed import fresh_feed
from workspace.web.forms import submitted
from workspace.web.guard import actor, find_actor, public, safe_next, signed_in

blueprint = Blueprint("account", __name__)
YEAR_SECONDS = 31_536_000
THEMES = ("light", "dark")


@blueprint.get("/account")
@signed_in
def show() -> ResponseReturnValue:
    """Everything on one page."""
    return _page()


@blueprint.post("/account")
@signed_in
def update() -> ResponseReturnValue:
    """Save the profile and the preferences."""
    form = ProfileForm()
    if not submitted(form):
        return _page(profile=form), 422
    with transaction() as session:
        accounts.update_profile(
            session,
            actor(),
            name=form.name.data,
            title=form.title.data,
            locale=form.locale.data,
            time_zone=form.time_zone.data,
        )
    flash(_("Vos réglages sont enregistrés."), "success")
    return redirect(url_for("account.show"))


@blueprint.get("/account/password")
@signed_in
def password() -> ResponseReturnValue:
    """The same page, at its password."""
    return redirect(url_for("account.show", _anchor="password-card"))


@blueprint.post("/account/password")
@signed_in
def change_password() -> ResponseReturnValue:
    """Replace the password; every other browser is signed out."""
    me = actor()
    with reading() as session:
        user = accounts.own_account(session, me)
        session.expunge(user)  # it outlives the session
    form = PasswordForm(user)
    if not submitted(form):
        return _page(password_form=form), 422
    if not own_password_matches(user, form.current):
        return _page(password_form=form), 422
    new_hash = hash_password(form.password.data)
    try:
        with transaction() as session:
            token = accounts.change_password(session, me, known_hash=user.password_hash, new_hash=new_hash)
    except Refused as error:
        form.add_errors(error)
        return _page(password_form=form), 409
    response = replace_session_cookie(make_response(redirect(url_for("account.show"))), token)
    flash(_("Votre mot de passe est changé. Vos autres appareils sont déconnectés."), "success")
    return response


@blueprint.post("/account/sessions/<int:login_session_id>/end")
@signed_in
def end_session(login_session_id: int) -> ResponseReturnValue:
    """Sign one of one's browsers out; this one too if it is the one."""
    me = actor()
    with transaction() as session:
        accounts.end_own_session(session, me, login_session_id)
    if login_session_id == me.login_session_id:
        return clear_session_cookie(make_response(redirect(url_for("auth.sign_in"))))
    flash(_("Cet appareil est déconnecté."), "success")
    return redirect(url_for("account.show", _anchor="sessions"))


@blueprint.post("/language")
@public
def set_language() -> ResponseReturnValue:
    """Read in French or in English, from now on and on this device."""
    locale = request.form.get("locale", "")
    response = make_response(redirect(safe_next(request.form.get("next"))))
    if locale in LOCALES:
        me = find_actor()
        if me is not None:
            with transaction() as session:
                accounts.set_locale(session, me, locale)
        _remember(response, LOCALE_COOKIE, locale)
    return response


@blueprint.post("/theme")
@public
def set_theme() -> ResponseReturnValue:
    """Light, dark, or as the device says."""
    theme = request.form.get("theme", "")
    response = make_response(redirect(safe_next(request.form.get("next"))))
    if theme in THEMES:
        _remember(response, "theme", theme)
    elif theme == "auto":
        response.delete_cookie("theme", samesite="Lax")
    return response


def own_password_matches(user: User, field: Field) -> bool:
    """Whether the field holds their password; if not, the field says so. Raises: TooManyRequests."""
    attempt = begin(PASSWORD, user.email)
    if accounts.credentials_match(accounts.Credentials(user.id, user.password_hash), field.data):
        attempt.succeeded()
        return True
    field.errors = [_("Ce n’est pas votre mot de passe actuel.")]
    return False


def _remember(response: Response, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=YEAR_SECONDS,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SETTINGS"].is_production,
    )


def _page(*, profile: ProfileForm | None = None, password_form: PasswordForm | None = None) -> str:
    me = actor()
    with reading() as session:
        user = accounts.own_account(session, me)
        found = accounts.list_own_sessions(session, me)
        stolen = [(row.stolen_at, device_name(row.user_agent)) for row in rotation.list_stolen(session, me)]
        devices = [(row, device_name(row.user_agent), is_phone(row.user_agent)) for row in found]
        return render_template(
            "account/show.html",
            user=user,
            identities=identities.list_identities(session, me),
            profile=profile or ProfileForm(formdata=None, obj=user),
            password_form=password_form or PasswordForm(formdata=None),
            devices=devices,
            stolen=stolen,
            factor=second_factors.factor_state(session, user.id),
            may_have_factor=second_factors.may_have(me),
            feed=find_feed(session, me),
            fresh_feed=fresh_feed(),
        )
