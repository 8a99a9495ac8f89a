"""What a feedback is about, and the way to it: the project, a step, the problem, a solution, a note,
a milestone.

A form names it by a code: 'project' (or ''), a step's code, 'problem', 'solution.12' (a version's id),
'note.3.abc' (a board and an object of it), or KEPT for what cannot be named any more. To add a kind: its
line in `AnchorKind`, what `anchor_values` stores of it, and its `Place`.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import and_, func, or_, select, update
from sqlalchemy.orm import Session, joinedload
from sqlalchemy.orm.strategy_options import _AbstractLoad

from models.access import access_board
from models.document import Board, SharedDocument
from models.document_upkeep import BoardObject, DocumentUpkeep
from models.errors import CorruptDocument, Invalid, NotFound
from models.feedback import AnchorKind, Feedback
from models.i18n import N_
from models.milestone import Milestone
from models.policy import Actor, Permission, can
from models.project import Project
from models.solution import Solution, SolutionVersion
from models.stages import STEP_BY_CODE, STEPS
from workspace.i18n import _
from workspace.services.board_words import committed_outline
from workspace.services.comments import objects_in, quoted

KEPT = "kept"
CHOOSE = N_("Choisissez de quoi vous parlez dans la liste.")
NO_NOTE = N_("Cette note n’est plus sur le tableau.")
NOTHING = {
    "anchor": AnchorKind.PROJECT,
    "step_code": "",
    "board_id": None,
    "object_id": "",
    "object_text": "",
    "object_author": "",
    "solution_version_id": None,
    "milestone_id": None,
}
Groups = list[tuple[str, list[tuple[str, str]]]]


@dataclass(frozen=True)
class Place:
    """Where a feedback leads: `path` is '' when nothing can be opened; `words` are the note's last known."""

    label: str
    path: str = ""
    words: str = ""
    is_gone: bool = False


def anchor_options() -> tuple[_AbstractLoad, ...]:
    """What `places_of` needs of each feedback, besides its project."""
    return (
        joinedload(Feedback.board).joinedload(Board.document),
        joinedload(Feedback.solution_version),
        joinedload(Feedback.milestone),
    )


def anchor_values(session: Session, actor: Actor, project: Project, about: str) -> dict[str, Any]:
    """The columns of a feedback that is about this. Raises: Invalid on the field `about`."""
    kind, _dot, rest = about.partition(".")
    if about in ("", "project"):
        return dict(NOTHING)
    if about in STEP_BY_CODE:
        return {**NOTHING, "step_code": about}
    if about == "problem":
        return {**NOTHING, "anchor": AnchorKind.PROBLEM}
    if kind == "solution" and rest.isdecimal():
        return {**NOTHING, **_solution_values(session, project, int(rest))}
    if kind == "milestone" and rest.isdecimal():
        return {**NOTHING, **_milestone_values(session, project, int(rest))}
    if kind == "note":
        board_id, _dot, object_id = rest.partition(".")
        if board_id.isdecimal() and object_id:
            return {**NOTHING, **_note_values(session, actor, project, int(board_id), object_id)}
    raise Invalid(fields={"about": CHOOSE})


def about_of(feedback: Feedback) -> str:
    """The code of what it is about."""
    match feedback.anchor:
        case AnchorKind.PROBLEM:
            return "problem"
        case AnchorKind.SOLUTION:
            return f"solution.{feedback.solution_version_id}" if feedback.solution_version_id else KEPT
        case AnchorKind.MILESTONE:
            return f"milestone.{feedback.milestone_id}" if feedback.milestone_id else KEPT
        case AnchorKind.NOTE:
            return f"note.{feedback.board_id}.{feedback.object_id}" if feedback.board_id else KEPT
    return feedback.step_code or "project"


