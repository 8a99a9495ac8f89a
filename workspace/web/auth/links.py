"""/sign-in/link: a link by mail instead of a password. GET shows a button, POST uses the link up."""

from flask import flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.errors import NotFound, Refused
from models.session import reading, transaction
from workspace.extensions import limiter
from workspace.i18n import _
from workspace.mail.asking import ask_for_sign_in_link
from workspace.services import accounts
from workspace.services.accounts import CodeNeeded
from workspace.web.auth.cookies import session_token, set_session_cookie, user_agent
from workspace.web.auth.forms import LinkForm
from workspace.web.auth.limits import account, by_address, by_secret, secret_pages, sends_mail
from workspace.web.auth.oidc_cookies import find_assertion
from workspace.web.auth.resets import blueprint
from workspace.web.auth.second_step import ask_for_code
from workspace.web.forms import submitted
from workspace.web.guard import public, safe_next

__all__ = ["blueprint"]

# Nobody's mailbox is filled by others, from wherever they ask.
FEW_MESSAGES = "5 per hour"


@blueprint.get("/sign-in/link")
@public
def ask_for_link() -> ResponseReturnValue:
    """The form."""
    _mail_only()
    return _ask_page(LinkForm(email=request.args.get("email", "")))


@blueprint.post("/sign-in/link")
@public
@by_address
@limiter.limit(FEW_MESSAGES, key_func=account)
def ask_for_link_submitted() -> ResponseReturnValue:
    """Ask for the message. The answer is the same whether or not somebody has that address."""
    _mail_only()
    form = LinkForm()
    if not submitted(form):
        return _ask_page(form), 422
    with transaction() as session:
        ask_for_sign_in_link(session, form.email.data)
    return render_template("auth/link_sent.html", email=form.email.data)


@blueprint.get("/sign-in/link/<token>")
@public
@secret_pages
def sign_in_link(token: str) -> ResponseReturnValue:
    """Whose account it opens, and a button: mail programs open links by themselves."""
    with reading() as session:
        user = accounts.find_user_of_link(session, token)
        name = user.name if user else ""
    if not name:
        return _over()
    return render_template("auth/use_link.html", token=token, name=name)


@blueprint.post("/sign-in/link/<token>")
@public
@by_secret
def use_link(token: str) -> ResponseReturnValue:
    """Open a session, once."""
    # An identity that waits for its owner is linked next.
    target = url_for("auth.oidc_identity") if find_assertion() else request.form.get("next")
    try:
        with transaction() as session:
            user_id = accounts.use_sign_in_link(session, token).id
        with transaction() as session:  # the link is used up, whatever is still asked for
            login_token = accounts.enter(session, user_id, old_token=session_token(), user_agent=user_agent())
    except CodeNeeded as needed:
        return ask_for_code(needed.credentials, target)
    except Refused:
        return _over()
    response = set_session_cookie(make_response(redirect(safe_next(target))), login_token)
    flash(_("Vous êtes dans L’Établi."), "success")
    return response


def _mail_only() -> None:
    if not sends_mail():
        raise NotFound


def _ask_page(form: LinkForm) -> str:
    return render_template("auth/ask_for_link.html", form=form)


def _over() -> ResponseReturnValue:
    return render_template("auth/link_over.html", is_from_manager=False), 410
