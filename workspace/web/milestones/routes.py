"""Milestones of a project: its team sets its own, reads them all, says which it reached and takes it back."""

from collections.abc import Sequence

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_milestone, access_project
from models.base import utcnow
from models.document import Board
from models.errors import Conflict, CorruptDocument, Invalid, Refused
from models.milestone import Milestone
from models.policy import Actor, Permission
from models.project import Project
from models.session import reading, transaction
from models.stages import STEP_BY_CODE
from workspace.i18n import _
from workspace.services import milestones, reaching
from workspace.services.boards import boards_of
from workspace.services.milestones import standing
from workspace.services.snapshots import Draft, frozen_with
from workspace.services.steps import met_criteria
from workspace.web.documents.host import documents
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.milestones.forms import MilestoneForm, ReachForm, filled

blueprint = Blueprint("milestones", __name__)

OF_PROJECT = "/projects/<int:project_id>/milestones"
NOTHING_YET: dict[str, None] = {"milestone": None, "conflict": None}
"""What the form of a new milestone shows none of."""
ONE = f"{OF_PROJECT}/<int:milestone_id>"


@blueprint.context_processor
def words() -> dict[str, object]:
    """What the pages of milestones tell them with."""
    return {"steps_by_code": STEP_BY_CODE}


@blueprint.route(f"{OF_PROJECT}/new", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECT)
@once
def create_own(project_id: int) -> ResponseReturnValue:
    """A milestone of the team's own."""
    form = MilestoneForm()
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.EDIT_PROJECT)
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                made = milestones.set_for_project(session, actor(), project_id, form.said())
            flash(_("Le jalon est posé. Votre équipe et vos tuteurs sont prévenus."), "success")
            return redirect(url_for("milestones.show", project_id=project_id, milestone_id=made.id))
        except Invalid as error:
            form.add_errors(error)
    page = render_template(
        "milestones/form.html", form=form, project=project, cohort=project.team.cohort, **NOTHING_YET
    )
    return page, 422 if form.errors else 200


@blueprint.get(ONE)
@requires(Permission.VIEW_MILESTONE)
def show(project_id: int, milestone_id: int) -> ResponseReturnValue:
    """What is to be reached, how the project stands, what would be frozen or what was."""
    return _page(project_id, milestone_id, ReachForm(formdata=None))


@blueprint.post(f"{ONE}/reach")
@requires(Permission.EDIT_PROJECT)
@once
def reach(project_id: int, milestone_id: int) -> ResponseReturnValue:
    """Say that it is reached: boards and texts are frozen as they are now."""
    form = ReachForm()
    is_valid = form.validate()
    with reading() as session:
        project, _milestone = access_milestone(
            session, actor(), project_id, milestone_id, Permission.EDIT_PROJECT
        )
        boards = boards_of(session, actor(), project)
    contents = _contents(boards) if is_valid else {}
    try:
        if not is_valid:
            return _page(project_id, milestone_id, form, Permission.EDIT_PROJECT), 422
        with transaction() as session:
            reaching.reach(
                session,
                actor(),
                project_id,
                milestone_id,
                boards=boards,
                contents=contents,
                met=len(set(request.form.getlist("met"))),
                word=form.word.data or "",
            )
    except Refused as refusal:
        if refusal.code != "unmet":
            flash(_(refusal.message), "info")
            return redirect(url_for("milestones.show", project_id=project_id, milestone_id=milestone_id))
        form.add_errors(refusal)
        return _page(project_id, milestone_id, form, Permission.EDIT_PROJECT), 422
    flash(_("Jalon atteint, bravo. Vos tableaux et vos textes sont figés tels qu’ils sont."), "success")
    return redirect(url_for("milestones.show", project_id=project_id, milestone_id=milestone_id))


@blueprint.post(f"{ONE}/take-back")
@requires(Permission.EDIT_PROJECT)
def take_back(project_id: int, milestone_id: int) -> ResponseReturnValue:
    """It is not reached after all; what was frozen stays, with the trace of it."""
    with transaction() as session:
        reaching.take_back(session, actor(), project_id, milestone_id)
    flash(_("L’annonce est retirée. Ce qui avait été figé reste, plus bas."), "success")
    return redirect(url_for("milestones.show", project_id=project_id, milestone_id=milestone_id))


