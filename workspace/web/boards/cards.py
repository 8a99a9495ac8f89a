"""GET /boards/<id>/cards: what cards are called, for this reader, and what a new one may point to."""

from typing import Any

from flask import Blueprint, current_app, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from models.access import access_board
from models.policy import Permission
from models.session import reading
from workspace.services.board_cards import CARD_KINDS, BoardCard, Target, found_cards, named_cards, targets_in
from workspace.web.guard import actor, requires

blueprint = Blueprint("cards", __name__)


@blueprint.get("/boards/<int:board_id>/cards")
@requires(Permission.VIEW_BOARD)
def show(board_id: int) -> ResponseReturnValue:
    """`of`: these, kind.id, at most a hundred; `address`: what is at this path; else what `search` finds."""
    who = actor()
    with reading() as session:
        access_board(session, who, board_id, Permission.VIEW_BOARD)
        if "of" in request.args:
            cards = named_cards(session, who, targets_in(request.args["of"].split(",")))
        elif "address" in request.args:
            cards = named_cards(session, who, _target_at(request.args["address"]))
        else:
            cards = found_cards(session, who, request.args.get("search", ""))
    answer = jsonify(cards=[_as_json(card) for card in cards])
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _as_json(card: BoardCard) -> dict[str, object]:
    kind = CARD_KINDS[card.kind]
    arguments: dict[str, Any] = {kind.argument: card.id}
    url = url_for(kind.endpoint, **arguments)
    return {"kind": card.kind, "id": card.id, "title": card.title, "label": card.label, "url": url}


def _target_at(path: str) -> list[Target]:
    """What the page at this path shows; nothing for all others."""
    try:
        endpoint, arguments = current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return []
    return [
        (name, arguments[kind.argument])
        for name, kind in CARD_KINDS.items()
        if endpoint == kind.endpoint and isinstance(arguments.get(kind.argument), int)
    ]
