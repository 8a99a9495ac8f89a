"""Taking a board away: files, the page that is printed, and the pictures that other pages show of it."""

import hashlib
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue

from models.access import access_board
from models.audit import AuditAction, Export, SubjectKind, audit
from models.board.export import to_outline
from models.document import Board
from models.errors import NotFound
from models.policy import Permission, Where
from models.session import reading, transaction
from workspace.drawing import rendering
from workspace.drawing.rendering import Part
from workspace.drawing.tables import told, told_links
from workspace.extensions import limiter
from workspace.i18n import current_locale, format_date
from workspace.services.board_facts import contents_of
from workspace.services.spreadsheet import to_csv
from workspace.web.boards.exporting import KINDS, ask_for, describe, disposition, facts_for, table_words
from workspace.web.boards.people import people_of
from workspace.web.boards.pictures import small_picture, survey_of
from workspace.web.documents.host import DocumentState, documents
from workspace.web.guard import actor, requires

blueprint = Blueprint("exports", __name__)

by_person = limiter.limit("60 per minute", key_func=lambda: actor().key)
MOST_CHOSEN = 400
FILE_POLICY = "sandbox; default-src 'none'"
PICTURE_POLICY = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"
SVG = KINDS["svg"]


def _open(board_id: int) -> tuple[Board, DocumentState]:
    """The board and what it holds now. What is made of it is made outside of a database session."""
    with reading() as session:
        board = access_board(session, actor(), board_id, Permission.VIEW_BOARD)
        return board, documents().state(board.document_id)


def _part() -> Part:
    """What of the board is asked for: ?zone=, ?ids= (chosen objects), ?loose=1; else all of it."""
    ids = tuple(request.args.get("ids", "").split(",")[:MOST_CHOSEN])
    return Part(
        zone=request.args.get("zone", "")[:64],
        ids=tuple(one for one in ids if one),
        loose=request.args.get("loose") == "1",
    )


@blueprint.get("/boards/<int:board_id>/export")
@requires(Permission.VIEW_BOARD)
def show(board_id: int) -> ResponseReturnValue:
    """Choose what, and as which file."""
    board, state = _open(board_id)
    found = survey_of(state, board.document_id)
    return render_template("exports/choose.html", board=board, project=board.project, survey=found)


@blueprint.get("/boards/<int:board_id>/export/file")
@requires(Permission.VIEW_BOARD)
@by_person
def download(board_id: int) -> Response:
    """The file: ?format= pdf, png, svg, csv or md. As many as may read the board may take it away."""
    kind = request.args.get("format", "svg")
    if kind not in KINDS:
        raise NotFound
    who, part = actor(), _part()
    board, state = _open(board_id)
    found = rendering.survey(state.content, part)
    with reading() as session:
        ask = ask_for(session, who, board, found, part)
        if kind == "csv":
            ask = replace(ask, facts=facts_for(session, who, board))
        is_drawn = kind in ("pdf", "png", "svg")
        images = contents_of(session, board.document_id, found.images) if is_drawn else {}
    if kind == "csv":
        content = to_csv(rendering.rows(state.content, ask)).encode()
    else:
        content = rendering.render(kind, state.content, ask, images)
    with transaction() as session:
        place, subject = Where(project_id=board.project_id), (SubjectKind.BOARD, board_id)
        audit(session, who, AuditAction.EXPORT_DOWNLOADED, where=place, subject=subject, export=Export.BOARD)
    answer = Response(content, mimetype=KINDS[kind])
    answer.headers["Content-Disposition"] = disposition(board.title, kind)
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY if kind == "svg" else FILE_POLICY
    return answer


@blueprint.get("/boards/<int:board_id>/print")
@requires(Permission.VIEW_BOARD)
def printed(board_id: int) -> ResponseReturnValue:
    """A page made for paper: each zone on a sheet, then the plan. ?zone= prints one of them."""
    zone = request.args.get("zone", "")
    board, state = _open(board_id)
    found = survey_of(state, board.document_id)
    outline = to_outline(state.content)
    with reading() as session:
        people = people_of(session, actor(), board, found.authors)
        words = table_words(session, actor(), board.title, found.cards)
    return render_template(
        "exports/print.html",
        told=partial(told, words=words),
        board=board,
        project=board.project,
        zones=[one for one in outline.zones if zone in ("", one.id)],
        loose=outline.loose if not zone else (),
        has_loose=not zone and any(not note.locked for note in outline.loose),
        links=told_links(outline, words) if not zone else [],
        people=people,
        description=describe(found),
        today=format_date(datetime.now(UTC), "long"),
    )


@blueprint.get("/boards/<int:board_id>/picture.svg")
@requires(Permission.VIEW_BOARD)
def picture(board_id: int) -> Response:
    """The board as it is now, for pages: small unless ?size=large; known by its ETag, asked each time."""
    who, part = actor(), _part()
    is_large, is_headless = request.args.get("size") == "large", request.args.get("head") == "0"
    board, state = _open(board_id)
    reader = f"{who.key}.{current_locale()}.{int(is_large)}{int(is_headless)}.{part}.{board.title}"
    mark = hashlib.sha256(reader.encode()).hexdigest()[:16]
    etag = f"p{board.document_id}.{state.epoch}.{state.seq}.{mark}"
    if request.if_none_match.contains(etag):
        return send_picture(b"", etag)
    is_whole = part == Part()
    found = survey_of(state, board.document_id) if is_whole else rendering.survey(state.content, part)
    with reading() as session:
        ask = replace(ask_for(session, who, board, found, part, small=not is_large), headless=is_headless)
        images = contents_of(session, board.document_id, found.images) if is_large else {}
    if is_whole and not is_large:
        return send_picture(small_picture(state, board.document_id, ask), etag)
    return send_picture(rendering.render("svg", state.content, ask, images), etag)


def send_picture(content: bytes, etag: str) -> Response:
    """A drawing for pages, asked for again each time and known by its ETag."""
    answer = Response(content, mimetype=SVG)
    answer.set_etag(etag)
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.vary.add("Cookie")
    answer.make_conditional(request)
    return answer
