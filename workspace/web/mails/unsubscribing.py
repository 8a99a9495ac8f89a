"""/unsubscribe/<token>: no more news by mail, in one click and without signing in (RFC 8058).

The token is signed and lasts as long as the account: a message may be opened after years. GET shows a button,
since mail programs open links; a mail provider posts without cookie, so the token is what proves the request.
"""

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from itsdangerous import BadData, URLSafeSerializer

from models.session import transaction
from workspace.extensions import csrf
from workspace.services.accounts import refuse_news
from workspace.web.auth.limits import secret_pages
from workspace.web.guard import public

blueprint = Blueprint("mails", __name__)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.secret_key or "", salt="unsubscribe")


def unsubscribe_url(user_id: int) -> str:
    """The address that stops this person's news."""
    return url_for("mails.unsubscribe", token=_serializer().dumps(user_id), _external=True)


def _user_id(token: str) -> int | None:
    try:
        user_id = _serializer().loads(token)
    except BadData:
        return None
    return user_id if isinstance(user_id, int) else None


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
    """No more news by mail; done twice is done."""
    return _page(token, is_done=True)


def _page(token: str, *, is_done: bool) -> ResponseReturnValue:
    user_id = _user_id(token)
    if is_done and user_id is not None:
        with transaction() as session:
            refuse_news(session, user_id)
        if "List-Unsubscribe" in request.form:  # a mail provider, not a person
            return "", 204
    status = 200 if user_id is not None else 410
    return (
        render_template("mails/unsubscribe.html", token=token, is_known=user_id is not None, is_done=is_done),
        status,
    )
