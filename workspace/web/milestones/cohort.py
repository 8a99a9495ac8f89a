"""Milestones of a cohort: every team has them. Tutors and managers set them, the cohort reads them."""

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from models.access import access_cohort, access_cohort_milestone, cohort_where, listed_project_options
from models.base import utcnow
from models.cohort import Team
from models.errors import Invalid
from models.policy import Permission, can
from models.project import Project
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import milestones
from workspace.services.milestones import Standing
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.milestones.forms import MilestoneForm
from workspace.web.milestones.routes import NOTHING_YET, blueprint, changed

__all__ = ["blueprint"]
OF_COHORT = "/cohorts/<int:cohort_id>/milestones"
ONE = f"{OF_COHORT}/<int:milestone_id>"


@blueprint.get(OF_COHORT)
@requires(Permission.VIEW_COHORT)
def index(cohort_id: int) -> ResponseReturnValue:
    """Each milestone, and how the teams that one may follow stand to it. As many queries for any number."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id)
        found = session.scalars(
            select(Project)
            .join(Team, Team.id == Project.team_id)
            .where(Team.cohort_id == cohort.id)
            .options(*listed_project_options())
            .order_by(Team.name, Project.id)
        )
        projects = [one for one in found if can(actor(), Permission.VIEW_MILESTONE, one.where)]
        standings = milestones.standings_of(session, projects, utcnow())
        teams: dict[int, list[tuple[Project, Standing]]] = {}
        for project in projects:
            for one in standings[project.id]:
                teams.setdefault(one.milestone.id, []).append((project, one))
        sets = can(actor(), Permission.SET_MILESTONES, cohort_where(cohort))
        withdrawn_id = request.args.get("withdrawn", type=int) if sets else None
        return render_template(
            "milestones/index.html",
            cohort=cohort,
            milestones=milestones.cohort_milestones(session, cohort),
            teams=teams,
            sets=sets,
            withdrawn_id=withdrawn_id,
        )


@blueprint.route(f"{OF_COHORT}/new", methods=["GET", "POST"])
@requires(Permission.SET_MILESTONES)
@once
def create(cohort_id: int) -> ResponseReturnValue:
    """One for every team."""
    form = MilestoneForm()
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.SET_MILESTONES)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                milestones.set_for_cohort(session, actor(), cohort_id, form.said())
            flash(_("Le jalon est posé pour toutes les équipes, qui sont prévenues."), "success")
            return redirect(url_for("milestones.index", cohort_id=cohort_id))
        except Invalid as error:
            form.add_errors(error)
    page = render_template("milestones/form.html", form=form, cohort=cohort, **NOTHING_YET, project=None)
    return page, 422 if form.errors else 200


@blueprint.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Permission.SET_MILESTONES)
def edit(cohort_id: int, milestone_id: int) -> ResponseReturnValue:
    """Change one; the teams are told of another day."""
    with reading() as session:
        cohort, milestone = access_cohort_milestone(session, actor(), cohort_id, milestone_id)
    form, conflict = changed({"cohort_id": cohort_id}, milestone)
    if form is None:
        return redirect(url_for("milestones.index", cohort_id=cohort_id))
    page = render_template(
        "milestones/form.html",
        form=form,
        milestone=milestone,
        conflict=conflict,
        cohort=cohort,
        project=None,
    )
    return page, 409 if conflict else 422 if form.errors else 200


@blueprint.post(f"{ONE}/withdraw")
@requires(Permission.SET_MILESTONES)
def withdraw(cohort_id: int, milestone_id: int) -> ResponseReturnValue:
    """Ask for it no more; the list offers to put it back."""
    with transaction() as session:
        _cohort, milestone = access_cohort_milestone(session, actor(), cohort_id, milestone_id)
        milestones.withdraw(session, actor(), milestone)
    return redirect(url_for("milestones.index", cohort_id=cohort_id, withdrawn=milestone_id))


@blueprint.post(f"{ONE}/put-back")
@requires(Permission.SET_MILESTONES)
def put_back(cohort_id: int, milestone_id: int) -> ResponseReturnValue:
    """Ask for it again."""
    with transaction() as session:
        _cohort, milestone = access_cohort_milestone(session, actor(), cohort_id, milestone_id)
        milestones.put_back(session, actor(), milestone)
    flash(_("Le jalon est de retour."), "success")
    return redirect(url_for("milestones.index", cohort_id=cohort_id))