def offered(session: Session, actor: Actor, project: Project, about: str) -> Groups:
    """What may be chosen, by group; what `about` names now is always among it. Two queries at most."""
    newest = (
        select(func.max(SolutionVersion.id))
        .join(Solution, Solution.id == SolutionVersion.solution_id)
        .where(Solution.project_id == project.id)
        .group_by(SolutionVersion.solution_id)
    )
    named = about.removeprefix("solution.")
    ids = [int(named)] if named.isdecimal() and len(named) < 10 else []
    versions = session.scalars(
        select(SolutionVersion)
        .join(Solution, Solution.id == SolutionVersion.solution_id)
        .where(
            Solution.project_id == project.id,
            or_(SolutionVersion.id.in_(newest), SolutionVersion.id.in_(ids)),
        )
        .order_by(SolutionVersion.solution_id, SolutionVersion.number)
    )
    groups: Groups = [
        (_("Projet"), [("project", _("Le projet dans son ensemble")), ("problem", _("La problématique"))]),
        (_("Étapes"), [(step.code, _("Étape « %(name)s »", name=_(step.name))) for step in STEPS]),
        (_("Jalons"), [(f"milestone.{one.id}", one.title) for one in _milestones(session, project, about)]),
        (_("Solutions"), [(f"solution.{one.id}", _version_label(one)) for one in versions]),
    ]
    if about.startswith("note."):
        groups.append((_("Note d’un tableau"), [(about, _note_label(session, actor, project, about))]))
    if about == KEPT:
        groups.append((_("Comme avant"), [(KEPT, _("Ce dont parle ce brouillon n’existe plus"))]))
    return [group for group in groups if group[1]]


def places_of(session: Session, actor: Actor, rows: Iterable[Feedback]) -> dict[int, Place]:
    """The place of each, loaded with `anchor_options`. One query at most."""
    rows = list(rows)
    gone = _gone_notes(session, [row for row in rows if row.anchor is AnchorKind.NOTE])
    return {row.id: _place(actor, row, is_gone=row.id in gone) for row in rows}


def keep_words(session: Session, document_id: int, objects: Mapping[str, tuple[str, str]]) -> None:
    """Note the words and author that the notes have now: what is said of them outlives them."""
    rows = session.scalars(
        select(Feedback)
        .join(Board, Board.id == Feedback.board_id)
        .where(Board.document_id == document_id, Feedback.object_id != "")
    )
    for row in rows:
        words = objects.get(row.object_id)
        if words is not None and (row.object_text, row.object_author) != quoted(*words):
            text, author = quoted(*words)
            session.execute(
                update(Feedback)
                .where(Feedback.id == row.id)
                .values(object_text=text, object_author=author, updated_at=Feedback.updated_at)
            )


def erase_words(session: Session, key: str) -> None:
    """Take away what is quoted of somebody's notes: they asked for it."""
    session.execute(
        update(Feedback)
        .where(Feedback.object_author == key)
        .values(object_text="", updated_at=Feedback.updated_at)
    )


def _solution_values(session: Session, project: Project, version_id: int) -> dict[str, Any]:
    found = session.scalar(
        select(SolutionVersion.id)
        .join(Solution, Solution.id == SolutionVersion.solution_id)
        .where(SolutionVersion.id == min(version_id, 2**31 - 1), Solution.project_id == project.id)
    )
    if found is None:
        raise Invalid(fields={"about": CHOOSE})
    return {"anchor": AnchorKind.SOLUTION, "solution_version_id": found}


def _milestones(session: Session, project: Project, about: str = "") -> list[Milestone]:
    """Those of the project's team; one that was withdrawn only if `about` names it."""
    named = about.removeprefix("milestone.")
    id_ = int(named) if named.isdecimal() and len(named) < 10 else 0
    found = session.scalars(
        select(Milestone)
        .where(
            Milestone.cohort_id == project.team.cohort_id,
            or_(Milestone.project_id.is_(None), Milestone.project_id == project.id),
            or_(Milestone.withdrawn_at.is_(None), Milestone.id == id_),
        )
        .order_by(Milestone.due_on, Milestone.id)
    )
    return list(found)


def _milestone_values(session: Session, project: Project, milestone_id: int) -> dict[str, Any]:
    if milestone_id not in {one.id for one in _milestones(session, project, f"milestone.{milestone_id}")}:
        raise Invalid(fields={"about": CHOOSE})
    return {"anchor": AnchorKind.MILESTONE, "milestone_id": milestone_id}


def _note_values(
    session: Session, actor: Actor, project: Project, board_id: int, object_id: str
) -> dict[str, Any]:
    words = _words(session, actor, project, board_id, object_id)
    if words is None:
        raise Invalid(fields={"about": NO_NOTE})
    text, author = words
    return {
        "anchor": AnchorKind.NOTE,
        "board_id": board_id,
        "object_id": object_id,
        "object_text": text,
        "object_author": author,
    }


