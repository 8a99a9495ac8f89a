"""GET /healthz: the process answers. GET /readyz: database, migrations and disk are usable.

Without Redis everything works, a second later between processes: /readyz then says 'degraded', and is 200.
"""

import shutil
from collections.abc import Callable
from pathlib import Path

from flask import Blueprint, current_app, jsonify
from flask.typing import ResponseReturnValue
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError

from models.migrate import is_current
from models.session import database, reading
from workspace.bells import is_reachable
from workspace.settings import Settings
from workspace.web.guard import public

blueprint = Blueprint("health", __name__)
MINIMUM_FREE_BYTES = 100 * 1024 * 1024


@blueprint.get("/healthz")
@public
def healthz() -> ResponseReturnValue:
    """The process answers."""
    return jsonify(status="ok")


@blueprint.get("/readyz")
@public
def readyz() -> ResponseReturnValue:
    """200 when everything a request needs is there, else 503; says which part is not."""
    settings: Settings = current_app.config["SETTINGS"]
    checks = {
        "database": _holds(_database_answers),
        "migrations": _holds(lambda: is_current(database().engine)),
        "disk": _holds(lambda: _disk_is_usable(settings.data)),
    }
    ready = all(checks.values())
    if settings.redis_url:
        checks["redis"] = is_reachable(settings.redis_url)
    status = "unready" if not ready else "ok" if all(checks.values()) else "degraded"
    return jsonify(status=status, checks=checks), 200 if ready else 503


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (SQLAlchemyError, OSError):
        return False


def _database_answers() -> bool:
    with reading() as session:
        return bool(session.scalar(text("SELECT 1")))


def _disk_is_usable(data: Path) -> bool:
    probe = data / ".ready"
    probe.write_bytes(b"")
    probe.unlink()
    return shutil.disk_usage(data).free > MINIMUM_FREE_BYTES
