"""Snapshots: a board's state pinned by its team, boards and texts frozen with a milestone; what came since.

What a snapshot holds never changes. `content` is given by the caller, who alone knows who holds the open
document (`workspace/web/documents/host.py`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Select, delete, insert, select
from sqlalchemy.orm import Session, joinedload, load_only

from models.access import MAX_ID, access_board, access_snapshot
from models.activity import ActivityKind, record_activity
from models.audit import COMMAND, AuditAction, SubjectKind, audit
from models.base import utcnow
from models.board.past import Difference, Objects, compare, read_objects
from models.board.redaction import Gone, redacted
from models.brief import BriefStatus, ProgressBrief
from models.document import Board
from models.document_log import checksum_of
from models.policy import Actor, Permission, Where, can
from models.problem import Problem
from models.project import Project
from models.snapshot import TITLE_LIMIT, Snapshot, SnapshotKind, text_content
from models.solution import Solution

PROBLEM_FIELDS = ("challenge", "precedents", "ideal", "objective", "helps", "hinders", "people_affected")
SOLUTION_FIELDS = ("body", "state", "reason")
BRIEF_FIELDS = (
    *("problem", "progress", "partners", "learned", "decisions", "support", "asked", "next_label"),
)
LISTED = (
    *(Snapshot.id, Snapshot.project_id, Snapshot.reach_id, Snapshot.kind, Snapshot.board_id),
    *(Snapshot.title, Snapshot.taken_at, Snapshot.taken_by_id, Snapshot.open_to_observers),
    Snapshot.unpinned_at,
)
"""All but the bytes."""


@dataclass(frozen=True)
class BoardSince:
    """A board then and now, object by object."""

    then: Objects
    now: Objects
    difference: Difference


@dataclass(frozen=True)
class Draft:
    """Something of a project that can be kept, as it is now."""

    kind: SnapshotKind
    title: str
    content: bytes
    board_id: int | None = None
    source_id: int | None = None


def pin_board(session: Session, actor: Actor, board_id: int, content: bytes, *, title: str) -> Snapshot:
    """Keep a board as it is."""
    board = access_board(session, actor, board_id, Permission.MANAGE_BOARD)
    draft = Draft(SnapshotKind.BOARD, title, content, board_id=board.id)
    snapshot = keep(session, actor, board.project, draft)
    session.flush()
    record_activity(
        session,
        actor,
        ActivityKind.SNAPSHOT_PINNED,
        cohort_id=board.project.team.cohort_id,
        project_id=board.project_id,
        board_id=board.id,
        subject=title,
    )
    _note(session, actor, AuditAction.SNAPSHOT_PINNED, snapshot)
    return snapshot


def keep(
    session: Session, actor: Actor, project: Project, draft: Draft, reach_id: int | None = None
) -> Snapshot:
    """Keep one thing of a project. Who may is the caller's to ask."""
    snapshot = Snapshot(
        project_id=project.id,
        reach_id=reach_id,
        kind=draft.kind,
        board_id=draft.board_id,
        source_id=draft.source_id,
        title=draft.title[:TITLE_LIMIT],
        content=draft.content,
        taken_by_id=actor.user_id,
    )
    session.add(snapshot)
    return snapshot


def texts_of(session: Session, project: Project) -> list[Draft]:
    """The project's texts as they are now: its problem, its solutions, its newest brief. Two queries."""
    problem = project.problem
    drafts = [
        Draft(
            SnapshotKind.PROBLEM,
            problem.title,
            _problem_content(problem),
            source_id=problem.id,
        )
    ]
    solutions = select(Solution).where(Solution.project_id == project.id).order_by(Solution.id)
    drafts += [
        Draft(SnapshotKind.SOLUTION, one.title, _solution_content(one), source_id=one.id)
        for one in session.scalars(solutions)
    ]
    brief = session.scalar(
        select(ProgressBrief)
        .where(ProgressBrief.project_id == project.id)
        .order_by(ProgressBrief.edition.desc())
        .limit(1)
    )
    if brief is not None:
        is_draft = brief.status is BriefStatus.DRAFT
        kind = SnapshotKind.BRIEF_DRAFT if is_draft else SnapshotKind.BRIEF
        drafts.append(Draft(kind, project.title, _brief_content(brief), source_id=brief.id))
    return drafts


def pinned_of(session: Session, actor: Actor, project: Project) -> list[Snapshot]:
    """What is pinned on the project's page and the actor may read, newest first. Without the bytes.

    What was frozen with a milestone stands on that milestone's page; élus, who have none, read it here.
    """
    statement = (
        _listed()
        .where(Snapshot.project_id == project.id, Snapshot.unpinned_at.is_(None))
        .where(Snapshot.reach_id.is_(None) | Snapshot.open_to_observers)
        .order_by(Snapshot.taken_at.desc(), Snapshot.id.desc())
    )
    return _readable(session, actor, project, session.scalars(statement))


def find_unpinned(
    session: Session, actor: Actor, project: Project, snapshot_id: int | None
) -> Snapshot | None:
    """One that was unpinned and the actor may pin again. No query without an id."""
    if not snapshot_id or not can(actor, Permission.MANAGE_BOARD, project.where):
        return None
    return session.scalar(
        _listed().where(
            Snapshot.id == min(snapshot_id, MAX_ID),
            Snapshot.project_id == project.id,
            Snapshot.unpinned_at.is_not(None),
        )
    )


