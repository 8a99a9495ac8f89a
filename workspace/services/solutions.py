"""Solutions: made from notes of a board in one go, written further, retained or dropped; authors are told."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from models.access import access_board, access_project, access_solution, project_options
from models.base import utcnow
from models.board.export import Outline
from models.document import Board
from models.errors import Conflict, Invalid, Refused
from models.i18n import N_
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, can
from models.project import Project
from models.solution import (
    SOURCE_LIMIT,
    TITLE_LIMIT,
    Solution,
    SolutionSource,
    SolutionState,
    SolutionVersion,
)
from workspace.services.comments import readers_of
from workspace.services.projects import STALE

MOST_SOURCES = 60
NO_NOTE = N_("Choisissez des notes qui sont encore sur le tableau, et qui portent des mots.")
WHY = N_("Dites pourquoi, pour celles et ceux qui l’ont proposée.")
TOLD = {
    SolutionState.IDEA: NotificationKind.SOLUTION_IDEA,
    SolutionState.RETAINED: NotificationKind.SOLUTION_RETAINED,
    SolutionState.DROPPED: NotificationKind.SOLUTION_DROPPED,
}


def make_idea(
    session: Session, actor: Actor, board_id: int, object_ids: Sequence[str], outline: Outline
) -> Solution:
    """An idea from these notes of the board (`outline`: as it is now). Their authors are told.

    Raises: Refused when none of them is there with words.
    """
    board = access_board(session, actor, board_id, Permission.EDIT_SOLUTION)
    wanted = set(object_ids)
    notes = [note for note in outline.notes() if note.id in wanted and note.text.strip()][:MOST_SOURCES]
    if not notes:
        raise Refused("no_note", NO_NOTE)
    texts = [note.text.replace("\0", "").strip() for note in notes]
    solution = Solution(project_id=board.project_id, title=_title_from(texts[0]), body="\n\n".join(texts))
    solution.sources = [
        SolutionSource(board_id=board.id, object_id=note.id, text=text[:SOURCE_LIMIT], author=note.author)
        for note, text in zip(notes, texts, strict=True)
    ]
    solution.versions = []
    session.add(solution)
    session.flush()
    _keep_version(session, actor, solution)
    _tell_authors(session, actor, board, solution)
    return solution


def save_solution(
    session: Session, actor: Actor, solution_id: int, *, version: int, title: str, body: str
) -> Solution:
    """Write it further; the former words stay as a version. Raises: Conflict."""
    solution = _current(session, actor, solution_id, version)
    if (solution.title, solution.body) != (title, body):
        solution.title, solution.body = title, body
        _saved(session, actor, solution)
    return solution


def decide_on_solution(
    session: Session, actor: Actor, solution_id: int, *, version: int, state: SolutionState, reason: str
) -> Solution:
    """Retain it, drop it or take it up again; whoever wrote its notes is told. Raises: Conflict, Invalid."""
    solution = _current(session, actor, solution_id, version)
    if state is SolutionState.DROPPED and not reason:
        raise Invalid(fields={"reason": WHY})
    if (solution.state, solution.reason) == (state, reason):
        return solution
    is_news = solution.state is not state
    solution.state, solution.reason = state, reason
    _saved(session, actor, solution)
    if is_news:
        for board in _boards_of(session, solution):
            _tell_authors(session, actor, board, solution)
    return solution


def solutions_of(session: Session, actor: Actor, project_id: int) -> tuple[Project, list[Solution]]:
    """The project's solutions with their sources, last changed first."""
    project = access_project(session, actor, project_id, Permission.VIEW_SOLUTION)
    found = session.scalars(
        select(Solution)
        .where(Solution.project_id == project.id)
        .options(selectinload(Solution.sources))
        .order_by(Solution.changed_at.desc(), Solution.id.desc())
    )
    return project, list(found)


def whole_solution(session: Session, actor: Actor, solution_id: int) -> tuple[Solution, dict[int, Board]]:
    """A solution with its sources and versions; the boards of its sources that the actor may open, by id."""
    solution = access_solution(session, actor, solution_id, Permission.VIEW_SOLUTION)
    statement = (
        select(Solution)
        .where(Solution.id == solution.id)
        .options(
            joinedload(Solution.project).options(*project_options()),
            selectinload(Solution.sources),
            selectinload(Solution.versions).options(joinedload(SolutionVersion.saved_by)),
        )
        .execution_options(populate_existing=True)
    )
    found = session.scalars(statement).one()
    boards = {
        board.id: board
        for board in _boards_of(session, found)
        if board.archived_at is None and can(actor, Permission.VIEW_BOARD, board.where)
    }
    return found, boards


def ideas_of_board(session: Session, actor: Actor, board_id: int) -> list[tuple[str, int, str]]:
    """For each note of the board that a solution was made from: its id, the solution's id and title."""
    board = access_board(session, actor, board_id, Permission.VIEW_SOLUTION)
    found = session.execute(
        select(SolutionSource.object_id, Solution.id, Solution.title)
        .join(Solution, Solution.id == SolutionSource.solution_id)
        .where(SolutionSource.board_id == board.id)
        .order_by(Solution.id)
    )
    return [(object_id, id_, title) for object_id, id_, title in found]


def _title_from(text: str) -> str:
    first = text.splitlines()[0].strip()
    return first if len(first) <= TITLE_LIMIT else f"{first[: TITLE_LIMIT - 1]}…"


def _current(session: Session, actor: Actor, solution_id: int, version: int) -> Solution:
    solution = access_solution(session, actor, solution_id, Permission.EDIT_SOLUTION)
    session.refresh(solution, ["version", "sources", "versions"])
    if solution.version != version:
        raise Conflict(STALE, {"title": solution.title, "body": solution.body, "version": solution.version})
    return solution


def _saved(session: Session, actor: Actor, solution: Solution) -> None:
    solution.version += 1
    solution.changed_at = utcnow()
    _keep_version(session, actor, solution)


def _keep_version(session: Session, actor: Actor, solution: Solution) -> None:
    solution.versions.insert(
        0,
        SolutionVersion(
            number=solution.version,
            title=solution.title,
            body=solution.body,
            state=solution.state,
            reason=solution.reason,
            saved_by_id=actor.user_id,
        ),
    )
    session.flush()


def _boards_of(session: Session, solution: Solution) -> list[Board]:
    ids = {source.board_id for source in solution.sources}
    return list(session.scalars(select(Board).where(Board.id.in_(ids)).order_by(Board.id)))


def _tell_authors(session: Session, actor: Actor, board: Board, solution: Solution) -> None:
    """Those who wrote its notes on this board and still have a way in learn what became of them."""
    readers = readers_of(session, board)
    keys = dict.fromkeys(source.author for source in solution.sources if source.board_id == board.id)
    told = [readers[key] for key in keys if key in readers and key != actor.key]
    for full in (True, False):
        ids = [one.user_id for one in told if one.user_id is not None and one.by_full_name is full]
        who = actor.name if full else actor.name.split(" ", 1)[0]
        kind, url = TOLD[solution.state], f"/solutions/{solution.id}"
        notify(
            session,
            ids,
            kind,
            who=who,
            subject=solution.title,
            url=url,
            project_id=solution.project_id,
        )
