"""« Mode d'emploi »: a board's template explained again, with its example, beside the board or as a page."""

from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue

from models.access import access_board
from models.board.export import Outline
from models.board_rights import board_rights
from models.errors import NotFound
from models.i18n import N_
from models.policy import Permission
from models.session import reading
from workspace.web.guard import actor, requires
from workspace.web.projects import template_cards
from workspace.web.projects.template_cards import TemplateGuide

blueprint = Blueprint("board_guides", __name__)

NO_GUIDE = N_("Ce tableau n’a pas de mode d’emploi.")


@dataclass(frozen=True)
class ExamplePieces:
    """What the board's script lays down when somebody asks for the example: notes, and arrows among them."""

    notes: list[dict[str, object]]
    arrows: list[tuple[str, str]]


@blueprint.get("/boards/<int:board_id>/guide")
@requires(Permission.VIEW_BOARD)
def show(board_id: int) -> ResponseReturnValue:
    """The instructions in the reader's language; ?part=1 gives them alone, for the board's own page."""
    who = actor()
    with reading() as session:
        board = access_board(session, who, board_id, Permission.VIEW_BOARD)
        guide = _guide(board.template_code)
        rights = board_rights(who, board)
        pieces = None
        if guide.example and rights and "edit" in rights.can:
            pieces = _pieces(guide.example.outline)
        is_part = "part" in request.args
        page = "board_templates/guide_part.html" if is_part else "board_templates/guide.html"
        return render_template(page, board=board, project=board.project, guide=guide, pieces=pieces)


def _guide(code: str) -> TemplateGuide:
    try:
        return template_cards.guide_of(code)
    except KeyError:
        raise NotFound(NO_GUIDE) from None


def _pieces(outline: Outline) -> ExamplePieces:
    notes = [
        {"id": note.id, "zone": zone.id, "x": note.x, "y": note.y, "colour": note.colour, "text": note.text}
        for zone in outline.zones
        for note in zone.notes
    ]
    named = {note["id"] for note in notes}
    arrows = [(arrow.start, arrow.end) for arrow in outline.connectors if {arrow.start, arrow.end} <= named]
    return ExamplePieces(notes, arrows)