def _words(
    session: Session, actor: Actor, project: Project, board_id: int, object_id: str
) -> tuple[str, str] | None:
    """The words and author of the note as it is now; None when it is not there."""
    try:
        board = access_board(session, actor, board_id)
        outline = committed_outline(session, board.document_id)
    except (NotFound, CorruptDocument):
        return None
    return objects_in(outline).get(object_id) if board.project_id == project.id else None


def _note_label(session: Session, actor: Actor, project: Project, about: str) -> str:
    _kind, board_id, object_id = (*about.split(".", 2), "", "")[:3]
    words = (
        _words(session, actor, project, int(board_id), object_id)
        if board_id.isdecimal() and len(board_id) < 10
        else None
    )
    if words is None:
        return _("Une note qui n’est plus là")
    return _("Note « %(words)s »", words=_short(words[0])) if words[0] else _("Une note sans texte")


def _short(words: str) -> str:
    line = " ".join(words.split())
    return f"{line[:79]}…" if len(line) > 80 else line


def _version_label(version: SolutionVersion) -> str:
    return _("Solution « %(title)s », version %(number)s", title=version.title, number=version.number)


def _gone_notes(session: Session, rows: list[Feedback]) -> set[int]:
    """Those whose note is no more: its board is gone, or it is not in the board's up-to-date read model."""
    gone = {row.id for row in rows if row.board is None or row.board.archived_at is not None}
    asked = {(row.board.document_id, row.object_id): row for row in rows if row.board and row.id not in gone}
    if not asked:
        return gone
    documents = {document_id for document_id, _object in asked}
    objects = {object_id for _document, object_id in asked}
    found = session.execute(
        select(SharedDocument.id, BoardObject.object_id)
        .outerjoin(DocumentUpkeep, DocumentUpkeep.document_id == SharedDocument.id)
        .outerjoin(
            BoardObject,
            and_(BoardObject.document_id == SharedDocument.id, BoardObject.object_id.in_(objects)),
        )
        .where(
            SharedDocument.id.in_(documents),
            func.coalesce(DocumentUpkeep.projected_seq, 0) >= SharedDocument.last_seq,
        )
    ).all()
    known = {document_id for document_id, _object in found}
    there = set(map(tuple, found))
    return gone | {
        row.id
        for row in rows
        if row.board
        and row.board.document_id in known
        and (row.board.document_id, row.object_id) not in there
    }


def _place(actor: Actor, row: Feedback, *, is_gone: bool) -> Place:
    where = row.project.where
    match row.anchor:
        case AnchorKind.PROBLEM:
            return Place(_("La problématique"), f"/problems/{row.project.problem_id}")
        case AnchorKind.SOLUTION:
            version = row.solution_version
            if version is None:
                return Place(_("Une version de solution"), is_gone=True)
            path = f"/solutions/{version.solution_id}#version-{version.number}"
            return Place(_version_label(version), path if can(actor, Permission.VIEW_SOLUTION, where) else "")
        case AnchorKind.MILESTONE:
            if row.milestone is None or row.milestone.withdrawn_at is not None:
                return Place(_("Un jalon qui n’est plus là"), is_gone=True)
            label = _("Jalon « %(title)s »", title=row.milestone.title)
            return Place(label, f"/projects/{row.project_id}/milestones/{row.milestone.id}")
        case AnchorKind.NOTE:
            if row.board is None or row.board.archived_at is not None:
                return Place(
                    _("Une note d’un tableau qui n’est plus là"), words=row.object_text, is_gone=True
                )
            label = _("Note du tableau « %(title)s »", title=row.board.title)
            path = f"/boards/{row.board.id}#note-{row.object_id}"
            may_open = not is_gone and can(actor, Permission.VIEW_BOARD, row.board.where)
            return Place(label, path if may_open else "", row.object_text, is_gone)
    if row.step_code in STEP_BY_CODE:
        name = _(STEP_BY_CODE[row.step_code].name)
        return Place(
            _("Étape « %(name)s »", name=name), f"/projects/{row.project_id}?step={row.step_code}#step"
        )
    return Place(_("Le projet dans son ensemble"), f"/projects/{row.project_id}")
