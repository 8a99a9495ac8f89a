"""POSTs on a project's steps: tick a criterion, ask for a view, validate, give back with a word."""

from collections.abc import Callable

from flask import Blueprint, abort, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_project
from models.errors import Conflict, Invalid
from models.policy import Permission
from models.session import reading, transaction
from models.stages import STEP_BY_CODE
from workspace.i18n import _
from workspace.services import steps
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.projects.forms import WordForm
from workspace.web.projects.routes import render_project

blueprint = Blueprint("steps", __name__)
BASE = "/projects/<int:project_id>/steps/<step_code>"


def _back(project_id: int, step_code: str = "") -> ResponseReturnValue:
    return redirect(url_for("projects.show", project_id=project_id, step=step_code or None, _anchor="step"))


def _do(project_id: int, change: Callable[[Session], None], done: str) -> ResponseReturnValue:
    """Make the change and say so; when the step has moved meanwhile, say that and show where it is."""
    try:
        with transaction() as session:
            change(session)
    except Conflict as conflict:
        flash(_(conflict.message), "warning")
    else:
        flash(done, "success")
    return _back(project_id)


def _refused(project_id: int, form: WordForm) -> ResponseReturnValue:
    """The page again, with the word that was refused still in its field."""
    with reading() as session:
        project = access_project(session, actor(), project_id)
        return render_project(session, project, form), 422


def _known(step_code: str) -> str:
    if step_code not in STEP_BY_CODE:
        abort(404)
    return step_code


@blueprint.post("/projects/<int:project_id>/criteria/<code>")
@requires(Permission.EDIT_PROJECT)
def tick(project_id: int, code: str) -> ResponseReturnValue:
    """The team says that a criterion is met, or no longer."""
    with transaction() as session:
        steps.tick_criterion(session, actor(), project_id, code, met=request.form.get("met") == "1")
    return _back(project_id, request.args.get("step", ""))


@blueprint.post(f"{BASE}/request")
@requires(Permission.EDIT_PROJECT)
@once
def request_review(project_id: int, step_code: str) -> ResponseReturnValue:
    """The team asks its tutor's view."""
    form = WordForm()
    if not form.validate():
        return _refused(project_id, form)
    return _do(
        project_id,
        lambda session: steps.request_review(
            session, actor(), project_id, _known(step_code), form.word.data or ""
        ),
        _("Votre demande est partie : votre tuteur ou tutrice est prévenu·e."),
    )


@blueprint.post(f"{BASE}/withdraw")
@requires(Permission.EDIT_PROJECT)
def withdraw(project_id: int, step_code: str) -> ResponseReturnValue:
    """The team takes its request back."""
    return _do(
        project_id,
        lambda session: steps.withdraw_request(session, actor(), project_id, _known(step_code)),
        _("Votre demande est retirée."),
    )


@blueprint.post(f"{BASE}/validate")
@requires(Permission.VALIDATE_STEP)
@once
def validate(project_id: int, step_code: str) -> ResponseReturnValue:
    """The tutor validates the step."""
    return _do(
        project_id,
        lambda session: steps.validate_step(session, actor(), project_id, _known(step_code)),
        _("L’étape est validée : l’équipe est prévenue."),
    )


@blueprint.post(f"{BASE}/reopen")
@requires(Permission.VALIDATE_STEP)
@once
def reopen(project_id: int, step_code: str) -> ResponseReturnValue:
    """The tutor gives the step back with a word."""
    form = WordForm()
    if not form.validate():
        return _refused(project_id, form)
    try:
        return _do(
            project_id,
            lambda session: steps.reopen_step(
                session, actor(), project_id, _known(step_code), form.word.data or ""
            ),
            _("L’étape est rouverte : l’équipe lira votre mot."),
        )
    except Invalid as error:
        form.add_errors(error)
        return _refused(project_id, form)