@blueprint.route(f"{ONE}/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_PROJECT)
def edit_own(project_id: int, milestone_id: int) -> ResponseReturnValue:
    """Change one of the team's own."""
    with reading() as session:
        project, milestone = access_milestone(
            session, actor(), project_id, milestone_id, Permission.EDIT_PROJECT, own=True
        )
    form, conflict = changed({"project_id": project_id}, milestone)
    if form is None:
        return redirect(url_for("milestones.show", project_id=project_id, milestone_id=milestone_id))
    page = render_template(
        "milestones/form.html",
        form=form,
        milestone=milestone,
        conflict=conflict,
        project=project,
        cohort=project.team.cohort,
    )
    return page, 409 if conflict else 422 if form.errors else 200


@blueprint.post(f"{ONE}/withdraw")
@requires(Permission.EDIT_PROJECT)
def withdraw_own(project_id: int, milestone_id: int) -> ResponseReturnValue:
    """Ask for it no more; its page offers to put it back."""
    place = {"project_id": project_id}
    with transaction() as session:
        milestones.withdraw(
            session, actor(), milestones.find_to_change(session, actor(), place, milestone_id)
        )
    return redirect(url_for("milestones.show", project_id=project_id, milestone_id=milestone_id))


@blueprint.post(f"{ONE}/put-back")
@requires(Permission.EDIT_PROJECT)
def put_back_own(project_id: int, milestone_id: int) -> ResponseReturnValue:
    """Ask for it again."""
    place = {"project_id": project_id}
    with transaction() as session:
        milestones.put_back(
            session, actor(), milestones.find_to_change(session, actor(), place, milestone_id)
        )
    flash(_("Le jalon est de retour."), "success")
    return redirect(url_for("milestones.show", project_id=project_id, milestone_id=milestone_id))


def changed(place: dict[str, int], milestone: Milestone) -> tuple[MilestoneForm | None, Conflict | None]:
    """Take in the form of a milestone; the form to show again, None once it is saved, with the conflict."""
    if request.method == "GET":
        return filled(milestone), None
    form = MilestoneForm()
    if not form.validate():
        return form, None
    try:
        with transaction() as session:
            found = milestones.find_to_change(session, actor(), place, milestone.id)
            milestones.change(session, actor(), found, form.said(), version=form.version.data or 0)
    except Invalid as error:
        form.add_errors(error)
        return form, None
    except Conflict as conflict:
        form.version.raw_data, form.version.data = None, conflict.current["version"]
        return form, conflict
    flash(_("Le jalon est à jour."), "success")
    return None, None


def _page(
    project_id: int, milestone_id: int, form: ReachForm, permission: Permission = Permission.VIEW_MILESTONE
) -> str:
    who = actor()
    with reading() as session:
        project, milestone = access_milestone(session, who, project_id, milestone_id, permission)
        reaches = reaching.all_reaches(session, project.id, milestone.id)
        now_reached = next((one for one in reaches if one.taken_back_at is None), None)
        frozen = {one.id: frozen_with(session, who, project, one.id) for one in reaches}
        zone = project.team.cohort.time_zone
        return render_template(
            "milestones/show.html",
            project=project,
            milestone=milestone,
            cohort=project.team.cohort,
            standing=standing(milestone, now_reached, zone, utcnow()),
            step=STEP_BY_CODE.get(milestone.step_code),
            met=met_criteria(session, project.id) if milestone.step_code else set(),
            former=[one for one in reaches if one.taken_back_at is not None],
            frozen=frozen,
            form=form,
            ticked=request.form.getlist("met"),
            freezing=_freezing(session, who, project) if now_reached is None else [],
        )


def _freezing(session: Session, who: Actor, project: Project) -> list[Draft]:
    boards = boards_of(session, who, project)
    return reaching.what_freezes(session, project, boards, {board.id: b"" for board in boards})


def _contents(boards: Sequence[Board]) -> dict[int, bytes]:
    """Each board as it is now, by its id. One that is damaged cannot be frozen, and is left out."""
    found = {}
    for board in boards:
        try:
            found[board.id] = documents().state(board.document_id).content
        except CorruptDocument:
            continue
    return found
