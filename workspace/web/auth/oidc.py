"""/sign-in/oidc: to the provider and back, the proof that an account is one's own, and the way out.

Who is sent away gets a page that leads on by itself: the pages' policy lets no form lead to another site.
"""

import logging

from flask import Response, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.errors import Refused
from models.people import User
from models.session import reading, transaction
from workspace.i18n import _
from workspace.oidc.failures import ELSEWHERE, OidcFailure
from workspace.oidc.flow import Assertion, arrive, depart
from workspace.services import accounts, identities
from workspace.services.accounts import CodeNeeded
from workspace.web.auth import oidc_cookies as cookies
from workspace.web.auth.cookies import session_token, set_session_cookie, user_agent
from workspace.web.auth.forms import ProveForm
from workspace.web.auth.limits import by_address, secret_pages
from workspace.web.auth.oidc_provider import our_address, provider
from workspace.web.auth.refusals import note_refused_sign_in
from workspace.web.auth.routes import blueprint, sign_in_token
from workspace.web.auth.second_step import ask_for_code
from workspace.web.auth.tries import PASSWORD, begin
from workspace.web.forms import submitted
from workspace.web.guard import find_actor, public, safe_next

__all__ = ["blueprint"]

log = logging.getLogger("etabli.oidc")


@blueprint.post("/sign-in/oidc")
@public
@by_address
def oidc_start() -> ResponseReturnValue:
    """Send the person to the provider."""
    return set_out(safe_next(request.form.get("next")))


def set_out(target: str, *, linking_user_id: int | None = None) -> ResponseReturnValue:
    """Send the person to the provider, to come back to `target`; or to link an identity to their account."""
    redirect_uri = our_address("auth.oidc_callback")
    try:
        url, departure = depart(provider(), redirect_uri)
    except OidcFailure as failure:
        return _failed(failure)
    page = leading_to(url, _("Vous allez chez %(label)s", label=provider().config.label))
    return cookies.keep_journey(page, cookies.Journey(departure, target, redirect_uri, linking_user_id))


def leading_to(url: str, title: str) -> Response:
    """A page that leads on by itself, and by a button."""
    label = provider().config.label
    response = make_response(render_template("auth/leaving.html", url=url, title=title, label=label))
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


@blueprint.get("/sign-in/oidc/callback")
@public
@secret_pages
def oidc_callback() -> ResponseReturnValue:
    """Where the provider sends people back, once for each departure."""
    known, journey = provider(), cookies.find_journey()
    if journey is None:
        return _failed(OidcFailure(ELSEWHERE, "no departure"))
    try:
        assertion = arrive(known, journey.redirect_uri, journey.departure, request.args.to_dict())
        response = make_response(_arrived(assertion, journey))
    except OidcFailure as failure:
        response = make_response(_failed(failure))
        if failure.reason == "state":  # a forged arrival must not end the true one
            return response
    response.headers["Referrer-Policy"] = "no-referrer"
    return cookies.forget(response, cookies.DEPARTURE)


def _arrived(assertion: Assertion, journey: cookies.Journey) -> ResponseReturnValue:
    if journey.linking_user_id is not None:
        return _link_asked_for(assertion, journey.linking_user_id)
    try:
        response = enter(assertion, journey.target)
    except CodeNeeded as needed:
        return ask_for_code(needed.credentials, journey.target)
    if response is not None:
        return response
    target = journey.target if _is_invitation(journey.target) else url_for("auth.oidc_identity")
    if _me() is not None or _account_of(assertion) is not None:
        target = url_for("auth.oidc_identity")
    return cookies.keep_assertion(make_response(redirect(target)), assertion, journey.target)


def enter(assertion: Assertion, target: str) -> Response | None:
    """Open the session of whom the identity is linked to; None when it is nobody's.

    Raises:
        CodeNeeded: the account has a second factor.
    """
    with transaction() as session:
        user = identities.use_identity(session, assertion.issuer, assertion.subject)
        if user is None:
            return None
        token = accounts.enter(session, user.id, old_token=session_token(), user_agent=user_agent())
        identities.remember_provider_session(session, token, assertion.id_token)
    return set_session_cookie(make_response(redirect(safe_next(target))), token)


