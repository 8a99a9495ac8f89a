"""GET /notifications and /notifications/part (JSON: the list alone), /notifications/count (JSON),
/notifications/<id> opens one; POST marks one or all as read, and silences a project.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.notification import Notification
from models.session import reading, transaction
from workspace.i18n import _, current_zone
from workspace.services import notifications as service
from workspace.services.comments import muted_boards
from workspace.web.guard import actor, safe_next, signed_in

blueprint = Blueprint("notifications", __name__)

PER_PAGE = 50
WORDS = 160


@dataclass(frozen=True)
class OfProject:
    """What was told of one project in one day; None: of a cohort or an account."""

    project_id: int | None
    rows: list[Notification]


@dataclass(frozen=True)
class Day:
    """One day of the reader's, and what was told in it, by project, the newest first."""

    day: date
    projects: list[OfProject]


@blueprint.get("/notifications")
@signed_in
def index() -> ResponseReturnValue:
    """The newest first, by day and project; those not read are marked."""
    return _list("notifications/index.html")


@blueprint.get("/notifications/part")
@signed_in
def part() -> ResponseReturnValue:
    """{"html": …}: the list as it is now, for a page that is open."""
    return jsonify(html=_list("notifications/list.html"))


def _list(template: str) -> str:
    args = request.args
    show = args.get("show", "all")
    wanted = service.Filter(
        show=show if show in service.SHOWS else "all",
        project_id=args.get("project", type=int),
        before=args.get("before", type=int),
    )
    with reading() as session:
        rows = service.list_notifications(session, actor(), wanted, limit=PER_PAGE + 1)
        shown = rows[:PER_PAGE]
        return render_template(
            template,
            wanted=wanted,
            shows=service.SHOWS,
            days=_by_day(shown),
            sentences=service.SENTENCES,
            answers=service.ANSWERS,
            boards=muted_boards(session, actor(), shown),
            projects=service.projects_told(session, actor()),
            muted=service.muted_projects(session, actor()),
            older=shown[-1].id if len(rows) > PER_PAGE else None,
        )


def _by_day(rows: Sequence[Notification]) -> list[Day]:
    zone = current_zone()
    found = []
    for day, told in groupby(rows, lambda row: row.created_at.astimezone(zone).date()):
        projects: dict[int | None, list[Notification]] = {}
        for row in told:
            projects.setdefault(row.project_id, []).append(row)
        found.append(Day(day, [OfProject(project_id, some) for project_id, some in projects.items()]))
    return found


@blueprint.get("/notifications/count")
@signed_in
def count() -> ResponseReturnValue:
    """{"count", "last", "said"}: how many are not read, the newest one's id, and what to say at once of those
    after `after`: [{"id", "text"}].
    """
    with reading() as session:
        last, rows = service.news_since(session, actor(), request.args.get("after", type=int))
        said = [
            {"id": row.id, "text": _(service.SENTENCES[row.kind], who=row.who, subject=row.subject)}
            for row in rows
        ]
        return jsonify(count=service.count_unread(session, actor()), last=last, said=said)


@blueprint.post("/notifications/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark as read: the one that `id` names, or all."""
    with transaction() as session:
        service.mark_read(session, actor(), request.form.get("id", type=int))
    return redirect(safe_next(request.form.get("next") or url_for("notifications.index")))


@blueprint.post("/notifications/projects/<int:project_id>/mute")
@signed_in
def mute(project_id: int) -> ResponseReturnValue:
    """Be told of a project no more (`muted` is "1"), or again; `next` is where to go then."""
    muted = request.form.get("muted") == "1"
    with transaction() as session:
        service.mute_project(session, actor(), project_id, muted=muted)
    if muted:
        flash(
            _("Ce projet est en sourdine. Seules les mentions et ce qui touche vos accès vous parviendront.")
        )
    else:
        flash(_("Vous êtes de nouveau prévenu·e de ce projet."))
    return redirect(safe_next(request.form.get("next") or url_for("notifications.index")))


@blueprint.get("/notifications/<int:notification_id>")
@signed_in
def open_one(notification_id: int) -> ResponseReturnValue:
    """Mark one as read and go to what it is about: for a feedback, what it speaks of."""
    with transaction() as session:
        opened = service.open_notification(session, actor(), notification_id)
    if opened.words and not opened.path.startswith("/boards/"):  # a board has no place for it
        words = " ".join(opened.words.split())
        flash(_("Le retour : « %(words)s »", words=f"{words[:WORDS]}…" if len(words) > WORDS else words))
    return redirect(safe_next(opened.path))
