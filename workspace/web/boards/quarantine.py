"""The page of a board whose document cannot be read: what happened, and going on from its last good state."""

from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_board
from models.audit import AuditAction, Export, SubjectKind, audit
from models.board.export import Outline, to_outline
from models.document import Board
from models.policy import Actor, Permission, Where, can
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services.document_repair import LastGood, find_last_good, restore_last_good
from workspace.web.boards.people import people_of
from workspace.web.guard import actor, requires

blueprint = Blueprint("quarantine", __name__)

CONFLICT = 409


def quarantine_page(session: Session, who: Actor, board: Board, back_url: str) -> ResponseReturnValue:
    """The page instead of the board. Those who may only look at the project are not shown its past."""
    good = _last_good(session, who, board)
    outline = to_outline(good.content) if good else None
    authors = {note.author for note in outline.notes()} if outline else set()
    page = render_template(
        "boards/corrupt.html",
        board=board,
        project=board.project,
        back_url=back_url,
        good=good,
        outline=outline,
        people=people_of(session, who, board, authors),
        may_restore=good is not None and can(who, Permission.RESTORE_BOARD, board.where),
    )
    return page, CONFLICT


@blueprint.get("/boards/<int:board_id>/last-good.txt")
@requires(Permission.VIEW_PAST)
def download(board_id: int) -> Response:
    """The last good state as plain text, to keep or to paste elsewhere."""
    who = actor()
    with reading() as session:
        board = access_board(session, who, board_id, Permission.VIEW_PAST)
        good = find_last_good(session, board.document_id)
        text = _as_text(board.title, to_outline(good.content)) if good else ""
    with transaction() as session:
        place, subject = Where(project_id=board.project_id), (SubjectKind.BOARD, board_id)
        what = Export.LAST_GOOD_BOARD
        audit(session, who, AuditAction.EXPORT_DOWNLOADED, where=place, subject=subject, export=what)
    answer = make_response(text)
    answer.mimetype = "text/plain"
    answer.headers["Content-Disposition"] = f'attachment; filename="tableau-{board_id}.txt"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.post("/boards/<int:board_id>/restore")
@requires(Permission.RESTORE_BOARD)
def restore(board_id: int) -> ResponseReturnValue:
    """Make the last good state the board again; whoever waits for it opens it from there."""
    who = actor()
    with transaction() as session:
        board = access_board(session, who, board_id, Permission.VIEW_BOARD)
        restore_last_good(session, who, board.document_id)
    flash(_("Le tableau repart de son dernier état lisible."), "success")
    return redirect(url_for("boards.show", board_id=board_id))


def _last_good(session: Session, who: Actor, board: Board) -> LastGood | None:
    may_read = can(who, Permission.VIEW_PAST, board.where)
    return find_last_good(session, board.document_id) if may_read else None


def _as_text(title: str, outline: Outline) -> str:
    lines = [title, ""]
    for zone in outline.zones:
        lines += [f"{zone.number}. {zone.title}" if zone.number else zone.title]
        lines += [f"- {note.text}" for note in zone.notes] + [""]
    lines += [f"- {note.text}" for note in outline.loose]
    return "\n".join(lines).rstrip() + "\n"
