"""The rubric of a cohort: what is looked at, at which levels; what was found. The caller commits.

A cohort that has saved none has the default criteria. They are written down when the first mark is given or
the first word changed, so that marks point at rows. `owner` is the column by which a table of marks names
what they are of: a feedback's unless said otherwise.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, select
from sqlalchemy.orm import InstrumentedAttribute, Session, selectinload

from models.base import utcnow
from models.errors import Conflict, Invalid
from models.feedback import FeedbackMark
from models.i18n import N_
from models.rubric import DEFAULT_BY_CODE, DEFAULTS, LEVEL_NAMES, LEVELS, Criterion, CriterionLevel, Rubric
from workspace.i18n import _

MOST_CRITERIA = 12
NO_TITLE = N_("Donnez un nom à ce critère.")
TOO_MANY = N_("Une grille compte douze critères au plus.")
STALE = N_("La grille a été modifiée entre-temps.")
Owner = InstrumentedAttribute[int]


@dataclass(frozen=True)
class Described:
    """A criterion in the reader's language. `key` names it in a form: a default's code, or 'c12'."""

    key: str
    title: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Found:
    """A mark that can be read: the criterion, the level's rank from 1, its name and what it means."""

    title: str
    rank: int
    name: str
    meaning: str
    key: str


@dataclass(frozen=True)
class Written:
    """A criterion as a form has it; `key` is '' for a new one."""

    key: str
    title: str
    levels: tuple[str, ...]
    is_withdrawn: bool = False


def rubric_of(session: Session, cohort_id: int) -> list[Described]:
    """What is looked at in this cohort now. Three queries at most."""
    rubric = _find(session, cohort_id)
    if rubric is None:
        return [_of_default(one.code) for one in DEFAULTS]
    return [_described(row) for row in rubric.criteria if row.withdrawn_at is None]


def version_of(session: Session, cohort_id: int) -> int:
    """The version of the cohort's rubric; 0 while it is the default."""
    return session.scalar(select(Rubric.version).where(Rubric.cohort_id == cohort_id)) or 0


def marks_of(
    session: Session, ids: Iterable[int], owner: Owner = FeedbackMark.feedback_id
) -> dict[int, list[Found]]:
    """The marks of each, in the rubric's order. Two queries."""
    rows = session.execute(
        select(owner, owner.class_.level, Criterion)
        .join(Criterion, Criterion.id == owner.class_.criterion_id)
        .where(owner.in_(list(ids)))
        .options(selectinload(Criterion.levels))
        .order_by(Criterion.place, Criterion.id)
    )
    found: dict[int, list[Found]] = defaultdict(list)
    at: dict[tuple[int, int], Found] = {}
    for id_, level, criterion in rows:
        if (criterion.id, level) not in at:
            at[criterion.id, level] = found_at(criterion, level)
        found[id_].append(at[criterion.id, level])
    return found


def found_at(criterion: Criterion, level: int) -> Found:
    """A level of a criterion, loaded with its levels, as it is read."""
    described = _described(criterion)
    name, meaning = _(LEVEL_NAMES[level - 1]), described.levels[level - 1]
    return Found(described.title, level, name, meaning, described.key)


def levels_of(session: Session, id_: int, owner: Owner = FeedbackMark.feedback_id) -> dict[str, int]:
    """The marks of one by the criterion's key."""
    return {mark.key: mark.rank for mark in marks_of(session, [id_], owner)[id_]}


def set_marks(
    session: Session,
    cohort_id: int,
    id_: int,
    levels: Mapping[str, int],
    owner: Owner = FeedbackMark.feedback_id,
) -> None:
    """Let it have these marks, by key, and no other. An unknown key or level is passed over."""
    wanted = criterion_levels(session, cohort_id, levels)
    table: Any = owner.class_
    session.execute(delete(table).where(owner == id_))
    session.add_all(
        table(**{owner.key: id_}, criterion_id=criterion_id, level=level)
        for criterion_id, level in wanted.items()
    )
    session.flush()


def criterion_levels(session: Session, cohort_id: int, levels: Mapping[str, int]) -> dict[int, int]:
    """The levels by the criterion's id; the cohort's rubric is written down if there are any."""
    if not levels:
        return {}
    ids = {criterion_key(row): row.id for row in ensure_rubric(session, cohort_id).criteria}
    return {ids[key]: level for key, level in levels.items() if key in ids and 1 <= level <= LEVELS}


def ensure_rubric(session: Session, cohort_id: int) -> Rubric:
    """The cohort's rubric as rows, written from the defaults if it has none."""
    rubric = _find(session, cohort_id)
    if rubric is None:
        rubric = Rubric(cohort_id=cohort_id, criteria=[])
        for place, default in enumerate(DEFAULTS):
            levels = [CriterionLevel(rank=rank) for rank in range(1, LEVELS + 1)]
            rubric.criteria.append(Criterion(place=place, code=default.code, levels=levels))
        session.add(rubric)
        session.flush()
    return rubric


def save_rubric(session: Session, cohort_id: int, version: int, written: Sequence[Written]) -> None:
    """Change the criteria, add some, withdraw some: marks that were given stay. Raises: Conflict, Invalid."""
    if version_of(session, cohort_id) != version:
        raise Conflict(STALE, current={})
    fields = {
        f"title-{one.key or 'new'}": NO_TITLE for one in written if not one.is_withdrawn and not one.title
    }
    kept = sum(not one.is_withdrawn for one in written)
    if fields or not 0 < kept <= MOST_CRITERIA:
        raise Invalid(TOO_MANY if kept > MOST_CRITERIA else "", fields=fields or None)
    rubric = ensure_rubric(session, cohort_id)
    rows = {criterion_key(row): row for row in rubric.criteria}
    for one in written:
        row = rows.get(one.key)
        if row is None:
            row = Criterion(place=len(rubric.criteria), levels=[])
            row.levels = [CriterionLevel(rank=rank) for rank in range(1, LEVELS + 1)]
            rubric.criteria.append(row)
        _write(row, one)
    rubric.version += 1
    session.flush()


def _write(row: Criterion, one: Written) -> None:
    row.withdrawn_at = (row.withdrawn_at or utcnow()) if one.is_withdrawn else None
    default = _of_default(row.code) if row.code else Described("", "", ("",) * LEVELS)
    # What was left as we wrote it stays ours, in every language.
    row.title = "" if one.title == default.title else one.title
    for level, text, ours in zip(row.levels, one.levels, default.levels, strict=True):
        level.text = "" if text == ours else text


def _find(session: Session, cohort_id: int) -> Rubric | None:
    return session.scalar(
        select(Rubric)
        .where(Rubric.cohort_id == cohort_id)
        .options(selectinload(Rubric.criteria).selectinload(Criterion.levels))
    )


def criterion_key(row: Criterion) -> str:
    """How a form names it."""
    return row.code or f"c{row.id}"


def _of_default(code: str) -> Described:
    default = DEFAULT_BY_CODE[code]
    return Described(code, _(default.title), tuple(_(text) for text in default.levels))


def _described(row: Criterion) -> Described:
    default = _of_default(row.code) if row.code in DEFAULT_BY_CODE else Described("", "", ("",) * LEVELS)
    levels = tuple(level.text or ours for level, ours in zip(row.levels, default.levels, strict=True))
    return Described(criterion_key(row), row.title or default.title, levels)
