"""A cohort's calendar, one session of it, and the sheet on which tutors and managers note who attended."""

from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, flash, redirect, render_template, request
from flask.typing import ResponseReturnValue

from models.access import access_cohort, cohort_where
from models.base import utcnow
from models.class_session import AttendanceStatus
from models.errors import Refused
from models.policy import Permission, can
from models.session import reading, transaction
from workspace.i18n import _, ngettext
from workspace.i18n.reader import current_zone
from workspace.services import attendance
from workspace.services.attendance import STATUS_LABELS
from workspace.services.calendar_feeds import find_feed
from workspace.services.class_calendar import month_page
from workspace.services.class_sessions import MODE_LABELS, access_occurrence, list_removed
from workspace.services.milestones import milestones_of
from workspace.web.calendar.forms import every_label
from workspace.web.guard import actor, requires

blueprint = Blueprint("calendar", __name__)
SESSION = "/cohorts/<int:cohort_id>/sessions/<int:class_session_id>/<int:number>"
NOT_NOTED = ""


@blueprint.context_processor
def words() -> dict[str, Any]:
    """What the pages of the calendar tell sessions with; hours are those of the reader's own zone."""
    zone = str(current_zone())
    return {
        "reader_zone": zone,
        "now": utcnow(),
        "mode_labels": MODE_LABELS,
        "status_labels": STATUS_LABELS,
        "every_label": every_label,
        "month_of": lambda when: when.astimezone(ZoneInfo(zone)).strftime("%Y-%m"),
    }


@blueprint.get("/cohorts/<int:cohort_id>/calendar")
@requires(Permission.VIEW_COHORT)
def month(cohort_id: int) -> ResponseReturnValue:
    """One month of sessions: ?month=2027-03, today's by default."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id)
        notes = can(actor(), Permission.NOTE_ATTENDANCE, cohort_where(cohort))
        manages = can(actor(), Permission.MANAGE_COHORT, cohort_where(cohort))
        page = month_page(
            session, actor(), cohort, request.args.get("month", ""), now=utcnow(), sees_away=notes
        )
        return render_template(
            "calendar/month.html",
            cohort=cohort,
            page=page,
            milestones=[
                one
                for one in milestones_of(session, actor(), [cohort.id])
                if one.due_on.replace(day=1) == page.month
            ],
            notes=notes,
            manages=manages,
            removed=list_removed(session, cohort) if manages else [],
            has_feed=find_feed(session, actor()) is not None,
        )


@blueprint.get(SESSION)
@requires(Permission.VIEW_COHORT)
def show(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """One session: when, where, how; what was noted of oneself, and how many came."""
    with reading() as session:
        found = access_occurrence(session, actor(), cohort_id, class_session_id, number)
        where = cohort_where(found.cohort)
        key = attendance.key_of(found.one)
        counts = attendance.totals(session, [found.row.id]).get(key)
        return render_template(
            "calendar/show.html",
            cohort=found.cohort,
            row=found.row,
            one=found.one,
            has_begun=found.one.starts_at <= utcnow(),
            notes=can(actor(), Permission.NOTE_ATTENDANCE, where),
            manages=can(actor(), Permission.MANAGE_COHORT, where),
            own=attendance.own(session, actor(), [found.row.id]).get(key),
            counts=attendance.present_only(counts) if counts else {},
        )


@blueprint.get(f"{SESSION}/attendance")
@requires(Permission.NOTE_ATTENDANCE)
def attendance_sheet(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Everybody of the cohort, with what is noted."""
    return _sheet_page(cohort_id, class_session_id, number)


@blueprint.post(f"{SESSION}/attendance")
@requires(Permission.NOTE_ATTENDANCE)
def note_attendance(cohort_id: int, class_session_id: int, number: int) -> ResponseReturnValue:
    """Note what was changed on the sheet; `fill` is noted for those of whom nothing is."""
    was, now = _statuses("was"), _statuses("status")
    fill = _status(request.form.get("fill"))
    if fill is not None:
        now = {user_id: status or fill for user_id, status in now.items()}
    try:
        with transaction() as session:
            found = access_occurrence(
                session, actor(), cohort_id, class_session_id, number, Permission.NOTE_ATTENDANCE
            )
            changed = attendance.note(session, actor(), found, was, now)
    except Refused as refusal:
        return _sheet_page(cohort_id, class_session_id, number, refusal.message), 409
    flash(
        ngettext("%(num)s présence notée.", "%(num)s présences notées.", changed)
        if changed
        else _("Rien n’a changé sur la feuille."),
        "success" if changed else "info",
    )
    return redirect(request.path)


def _sheet_page(cohort_id: int, class_session_id: int, number: int, refusal: str = "") -> str:
    with reading() as session:
        found = access_occurrence(
            session, actor(), cohort_id, class_session_id, number, Permission.NOTE_ATTENDANCE
        )
        lines = attendance.sheet(session, found)
        return render_template(
            "calendar/attendance.html",
            cohort=found.cohort,
            one=found.one,
            teams=[(team, list(people)) for team, people in groupby(lines, key=lambda line: line.team)],
            counts={status: sum(line.status is status for line in lines) for status in AttendanceStatus},
            may_note=found.one.starts_at <= utcnow() and not found.one.is_cancelled,
            refusal=refusal,
        )


def _statuses(prefix: str) -> dict[int, AttendanceStatus | None]:
    """What the sheet sends of each person, by the id of their account; what cannot be read is left out."""
    found: dict[int, AttendanceStatus | None] = {}
    for name, value in request.form.items():
        start, _dash, id_ = name.partition("-")
        is_readable = value == NOT_NOTED or _status(value) is not None
        if start == prefix and id_.isascii() and id_.isdigit() and len(id_) < 10 and is_readable:
            found[int(id_)] = _status(value)
    return found


def _status(value: str | None) -> AttendanceStatus | None:
    return AttendanceStatus(value) if value in set(AttendanceStatus) else None
