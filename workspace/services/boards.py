"""Boards of a project: opened from a template, renamed, opened to others, frozen, put away and brought back.

What stands on a board is its document's business (realtime); here only the first row of it is written.
"""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import access_board, access_project, find_or_not_found
from models.activity import Activity, ActivityKind, record_activity
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.board.seed import seed_board
from models.board.templates import BOARD_TEMPLATES
from models.document import Board, DocumentUpdate, SharedDocument
from models.errors import Conflict, Invalid
from models.events import BoardChanged, record
from models.i18n import N_
from models.partner import GuestContributor
from models.people import User
from models.policy import Actor, Permission, Where, can
from models.project import Project
from models.stages import STEP_BY_CODE, STEPS
from workspace.services.projects import STALE, valid_id
from workspace.services.saved_templates import find_template

TITLE_LIMIT = 160
UNKNOWN_TEMPLATE = N_("Choisissez l’un des modèles proposés.")
# What turning each switch on, then off, is called in the audit log.
SWITCHES = {
    "open_to_observers": (
        AuditAction.BOARD_SHOWN_TO_OBSERVERS,
        AuditAction.BOARD_HIDDEN_FROM_OBSERVERS,
    ),
    "open_to_tutors": (AuditAction.BOARD_OPENED_TO_TUTORS, AuditAction.BOARD_CLOSED_TO_TUTORS),
    "frozen": (AuditAction.BOARD_FROZEN, AuditAction.BOARD_UNFROZEN),
}


def create_board(
    session: Session, actor: Actor, project_id: int, *, template_code: str, title: str, locale: str
) -> Board:
    """Open a board from a template: its first document row. One of ours has its texts in `locale`."""
    project = access_project(session, actor, project_id, Permission.CREATE_BOARD)
    first = _first_row(session, project, template_code, locale)
    document = SharedDocument(kind="board", last_seq=1)
    session.add(document)
    session.flush()
    session.add(
        DocumentUpdate(
            document_id=document.id,
            seq=1,
            update=first,
            actor_keys="template",
        )
    )
    board = Board(
        project_id=project.id,
        document_id=document.id,
        title=title,
        template_code=template_code,
        step_code=project.current_step,
        created_by_id=actor.user_id,
    )
    session.add(board)
    session.flush()
    record_activity(
        session,
        actor,
        ActivityKind.BOARD_OPENED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        board_id=board.id,
        subject=title,
    )
    return board


def _first_row(session: Session, project: Project, template_code: str, locale: str) -> bytes:
    """A template of ours, or one that the cohort's tutors saved. Raises: Invalid."""
    if template_code in BOARD_TEMPLATES:
        return seed_board(template_code, locale)
    saved = find_template(session, project.team.cohort, template_code)
    if saved is None:
        raise Invalid(fields={"template": UNKNOWN_TEMPLATE})
    return saved.content


def rename_board(session: Session, actor: Actor, board_id: int, *, version: int, title: str) -> Board:
    """Give the board another title. Raises: Conflict when it was renamed since `version`."""
    board = _lock_board(session, actor, board_id)
    if board.version != version:
        raise Conflict(STALE, {"title": board.title, "version": board.version})
    board.title = title
    board.version += 1
    return board


def switch_board(session: Session, actor: Actor, board_id: int, switch: str, *, on: bool) -> Board:
    """Open the board to observers or tutors, or freeze it, or undo that; open sockets are told."""
    if switch not in SWITCHES:
        raise Invalid
    board = _lock_board(session, actor, board_id)
    if getattr(board, switch) != on:
        _note(session, actor, SWITCHES[switch][0 if on else 1], board)
    setattr(board, switch, on)
    _changed(session, board)
    return board


def archive_board(session: Session, actor: Actor, board_id: int) -> Board:
    """Put the board away: it is no longer found, until it is restored."""
    board = _lock_board(session, actor, board_id)
    board.archived_at = utcnow()
    _note(session, actor, AuditAction.BOARD_ARCHIVED, board)
    _changed(session, board)
    return board


def restore_board(session: Session, actor: Actor, project_id: int, board_id: int) -> Board:
    """Bring back a board that was put away."""
    project = access_project(session, actor, project_id, Permission.MANAGE_BOARD)
    board = find_or_not_found(
        session, select(Board).where(Board.id == valid_id(board_id), Board.project_id == project.id)
    )
    if board.archived_at is not None:
        _note(session, actor, AuditAction.BOARD_BROUGHT_BACK, board)
    board.archived_at = None
    _changed(session, board)
    return board


def boards_of(session: Session, actor: Actor, project: Project, *, archived: bool = False) -> list[Board]:
    """The project's boards that the actor may open, last changed first; `archived`: those put away too."""
    statement = (
        select(Board).where(Board.project_id == project.id).order_by(Board.changed_at.desc(), Board.id.desc())
    )
    if not archived:
        statement = statement.where(Board.archived_at.is_(None))
    found = session.scalars(statement)
    # `project` is loaded: `Board.where` finds it in the session without a query.
    return [board for board in found if can(actor, Permission.VIEW_BOARD, board.where)]


def people_of_boards(session: Session, board_ids: Sequence[int]) -> dict[int, list[str]]:
    """Who worked on each board, the busiest first: one query."""
    count = func.sum(Activity.count)
    name = func.coalesce(User.name, GuestContributor.name)
    found = session.execute(
        select(Activity.board_id, name)
        .outerjoin(User, User.id == Activity.user_id)
        .outerjoin(GuestContributor, GuestContributor.id == Activity.guest_id)
        .where(Activity.board_id.in_(board_ids), name.is_not(None))
        .group_by(Activity.board_id, Activity.user_id, Activity.guest_id, name)
        .order_by(Activity.board_id, count.desc(), name)
    )
    people: dict[int, list[str]] = {}
    for board_id, who in found:
        if board_id is not None:
            people.setdefault(board_id, []).append(who)
    return people


def suggested_templates(step_code: str) -> list[str]:
    """The codes of the templates that a step suggests, those of the first step when there is no such step."""
    return list(STEP_BY_CODE.get(step_code, STEPS[0]).templates)


def _lock_board(session: Session, actor: Actor, board_id: int) -> Board:
    access_board(session, actor, board_id, Permission.MANAGE_BOARD)
    session.execute(select(Board.id).where(Board.id == board_id).with_for_update())
    session.expire_all()
    return access_board(session, actor, board_id, Permission.MANAGE_BOARD)


def _note(session: Session, actor: Actor, action: AuditAction, board: Board) -> None:
    place, subject = Where(project_id=board.project_id), (SubjectKind.BOARD, board.id)
    audit(session, actor, action, where=place, subject=subject)


def _changed(session: Session, board: Board) -> None:
    record(session, BoardChanged(board_id=board.id, document_id=board.document_id))
