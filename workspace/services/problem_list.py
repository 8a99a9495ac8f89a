"""The list of problems an actor may read: filtered, searched without accents, counted by facet.

Everything is counted and paged by the database; the number of queries does not depend on the number of rows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from models.access import visible_problems
from models.authority import Authority
from models.people import User
from models.policy import Actor, Role
from models.problem import Domain, Problem, ProblemStatus, ProblemSupporter
from models.search_text import fold

PER_PAGE = 20
SEARCH_LIMIT = 100
MOST_WORDS = 8

Conditions = Mapping[str, ColumnElement[bool]]
Rows = Select[*tuple[Any, ...]]


@dataclass(frozen=True)
class ProblemFilters:
    """What to keep. Empty values keep everything; `department` is a département's code."""

    text: str = ""
    status: ProblemStatus | None = None
    domain: Domain | None = None
    department: str = ""
    mine: bool = False
    page: int = 1

    @property
    def is_empty(self) -> bool:
        """Whether nothing is filtered."""
        return not (self.text or self.status or self.domain or self.department or self.mine)


@dataclass(frozen=True)
class ProblemList:
    """One page of problems. Each facet counts what choosing it would show, the other filters kept.

    `to_decide` are the ids of those shown that await this tutor's decision.
    """

    problems: list[Problem]
    total: int
    page: int
    pages: int
    mine: int
    to_decide: frozenset[int]
    statuses: Mapping[ProblemStatus, int] = field(default_factory=dict)
    domains: Mapping[Domain, int] = field(default_factory=dict)
    departments: Mapping[str, int] = field(default_factory=dict)
    department_names: Mapping[str, str] = field(default_factory=dict)


def list_problems(session: Session, actor: Actor, filters: ProblemFilters) -> ProblemList:
    """The page `filters.page` (the nearest existing one), what awaits the tutor's decision first."""
    conditions = _conditions(session, actor, filters)
    total = session.scalar(_counting(actor, conditions)) or 0
    pages = max(1, -(-total // PER_PAGE))
    page = min(max(filters.page, 1), pages)
    tutored = actor.scope_ids(Role.TUTOR, "cohort_id")
    problems = _page(session, actor, conditions, tutored, page)
    departments = _departments(session, actor, conditions)
    return ProblemList(
        problems=problems,
        total=total,
        page=page,
        pages=pages,
        mine=session.scalar(_counting(actor, {**conditions, "mine": _is_mine(actor)})) or 0,
        to_decide=frozenset(
            problem.id
            for problem in problems
            if problem.status is ProblemStatus.SUBMITTED and problem.cohort_id in tutored
        ),
        statuses=_facet(session, actor, conditions, "status", Problem.status),
        domains=_facet(session, actor, conditions, "domain", Problem.domain),
        departments={code: count for code, (_name, count) in departments.items()},
        department_names={code: name for code, (name, _count) in departments.items()},
    )


def own_drafts(session: Session, actor: Actor, *, limit: int = 3) -> list[Problem]:
    """The actor's newest drafts."""
    mine = visible_problems(actor).where(
        Problem.author_id == actor.user_id, Problem.status == ProblemStatus.DRAFT
    )
    return list(session.scalars(mine.limit(limit)))


def _conditions(session: Session, actor: Actor, filters: ProblemFilters) -> dict[str, ColumnElement[bool]]:
    """One condition per filter in force, so that a facet can leave its own out."""
    found: dict[str, ColumnElement[bool]] = {}
    if words := fold(filters.text[:SEARCH_LIMIT]).split()[:MOST_WORDS]:
        found["text"] = _has_words(session, actor, words)
    if filters.status:
        found["status"] = Problem.status == filters.status
    if filters.domain:
        found["domain"] = Problem.domain == filters.domain
    if filters.department:
        found["department"] = Authority.department_code == filters.department
    if filters.mine:
        found["mine"] = _is_mine(actor)
    return found


def _has_words(session: Session, actor: Actor, words: list[str]) -> ColumnElement[bool]:
    """Each word stands in the title, the challenge, the authority's or the author's name."""
    visible = visible_problems(actor).with_only_columns(Problem.author_id).order_by(None)
    authors = {
        row.id: fold(row.name)
        for row in session.execute(select(User.id, User.name).where(User.id.in_(visible)))
    }
    return and_(
        *(
            or_(
                Problem.search_text.contains(word, autoescape=True),
                Authority.search_key.contains(word, autoescape=True),
                Authority.name.icontains(word, autoescape=True),
                Problem.author_id.in_([id_ for id_, name in authors.items() if word in name]),
            )
            for word in words
        )
    )


def _is_mine(actor: Actor) -> ColumnElement[bool]:
    """Written or joined by the actor."""
    joined = select(ProblemSupporter.problem_id).where(ProblemSupporter.user_id == actor.user_id)
    return or_(Problem.author_id == actor.user_id, Problem.id.in_(joined))


def _matching(
    actor: Actor, statement: Select[*tuple[Any, ...]], conditions: Conditions, besides: str = ""
) -> Select[*tuple[Any, ...]]:
    visible = visible_problems(actor).with_only_columns(Problem.id).order_by(None)
    kept = [condition for name, condition in conditions.items() if name != besides]
    return (
        statement.select_from(Problem)
        .outerjoin(Authority, Authority.code == Problem.authority_code)
        .where(Problem.id.in_(visible), *kept)
    )


def _counting(actor: Actor, conditions: Conditions) -> Select[*tuple[Any, ...]]:
    return _matching(actor, select(func.count()), conditions)


def _facet(session: Session, actor: Actor, conditions: Conditions, name: str, column: Any) -> dict[Any, int]:
    statement = _matching(actor, select(column, func.count()), conditions, name).group_by(column)
    return {value: count for value, count in session.execute(statement) if value is not None}


def _departments(session: Session, actor: Actor, conditions: Conditions) -> dict[str, tuple[str, int]]:
    columns = (Authority.department_code, Authority.department_name)
    statement = _matching(actor, select(*columns, func.count()), conditions, "department").group_by(*columns)
    return {code: (name, count) for code, name, count in session.execute(statement) if code}


def _page(
    session: Session, actor: Actor, conditions: Conditions, tutored: list[int], page: int
) -> list[Problem]:
    decides = and_(Problem.status == ProblemStatus.SUBMITTED, Problem.cohort_id.in_(tutored))
    ids = (
        _matching(actor, select(Problem.id), conditions)
        .order_by(
            case((decides, 0), else_=1),
            case((decides, Problem.submitted_at)),
            Problem.updated_at.desc(),
            Problem.id.desc(),
        )
        .limit(PER_PAGE)
        .offset((page - 1) * PER_PAGE)
    )
    wanted = list(session.scalars(ids))
    statement = visible_problems(actor).where(Problem.id.in_(wanted))
    found = {problem.id: problem for problem in session.scalars(statement)}
    return [found[problem_id] for problem_id in wanted if problem_id in found]
