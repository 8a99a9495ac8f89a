"""The page of a problem's form: empty, filled, or as it was typed beside what was refused."""

from flask import render_template

from models.access import access_problem
from models.errors import Invalid
from models.problem import Problem
from models.session import reading
from workspace.services.problem_content import ProblemContent, check_complete, content_of
from workspace.services.problems import draft_of_form
from workspace.web.guard import actor
from workspace.web.problems.forms import ProblemForm
from workspace.web.problems.pages import LABELS
from workspace.web.problems.reading import cohort_choices
from workspace.web.problems.versions import differences


def add_missing(form: ProblemForm, problem: Problem | None) -> None:
    """Put in the form what is missing before sending, where nothing else is wrong."""
    try:
        check_complete(content_of(problem) if problem else ProblemContent())
    except Invalid as error:
        missing = {name: message for name, message in error.fields.items() if not form[name].errors}
        form.add_errors(Invalid(error.message, missing))


def draft_name(problem: Problem | None) -> str:
    """Under which name the browser keeps its copy of this form."""
    return f"problem-{problem.id}" if problem else "problem-new"


def form_page(
    form: ProblemForm,
    problem: Problem | None,
    key: str,
    *,
    drafts: list[Problem] | None = None,
    conflict: bool = False,
) -> str:
    """The page. `key` stays the form’s own from one answer to the next; `drafts` are offered beside it."""
    return render_template(
        "problems/form.html",
        form=form,
        problem=problem,
        key=key,
        draft_name=draft_name(problem),
        drafts=drafts or [],
        pairs=differences(form, problem) if conflict and problem else [],
        **LABELS,
    )


def form_page_again(form: ProblemForm, problem_id: int | None, key: str, *, conflict: bool = False) -> str:
    """The form as it was typed, on top of the row as it is now."""
    with reading() as session:
        problem_id = problem_id or draft_of_form(session, actor(), key)
        problem = access_problem(session, actor(), problem_id) if problem_id else None
        form.cohort_id.choices = [] if problem else cohort_choices(session, actor())
        return form_page(form, problem, key, conflict=conflict)
