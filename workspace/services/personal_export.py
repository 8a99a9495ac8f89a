"""Everything kept about one person, section by section, as `models.personal_data` declares it. Never writes.

Rows hold plain values under the names of the columns; `as` tells in which capacity a row is theirs. Names
of projects, teams and boards are added, so that it can be read; other people's are not. `workspace/web`
makes the two files of it.
"""

import enum
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import chain
from typing import Any

from sqlalchemy import Table, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from models.assessment import Assessment, AssessmentMark
from models.authority import Authority
from models.ballot import Ballot, BallotChoice
from models.base import utcnow
from models.class_session import ClassSession
from models.cohort import Cohort, Team
from models.document import Board, SharedDocument
from models.document_upkeep import DocumentUpkeep
from models.errors import CorruptDocument
from models.feedback import Feedback
from models.organization import Organization, Programme
from models.personal_data import Record
from models.personal_rows import Person, found_by
from models.problem import Problem, ProblemDriver
from models.project import Project
from models.session import reading
from workspace.jobs import project as read_model
from workspace.jobs.texts import documents_of
from workspace.services.rubrics import marks_of

FORMAT, VERSION = "etabli-personal-data", 1
NAMED: Mapping[str, tuple[InstrumentedAttribute[Any], InstrumentedAttribute[Any]]] = {
    "project_id": (Project.id, Project.title),
    "problem_id": (Problem.id, Problem.title),
    "board_id": (Board.id, Board.title),
    "document_id": (Board.document_id, Board.title),
    "team_id": (Team.id, Team.name),
    "cohort_id": (Cohort.id, Cohort.name),
    "class_session_id": (ClassSession.id, ClassSession.title),
    "programme_id": (Programme.id, Programme.name),
    "organization_id": (Organization.id, Organization.name),
    "ballot_id": (Ballot.id, Ballot.question),
    "choice_id": (BallotChoice.id, BallotChoice.text),
    "authority_code": (Authority.code, Authority.name),
}
"""Columns that point at something with a name: the column pointed at, and the one that names it."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Export:
    """What is kept about a person. Sections keep the order of the declarations; empty ones are there too."""

    key: str
    made_at: datetime
    sections: Mapping[str, Sequence[Row]]

    def as_json(self) -> dict[str, Any]:
        """The machine-readable form; `docs/personal-data.md` documents its keys."""
        return {
            "format": FORMAT,
            "version": VERSION,
            "person": self.key,
            "made_at": self.made_at.isoformat(),
            "sections": {name: [_plain_row(row) for row in rows] for name, rows in self.sections.items()},
        }


def export_of(session: Session, person: Person, *former: Person) -> Export:
    """Read it all: as many queries as tables, whatever the number of rows.

    `former` is who they were before they had an account: what these wrote is theirs too.
    """
    sections: dict[str, dict[object, Row]] = {}
    for record, table, name, condition in chain.from_iterable(map(found_by, (person, *former))):
        if not record.section:
            continue
        rows = sections.setdefault(record.section, {})
        for key, row in _rows(session, record, table, name, condition):
            known = rows.setdefault((table.name, key), {"as": []})
            known["as"].append(name.removesuffix("_id"))
            known.update(row)
    found = {name: list(rows.values()) for name, rows in sections.items()}
    for listed in found.values():
        _add_names(session, listed)
    _add_levers(session, person, found.get("problems", []))
    _add_marks(session, person, found.get("feedback", []))
    _add_own_marks(session, person, found.get("assessments", []))
    return Export(person.key, utcnow(), found)


def refresh_notes(people: Sequence[Person]) -> None:
    """Bring the read model of these people's boards to what they hold now. Commits."""
    behind = (
        select(SharedDocument.id)
        .outerjoin(DocumentUpkeep, DocumentUpkeep.document_id == SharedDocument.id)
        .where(SharedDocument.last_seq > func.coalesce(DocumentUpkeep.projected_seq, 0))
        .order_by(SharedDocument.id)
    )
    with reading() as session:
        written = {found for person in people for found in documents_of(session, person.key)}
        document_ids = session.scalars(behind.where(SharedDocument.id.in_(written))).all()
    for document_id in document_ids:
        try:
            read_model.run(document_id, utcnow())
        except CorruptDocument:
            continue


