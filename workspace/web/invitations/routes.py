"""/invitations/<token>: who invites, to what, what will be seen and what not; then one acceptance.

GET changes nothing (mail programs open links). The address is a secret: it is never sent on as a Referer,
never kept in a cache, and never logged.
"""

from flask import (
    Blueprint,
    Response,
    flash,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.base import utcnow
from models.errors import Invalid, Refused
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from workspace.i18n import _, current_locale, current_zone, format_date
from workspace.oidc.flow import Assertion
from workspace.services import accounts, identities, rotation
from workspace.services.acceptance import OWN_AUTHORITY_CODE, Offer, OfferState, accept, claimable, find_offer
from workspace.services.accounts import CodeNeeded
from workspace.services.passwords import hash_password
from workspace.services.register import search_authorities
from workspace.web.auth.cookies import (
    replace_session_cookie,
    session_token,
    set_session_cookie,
    user_agent,
)
from workspace.web.auth.limits import by_secret, secret_pages
from workspace.web.auth.oidc_cookies import ASSERTION, find_assertion, forget
from workspace.web.auth.refusals import note_refused_sign_in
from workspace.web.auth.second_step import ask_for_code
from workspace.web.auth.tries import PASSWORD, begin
from workspace.web.guard import actor, find_actor, public
from workspace.web.invitations.forms import AcceptForm, NewAccountForm, NewPersonForm, SignInAndAcceptForm

blueprint = Blueprint("invitations", __name__)
CLOSED_STATUS = 410


@blueprint.after_request
def keep_secret(response: Response) -> Response:
    """The address of these pages goes nowhere."""
    if "token" in (request.view_args or {}):
        response.headers["Referrer-Policy"] = "no-referrer"
        response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/invitations/<token>")
@public
@secret_pages
def show(token: str) -> ResponseReturnValue:
    """The offer, and what is asked to accept it."""
    offer, me = _read(token)
    if offer.state is not OfferState.OPEN:
        return _closed(offer)
    return _page(offer, me, _form(offer, me), token)


@blueprint.post("/invitations/<token>")
@public
@by_secret
def accept_submitted(token: str) -> ResponseReturnValue:
    """Accept: as oneself, by signing in, or by making an account."""
    offer, me = _read(token)
    if offer.state is not OfferState.OPEN:
        return _closed(offer)
    form = _form(offer, me)
    if _is_other(offer, me):
        return _page(offer, me, form, token), 409
    if not form.validate():
        return _page(offer, me, form, token), 422
    try:
        path, login_token = _accept(token, offer, me, form)
    except Invalid as error:
        form.add_errors(error)
        return _page(offer, me, form, token), 422
    except CodeNeeded as needed:
        flash(_("Après ce code, il restera à accepter l’invitation."), "info")
        return ask_for_code(needed.credentials, url_for("invitations.show", token=token))
    except Refused as refusal:
        return _refused(token, offer, me, form, refusal)
    response = make_response(redirect(path))
    if login_token is not None:
        (set_session_cookie if me is None else replace_session_cookie)(response, login_token)
    if isinstance(form, NewPersonForm):
        forget(response, ASSERTION)
    flash(_("Bienvenue. L’invitation est acceptée."), "success")
    if offer.access_from is not None and offer.access_from > utcnow():
        flash(_("Votre accès commence le %(date)s.", date=format_date(offer.access_from, "long")), "info")
    return response


@blueprint.get("/invitations/<token>/authorities")
@public
@secret_pages
def authorities(token: str) -> ResponseReturnValue:
    """What the field « Votre collectivité » proposes to somebody who has no account yet."""
    try:
        with reading() as session:
            find_offer(session, token)
            choices = search_authorities(session, request.args.get("q", ""))
    except Invalid as error:
        return jsonify(error=_(error.message)), 400
    return jsonify([{"value": row.value, "label": row.label, "hint": row.hint} for row in choices])


def _read(token: str) -> tuple[Offer, User | None]:
    """The offer and the account that is signed in here, if one is."""
    known = find_actor()
    with reading() as session:
        me = session.get(User, known.user_id) if known and known.user_id is not None else None
        offer = find_offer(session, token)
        session.expunge_all()  # what was read outlives the session
        return offer, me


def _guest_name(offer: Offer) -> str:
    """As whom this browser wrote in the project without an account, if it did."""
    with reading() as session:
        guest = claimable(session, offer, _guest_id())
        return guest.name if guest else ""


def _is_other(offer: Offer, me: User | None) -> bool:
    return me is not None and me.email != offer.email


def _form(offer: Offer, me: User | None) -> AcceptForm:
    asks = offer.role is Role.OBSERVER and not offer.account_authority
    if me is not None:
        return AcceptForm(asks_authority=asks)
    if offer.has_account:
        return SignInAndAcceptForm(asks_authority=asks)
    vouched = _vouched(offer)
    name = offer.name or (vouched.name if vouched else "")
    known = {"name": name, "title": offer.title, "time_zone": str(current_zone())}
    if vouched:
        return NewPersonForm(asks_authority=asks, data=known)
    return NewAccountForm(asks_authority=asks, email=offer.email, data=known)


def _vouched(offer: Offer) -> Assertion | None:
    """The identity that waits in this browser, if the provider verified the very address that is invited."""
    found = find_assertion()
    return found if found and found.email and accounts.clean_email(found.email) == offer.email else None


def _accept(token: str, offer: Offer, me: User | None, form: AcceptForm) -> tuple[str, str | None]:
    """The path to go to, and the token for the cookie if it changes. Hashes outside transactions."""
    if isinstance(form, NewPersonForm):
        return _accept_as_new(token, offer, form)
    if isinstance(form, SignInAndAcceptForm):
        return _accept_signing_in(token, offer, form)
    with transaction() as session:
        user = session.get_one(User, me.id if me else 0)
        path = _accepted(session, token, user, form)
        return path, rotation.rotate(session, actor().login_session_id)


def _accept_as_new(token: str, offer: Offer, form: NewPersonForm) -> tuple[str, str]:
    has_password = isinstance(form, NewAccountForm)
    password_hash = hash_password(form.password.data) if has_password else None
    vouched = None if has_password else _vouched(offer)
    with transaction() as session:
        user = accounts.create_user(
            session,
            email=offer.email,
            name=form.name.data,
            title=form.title.data,
            password_hash=password_hash,
            locale=current_locale(),
            time_zone=form.time_zone.data,
        )
        path = _accepted(session, token, user, form)
        login_token = accounts.enter(session, user.id, old_token=session_token(), user_agent=user_agent())
        if vouched is not None:
            identities.link_identity(session, user, vouched.issuer, vouched.subject)
            identities.remember_provider_session(session, login_token, vouched.id_token)
        return path, login_token


def _accept_signing_in(token: str, offer: Offer, form: SignInAndAcceptForm) -> tuple[str, str]:
    wrong = Invalid(fields={"password": accounts.BAD_CREDENTIALS})
    with reading() as session:
        credentials = accounts.find_credentials(session, offer.email)
    attempt = begin(PASSWORD, offer.email)
    if not accounts.credentials_match(credentials, form.password.data):
        note_refused_sign_in(offer.email)
        raise wrong
    attempt.succeeded()
    with transaction() as session:
        login_token = accounts.sign_in(
            session, credentials, old_token=session_token(), user_agent=user_agent()
        )
        user = session.get_one(User, credentials.user_id)
        return _accepted(session, token, user, form), login_token


def _accepted(session: Session, token: str, user: User, form: AcceptForm) -> str:
    guest_id = _guest_id() if form.keeps_notes.data else None
    return accept(session, token, user, authority_code=form.authority_code, guest_id=guest_id)


def _guest_id() -> int | None:
    """The guest that this browser is, if it is one."""
    known = find_actor()
    return known.guest_id if known else None


def _page(offer: Offer, me: User | None, form: AcceptForm, token: str) -> str:
    return render_template(
        "invitations/show.html",
        offer=offer,
        me=me,
        is_other=_is_other(offer, me),
        guest_name=_guest_name(offer),
        form=form,
        vouched=_vouched(offer),
        token=token,
        Role=Role,
    )


def _closed(offer: Offer) -> ResponseReturnValue:
    return render_template("invitations/closed.html", offer=offer, OfferState=OfferState), CLOSED_STATUS


def _refused(
    token: str, offer: Offer, me: User | None, form: AcceptForm, refusal: Refused
) -> ResponseReturnValue:
    """Say why: the conflict rule, or that the invitation is not open any more."""
    if refusal.code == OWN_AUTHORITY_CODE:
        return render_template("invitations/own_authority.html", offer=offer), 409
    offer, _me = _read(token)
    if offer.state is not OfferState.OPEN:
        return _closed(offer)
    form.form_errors.append(_(refusal.message))
    return _page(offer, me, form, token), 409
