"""What the form saves by itself: PUT /problems/drafts/<form key> for a new one, PUT /problems/<id>/draft.

Both take the whole form as JSON, are idempotent, and answer {"version"}; a new form also learns the address
at which its draft now lives. 422 {"message"} tells what could not be kept (the rest is), 409 {"message",
"html"} that the row was changed from elsewhere.
"""

from flask import jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import NOT_FOUND
from models.errors import Conflict, NotFound
from models.i18n import N_
from models.policy import Permission
from models.session import reading
from workspace.i18n import _
from workspace.services.problems import access_to_edit, check_may_post, draft_of_form
from workspace.web.guard import actor, requires
from workspace.web.problems.blueprint import blueprint
from workspace.web.problems.form_page import draft_name
from workspace.web.problems.forms import ProblemForm
from workspace.web.problems.reading import sent_form
from workspace.web.problems.saving import known_key, store
from workspace.web.problems.versions import differences

SAVED_EXCEPT = N_("Enregistré, sauf « %(field)s » : %(reason)s")


@blueprint.put("/drafts/<key>")
@requires(Permission.CREATE_PROBLEM)
def autosave_new(key: str) -> ResponseReturnValue:
    """Keep the text of a new form."""
    check_may_post(actor())
    if not known_key(key):
        raise NotFound(NOT_FOUND)
    return _autosave(None, key)


@blueprint.put("/<int:problem_id>/draft")
@requires(Permission.EDIT_PROBLEM)
def autosave(problem_id: int) -> ResponseReturnValue:
    """Keep the text of a known problem's form (?form=<its key>)."""
    return _autosave(problem_id, known_key(request.args.get("form", "")))


def _autosave(problem_id: int | None, key: str) -> ResponseReturnValue:
    form = sent_form()
    try:
        problem = store(form, key, problem_id, by_itself=True)
    except Conflict as conflict:
        return jsonify(message=_(conflict.message), html=_conflict_panel(form, problem_id, key)), 409
    answer: dict[str, object] = {"version": problem.version if problem else 0}
    if problem is not None and problem_id is None:
        answer["url"] = url_for("problems.edit", problem_id=problem.id)
        answer["draft"] = draft_name(problem)
    wrong = next((field for field in form if field.errors), None)
    if wrong is None:
        return jsonify(answer)
    answer["message"] = _(SAVED_EXCEPT, field=wrong.label.text, reason=wrong.errors[0])
    return jsonify(answer), 422


def _conflict_panel(form: ProblemForm, problem_id: int | None, key: str) -> str:
    with reading() as session:
        problem = access_to_edit(session, actor(), problem_id or draft_of_form(session, actor(), key) or 0)
        return render_template(
            "problems/conflict.html", pairs=differences(form, problem), problem=problem, by_itself=True
        )
