"""/boards/<id>/comments…: the comments of a board, for its script.

What changes something is a form, with a key that lets it be sent again (`once`), and answers by leading to
the thread, which is read anew.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from flask import Blueprint, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import FloatField, StringField
from wtforms.validators import NumberRange, Optional, Regexp

from models.access import access_board
from models.board.export import to_outline
from models.board.objects.spec import WORLD
from models.comment import TEXT_LIMIT, Comment, Thread, mentioned_in
from models.document import Board
from models.errors import Invalid
from models.i18n import N_
from models.policy import Actor, Permission, can
from models.session import reading, transaction
from workspace.extensions import limiter
from workspace.services import comments as service
from workspace.web.boards.people import people_of
from workspace.web.documents.answers import by_person
from workspace.web.documents.host import documents
from workspace.web.forms import EtabliForm, readable, text
from workspace.web.guard import actor, requires, safe_next
from workspace.web.idempotency import once

blueprint = Blueprint("comments", __name__)

PRIVATE = {"Cache-Control": "no-store"}
SEE_OTHER = 303
UNREADABLE = N_("Ce commentaire n’a pas pu être lu.")

seldom = limiter.limit("30 per minute; 400 per day", key_func=lambda: actor().key)


class CommentForm(EtabliForm):
    """Words, and for a new thread what they are about."""

    text = text("", TEXT_LIMIT)
    object = StringField("", validators=[Optional(), Regexp(r"^[A-Za-z0-9_-]{1,32}\Z"), readable])
    x = FloatField("", validators=[Optional(), NumberRange(-WORLD, WORLD)])
    y = FloatField("", validators=[Optional(), NumberRange(-WORLD, WORLD)])


@blueprint.get("/boards/<int:board_id>/comments")
@requires(Permission.VIEW_COMMENTS)
@by_person
def index(board_id: int) -> ResponseReturnValue:
    """Every thread, oldest first, the names of those who appear, and what the reader may do."""
    who = actor()
    with reading() as session:
        board, threads = service.threads_of(session, who, board_id)
        found = {
            "threads": [_thread(thread) for thread in threads],
            "people": _people(session, who, board, threads),
            "may": "write" if can(who, Permission.WRITE_COMMENT, board.where) else "read",
            "muted": service.is_muted(session, who, board.id),
        }
    return jsonify(found), 200, PRIVATE


@blueprint.get("/boards/<int:board_id>/comments/<int:thread_id>")
@requires(Permission.VIEW_COMMENTS)
@by_person
def show(board_id: int, thread_id: int) -> ResponseReturnValue:
    """One thread, as `index` gives it."""
    who = actor()
    with reading() as session:
        board, thread = service.access_thread(session, who, board_id, thread_id, Permission.VIEW_COMMENTS)
        found = {"thread": _thread(thread), "people": _people(session, who, board, [thread])}
    return jsonify(found), 200, PRIVATE


@blueprint.get("/boards/<int:board_id>/comments/people")
@requires(Permission.WRITE_COMMENT)
@by_person
def people(board_id: int) -> ResponseReturnValue:
    """Whom a comment may name: those who can read it, by the names that this reader may know."""
    who = actor()
    with reading() as session:
        board = access_board(session, who, board_id, Permission.WRITE_COMMENT)
        keys = list(service.nameable_by(session, who, board))
        known = people_of(session, who, board, keys)
    return jsonify(people=[{"key": key, **asdict(known[key])} for key in keys if key in known]), 200, PRIVATE


@blueprint.post("/boards/<int:board_id>/comments")
@requires(Permission.WRITE_COMMENT)
@seldom
@once
def add(board_id: int) -> ResponseReturnValue:
    """A new thread on an object (`object`), on a point (`x`, `y`), or on the board."""
    who = actor()
    with reading() as session:
        document_id = access_board(session, who, board_id, Permission.WRITE_COMMENT).document_id
    form = _valid(CommentForm())
    if (form.x.data is None) != (form.y.data is None):
        raise Invalid(UNREADABLE)
    anchor = service.Anchor(form.object.data or "", form.x.data, form.y.data)
    outline = to_outline(documents().state(document_id).content)
    with transaction() as session:
        thread = service.open_thread(session, who, board_id, anchor, form.text.data, outline)
        thread_id = thread.id
    return _to(board_id, thread_id)


@blueprint.post("/boards/<int:board_id>/comments/<int:thread_id>/replies")
@requires(Permission.WRITE_COMMENT)
@seldom
@once
def reply(board_id: int, thread_id: int) -> ResponseReturnValue:
    """One more comment in the thread."""
    with transaction() as session:
        access_board(session, actor(), board_id, Permission.WRITE_COMMENT)
        service.reply(session, actor(), board_id, thread_id, _valid(CommentForm()).text.data)
    return _to(board_id, thread_id)


@blueprint.post("/boards/<int:board_id>/comments/<int:thread_id>/<int:comment_id>/edit")
@requires(Permission.WRITE_COMMENT)
@seldom
def edit(board_id: int, thread_id: int, comment_id: int) -> ResponseReturnValue:
    """Other words for one's own comment."""
    with transaction() as session:
        access_board(session, actor(), board_id, Permission.WRITE_COMMENT)
        words = _valid(CommentForm()).text.data
        service.edit_comment(session, actor(), board_id, thread_id, comment_id, words)
    return _to(board_id, thread_id)


