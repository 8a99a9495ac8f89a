"""/account/second-factor: set up, new recovery codes, off. Only its owner sees the key, and only at first."""

from flask import Response, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.audit import AuditAction, audit
from models.errors import Forbidden, Invalid, Refused
from models.people import User
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import accounts, rotation, second_factors
from workspace.web.account.forms import OwnPasswordForm, TurnOffForm
from workspace.web.account.routes import blueprint, own_password_matches
from workspace.web.auth.code_forms import CodeForm, FreshCodeForm
from workspace.web.auth.cookies import replace_session_cookie
from workspace.web.auth.tries import CODE, begin
from workspace.web.forms import EtabliForm
from workspace.web.guard import actor, signed_in
from workspace.web.links.card import qr_image

__all__ = ["blueprint"]

GROUP = 4


@blueprint.get("/account/second-factor")
@signed_in
def second_factor() -> ResponseReturnValue:
    """Where one stands: not set up, waiting for a first code, or on."""
    return _page()


@blueprint.post("/account/second-factor")
@signed_in
def begin_second_factor() -> ResponseReturnValue:
    """Check the password, then show a new secret."""
    me = actor()
    if not second_factors.may_have(me):
        raise Forbidden(second_factors.NOT_FOR_YOU)
    form = OwnPasswordForm()
    if not form.validate() or not own_password_matches(_me(), form.password):
        return _page(start=form), 422
    with transaction() as session:
        second_factors.begin(session, me, _secret_key())
    return redirect(url_for("account.second_factor"))


@blueprint.post("/account/second-factor/confirm")
@signed_in
def confirm_second_factor() -> ResponseReturnValue:
    """Turn it on by a first code; every other device is signed out, and the recovery codes are shown once."""
    me, form = actor(), CodeForm()
    if not form.validate():
        return _page(code=form), 422
    attempt = begin(CODE, me.key)
    try:
        with transaction() as session:
            codes = second_factors.confirm(session, me, _secret_key(), form.code.data)
            token, ended = accounts.keep_only_this(session, me)
            audit(session, me, AuditAction.SECOND_FACTOR_ON, count=ended)
    except Invalid as error:
        form.add_errors(error)
        return _page(code=form), 422
    except Refused as refusal:
        return _refused(refusal)
    attempt.succeeded()
    return replace_session_cookie(_codes_page(codes, is_new=True), token)


@blueprint.post("/account/second-factor/codes")
@signed_in
def renew_recovery_codes() -> ResponseReturnValue:
    """Ten other recovery codes, for a code of the application."""
    me, form = actor(), FreshCodeForm()
    if not form.validate():
        return _page(codes=form), 422
    attempt = begin(CODE, me.key)
    try:
        with transaction() as session:
            second_factors.check_code(session, me.user_id or 0, _secret_key(), form.fresh_code.data)
            codes = second_factors.renew_codes(session, me.user_id or 0)
            audit(session, me, AuditAction.RECOVERY_CODES_RENEWED)
    except Invalid as error:
        form.fresh_code.errors = [_(error.fields["code"])]
        return _page(codes=form), 422
    attempt.succeeded()
    return _codes_page(codes, is_new=False)


@blueprint.post("/account/second-factor/off")
@signed_in
def turn_off_second_factor() -> ResponseReturnValue:
    """Turn it off, for the password and a code."""
    me, form = actor(), TurnOffForm()
    if not form.validate() or not own_password_matches(_me(), form.password):
        return _page(off=form), 422
    attempt = begin(CODE, me.key)
    try:
        with transaction() as session:
            form.check(session, me.user_id or 0, _secret_key())
            second_factors.turn_off(session, me.user_id or 0)
            audit(session, me, AuditAction.SECOND_FACTOR_OFF)
            token = rotation.rotate(session, me.login_session_id)
    except Invalid as error:
        form.add_errors(error)
        return _page(off=form), 422
    attempt.succeeded()
    flash(_("La seconde étape est désactivée : votre mot de passe suffit de nouveau."), "success")
    response = make_response(redirect(url_for("account.show", _anchor="second-factor")))
    return response if token is None else replace_session_cookie(response, token)


@blueprint.after_request
def keep_secrets(response: Response) -> Response:
    """Pages that show a secret or codes stay nowhere."""
    if request.path.startswith("/account/second-factor"):
        response.headers["Cache-Control"] = "no-store"
    return response


def _secret_key() -> str:
    return str(current_app.secret_key or "")


def _me() -> User:
    with reading() as session:
        user = accounts.own_account(session, actor())
        session.expunge(user)  # it outlives the session
        return user


def _refused(refusal: Refused) -> ResponseReturnValue:
    flash(_(refusal.message), "error")
    return redirect(url_for("account.second_factor"))


def _codes_page(codes: list[str], *, is_new: bool) -> Response:
    return make_response(render_template("account/recovery_codes.html", codes=codes, is_new=is_new))


def _page(**forms: EtabliForm) -> str:
    """The page, with those forms that were refused."""
    me = actor()
    with reading() as session:
        user = accounts.own_account(session, me)
        state = second_factors.factor_state(session, user.id)
        key = None if state else second_factors.pending_key(session, me, _secret_key())
    if state is None and not second_factors.may_have(me):
        raise Forbidden(second_factors.NOT_FOR_YOU)
    return render_template(
        "account/second_factor.html",
        user=user,
        factor=state,
        key=" ".join(key[at : at + GROUP] for at in range(0, len(key), GROUP)) if key else "",
        qr=qr_image(second_factors.address_for_apps(key, user.email)) if key else "",
        start=forms.get("start") or OwnPasswordForm(formdata=None),
        code=forms.get("code") or CodeForm(formdata=None),
        codes=forms.get("codes") or FreshCodeForm(formdata=None),
        off=forms.get("off") or TurnOffForm(formdata=None),
    )
