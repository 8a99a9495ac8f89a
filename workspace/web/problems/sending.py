"""GET /problems/<id>/review, POST /problems/<id>/submit and /problems/<id>/delete."""

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.errors import Conflict, Invalid, Refused
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services.problem_content import check_complete, content_of
from workspace.services.problems import access_to_edit, delete_draft, submit_problem
from workspace.services.similarity import find_similar
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.problems.blueprint import blueprint
from workspace.web.problems.forms import VersionForm
from workspace.web.problems.pages import LABELS, show_page


@blueprint.get("/<int:problem_id>/review")
@requires(Permission.EDIT_PROBLEM)
def review(problem_id: int) -> ResponseReturnValue:
    """« Vérifier avant d’envoyer »: the problem as it will be read, and those that look like it."""
    return _review_page(problem_id)


@blueprint.post("/<int:problem_id>/submit")
@requires(Permission.EDIT_PROBLEM)
@once
def submit(problem_id: int) -> ResponseReturnValue:
    """Send the reviewed version to the tutors."""
    try:
        with transaction() as session:
            submit_problem(session, actor(), problem_id, VersionForm().version.data or 0)
    except Invalid:
        return redirect(url_for("problems.edit", problem_id=problem_id, check=1))
    except Conflict as conflict:
        return _review_page(problem_id, refusal=_(conflict.message), status=409)
    except Refused as refusal:
        return show_page(problem_id, refusal=_(refusal.message), status=409)
    flash(_("Problématique envoyée : vos tuteur·rices sont prévenu·es."), "success")
    return redirect(url_for("problems.show", problem_id=problem_id))


@blueprint.post("/<int:problem_id>/delete")
@requires(Permission.EDIT_PROBLEM)
@once
def delete(problem_id: int) -> ResponseReturnValue:
    """Delete one's own draft."""
    try:
        with transaction() as session:
            delete_draft(session, actor(), problem_id)
    except Refused as refusal:
        return show_page(problem_id, refusal=_(refusal.message), status=409)
    flash(_("Brouillon supprimé."), "success")
    return redirect(url_for("problems.index"))


def _review_page(problem_id: int, *, refusal: str = "", status: int = 200) -> ResponseReturnValue:
    try:
        with reading() as session:
            problem = access_to_edit(session, actor(), problem_id)
            check_complete(content_of(problem))
            similar = find_similar(session, actor(), problem.title, problem.challenge, besides=problem.id)
            page = render_template(
                "problems/review.html", problem=problem, similar=similar, refusal=refusal, **LABELS
            )
            return page, status
    except Invalid:
        return redirect(url_for("problems.edit", problem_id=problem_id, check=1))
    except Refused as refused:
        return show_page(problem_id, refusal=_(refused.message))
