"""What the page's POST and the autosave's PUT share: the form's text stored, whichever came first."""

import re

from flask import request
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from models.errors import Refused
from models.i18n import N_
from models.problem import Problem, ProblemStatus
from models.session import transaction
from workspace.services.problem_content import ProblemContent, content_of
from workspace.services.problems import (
    FORM_KEY_LENGTH,
    access_to_edit,
    draft_of_form,
    save_problem,
    start_draft,
)
from workspace.web.guard import actor
from workspace.web.idempotency import once_token
from workspace.web.problems.forms import ProblemForm
from workspace.web.problems.reading import read_content

KEY = re.compile(rf"[A-Za-z0-9_-]{{1,{FORM_KEY_LENGTH}}}")
LIVE = N_("Une problématique acceptée ne s’enregistre pas toute seule : utilisez le bouton.")


def form_key() -> str:
    """The key of the form that was sent; a new one for a first page."""
    return known_key(request.form.get("_once", "")) or once_token()


def known_key(key: str) -> str:
    """The key if it is one of ours, else ''."""
    return key if KEY.fullmatch(key) else ""


def store(form: ProblemForm, key: str, problem_id: int | None, *, by_itself: bool = False) -> Problem | None:
    """Save what is valid in the form, in the problem or in the draft that this form began.

    Nothing is stored, and None given, for a new form without a word. An accepted problem is stored only as
    a whole, and never `by_itself`.

    Raises: Conflict, Invalid (an accepted problem left incomplete), Refused.
    """
    try:
        with transaction() as session:
            return _store(session, form, key, problem_id, by_itself=by_itself)
    except IntegrityError:  # the same new form, sent twice at once: the other one began the draft
        with transaction() as session:
            return _store(session, form, key, problem_id, by_itself=by_itself)


def _store(
    session: Session, form: ProblemForm, key: str, problem_id: int | None, *, by_itself: bool
) -> Problem | None:
    problem_id = problem_id or draft_of_form(session, actor(), key)
    if problem_id is None:
        content = read_content(session, form, ProblemContent())
        if content == ProblemContent():
            return None
        cohort = form.cohort_id.data or ""
        return start_draft(
            session,
            actor(),
            content,
            form_key=key,
            cohort_id=int(cohort) if cohort.isascii() and cohort.isdigit() else None,
        )
    problem = access_to_edit(session, actor(), problem_id)
    former = content_of(problem)
    content = read_content(session, form, former)
    if problem.status is ProblemStatus.ACCEPTED and by_itself:
        raise Refused("accepted", LIVE)
    if problem.status is ProblemStatus.ACCEPTED and form.errors:
        return problem
    return save_problem(session, actor(), problem_id, content, form.base_version, form_key=key)
