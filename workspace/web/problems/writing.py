"""The form of a problem: GET and POST /problems/new and /problems/<id>/edit."""

from flask import flash, redirect, request, url_for
from flask.typing import ResponseReturnValue

from models.errors import Conflict, Invalid, Refused
from models.i18n import N_
from models.policy import Permission
from models.problem import ProblemStatus
from models.session import reading
from workspace.i18n import _
from workspace.services.problem_list import own_drafts
from workspace.services.problems import access_to_edit, check_may_post, draft_of_form
from workspace.web.guard import actor, requires
from workspace.web.problems.blueprint import blueprint
from workspace.web.problems.form_page import add_missing, form_page, form_page_again
from workspace.web.problems.forms import ProblemForm
from workspace.web.problems.pages import show_page
from workspace.web.problems.reading import cohort_choices, form_of, sent_form
from workspace.web.problems.saving import form_key, store

EMPTY = N_("Écrivez au moins un titre ou un début de défi avant d’enregistrer.")


@blueprint.get("/new")
@requires(Permission.CREATE_PROBLEM)
def create() -> ResponseReturnValue:
    """An empty form, and the drafts one could rather go on with."""
    check_may_post(actor())
    with reading() as session:
        form = ProblemForm(formdata=None)
        form.cohort_id.choices = cohort_choices(session, actor())
        return form_page(form, None, form_key(), drafts=own_drafts(session, actor()))


@blueprint.post("/new")
@requires(Permission.CREATE_PROBLEM)
def post_new() -> ResponseReturnValue:
    """Save the draft of this form, once however often it is sent, or go on to the review."""
    check_may_post(actor())
    return _save(None)


@blueprint.get("/<int:problem_id>/edit")
@requires(Permission.EDIT_PROBLEM)
def edit(problem_id: int) -> ResponseReturnValue:
    """The form of one's problem; ?check=1 also tells what is missing."""
    try:
        with reading() as session:
            problem = access_to_edit(session, actor(), problem_id)
            form = form_of(problem)
            if request.args.get("check"):
                add_missing(form, problem)
            return form_page(form, problem, form_key())
    except Refused as refusal:
        return show_page(problem_id, refusal=_(refusal.message))


@blueprint.post("/<int:problem_id>/edit")
@requires(Permission.EDIT_PROBLEM)
def post_edit(problem_id: int) -> ResponseReturnValue:
    """Save, or go on to the review."""
    return _save(problem_id)


def _save(problem_id: int | None) -> ResponseReturnValue:
    form, key = sent_form(), form_key()
    if request.form.get("action") == "discard":
        return _take_saved(problem_id, key)
    try:
        problem = store(form, key, problem_id)
    except Conflict:
        return form_page_again(form, problem_id, key, conflict=True), 409
    except Refused as refusal:
        form.form_errors.append(_(refusal.message))
        return form_page_again(form, problem_id, key), 409
    except Invalid as error:
        form.add_errors(error)
        return form_page_again(form, problem_id, key), 422
    wants_review = request.form.get("action") == "review"
    if wants_review:
        add_missing(form, problem)
    elif problem is None and not form.errors:
        form.form_errors.append(_(EMPTY))
    if form.errors or problem is None:
        return form_page_again(form, problem.id if problem else None, key), 422
    if wants_review:
        return redirect(url_for("problems.review", problem_id=problem.id))
    if problem.status is ProblemStatus.ACCEPTED:
        flash(_("Modifications enregistrées."), "success")
        return redirect(url_for("problems.show", problem_id=problem.id))
    flash(_("Brouillon enregistré. Vous seul·e le voyez tant qu’il n’est pas envoyé."), "success")
    return redirect(url_for("problems.edit", problem_id=problem.id))


def _take_saved(problem_id: int | None, key: str) -> ResponseReturnValue:
    """Leave what was typed; the redirect's message lets the browser forget its copy."""
    with reading() as session:
        problem = access_to_edit(session, actor(), problem_id or draft_of_form(session, actor(), key) or 0)
    flash(_("Voici la version enregistrée."), "success")
    return redirect(url_for("problems.edit", problem_id=problem.id))
