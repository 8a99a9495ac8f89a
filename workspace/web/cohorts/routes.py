"""GET /cohorts, /cohorts/<id> and what of it is new; POST /projects/<id>/talk proposes a talk to a team."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import access_cohort, access_project, cohort_where, visible_cohorts
from models.errors import Refused
from models.policy import Permission, can
from models.session import reading, transaction
from models.stages import STEPS
from workspace.i18n import _
from workspace.services.cohorts import cohort_page, propose_talk
from workspace.web.guard import actor, requires, signed_in

blueprint = Blueprint("cohorts", __name__)


@blueprint.get("/cohorts")
@signed_in
def index() -> ResponseReturnValue:
    """One's cohorts; straight to it when there is only one."""
    with reading() as session:
        cohorts = list(session.scalars(visible_cohorts(actor())))
        if len(cohorts) == 1:
            return redirect(url_for("cohorts.show", cohort_id=cohorts[0].id))
        return render_template("cohorts/index.html", cohorts=cohorts)


@blueprint.get("/cohorts/<int:cohort_id>")
@requires(Permission.VIEW_COHORT)
def show(cohort_id: int) -> ResponseReturnValue:
    """The cohort at a glance: ?grid=people shows the participation by person to its tutors."""
    return _page(cohort_id, "cohorts/show.html")


@blueprint.get("/cohorts/<int:cohort_id>/live")
@requires(Permission.VIEW_COHORT)
def live(cohort_id: int) -> ResponseReturnValue:
    """The parts of the same page as they are now, for the page that updates itself."""
    return jsonify(html=_page(cohort_id, "cohorts/parts.html"))


def _page(cohort_id: int, template: str) -> str:
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id)
        where = cohort_where(cohort)
        may_see_people = can(actor(), Permission.VIEW_PARTICIPATION, where)
        by_person = may_see_people and request.args.get("grid") == "people"
        page = cohort_page(session, actor(), cohort, by_person=by_person)
        return render_template(
            template,
            page=page,
            cohort=cohort,
            steps=[_(step.name) for step in STEPS],
            follows=can(actor(), Permission.FOLLOW_COHORT, where),
            manages=can(actor(), Permission.MANAGE_COHORT, where),
            answers=can(actor(), Permission.WRITE_FEEDBACK, where),
            keeps_templates=can(actor(), Permission.KEEP_TEMPLATES, where),
            by_person=by_person,
            may_see_people=may_see_people,
        )


@blueprint.post("/projects/<int:project_id>/talk")
@requires(Permission.WRITE_FEEDBACK)
def talk(project_id: int) -> ResponseReturnValue:
    """Propose a talk to a team: its learners are told."""
    with transaction() as session:
        project = access_project(session, actor(), project_id, Permission.WRITE_FEEDBACK)
        cohort_id, name = project.team.cohort_id, project.team.name
        try:
            propose_talk(session, actor(), project)
            flash(_("L’équipe %(name)s est prévenue que vous proposez un point.", name=name), "success")
        except Refused as refusal:
            flash(_(refusal.message), "info")
    return redirect(url_for("cohorts.show", cohort_id=cohort_id))
