"""A document as it was: its history, and the last good state of one that is corrupt. For programs."""

from flask import Blueprint, Response, jsonify, url_for
from flask.typing import ResponseReturnValue

from models.errors import NotFound
from models.policy import Permission, can
from models.session import reading, transaction
from workspace.services.document_history import access_past, history_entry, history_of
from workspace.services.document_repair import find_corruption, find_last_good, restore_last_good
from workspace.web.boards.people import people_of
from workspace.web.documents.answers import by_person, whole_document
from workspace.web.guard import actor, requires

blueprint = Blueprint("past", __name__)

PRIVATE = {"Cache-Control": "no-store"}


@blueprint.get("/documents/<int:document_id>/history")
@requires(Permission.VIEW_PAST)
@by_person
def history(document_id: int) -> ResponseReturnValue:
    """The moments that can be gone back to, oldest first, and who worked until then."""
    with reading() as session:
        board, entries = history_of(session, actor(), document_id)
        keys = {key for entry in entries for key in entry.keys}
        people = people_of(session, actor(), board, keys)
    shown = [
        {
            "id": entry.seq,
            "at": entry.at.isoformat(),
            "kind": entry.kind,
            "people": [people[key].name for key in entry.keys if key in people],
        }
        for entry in entries
    ]
    return jsonify(entries=shown), 200, PRIVATE


@blueprint.get("/documents/<int:document_id>/history/<int:seq>")
@requires(Permission.VIEW_PAST)
@by_person
def entry(document_id: int, seq: int) -> Response:
    """The whole document as it was then."""
    with reading() as session:
        found = history_entry(session, actor(), document_id, seq)
    return whole_document(found.content, f"h{document_id}.{found.seq}.{found.at.timestamp():.0f}")


@blueprint.get("/documents/<int:document_id>/last-good")
@requires(Permission.VIEW_PAST)
@by_person
def last_good(document_id: int) -> ResponseReturnValue:
    """Whether the document is corrupt, and what of it can still be read."""
    with reading() as session:
        board = access_past(session, actor(), document_id)
        is_corrupt = find_corruption(session, document_id) is not None
        good = find_last_good(session, document_id)
    shown = good and {"seq": good.seq, "at": good.at.isoformat(), "edits_after": good.edits_after}
    answer = jsonify(
        corrupt=is_corrupt,
        last_good=shown,
        may_restore=can(actor(), Permission.RESTORE_BOARD, board.where),
        content=url_for("past.last_good_content", document_id=document_id),
    )
    return answer, 200, PRIVATE


@blueprint.get("/documents/<int:document_id>/last-good/content")
@requires(Permission.VIEW_PAST)
@by_person
def last_good_content(document_id: int) -> Response:
    """That state, to be read."""
    with reading() as session:
        access_past(session, actor(), document_id)
        good = find_last_good(session, document_id)
    if good is None:
        raise NotFound
    return whole_document(good.content, f"g{document_id}.{good.seq}.{good.at.timestamp():.0f}")


@blueprint.post("/documents/<int:document_id>/restore-last-good")
@requires(Permission.RESTORE_BOARD)
@by_person
def restore(document_id: int) -> ResponseReturnValue:
    """Make that state the document's state again, under a new epoch: open documents are opened anew."""
    with transaction() as session:
        epoch, seq = restore_last_good(session, actor(), document_id)
    return jsonify(epoch=epoch, seq=seq), 200, PRIVATE
