"""Who is asking, and what each route declares that it requires.

Every route carries exactly one declaration: `@public` (anybody), `@signed_in` (any person or guest) or
`@requires(Permission.X)`. A route without one fails the tests, and a route that declares a permission it
never asked the policy for fails at its first successful answer.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import g, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_login import UserMixin, current_user
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from models.audit import SubjectKind
from models.policy import Actor, Asked, Permission, asked
from models.session import transaction
from workspace.services.break_glass import note_reads
from workspace.services.sessions import find_actors_of_sessions

View = Callable[..., ResponseReturnValue]
COOKIE = "etabli"
PUBLIC = "public"
SIGNED_IN = "signed_in"
FIRST_ERROR_STATUS = 400


class SignedIn(UserMixin):  # type: ignore[misc]
    """What Flask-Login holds as `current_user`: the actor of this request."""

    def __init__(self, actor: Actor) -> None:
        self.actor = actor
        self.id = actor.key


def find_actor() -> Actor | None:
    """The actor of this request, None for an anonymous one."""
    return current_user.actor if current_user.is_authenticated else None


def actor() -> Actor:
    """The actor of this request; only inside a route that is not public."""
    found = find_actor()
    if found is None:
        raise Unauthorized
    return found


def actor_now(session: Session) -> Actor:
    """The same person asked for anew, after a wait: their session may be over, their grants others."""
    own = actor().login_session_id
    found = find_actors_of_sessions(session, [] if own is None else [own])
    if own not in found:
        raise Unauthorized
    return found[own]


def wants_json() -> bool:
    """Whether the caller is a program (our own scripts, an API client) rather than a page load."""
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return request.is_json or best == "application/json"


def public(view: View) -> View:
    """Declare that anybody may call this route."""
    view.__policy__ = PUBLIC  # type: ignore[attr-defined]
    return view


def signed_in(view: View) -> View:
    """Declare that any signed-in person or guest may call this route, on what is their own."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> ResponseReturnValue:
        if find_actor() is None:
            return _ask_to_sign_in()
        return view(*arguments, **values)

    guarded.__policy__ = SIGNED_IN  # type: ignore[attr-defined]
    return guarded


def requires(permission: Permission) -> Callable[[View], View]:
    """Declare that this route requires `permission`; the view asks for it through models.access."""

    def declare(view: View) -> View:
        @wraps(view)
        def guarded(*arguments: Any, **values: Any) -> ResponseReturnValue:
            if find_actor() is None:
                return _ask_to_sign_in()
            seen = Asked()
            token = asked.set(seen)
            try:
                answer = view(*arguments, **values)
            finally:
                asked.reset(token)
            is_refused = getattr(answer, "status_code", 200) >= FIRST_ERROR_STATUS
            if permission not in seen.permissions and not is_refused and not g.get("done_before"):
                raise RuntimeError(f"{request.endpoint} declares {permission} but never asked for it")
            if permission in {right for right, _project_id in seen.rescued} and not is_refused:
                _note_rescue(permission, seen, values)
            return answer

        guarded.__policy__ = permission  # type: ignore[attr-defined]
        return guarded

    return declare


def _note_rescue(permission: Permission, seen: Asked, ids: dict[str, Any]) -> None:
    """Somebody read this by break-glass: it is written down."""
    names = (
        (SubjectKind.BOARD, "board_id"),
        (SubjectKind.PROBLEM, "problem_id"),
        (SubjectKind.DOCUMENT, "document_id"),
    )
    subject = next(((kind, ids[name]) for kind, name in names if name in ids), None)
    rescued = {(right, project_id) for right, project_id in seen.rescued if right is permission}
    with transaction() as session:
        note_reads(session, actor(), rescued, subject)


def _ask_to_sign_in() -> ResponseReturnValue:
    if wants_json() or request.method not in ("GET", "HEAD"):
        raise Unauthorized
    return redirect(url_for("auth.sign_in", next=request.full_path.rstrip("?")))


def safe_next(target: str | None) -> str:
    """`target` if it is a path of ours, else the home page."""
    if (
        target
        and target.startswith("/")
        and not target.startswith(("//", "/\\"))
        and not any(ord(character) < 32 or character == "\\" for character in target)
    ):
        return target
    return url_for("home.show")


def csp_nonce() -> str:
    """The nonce of this answer's Content-Security-Policy."""
    return str(g.csp_nonce)
