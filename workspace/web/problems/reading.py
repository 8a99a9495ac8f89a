"""A problem's form read into its content, and filled from it.

A field in error keeps what was typed in the form, and its former value in the row.
"""

from typing import Any

from flask import request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from wtforms import Field
from wtforms.fields.choices import SelectChoice

from models.access import visible_cohorts
from models.authority import Authority
from models.cohort import Cohort
from models.errors import Invalid
from models.i18n import N_
from models.policy import Actor
from models.problem import Approach, Confidentiality, Domain, DriverKind, Problem
from models.search_text import fold
from workspace.i18n import _
from workspace.services.problem_content import TEXTS, ProblemContent, content_of
from workspace.services.problems import learner_grants
from workspace.services.register import resolve_authority
from workspace.web.forms import choices_of
from workspace.web.problems.forms import ProblemForm

UNKNOWN_AUTHORITY = N_(
    "Aucune collectivité du registre ne porte ce nom. Vérifiez l’orthographe, ou tapez le code officiel."
)
SEVERAL_AUTHORITIES = N_(
    "Plusieurs collectivités peuvent répondre à ce nom : choisissez la vôtre ci-dessous."
)


def form_of(problem: Problem) -> ProblemForm:
    """The form filled from the row. Needs `authority` and `drivers` loaded."""
    content = content_of(problem)
    levers = {f"lever_{kind.value}": lever for kind, lever in content.drivers.items()}
    return ProblemForm(
        formdata=None,
        **{name: getattr(content, name) for name in TEXTS},
        **levers,
        drivers=[kind.value for kind in content.drivers],
        authority=problem.authority.name if problem.authority else "",
        authority_value=problem.authority_code or "",
        domain=content.domain.value if content.domain else None,
        approach=content.approach.value if content.approach else None,
        confidentiality=content.confidentiality.value,
        version=problem.version,
    )


def sent_form() -> ProblemForm:
    """The form as the browser sent it: a page's fields, or the autosave's JSON."""
    if not request.is_json:
        return ProblemForm()
    sent = request.get_json()
    fields = sent.items() if isinstance(sent, dict) else ()
    return ProblemForm(MultiDict({name: _as_texts(value) for name, value in fields}))


def _as_texts(value: object) -> list[str]:
    values = value if isinstance(value, list) else [value]
    return [str(one) for one in values if isinstance(one, (str, int)) and not isinstance(one, bool)]


def read_content(session: Session, form: ProblemForm, former: ProblemContent) -> ProblemContent:
    """What the form says; a field in error keeps its former value, and the form its error."""
    form.validate()
    _find_authority(session, form)

    def answer(name: str, value: object) -> Any:
        return getattr(former, name) if form[name].errors else value

    return ProblemContent(
        **{name: answer(name, form[name].data) for name in TEXTS},
        authority_code=former.authority_code if form.authority.errors else form.authority_code or None,
        domain=answer("domain", Domain(form.domain.data) if _chosen(form.domain) else None),
        approach=answer("approach", Approach(form.approach.data) if _chosen(form.approach) else None),
        confidentiality=answer(
            "confidentiality",
            Confidentiality(form.confidentiality.data)
            if _chosen(form.confidentiality)
            else Confidentiality.COHORT,
        ),
        drivers=former.drivers if form.drivers.errors else _drivers(form, former),
    )


def _chosen(field: Field) -> bool:
    return bool(field.data) and not field.errors


def _drivers(form: ProblemForm, former: ProblemContent) -> dict[DriverKind, str]:
    found = {}
    for value in form.drivers.data or ():
        kind, lever = DriverKind(value), form.lever(value)
        found[kind] = former.drivers.get(kind, "") if lever.errors else lever.data
    return found


def _find_authority(session: Session, form: ProblemForm) -> None:
    """Set `authority_code` from what was chosen in the list, picked among candidates, or typed."""
    typed = form.authority.data
    if form.authority.errors or not typed:
        return
    authority = _chosen_authority(session, form, fold(typed)) or _typed_authority(session, form, typed)
    form.authority_code = form.authority_value.data = authority.code if authority else ""
    if authority is not None:
        form.authority.data = authority.name


def _chosen_authority(session: Session, form: ProblemForm, folded: str) -> Authority | None:
    """The one chosen in the list or picked among candidates, unless other words were typed since."""
    chosen = _authority(session, form.authority_value.data)
    if chosen is not None and fold(chosen.name) == folded:
        return chosen
    asked = fold(form.authority_asked.data or "")
    return _authority(session, form.authority_pick.data) if asked == folded else None


def _typed_authority(session: Session, form: ProblemForm, typed: str) -> Authority | None:
    try:
        resolution = resolve_authority(session, typed)
    except Invalid as error:
        form.authority.errors = [_(error.message)]
        return None
    if resolution.authority is None:
        form.candidates = resolution.candidates
        form.authority.errors = [_(SEVERAL_AUTHORITIES if resolution.candidates else UNKNOWN_AUTHORITY)]
    return resolution.authority


def _authority(session: Session, code: str | None) -> Authority | None:
    return session.get(Authority, code) if code and code.isascii() and code.isprintable() else None


def cohort_choices(session: Session, actor: Actor) -> list[SelectChoice]:
    """The cohorts in which a learner may post, when there are several to choose from."""
    grants = learner_grants(actor)
    if len(grants) < 2:
        return []
    cohorts = session.scalars(
        visible_cohorts(actor).where(Cohort.id.in_([grant.cohort_id for grant in grants]))
    )
    return choices_of((str(cohort.id), cohort.name) for cohort in cohorts)