def frozen_with(session: Session, actor: Actor, project: Project, reach_id: int) -> list[Snapshot]:
    """What was frozen with a milestone and the actor may read: boards, then texts. Without the bytes."""
    statement = _listed().where(Snapshot.project_id == project.id, Snapshot.reach_id == reach_id)
    found = _readable(session, actor, project, session.scalars(statement.order_by(Snapshot.id)))
    return sorted(found, key=lambda one: one.kind is not SnapshotKind.BOARD)


def unpin(session: Session, actor: Actor, snapshot_id: int) -> Snapshot:
    """Show it no more; it stays, to be pinned again."""
    snapshot = access_snapshot(session, actor, snapshot_id, Permission.MANAGE_BOARD)
    if snapshot.unpinned_at is None and snapshot.reach_id is None:
        snapshot.unpinned_at = utcnow()
        snapshot.open_to_observers = False
        _note(session, actor, AuditAction.SNAPSHOT_UNPINNED, snapshot)
    return snapshot


def pin_again(session: Session, actor: Actor, snapshot_id: int) -> Snapshot:
    """Show it again."""
    snapshot = access_snapshot(session, actor, snapshot_id, Permission.MANAGE_BOARD)
    if snapshot.unpinned_at is not None:
        snapshot.unpinned_at = None
        _note(session, actor, AuditAction.SNAPSHOT_PINNED_AGAIN, snapshot)
    return snapshot


def show_to_observers(session: Session, actor: Actor, snapshot_id: int, *, on: bool) -> Snapshot:
    """Let the élus who observe the project read it, or no longer."""
    snapshot = access_snapshot(session, actor, snapshot_id, Permission.MANAGE_BOARD)
    if snapshot.open_to_observers != on and snapshot.unpinned_at is None:
        snapshot.open_to_observers = on
        shown, hidden = AuditAction.SNAPSHOT_SHOWN_TO_OBSERVERS, AuditAction.SNAPSHOT_HIDDEN_FROM_OBSERVERS
        _note(session, actor, shown if on else hidden, snapshot)
    return snapshot


def board_since(snapshot: Snapshot, now: bytes) -> BoardSince:
    """What came to a board since. Raises: Refused when either cannot be read."""
    before, after = read_objects([snapshot.content]), read_objects([now])
    return BoardSince(before, after, compare(before, after))


def text_now(session: Session, actor: Actor, snapshot: Snapshot) -> Mapping[str, str] | None:
    """The same text as it is now; None when it is gone or not the actor's to read."""
    project, id_ = snapshot.project, snapshot.source_id
    if snapshot.kind is SnapshotKind.PROBLEM:
        may = can(actor, Permission.VIEW_PROJECT, project.where)
        return Snapshot(content=_problem_content(project.problem)).fields if may else None
    if snapshot.kind is SnapshotKind.SOLUTION:
        solution = session.get(Solution, id_)
        may = solution is not None and can(actor, Permission.VIEW_SOLUTION, project.where)
        return Snapshot(content=_solution_content(solution)).fields if solution and may else None
    brief = session.scalar(
        select(ProgressBrief)
        .where(ProgressBrief.project_id == project.id)
        .options(joinedload(ProgressBrief.project))
        .order_by(ProgressBrief.edition.desc())
        .limit(1)
    )
    if brief is None or not can(actor, Permission.VIEW_BRIEF, brief.where):
        return None
    return Snapshot(content=_brief_content(brief)).fields


def redact_snapshots(session: Session, document_id: int, is_gone: Gone) -> None:
    """Words that were erased go from what was kept of this document too, by a row that takes its place."""
    statement = (
        select(Snapshot).join(Board, Board.id == Snapshot.board_id).where(Board.document_id == document_id)
    )
    for snapshot in list(session.scalars(statement)):
        content = redacted(snapshot.content, is_gone)
        if content is None:
            continue
        columns = Snapshot.__table__.columns
        values = {column.name: getattr(snapshot, column.name) for column in columns}
        values |= {"content": content, "checksum": checksum_of(content), "redacted_at": utcnow()}
        session.expunge(snapshot)
        session.execute(delete(Snapshot).where(Snapshot.id == values["id"]))
        session.execute(insert(Snapshot).values(values))
        place, subject = Where(project_id=snapshot.project_id), (SubjectKind.PROJECT, snapshot.project_id)
        audit(session, COMMAND, AuditAction.SNAPSHOT_REDACTED, where=place, subject=subject)


def _listed() -> Select[Snapshot]:
    return select(Snapshot).options(load_only(*LISTED), joinedload(Snapshot.taken_by))


def _readable(session: Session, actor: Actor, project: Project, found: Iterable[Snapshot]) -> list[Snapshot]:
    """Those that the actor may read; `project` is loaded, so that `where` finds it without a query."""
    assert project in session  # noqa: S101
    return [one for one in found if can(actor, Permission.VIEW_SNAPSHOT, one.where)]


def _problem_content(problem: Problem) -> bytes:
    return text_content({name: getattr(problem, name) for name in ("title", *PROBLEM_FIELDS)})


def _solution_content(solution: Solution) -> bytes:
    return text_content({name: getattr(solution, name) for name in ("title", *SOLUTION_FIELDS)})


def _brief_content(brief: ProgressBrief) -> bytes:
    return text_content({name: getattr(brief, name) for name in ("edition", *BRIEF_FIELDS)})


def _note(session: Session, actor: Actor, action: AuditAction, snapshot: Snapshot) -> None:
    place, subject = Where(project_id=snapshot.project_id), (SubjectKind.PROJECT, snapshot.project_id)
    audit(session, actor, action, where=place, subject=subject, snapshot=snapshot.id)
