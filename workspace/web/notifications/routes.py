"""GET /notifications, /notifications/count (JSON), /notifications/<id> opens one; POST marks all as read."""

from flask import Blueprint, jsonify, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.session import reading, transaction
from workspace.services import notifications as service
from workspace.services.comments import muted_boards
from workspace.web.guard import actor, safe_next, signed_in

blueprint = Blueprint("notifications", __name__)


@blueprint.get("/notifications")
@signed_in
def index() -> ResponseReturnValue:
    """The newest first; those not read are marked."""
    with reading() as session:
        rows = service.list_notifications(session, actor())
        boards = muted_boards(session, actor(), rows)
        return render_template(
            "notifications/index.html", rows=rows, sentences=service.SENTENCES, boards=boards
        )


@blueprint.get("/notifications/count")
@signed_in
def count() -> ResponseReturnValue:
    """{"count": n}: how many are not read."""
    with reading() as session:
        return jsonify(count=service.count_unread(session, actor()))


@blueprint.post("/notifications/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark all as read."""
    with transaction() as session:
        service.mark_all_read(session, actor())
    return redirect(url_for("notifications.index"))


@blueprint.get("/notifications/<int:notification_id>")
@signed_in
def open_one(notification_id: int) -> ResponseReturnValue:
    """Mark one as read and go to what it is about."""
    with transaction() as session:
        target = service.open_notification(session, actor(), notification_id)
    return redirect(safe_next(target))
