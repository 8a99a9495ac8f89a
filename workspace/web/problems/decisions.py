"""POST /problems/<id>/accept, /return, /join, /leave: a tutor decides, a learner joins."""

from collections.abc import Callable

from flask import flash, redirect, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.errors import Conflict, Invalid, Refused
from models.policy import Actor, Permission
from models.problem import Problem
from models.session import transaction
from workspace.i18n import _
from workspace.services.problems import (
    accept_problem,
    access_to_decide,
    join_problem,
    leave_problem,
    return_problem,
)
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.problems.blueprint import blueprint
from workspace.web.problems.forms import ReturnForm, VersionForm
from workspace.web.problems.pages import show_page


@blueprint.post("/<int:problem_id>/accept")
@requires(Permission.DECIDE_PROBLEM)
@once
def accept(problem_id: int) -> ResponseReturnValue:
    """The tutor accepts the version that was read."""
    version = VersionForm().version.data or 0
    try:
        with transaction() as session:
            accept_problem(session, actor(), problem_id, version)
    except (Refused, Conflict) as refusal:
        return show_page(problem_id, refusal=_(refusal.message), status=409)
    flash(_("Problématique acceptée : l’équipe peut en faire un projet."), "success")
    return redirect(url_for("problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/return")
@requires(Permission.DECIDE_PROBLEM)
@once
def give_back(problem_id: int) -> ResponseReturnValue:
    """The tutor returns it with a reason."""
    form = ReturnForm()
    valid = form.validate()
    try:
        with transaction() as session:
            if valid:
                return_problem(session, actor(), problem_id, form.version.data or 0, form.reason.data)
            else:
                access_to_decide(session, actor(), problem_id)
    except Invalid as error:
        form.add_errors(error)
        valid = False
    except (Refused, Conflict) as refusal:
        return show_page(problem_id, refusal=_(refusal.message), form=form, status=409)
    if not valid:
        return show_page(problem_id, form=form, status=422)
    flash(_("Problématique rendue : son auteur·rice reçoit votre raison."), "success")
    return redirect(url_for("problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/join")
@requires(Permission.JOIN_PROBLEM)
@once
def join(problem_id: int) -> ResponseReturnValue:
    """A learner joins another's problem."""
    told = _("Vous avez rejoint cette problématique.")
    return _turn(problem_id, join_problem, told)


@blueprint.post("/<int:problem_id>/leave")
@requires(Permission.JOIN_PROBLEM)
@once
def leave(problem_id: int) -> ResponseReturnValue:
    """A learner leaves a problem joined before."""
    told = _("Vous ne participez plus à cette problématique.")
    return _turn(problem_id, leave_problem, told)


def _turn(
    problem_id: int, change: Callable[[Session, Actor, int], Problem], told: str
) -> ResponseReturnValue:
    try:
        with transaction() as session:
            change(session, actor(), problem_id)
    except Refused as refusal:
        return show_page(problem_id, refusal=_(refusal.message), status=409)
    flash(told, "success")
    return redirect(url_for("problems.show", problem_id=problem_id))
