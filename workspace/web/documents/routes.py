"""GET /documents/<id>/snapshot, POST /documents/<id>/sync, POST /socket-ticket: for programs, not pages."""

from collections.abc import Callable

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from flask_wtf.csrf import generate_csrf
from sqlalchemy.orm import Session

from models.access import access_board_of_document
from models.board.guard import decode_state_vector
from models.board.messages import refusal
from models.board.rules import BoardActor
from models.board_rights import BoardRights, board_rights
from models.errors import Forbidden, Refused
from models.i18n import N_
from models.policy import Actor, Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services.sessions import issue_ticket
from workspace.web.documents.answers import BINARY, by_person, whole_document
from workspace.web.documents.host import documents
from workspace.web.documents.wire import Malformed, split_sync_request, sync_answer
from workspace.web.guard import actor, actor_now, requires, signed_in

blueprint = Blueprint("documents", __name__)

UNAVAILABLE = N_("Vos changements n’ont pas pu être enregistrés. Réessayez dans un instant.")
STATUS_BY_CODE = {"malformed": 400, "read_only": 403, "frozen": 403, "too_large": 413, "unavailable": 503}


@blueprint.post("/socket-ticket")
@signed_in
@by_person
def ticket() -> ResponseReturnValue:
    """A single-use right to open one socket within 30 seconds."""
    with transaction() as session:
        issued = issue_ticket(session, actor())
    return jsonify(ticket=issued), 200, {"Cache-Control": "no-store"}


@blueprint.get("/documents/<int:document_id>/snapshot")
@requires(Permission.VIEW_BOARD)
def snapshot(document_id: int) -> ResponseReturnValue:
    """The whole document as one Yjs v1 update, compressed; ETag is `epoch.seq`."""
    _rights(document_id)
    state = documents().state(document_id)
    return whole_document(state.content, f"{state.epoch}.{state.seq}")


@blueprint.post("/documents/<int:document_id>/sync")
@requires(Permission.VIEW_BOARD)
@by_person
def sync(document_id: int) -> ResponseReturnValue:
    """Commit the caller's update, if any, and answer what their state vector misses."""
    rights = _rights(document_id)

    def writer_now() -> BoardActor:
        nonlocal rights
        rights = _rights(document_id, actor_now)
        return rights.board_actor

    try:
        state_vector, update = split_sync_request(request.get_data(cache=False))
        decode_state_vector(state_vector)  # now: once the update is committed, nothing may be refused
    except (Malformed, Refused):
        return _refused(refusal("malformed"))
    epoch = request.args.get("epoch", type=int)
    try:
        seq, missing = documents().sync(document_id, writer_now, state_vector, update, epoch)
    except Refused as error:
        return _refused(error)
    standing = [*rights.can, "frozen"] if rights.board_actor.frozen else rights.can
    headers = {"Cache-Control": "no-store", "Document-Rights": ", ".join(standing)}
    return Response(sync_answer(seq, missing), mimetype=BINARY, headers=headers)


@blueprint.get("/form-token")
@signed_in
def form_token() -> ResponseReturnValue:
    """The token for `X-CSRFToken`, for a page that outlived the one it was made with."""
    return jsonify(token=generate_csrf()), 200, {"Cache-Control": "no-store"}


def _rights(document_id: int, who: Callable[[Session], Actor] = lambda _session: actor()) -> BoardRights:
    with reading() as session:
        asking = who(session)
        board = access_board_of_document(session, asking, document_id, Permission.VIEW_BOARD)
        rights = board_rights(asking, board)
    if rights is None:
        raise Forbidden(N_("Vous n’avez pas le droit de faire cela ici."))
    return rights


def _refused(error: Refused) -> ResponseReturnValue:
    message = _(error.message or UNAVAILABLE, **error.values)
    status = STATUS_BY_CODE.get(error.code, 409)
    return jsonify(code=error.code, message=message, error=message), status, {"Cache-Control": "no-store"}
