"""GET /boards/<id>: a board, readable before its script runs; what its scripts ask for."""

from collections.abc import Mapping
from dataclasses import asdict

from flask import Blueprint, Response, current_app, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_board
from models.board.export import Outline, to_outline
from models.board.templates import BOARD_TEMPLATES
from models.board_rights import BoardRights, board_rights
from models.document import Board
from models.document_log import owners_among
from models.errors import CorruptDocument, Forbidden
from models.i18n import N_
from models.policy import Actor, Permission, can
from models.session import reading
from workspace.services.ballots import has_rounds
from workspace.services.workshops import workshop_state
from workspace.web.assets import DIST, asset
from workspace.web.boards.people import BoardPerson, colour_of, people_of
from workspace.web.boards.quarantine import quarantine_page
from workspace.web.documents.host import documents
from workspace.web.guard import actor, public, requires

blueprint = Blueprint("boards", __name__)

SOCKET_PATH = "/socket.io/"
WORKER_POLICY = "default-src 'none'; connect-src 'self'"
"""What the service worker may do by itself: fetch pages and files of ours."""
MOST_CLIENTS = 200


@blueprint.get("/boards/<int:board_id>")
@requires(Permission.VIEW_BOARD)
def show(board_id: int) -> ResponseReturnValue:
    """The board. Its words are in the page as a list; the script draws it and keeps it live."""
    who = actor()
    with reading() as session:
        board, rights = _board(session, who, board_id)
        back_url = _back_url(who, board)
        try:
            outline = to_outline(documents().state(board.document_id).content)
        except CorruptDocument:
            return quarantine_page(session, who, board, back_url)
        people = people_of(session, who, board, _authors(outline))
        return render_template(
            "boards/show.html",
            board=board,
            project=board.project,
            outline=outline,
            has_guide=board.template_code in BOARD_TEMPLATES,
            people=people,
            back_url=back_url,
            config={
                **_config(who, board, rights, people, back_url),
                "rounds": has_rounds(session, who, board),
                "workshop": workshop_state(session, who, board) is not None,
            },
            may_edit=rights.board_actor.can_edit and not board.frozen,
        )


@blueprint.get("/boards/<int:board_id>/people")
@requires(Permission.VIEW_BOARD)
def people(board_id: int) -> ResponseReturnValue:
    """Who signed something on the board, by author key; and who is behind Yjs `clients`, if asked for."""
    who = actor()
    asked = [int(word) for word in request.args.get("clients", "").split(",") if word.isdecimal()]
    with reading() as session:
        board, _rights = _board(session, who, board_id)
        outline = to_outline(documents().state(board.document_id).content)
        owners = owners_among(session, board.document_id, asked[:MOST_CLIENTS])
        found = people_of(session, who, board, _authors(outline) | set(owners.values()))
    answer = jsonify(people={key: asdict(person) for key, person in found.items()}, clients=owners)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/boards/offline.js")
@public
def offline_worker() -> Response:
    """The service worker of the boards' pages. Its address decides what it may answer for: /boards/."""
    script = (DIST / current_app.config["ASSETS"]["board-offline.js"]).read_bytes()
    headers = {"Cache-Control": "no-cache", "Content-Security-Policy": WORKER_POLICY}
    return Response(script, mimetype="text/javascript", headers=headers)


def _board(session: Session, who: Actor, board_id: int) -> tuple[Board, BoardRights]:
    board = access_board(session, who, board_id, Permission.VIEW_BOARD)
    rights = board_rights(who, board)
    if rights is None:
        raise Forbidden(N_("Vous n’avez pas le droit de faire cela ici."))
    return board, rights


def _authors(outline: Outline) -> set[str]:
    keys = {note.author for note in outline.notes()}
    keys |= {zone.author for zone in outline.zones}
    return keys | {connector.author for connector in outline.connectors}


def _back_url(who: Actor, board: Board) -> str:
    if can(who, Permission.VIEW_PROJECT, board.project.where):
        return url_for("projects.show", project_id=board.project_id)
    return url_for("observations.show", project_id=board.project_id)


def _config(
    who: Actor, board: Board, rights: BoardRights, people: Mapping[str, BoardPerson], back_url: str
) -> dict[str, object]:
    """What the script needs to know; nothing that the reader may not."""
    return {
        "board": board.id,
        "document": board.document_id,
        "title": board.title,
        "me": {
            "key": who.key,
            "formerKeys": sorted(rights.board_actor.former_keys),
            "name": who.name,
            "colour": colour_of(who.name),
        },
        "rights": {
            "edit": rights.board_actor.can_edit,
            "ownOnly": rights.board_actor.edits_own_only,
            "frozen": board.frozen,
        },
        "people": {key: asdict(person) for key, person in people.items()},
        "comments": _may(who, board, Permission.WRITE_COMMENT, Permission.VIEW_COMMENTS),
        "ideas": _may(who, board, Permission.EDIT_SOLUTION, Permission.VIEW_SOLUTION),
        "feedbackUrl": url_for("feedback.create", project_id=board.project_id)
        if can(who, Permission.WRITE_FEEDBACK, board.where)
        else "",
        "peopleUrl": url_for("boards.people", board_id=board.id),
        "homeUrl": back_url,
        "signInUrl": url_for("auth.sign_in", next=url_for("boards.show", board_id=board.id)),
        "socketPath": SOCKET_PATH,
        "laterStyles": asset("areas/board-later.css"),
    }


def _may(who: Actor, board: Board, write: Permission, read: Permission) -> str:
    """What the reader may do: "write", "read", or "" for nothing."""
    if can(who, write, board.where):
        return "write"
    return "read" if can(who, read, board.where) else ""
