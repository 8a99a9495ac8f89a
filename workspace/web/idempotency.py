"""A creating form sent twice does its work once.

`@once` reads the form's random `_once` key: the first sending runs the view, any other waits for it and
is sent to the same place. A refused or failed sending frees the key, so that the person can correct it.
"""

import secrets
import time
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any

from flask import g, make_response, redirect, request
from flask.typing import ResponseReturnValue
from sqlalchemy.exc import IntegrityError

from models.base import utcnow
from models.session import reading, transaction
from models.submission import Submission
from workspace.web.guard import find_actor

KEY_LENGTH = 80
WAIT_SECONDS = 5.0
ABANDONED = timedelta(seconds=30)
REDIRECTS = range(300, 400)


def once_token() -> str:
    """A new form key, for the hidden `_once` field."""
    return secrets.token_urlsafe(16)


def once(view: Callable[..., ResponseReturnValue]) -> Callable[..., ResponseReturnValue]:
    """Run the view once per form key and person."""

    @wraps(view)
    def guarded(*arguments: Any, **values: Any) -> ResponseReturnValue:
        key = request.form.get("_once", "").replace("\0", "")[:KEY_LENGTH]
        if request.method != "POST" or not key:
            return view(*arguments, **values)
        actor = find_actor()
        who = actor.key if actor else ""
        key = f"{request.endpoint}:{key}"[:KEY_LENGTH]
        if not _reserve(key, who):
            location = _location_of_first(key, who)
            g.done_before = True  # the first sending asked for the permission; this one does nothing
            return redirect(location or request.path)
        try:
            response = make_response(view(*arguments, **values))
        except BaseException:
            _free(key, who)
            raise
        if response.status_code in REDIRECTS:
            _keep(key, who, response.location or "/")
        else:
            _free(key, who)
        return response

    return guarded


def _reserve(key: str, who: str) -> bool:
    try:
        with transaction() as session:
            found = session.get(Submission, (key, who))
            if found is not None and not found.location and found.created_at < utcnow() - ABANDONED:
                session.delete(found)
                session.flush()
                found = None
            if found is not None:
                return False
            session.add(Submission(key=key, actor_key=who))
    except IntegrityError:
        return False
    return True


def _location_of_first(key: str, who: str) -> str:
    deadline = time.monotonic() + WAIT_SECONDS
    while time.monotonic() < deadline:
        with reading() as session:
            found = session.get(Submission, (key, who))
        if found is None:
            return ""
        if found.location:
            return found.location
        time.sleep(0.05)
    return ""


def _keep(key: str, who: str, location: str) -> None:
    with transaction() as session:
        found = session.get(Submission, (key, who))
        if found is not None:
            found.location = location[:300]


def _free(key: str, who: str) -> None:
    with transaction() as session:
        found = session.get(Submission, (key, who))
        if found is not None:
            session.delete(found)
