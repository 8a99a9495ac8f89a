"""GET /problems, /problems/<id>; POST /problems/similar answers a fragment of a page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeVar

from flask import render_template, request
from flask.typing import ResponseReturnValue

from models.access import MAX_ID, access_problem
from models.policy import Permission
from models.problem import (
    APPROACH_LABELS,
    CONFIDENTIALITY_LABELS,
    DOMAIN_LABELS,
    DRIVER_LABELS,
    STATUS_LABELS,
    Domain,
    Problem,
    ProblemStatus,
)
from models.session import reading
from workspace.i18n import _
from workspace.services.problem_list import SEARCH_LIMIT, ProblemFilters, ProblemList, list_problems
from workspace.services.problem_page import problem_page
from workspace.services.problems import learner_grants
from workspace.services.similarity import find_similar
from workspace.web.guard import actor, requires, signed_in
from workspace.web.problems.blueprint import blueprint
from workspace.web.problems.forms import ReturnForm
from workspace.web.problems.tiles import MAP_SIZE, tile_map

Choice = TypeVar("Choice", ProblemStatus, Domain)
LABELS = {
    "domain_labels": DOMAIN_LABELS,
    "approach_labels": APPROACH_LABELS,
    "driver_labels": DRIVER_LABELS,
    "status_labels": STATUS_LABELS,
    "confidentiality_labels": CONFIDENTIALITY_LABELS,
}


@blueprint.get("")
@signed_in
def index() -> ResponseReturnValue:
    """The problems one may read: ?q= &status= &domain= &department= &mine=1 &page=."""
    filters = _filters()
    with reading() as session:
        found = list_problems(session, actor(), filters)
        return render_template(
            "problems/index.html",
            found=found,
            groups=_groups(found),
            filters=filters,
            params=_params(filters),
            tiles=tile_map(found.departments, found.department_names),
            map_size=MAP_SIZE,
            territories=sorted(found.departments.items(), key=lambda one: (-one[1], one[0])),
            may_post=bool(learner_grants(actor())),
            **LABELS,
        )


@blueprint.get("/<int:problem_id>")
@requires(Permission.VIEW_PROBLEM)
def show(problem_id: int) -> ResponseReturnValue:
    """One problem, to read, with what this reader may do."""
    return show_page(problem_id)


def show_page(
    problem_id: int, *, refusal: str = "", form: ReturnForm | None = None, status: int = 200
) -> ResponseReturnValue:
    """The page, with a refused decision's sentence or form in it."""
    with reading() as session:
        problem = access_problem(session, actor(), problem_id)
        page = problem_page(session, actor(), problem)
        form = form or ReturnForm(formdata=None)
        rendered = render_template(
            "problems/show.html", page=page, problem=problem, form=form, refusal=refusal, **LABELS
        )
    return rendered, status


@blueprint.post("/similar")
@signed_in
def similar() -> ResponseReturnValue:
    """The problems like the `title` and `challenge` sent as JSON or fields, except ?besides=<id>."""
    sent = request.get_json() if request.is_json else request.form
    title, challenge = _plain(sent, "title"), _plain(sent, "challenge")
    with reading() as session:
        found = find_similar(session, actor(), title, challenge, besides=_number("besides"))
        return render_template("problems/similar.html", similar=found, **LABELS)


def _plain(sent: object, name: str) -> str:
    value = sent.get(name) if isinstance(sent, Mapping) else None
    return value if isinstance(value, str) else ""


@dataclass(frozen=True)
class _Group:
    """Problems of the list under one heading; no heading when there is only one group."""

    title: str
    problems: list[Problem]


def _groups(found: ProblemList) -> list[_Group]:
    first = [problem for problem in found.problems if problem.id in found.to_decide]
    others = [problem for problem in found.problems if problem.id not in found.to_decide]
    if not first or not others:
        return [_Group("" if others else _("À décider"), first or others)]
    return [_Group(_("À décider"), first), _Group(_("Les autres"), others)]


def _filters() -> ProblemFilters:
    args = request.args
    return ProblemFilters(
        text=args.get("q", "").replace("\0", "").strip()[:SEARCH_LIMIT],
        status=_one_of(ProblemStatus, args.get("status", "")),
        domain=_one_of(Domain, args.get("domain", "")),
        department=args.get("department", "").replace("\0", "")[:3],
        mine=args.get("mine") == "1",
        page=_number("page") or 1,
    )


def _one_of(choices: type[Choice], value: str) -> Choice | None:
    return choices(value) if value in set(choices) else None


def _number(name: str) -> int | None:
    value = request.args.get(name, "")
    is_number = value.isascii() and value.isdigit() and len(value) <= len(str(MAX_ID))
    return min(int(value), MAX_ID) if is_number else None


def _params(filters: ProblemFilters) -> dict[str, str]:
    """The filters in force, as the query of a link."""
    found = {
        "q": filters.text,
        "status": filters.status.value if filters.status else "",
        "domain": filters.domain.value if filters.domain else "",
        "department": filters.department,
        "mine": "1" if filters.mine else "",
    }
    return {name: value for name, value in found.items() if value}
