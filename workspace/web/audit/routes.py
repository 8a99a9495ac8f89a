"""GET /audit: the log, filtered; POST /audit/export: the same as a file; GET /account/actions: one's own.

At each view the newest entries' chain is checked, for a few milliseconds; `etabli audit verify` checks all.
"""

from datetime import datetime

from flask import Blueprint, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue

from models.audit_chain import verify_newest
from models.policy import Permission
from models.session import reading, transaction
from workspace.extensions import limiter
from workspace.i18n import current_zone
from workspace.services import audit_log
from workspace.services.accounts import own_account
from workspace.services.audit_names import audited_cohorts
from workspace.services.audit_texts import GROUPS
from workspace.services.spreadsheet import to_csv
from workspace.web.guard import actor, requires, signed_in

blueprint = Blueprint("audit", __name__)
EXPORTS = "10 per minute"


@blueprint.get("/audit")
@requires(Permission.VIEW_AUDIT)
def index() -> ResponseReturnValue:
    """The entries of one's scope: ?person= &kind= &cohort= &since= &until= &before=."""
    me, filters = actor(), audit_log.read_filters(request.args)
    with reading() as session:
        page = audit_log.audit_page(session, me, filters)
        return render_template(
            "audit/index.html",
            page=page,
            filters=filters,
            people=audit_log.people_to_filter(session, me, filters.person),
            cohorts=audited_cohorts(session, me, limit=audit_log.CHOICES),
            groups=GROUPS,
            verdict=verify_newest(session),
            limit=audit_log.EXPORT_LIMIT,
        )


@blueprint.post("/audit/export")
@requires(Permission.VIEW_AUDIT)
@limiter.limit(EXPORTS)
def export() -> Response:
    """What the filters keep, as CSV; taking it away is an entry too."""
    me, filters = actor(), audit_log.read_filters(request.form)
    with reading() as session:
        rows = list(audit_log.csv_rows(audit_log.take_away(session, me, filters)))
    with transaction() as session:
        audit_log.note_export(session, me, len(rows) - 1)
    answer = make_response(to_csv(rows))
    answer.mimetype = "text/csv"
    day = datetime.now(current_zone()).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="journal-des-actions-{day}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/account/actions")
@signed_in
def own() -> ResponseReturnValue:
    """What the reader did; an invented person's visitors do not see each other's."""
    me, filters = actor(), audit_log.read_filters(request.args)
    with reading() as session:
        own_account(session, me)
        page = None if me.is_demo else audit_log.own_actions(session, me, filters.before)
        return render_template("audit/own.html", page=page)
