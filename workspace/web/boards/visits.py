"""POST /boards/<id>/visit: somebody opens the board, leaves it, or has seen what was new."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue

from models.base import utcnow
from models.policy import Permission
from models.session import transaction
from workspace.services import board_visits
from workspace.web.documents.answers import by_person
from workspace.web.guard import actor, requires

blueprint = Blueprint("board_visits", __name__)


@blueprint.post("/boards/<int:board_id>/visit")
@requires(Permission.VIEW_BOARD)
@by_person
def note(board_id: int) -> ResponseReturnValue:
    """A form with `what`: "leave", "seen", or else "arrive", which answers {since, notes, removed}."""
    what = request.form.get("what")
    answer: dict[str, object] = {}
    with transaction() as session:
        if what == "leave":
            board_visits.leave(session, actor(), board_id, utcnow())
        elif what == "seen":
            board_visits.see_all(session, actor(), board_id, utcnow())
        else:
            since = board_visits.arrive(session, actor(), board_id, utcnow())
            answer = {"since": since.at.isoformat(), "notes": dict(since.notes), "removed": since.removed}
    response = jsonify(answer)
    response.headers["Cache-Control"] = "no-store"
    return response
