"""The session cookie: how it is set and cleared. Nothing else sets it."""

from flask import Response, current_app, request, session

from workspace.web.guard import COOKIE

AGENT_LIMIT = 200
STEP_COOKIE = "etabli_step"
STEP_PATH = "/sign-in"


def set_session_cookie(response: Response, token: str) -> Response:
    """Make this browser hold the session of `token`; what was kept for the previous person is dropped."""
    session.clear()
    if STEP_COOKIE in request.cookies:
        response.delete_cookie(STEP_COOKIE, path=STEP_PATH, httponly=True, samesite="Lax")
    return replace_session_cookie(response, token)


def replace_session_cookie(response: Response, token: str) -> Response:
    """Make this browser hold the new token of the session it has; its open forms still work."""
    response.set_cookie(
        COOKIE,
        token,
        max_age=current_app.config["SETTINGS"].session_days * 86400,
        httponly=True,
        samesite="Lax",
        secure=current_app.config["SETTINGS"].is_production,
    )
    return response


def clear_session_cookie(response: Response) -> Response:
    """Make this browser forget its session and what the pages kept on the device."""
    session.clear()
    response.delete_cookie(
        COOKIE, httponly=True, samesite="Lax", secure=current_app.config["SETTINGS"].is_production
    )
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def session_token() -> str | None:
    """The token this browser holds, live or not."""
    return request.cookies.get(COOKIE)


def user_agent() -> str:
    """What the browser says it is, shortened."""
    return (request.user_agent.string or "")[:AGENT_LIMIT]
