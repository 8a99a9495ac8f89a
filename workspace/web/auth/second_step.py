"""/sign-in/code: the second step, for accounts that have a second factor.

The password opened no session: it gave a signed cookie that lasts five minutes, names the account and the
password it came by, says where the person was going, and is good for this page only.
"""

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeTimedSerializer

from models.errors import Invalid
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import accounts, second_factors
from workspace.services.accounts import Credentials
from workspace.web.auth.code_forms import CodeForm, RecoveryForm
from workspace.web.auth.cookies import STEP_COOKIE, STEP_PATH, session_token, set_session_cookie, user_agent
from workspace.web.auth.tries import CODE, begin
from workspace.web.cookies import keep_cookie, read_cookie
from workspace.web.guard import public, safe_next

blueprint = Blueprint("second_step", __name__)
LIFETIME_SECONDS = 300
LONGEST_TARGET = 2000


@dataclass(frozen=True)
class Step:
    """Who gave the right password a moment ago, and where they were going."""

    user_id: int
    target: str


def _serializer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.secret_key or "", salt="second-step")


def ask_for_code(credentials: Credentials, target: str | None = None) -> ResponseReturnValue:
    """To the second step, for somebody whose password was right; then on to `target`."""
    wanted = safe_next(target)
    if len(json.dumps(wanted)) > LONGEST_TARGET:  # a cookie holds four kilobytes
        wanted = safe_next(None)
    response = make_response(redirect(url_for("second_step.show")))
    proof = _serializer().dumps([credentials.user_id, credentials.fingerprint, wanted])
    keep_cookie(response, STEP_COOKIE, proof, max_age=LIFETIME_SECONDS, path=STEP_PATH)
    return response


def _step() -> Step | None:
    """The step that the browser's cookie proves, None when it is over, forged or of another password."""
    try:
        user_id, fingerprint, target = _serializer().loads(
            read_cookie(STEP_COOKIE, STEP_PATH), max_age=LIFETIME_SECONDS
        )
    except (BadData, ValueError, TypeError):
        return None
    with reading() as session:
        known = accounts.credentials_of(session, user_id)
        if known.user_id is None or known.fingerprint != fingerprint:
            return None
        return Step(known.user_id, target) if second_factors.is_on(session, known.user_id) else None


@blueprint.get("/sign-in/code")
@public
def show() -> ResponseReturnValue:
    """The form, for five minutes after the password."""
    step = _step()
    return _over() if step is None else _page()


@blueprint.post("/sign-in/code")
@public
def submitted() -> ResponseReturnValue:
    """Take a code of the application or a recovery code, and only then open a session."""
    step = _step()
    if step is None:
        return _over()
    form: CodeForm | RecoveryForm = RecoveryForm() if "recovery" in request.form else CodeForm()
    if not form.validate():
        return _page(form), 422
    attempt = begin(CODE, f"u{step.user_id}")
    try:
        with transaction() as session:
            if isinstance(form, RecoveryForm):
                second_factors.check_recovery_code(session, step.user_id, form.recovery.data)
            else:
                second_factors.check_code(session, step.user_id, _secret_key(), form.code.data)
            token = accounts.enter(
                session, step.user_id, old_token=session_token(), user_agent=user_agent(), with_code=True
            )
    except Invalid as error:
        form.add_errors(error)
        return _page(form), 422
    attempt.succeeded()
    return set_session_cookie(make_response(redirect(safe_next(step.target))), token)


def _secret_key() -> str:
    return str(current_app.secret_key or "")


def _over() -> ResponseReturnValue:
    flash(
        _("Ces cinq minutes sont passées, ou la connexion n’a pas été commencée ici : recommencez."), "info"
    )
    return redirect(url_for("auth.sign_in"))


def _page(form: Any = None) -> str:
    return render_template(
        "auth/second_step.html",
        form=form if isinstance(form, CodeForm) else CodeForm(formdata=None),
        recovery=form if isinstance(form, RecoveryForm) else RecoveryForm(formdata=None),
        is_recovering=isinstance(form, RecoveryForm),
    )