def _rows(
    session: Session, record: Record, table: Table, name: str, condition: Any
) -> Iterator[tuple[object, Row]]:
    columns = [table.c[column] for column in record.shown[name]]
    if not columns:
        return
    if name in record.shown_once:
        condition = condition & table.c[record.shown_once[name]].is_not(None)
    keys = list(table.primary_key)
    # Keys are read beside the columns, which may name one of them again.
    labelled = [key.label(f"key_{key.name}") for key in keys]
    for found in session.execute(select(*labelled, *columns).where(condition).order_by(*keys)):
        values = tuple(found)
        shown = {column.name: value for column, value in zip(columns, values[len(keys) :], strict=True)}
        yield values[: len(keys)], shown


def _add_names(session: Session, rows: Sequence[Row]) -> None:
    for column, (identity, title) in NAMED.items():
        wanted = {row[column] for row in rows if row.get(column) is not None}
        if not wanted:
            continue
        names = dict(session.execute(select(identity, title).where(identity.in_(wanted))).all())
        for row in rows:
            if row.get(column) is not None:
                row[naming(column)] = names.get(row[column], "")


def naming(column: str) -> str:
    """Under which name a row holds what a column points at: 'project' for 'project_id'."""
    return {"document_id": "board"}.get(column, column.rpartition("_")[0])


def _add_levers(session: Session, person: Person, problems: Sequence[Row]) -> None:
    """The levers of the person's own problems: they have no column of their own that leads to them."""
    own = [row for row in problems if "author" in row["as"]]
    if not own:
        return
    found = session.execute(
        select(Problem.title, Problem.created_at, ProblemDriver.kind, ProblemDriver.lever)
        .join(ProblemDriver, ProblemDriver.problem_id == Problem.id)
        .where(Problem.author_id == person.id)
        .order_by(ProblemDriver.id)
    )
    levers: dict[object, list[str]] = {}
    for title, created_at, kind, lever in found:
        levers.setdefault((title, created_at), []).append(f"{kind.value}: {lever}")
    for row in own:
        row["levers"] = levers.get((row["title"], row["created_at"]), [])


def _add_marks(session: Session, person: Person, feedback: Sequence[Row]) -> None:
    """What the rubric found in what was written to the person alone."""
    own = [row for row in feedback if "learner" in row["as"]]
    if not own:
        return
    written = select(Feedback.id, Feedback.project_id, Feedback.body).where(Feedback.learner_id == person.id)
    places = {row.id: (row.project_id, row.body) for row in session.execute(written)}
    marks: dict[object, list[str]] = {}
    for feedback_id, found in marks_of(session, places).items():
        marks[places[feedback_id]] = [f"{one.title}: {one.name}" for one in found]
    for row in own:
        row["marks"] = marks.get((row["project_id"], row["body"]), [])


def _add_own_marks(session: Session, person: Person, assessments: Sequence[Row]) -> None:
    """The levels of what was released of the person alone: one in a cohort."""
    own = [row for row in assessments if "learner" in row["as"]]
    written = select(Assessment.id, Assessment.cohort_id).where(Assessment.learner_id == person.id)
    ids = {row.cohort_id: row.id for row in session.execute(written)} if own else {}
    marks = marks_of(session, ids.values(), AssessmentMark.assessment_id) if own else {}
    for row in own:
        row["marks"] = [f"{one.title}: {one.name}" for one in marks.get(ids[row["cohort_id"]], [])]


def _plain_row(row: Row) -> Row:
    return {name: _plain(value) for name, value in row.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, datetime | date | time):
        return value.isoformat()
    return value.value if isinstance(value, enum.Enum) else value
