"""The session cookie: how it is set and cleared. Nothing else sets it."""

from flask import Response, current_app, request, session

from workspace.web.cookies import drop_cookie, keep_cookie, read_cookie
from workspace.web.guard import COOKIE

AGENT_LIMIT = 200
STEP_COOKIE = "etabli_step"
STEP_PATH = "/sign-in"


def set_session_cookie(response: Response, token: str) -> Response:
    """Make this browser hold the session of `token`; what was kept for the previous person is dropped."""
    session.clear()
    if read_cookie(STEP_COOKIE, STEP_PATH):
        drop_cookie(response, STEP_COOKIE, STEP_PATH)
    return replace_session_cookie(response, token)


def replace_session_cookie(response: Response, token: str) -> Response:
    """Make this browser hold the new token of the session it has; its open forms still work."""
    keep_cookie(response, COOKIE, token, max_age=current_app.config["SETTINGS"].session_days * 86400)
    return response


def clear_session_cookie(response: Response) -> Response:
    """Make this browser forget its session and what the pages kept on the device."""
    session.clear()
    drop_cookie(response, COOKIE)
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def session_token() -> str | None:
    """The token this browser holds, live or not."""
    return read_cookie(COOKIE) or None


def user_agent() -> str:
    """What the browser says it is, shortened."""
    return (request.user_agent.string or "")[:AGENT_LIMIT]