def _link_asked_for(assertion: Assertion, user_id: int) -> ResponseReturnValue:
    """From one's account page: the session that asked must be the one that comes back."""
    me = _me()
    if me is None or me.id != user_id:
        return _failed(OidcFailure(ELSEWHERE, "another person"))
    return _link(me, assertion, url_for("account.show", _anchor="identities"))


def _link(me: User, assertion: Assertion, target: str, token: str = "") -> Response:
    """Link, and go on. `token`: of a session just opened; else the browser's own learns of the provider."""
    response = make_response(redirect(target))
    try:
        with transaction() as session:
            user = session.get_one(User, me.id)
            identities.link_identity(session, user, assertion.issuer, assertion.subject)
            identities.remember_provider_session(session, token or session_token() or "", assertion.id_token)
    except Refused as refusal:
        flash(_(refusal.message), "error")
    else:
        label = provider().config.label
        flash(_("%(label)s ouvre maintenant votre compte.", label=label), "success")
    if token:
        set_session_cookie(response, token)
    return cookies.forget(response, cookies.ASSERTION)


@blueprint.get("/sign-in/oidc/identity")
@public
@secret_pages
def oidc_identity() -> ResponseReturnValue:
    """An identity that opens no account yet: prove which one is yours, or learn how to get one."""
    assertion = _waiting()
    if assertion is None:
        return _failed(OidcFailure(ELSEWHERE, "no identity"))
    return _identity_page(assertion, ProveForm())


@blueprint.post("/sign-in/oidc/identity")
@public
@by_address
def oidc_link() -> ResponseReturnValue:
    """Link it to the account one is signed in to, or whose password one knows."""
    assertion = _waiting()
    if assertion is None:
        return _failed(OidcFailure(ELSEWHERE, "no identity"))
    me = _me()
    target = safe_next(cookies.waiting_target())
    if me is not None:
        return _link(me, assertion, target)
    form = ProveForm()
    if not submitted(form):
        return _identity_page(assertion, form), 422
    account = _account_of(assertion)
    attempt = begin(PASSWORD, assertion.email)
    try:
        token = sign_in_token(assertion.email, form.password.data)
    except CodeNeeded as needed:
        attempt.succeeded()
        return ask_for_code(needed.credentials, url_for("auth.oidc_identity"))
    if account is None or token is None:
        note_refused_sign_in(assertion.email)
        form.form_errors.append(_(accounts.BAD_CREDENTIALS))
        return _identity_page(assertion, form), 422
    attempt.succeeded()
    return _link(account, assertion, target, token)


@blueprint.get("/sign-in/oidc/signed-out")
@public
@secret_pages
def oidc_signed_out() -> ResponseReturnValue:
    """Back from the provider's sign-out."""
    label = provider().config.label
    state, target = cookies.find_farewell()
    if state and state == request.args.get("state"):
        flash(_("Vous êtes déconnecté·e, chez %(label)s aussi.", label=label), "success")
    response = make_response(redirect(safe_next(target or url_for("auth.sign_in"))))
    return cookies.forget(response, cookies.FAREWELL)


def _waiting() -> Assertion | None:
    provider()  # off: no route answers
    return cookies.find_assertion()


def _me() -> User | None:
    """The account that is signed in here."""
    known = find_actor()
    if known is None or known.user_id is None:
        return None
    with reading() as session:
        return session.get(User, known.user_id)


def _account_of(assertion: Assertion) -> User | None:
    """The account that has the verified address: nobody's yet, until its owner proves it."""
    if not assertion.email:
        return None
    with reading() as session:
        user = accounts.find_user(session, assertion.email)
    return user if user is not None and user.disabled_at is None and not user.is_demo else None


def _is_invitation(target: str) -> bool:
    return target.startswith("/invitations/")


def _identity_page(assertion: Assertion, form: ProveForm) -> str:
    return render_template(
        "auth/oidc_identity.html",
        assertion=assertion,
        form=form,
        me=_me(),
        account=_account_of(assertion),
        label=provider().config.label,
    )


def _failed(failure: OidcFailure) -> ResponseReturnValue:
    """One sentence and the way back; the log gets one word."""
    log.warning("sign-in by the provider: %s", failure.reason)
    label = provider().config.label
    message = _(failure.message, label=label)
    page = render_template("auth/oidc_failed.html", message=message, label=label, me=_me())
    return page, failure.status
