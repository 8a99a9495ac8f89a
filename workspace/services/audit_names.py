"""The names of those and of that which a page of the audit log speaks of, as its reader may know them now.

The log holds ids. A title is shown to those who may read the thing (models.access), so an admin sees none.
What was made after an entry is not what it speaks of: SQLite may give a number again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, or_, select, true
from sqlalchemy.orm import InstrumentedAttribute, Session, joinedload

from models.access import (
    managed_cohorts,
    project_options,
    visible_cohorts,
    visible_problems,
    visible_projects,
)
from models.audit import AuditEntry, SubjectKind
from models.cohort import Cohort, Team
from models.document import Board
from models.organization import Programme
from models.partner import GuestContributor
from models.people import User
from models.policy import Actor, Permission, Role, can
from models.problem import Problem
from models.project import Project

K = SubjectKind


@dataclass(frozen=True)
class Known:
    """Something that exists: its name, None when the reader may not know it."""

    name: str | None
    created_at: datetime


class Names:
    """What was found, by kind and id."""

    def __init__(self, found: dict[tuple[SubjectKind, int], Known]) -> None:
        self._found = found

    def of(self, kind: SubjectKind, id_: int | None, at: datetime) -> Known | None:
        """None when it is gone."""
        known = self._found.get((kind, id_ or 0))
        return known if known is not None and known.created_at <= at else None


def person_of(key: str) -> tuple[SubjectKind, int] | None:
    """Whom an actor key names; None for the command line and for nobody."""
    kinds = {"u": K.USER, "g": K.GUEST}
    number = key[1:]
    if key[:1] not in kinds or not (number.isascii() and number.isdigit()):
        return None
    return kinds[key[:1]], int(number)


def find_names(session: Session, actor: Actor, entries: Sequence[AuditEntry]) -> Names:
    """The names of a page of entries, in a constant number of queries."""
    wanted: dict[SubjectKind, set[int]] = {kind: set() for kind in SubjectKind}
    for entry in entries:
        if person := person_of(entry.actor_key):
            wanted[person[0]].add(person[1])
        if entry.subject_kind is not None and entry.subject_id is not None:
            wanted[entry.subject_kind].add(entry.subject_id)
        for kind, id_ in (
            (K.PROGRAMME, entry.programme_id),
            (K.COHORT, entry.cohort_id),
            (K.TEAM, entry.team_id),
            (K.PROJECT, entry.project_id),
        ):
            if id_ is not None:
                wanted[kind].add(id_)
    found = _people(session, wanted) | _structure(session, actor, wanted) | _titles(session, actor, wanted)
    return Names(found)


def people_names(session: Session, keys: Iterable[str]) -> dict[str, str]:
    """The names of those among these actor keys who are still there."""
    wanted: dict[SubjectKind, set[int]] = {K.USER: set(), K.GUEST: set()}
    by_key = {key: person for key in keys if (person := person_of(key))}
    for kind, id_ in by_key.values():
        wanted[kind].add(id_)
    found = _people(session, wanted)
    return {key: found[person].name or "" for key, person in by_key.items() if person in found}


_Found = dict[tuple[SubjectKind, int], Known]


def _people(session: Session, wanted: dict[SubjectKind, set[int]]) -> _Found:
    return _named(session, K.USER, User, User.name, wanted) | _named(
        session, K.GUEST, GuestContributor, GuestContributor.name, wanted
    )


def _structure(session: Session, actor: Actor, wanted: dict[SubjectKind, set[int]]) -> _Found:
    """Programmes, cohorts and teams: no content, so an admin knows their names."""
    if actor.has(Role.ADMIN):
        cohorts: ColumnElement[bool] = true()
        programmes: ColumnElement[bool] = true()
    else:
        cohorts = Cohort.id.in_(visible_cohorts(actor).with_only_columns(Cohort.id).order_by(None))
        programmes = or_(
            Programme.id.in_(actor.scope_ids(Role.MANAGER, "programme_id")),
            Programme.organization_id.in_(actor.scope_ids(Role.MANAGER, "organization_id")),
        )
    teams = Team.cohort_id.in_(select(Cohort.id).where(cohorts))
    return (
        _named(session, K.PROGRAMME, Programme, Programme.name, wanted, programmes)
        | _named(session, K.COHORT, Cohort, Cohort.name, wanted, cohorts)
        | _named(session, K.TEAM, Team, Team.name, wanted, teams)
    )


def _titles(session: Session, actor: Actor, wanted: dict[SubjectKind, set[int]]) -> _Found:
    projects = Project.id.in_(visible_projects(actor).with_only_columns(Project.id).order_by(None))
    problems = Problem.id.in_(visible_problems(actor).with_only_columns(Problem.id).order_by(None))
    return (
        _named(session, K.PROJECT, Project, Project.title, wanted, projects)
        | _named(session, K.PROBLEM, Problem, Problem.title, wanted, problems)
        | _boards(session, actor, wanted[K.BOARD])
    )


def _boards(session: Session, actor: Actor, ids: set[int]) -> _Found:
    if not ids:
        return {}
    boards = session.scalars(
        select(Board).where(Board.id.in_(ids)).options(joinedload(Board.project).options(*project_options()))
    )
    return {
        (K.BOARD, board.id): Known(
            board.title if can(actor, Permission.VIEW_BOARD, board.where) else None, board.created_at
        )
        for board in boards
    }


def _named(
    session: Session,
    kind: SubjectKind,
    table: Any,
    name: InstrumentedAttribute[str],
    wanted: dict[SubjectKind, set[int]],
    readable: ColumnElement[bool] | None = None,
) -> _Found:
    """Everything wanted that exists; its name where `readable` holds (everywhere by default)."""
    ids = wanted[kind]
    if not ids:
        return {}
    shown = true() if readable is None else readable
    rows = session.execute(
        select(table.id, name, table.created_at, shown.label("shown")).where(table.id.in_(ids))
    )
    return {(kind, row[0]): Known(row[1] if row.shown else None, row[2]) for row in rows}


def audited_cohorts(session: Session, actor: Actor, *, limit: int) -> list[tuple[int, str]]:
    """The cohorts by which the actor may filter, the newest first."""
    condition = true() if actor.has(Role.ADMIN) else managed_cohorts(actor)
    rows = session.execute(
        select(Cohort.id, Cohort.name)
        .where(condition)
        .order_by(Cohort.starts_on.desc(), Cohort.id.desc())
        .limit(limit)
    )
    return [(row[0], row[1]) for row in rows]
