"""POST /documents/<id>/images: a file becomes a picture of the board. GET …/images/<name>: the picture."""

from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue

from models.errors import Refused
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.images.checking import MAX_BYTES, made_anew
from workspace.services.board_images import access_to_add_image, add_image, image_content
from workspace.web.documents.answers import by_person
from workspace.web.errors import error_answer
from workspace.web.guard import actor, actor_now, requires
from workspace.web.security import takes_up_to

blueprint = Blueprint("images", __name__)

MEDIA = "image/webp"
HEADERS = {
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "Content-Disposition": "attachment; filename=image.webp",  # shown in a page; opened alone, it is kept
    "Cache-Control": "private, no-cache",
}
STATUS_BY_CODE = {"frozen": 403, "too_large": 413}


@blueprint.post("/documents/<int:document_id>/images")
@takes_up_to(MAX_BYTES)
@requires(Permission.EDIT_BOARD)
@by_person
def add(document_id: int) -> ResponseReturnValue:
    """The body is the file, as it is. Answers its name, address and size on the board, or why not."""
    try:
        with reading() as session:
            access_to_add_image(session, actor(), document_id)
        picture = made_anew(request.get_data(cache=False))
        with transaction() as session:
            image = add_image(session, actor_now(session), document_id, picture)
            name, width, height = image.name, image.width, image.height
    except Refused as refused:
        status = STATUS_BY_CODE.get(refused.code, 422)
        return error_answer(status, _(refused.message), refused.code)
    address = url_for("images.show", document_id=document_id, name=name)
    return jsonify(name=name, url=address, width=width, height=height), 201


@blueprint.get("/documents/<int:document_id>/images/<name>")
@requires(Permission.VIEW_BOARD)
def show(document_id: int, name: str) -> Response:
    """The picture, which never changes; whether one may see it is asked each time that it is asked for."""
    with reading() as session:
        content = image_content(session, actor(), document_id, name)
    answer = Response(content, mimetype=MEDIA, headers=HEADERS)
    answer.set_etag(name)
    answer.make_conditional(request)
    return answer
