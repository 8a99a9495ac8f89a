"""The session cookie's token, replaced while somebody browses; a copy of a former one, found out.

Only a page that is opened replaces it: its answer is the likeliest to reach the browser, and nothing of it
is read in advance or kept by a cache.
"""

from contextlib import suppress

from flask import Response, g, request
from sqlalchemy.exc import OperationalError

from models.session import reading, transaction
from workspace.services import rotation
from workspace.web.auth.cookies import replace_session_cookie, session_token
from workspace.web.cookies import sets_cookie
from workspace.web.guard import COOKIE, find_actor, wants_json


def end_if_replayed(token: str) -> None:
    """End the session that held this token before, if one did; a full disk must not close the pages."""
    with reading() as session:
        stolen = rotation.find_replayed(session, [token])
    if stolen:
        with suppress(OperationalError), transaction() as session:
            rotation.end_stolen(session, stolen)


def replace_old_token(response: Response) -> Response:
    """After a page: give the browser a new token when the one it has is a day old."""
    if g.get("is_token_due") and _is_page(response) and not sets_cookie(response, COOKIE):
        presented, actor = session_token(), find_actor()
        with suppress(OperationalError), transaction() as session:
            token = rotation.rotate(session, actor.login_session_id if actor else None, presented=presented)
            if token is not None:
                replace_session_cookie(response, token)
    return response


def _is_page(response: Response) -> bool:
    is_opened = request.headers.get("Sec-Fetch-Mode", "navigate") == "navigate"
    is_prefetch = "prefetch" in request.headers.get("Sec-Purpose", "")
    is_html = response.mimetype == "text/html"
    return request.method == "GET" and is_opened and not is_prefetch and is_html and not wants_json()
