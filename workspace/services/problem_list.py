"""The list of problems an actor may read: filtered, searched without accents, counted by facet.

The rows to filter are read once, light, and counted in memory: an actor reads a cohort's problems, or a
programme's, hundreds at most. The number of queries does not depend on the number of rows.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sqlalchemy import case, exists, select
from sqlalchemy.orm import Session, selectinload

from models.access import visible_problems
from models.authority import Authority
from models.people import User
from models.policy import Actor, Role
from models.problem import Domain, Problem, ProblemStatus, ProblemSupporter
from models.search_text import fold

PER_PAGE = 20
SEARCH_LIMIT = 100


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
class _Row:
    id: int
    status: ProblemStatus
    domain: Domain | None
    department: str
    department_name: str
    mine: bool
    order: tuple[int, float]
    text: str


@dataclass(frozen=True)
class ProblemList:
    """One page of problems. Each facet counts what choosing it would show, the other filters kept.

    `to_decide` are the ids of those that await this tutor's decision; `readable` counts them all, unfiltered.
    """

    problems: list[Problem]
    total: int
    pages: int
    readable: int
    mine: int
    to_decide: frozenset[int]
    statuses: Mapping[ProblemStatus, int] = field(default_factory=dict)
    domains: Mapping[Domain, int] = field(default_factory=dict)
    departments: Mapping[str, int] = field(default_factory=dict)
    department_names: Mapping[str, str] = field(default_factory=dict)


Test = Callable[[_Row], bool]


def list_problems(session: Session, actor: Actor, filters: ProblemFilters) -> ProblemList:
    """The page `filters.page` (the nearest existing one), what awaits the tutor's decision first."""
    rows = _rows(session, actor, with_text=bool(filters.text))
    tests = _tests(filters)
    kept = [row for row in rows if all(test(row) for test in tests.values())]
    kept.sort(key=lambda row: row.order)
    pages = max(1, -(-len(kept) // PER_PAGE))
    page = min(max(filters.page, 1), pages)
    shown = [row.id for row in kept[(page - 1) * PER_PAGE : page * PER_PAGE]]
    return ProblemList(
        problems=_load(session, actor, shown),
        total=len(kept),
        pages=pages,
        readable=len(rows),
        mine=sum(row.mine for row in _besides(rows, tests, "mine")),
        to_decide=frozenset(row.id for row in kept if row.order[0] == 0),
        statuses=Counter(row.status for row in _besides(rows, tests, "status")),
        domains=Counter(row.domain for row in _besides(rows, tests, "domain") if row.domain),
        departments=Counter(row.department for row in _besides(rows, tests, "department") if row.department),
        department_names={row.department: row.department_name for row in rows if row.department},
    )


def own_drafts(session: Session, actor: Actor, *, limit: int = 3) -> list[Problem]:
    """The actor's newest drafts."""
    mine = visible_problems(actor).where(
        Problem.author_id == actor.user_id, Problem.status == ProblemStatus.DRAFT
    )
    return list(session.scalars(mine.limit(limit)))


def _rows(session: Session, actor: Actor, *, with_text: bool) -> list[_Row]:
    supported = exists().where(
        ProblemSupporter.problem_id == Problem.id, ProblemSupporter.user_id == (actor.user_id or 0)
    )
    columns = [
        Problem.id,
        Problem.status,
        Problem.domain,
        Problem.cohort_id,
        Problem.submitted_at,
        Problem.updated_at,
        Authority.department_code,
        Authority.department_name,
        case((Problem.author_id == (actor.user_id or 0), True), (supported, True), else_=False).label("mine"),
    ]
    if with_text:
        columns += [Problem.title, Problem.challenge, Authority.name.label("authority"), User.name]
    visible = visible_problems(actor).with_only_columns(Problem.id).order_by(None)
    statement = (
        select(*columns)
        .select_from(Problem)
        .join(User, User.id == Problem.author_id)
        .outerjoin(Authority, Authority.code == Problem.authority_code)
        .where(Problem.id.in_(visible))
    )
    tutored = set(actor.scope_ids(Role.TUTOR, "cohort_id"))
    found = []
    for row in session.execute(statement):
        decide = row.status is ProblemStatus.SUBMITTED and row.cohort_id in tutored
        moment = row.submitted_at if decide and row.submitted_at else row.updated_at
        found.append(
            _Row(
                id=row.id,
                status=row.status,
                domain=row.domain,
                department=row.department_code or "",
                department_name=row.department_name or "",
                mine=bool(row.mine),
                order=(0, moment.timestamp()) if decide else (1, -moment.timestamp()),
                text=_searchable(row) if with_text else "",
            )
        )
    return found


def _searchable(row: object) -> str:
    parts = ("title", "challenge", "authority", "department_name", "name")
    return fold(" ".join(getattr(row, part) or "" for part in parts))


def _tests(filters: ProblemFilters) -> dict[str, Test]:
    words = fold(filters.text[:SEARCH_LIMIT]).split()
    tests: dict[str, Test] = {}
    if words:
        tests["text"] = lambda row: all(word in row.text for word in words)
    if filters.status:
        tests["status"] = lambda row: row.status is filters.status
    if filters.domain:
        tests["domain"] = lambda row: row.domain is filters.domain
    if filters.department:
        tests["department"] = lambda row: row.department == filters.department
    if filters.mine:
        tests["mine"] = lambda row: row.mine
    return tests


def _besides(rows: list[_Row], tests: Mapping[str, Test], facet: str) -> list[_Row]:
    others = [test for name, test in tests.items() if name != facet]
    return [row for row in rows if all(test(row) for test in others)]


def _load(session: Session, actor: Actor, ids: list[int]) -> list[Problem]:
    if not ids:
        return []
    statement = visible_problems(actor).where(Problem.id.in_(ids)).options(selectinload(Problem.supporters))
    found = {problem.id: problem for problem in session.scalars(statement)}
    return [found[problem_id] for problem_id in ids if problem_id in found]
