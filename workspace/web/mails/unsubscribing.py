"""/unsubscribe/<token> and /mute/<token>: less news by mail, in one click and without signing in (RFC 8058).

The token is signed and lasts as long as the account: a message may be opened after years. GET shows a button,
since mail programs open links; a mail provider posts without cookie, so the token is what proves the request.
"""

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from models.notification import Delivery
from models.session import transaction
from workspace.extensions import csrf
from workspace.services.accounts import refuse_news
from workspace.services.mail_choices import refuse
from workspace.services.notifications import set_mute
from workspace.web.auth.limits import secret_pages
from workspace.web.guard import public

blueprint = Blueprint("mails", __name__)


def _serializer(salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt=salt)


def unsubscribe_url(user_id: int, delivery: Delivery | None = None) -> str:
    """The address that stops this person's news by mail, or one class of it."""
    said = user_id if delivery is None else [user_id, delivery.value]
    return url_for("mails.unsubscribe", token=_serializer("unsubscribe").dumps(said), _external=True)


def mute_url(user_id: int, project_id: int) -> str:
    """The address that silences a project for this person."""
    token = _serializer("mute").dumps([user_id, project_id])
    return url_for("mails.mute", token=token, _external=True)


def _user_and_class(token: str) -> tuple[int, Delivery | None] | None:
    try:
        said = _serializer("unsubscribe").loads(token)
        user_id, delivery = (said, None) if isinstance(said, int) else (said[0], Delivery(said[1]))
    except (BadData, ValueError, TypeError, LookupError):
        return None
    return (user_id, delivery) if isinstance(user_id, int) else None


def _user_and_project(token: str) -> tuple[int, int] | None:
    try:
        user_id, project_id = _serializer("mute").loads(token)
    except (BadData, ValueError, TypeError):
        return None
    return (user_id, project_id) if isinstance(user_id, int) and isinstance(project_id, int) else None


@blueprint.get("/unsubscribe/<token>")
@public
@secret_pages
def unsubscribe(token: str) -> ResponseReturnValue:
    """A button."""
    return _page(token, is_done=False)


@blueprint.post("/unsubscribe/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
@public
@secret_pages
def unsubscribe_submitted(token: str) -> ResponseReturnValue:
    """No more news by mail, or no more digest; done twice is done."""
    return _page(token, is_done=True)


def _page(token: str, *, is_done: bool) -> ResponseReturnValue:
    found = _user_and_class(token)
    if is_done and found is not None:
        user_id, delivery = found
        with transaction() as session:
            if delivery is None:
                refuse_news(session, user_id)
            else:
                refuse(session, user_id, delivery)
        if "List-Unsubscribe" in request.form:  # a mail provider, not a person
            return "", 204
    is_digest = found is not None and found[1] is Delivery.DIGEST
    return _answer("mails/unsubscribe.html", token, found, is_done=is_done, is_digest=is_digest)


@blueprint.get("/mute/<token>")
@public
@secret_pages
def mute(token: str) -> ResponseReturnValue:
    """A button. The project is not named: who holds the message knows it, and may have no way in any more."""
    return _mute_page(token, is_done=False)


@blueprint.post("/mute/<token>")
@csrf.exempt  # type: ignore[untyped-decorator]
@public
@secret_pages
def mute_submitted(token: str) -> ResponseReturnValue:
    """The project is silent; done twice is done."""
    return _mute_page(token, is_done=True)


def _mute_page(token: str, *, is_done: bool) -> ResponseReturnValue:
    found = _user_and_project(token)
    if is_done and found is not None:
        with transaction() as session:
            set_mute(session, *found, muted=True)
    return _answer("mails/mute.html", token, found, is_done=is_done)


def _answer(
    template: str, token: str, found: object, *, is_done: bool, is_digest: bool = False
) -> ResponseReturnValue:
    known = found is not None
    page = render_template(template, token=token, is_known=known, is_done=is_done, is_digest=is_digest)
    return page, 200 if known else 410