@blueprint.post("/boards/<int:board_id>/comments/<int:thread_id>/<int:comment_id>/delete")
@requires(Permission.WRITE_COMMENT)
@by_person
def delete(board_id: int, thread_id: int, comment_id: int) -> ResponseReturnValue:
    """One's own comment goes, with its words."""
    with transaction() as session:
        service.delete_comment(session, actor(), board_id, thread_id, comment_id)
    return redirect(url_for("comments.index", board_id=board_id), SEE_OTHER)


@blueprint.post("/boards/<int:board_id>/comments/<int:thread_id>/resolve")
@requires(Permission.WRITE_COMMENT)
@by_person
def resolve(board_id: int, thread_id: int) -> ResponseReturnValue:
    """The thread is done with."""
    with transaction() as session:
        service.settle(session, actor(), board_id, thread_id, resolved=True)
    return _to(board_id, thread_id)


@blueprint.post("/boards/<int:board_id>/comments/<int:thread_id>/reopen")
@requires(Permission.WRITE_COMMENT)
@by_person
def reopen(board_id: int, thread_id: int) -> ResponseReturnValue:
    """It is not."""
    with transaction() as session:
        service.settle(session, actor(), board_id, thread_id, resolved=False)
    return _to(board_id, thread_id)


@blueprint.post("/boards/<int:board_id>/comments/mute")
@requires(Permission.VIEW_COMMENTS)
@by_person
def mute(board_id: int) -> ResponseReturnValue:
    """Be told of this board's comments no more (`muted` is "1"), or again; `next` is where to go then."""
    with transaction() as session:
        service.mute(session, actor(), board_id, muted=request.form.get("muted") == "1")
    target = request.form.get("next")
    back = safe_next(target) if target else url_for("comments.index", board_id=board_id)
    return redirect(back, SEE_OTHER)


def _valid(form: CommentForm) -> CommentForm:
    if not form.validate():
        fields = {name: str(errors[0]) for name, errors in form.errors.items() if name and errors}
        raise Invalid(next(iter(fields.values()), UNREADABLE), fields)
    return form


def _to(board_id: int, thread_id: int) -> ResponseReturnValue:
    return redirect(url_for("comments.show", board_id=board_id, thread_id=thread_id), SEE_OTHER)


def _thread(thread: Thread) -> dict[str, Any]:
    return {
        "id": thread.id,
        "object": thread.object_id,
        "quote": thread.object_text,
        "x": thread.x,
        "y": thread.y,
        "resolved": thread.resolved_at and {"at": thread.resolved_at.isoformat(), "by": thread.resolved_by},
        "comments": [_comment(comment) for comment in thread.comments],
    }


def _comment(comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.id,
        "author": comment.author,
        "text": comment.text,
        "at": comment.created_at.isoformat(),
        "edited": comment.edited_at is not None,
        "deleted": comment.deleted_at is not None,
    }


def _people(
    session: Session, who: Actor, board: Board, threads: Iterable[Thread]
) -> Mapping[str, dict[str, str]]:
    """Authors and those who are named, as this reader may know them."""
    keys: set[str] = set()
    for thread in threads:
        keys |= {thread.resolved_by} - {""}
        for comment in thread.comments:
            keys |= {comment.author, *mentioned_in(comment.text)}
    return {key: asdict(person) for key, person in people_of(session, who, board, keys).items()}
