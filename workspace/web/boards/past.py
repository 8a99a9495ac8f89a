"""Pages of a board's past: its moments, one of them drawn and listed, and bringing it back."""

from collections.abc import Iterator
from math import isfinite

from flask import Blueprint, Response, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from markupsafe import Markup
from sqlalchemy.orm import Session

from models.board import picture
from models.board.export import WRITTEN, to_outline
from models.board.past import Box
from models.document import Board
from models.errors import NotFound
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _, format_datetime, format_list
from workspace.jobs.history import Entry
from workspace.services import board_past
from workspace.services.board_past import Past, Present, Wish
from workspace.web.boards.people import people_of
from workspace.web.documents.answers import by_person
from workspace.web.guard import actor, requires, wants_json
from workspace.web.idempotency import once

blueprint = Blueprint("board_past", __name__)

PAST = "/boards/<int:board_id>/history"
MOST_WITH_WORDS = 800
"""Of larger boards the drawing leaves the words to the list."""
SHOWN = 40
"""Of what changed, so many are named."""
MOST_IDS = 5_000
FIELDS = ("seq", "zone", "area", "exactly", "id")


@blueprint.get(PAST)
@requires(Permission.VIEW_PAST)
@by_person
def show(board_id: int) -> ResponseReturnValue:
    """The moments, and the one that is asked for; ?part=1 gives what the board's own panel shows of it."""
    with reading() as session:
        board, past = board_past.past_of(session, actor(), board_id, request.args.get("moment", type=int))
        told = _told(session, board, past.entries if past else [])
        may_restore = board_past.may_restore(session, actor(), board_id)
    page = "board_past/part.html" if "part" in request.args else "board_past/show.html"
    if past is None:
        return render_template(page, board=board, project=board.project, past=None)
    return render_template(
        page,
        board=board,
        project=board.project,
        past=past,
        told=told,
        drawn=_drawn(past),
        outline=to_outline(past.content),
        zones=[(one, str(values["title"])) for one, values in past.then.items() if values["type"] == "zone"],
        choices=_choices(past),
        may_restore=may_restore and past.until_now is not None,
    )


@blueprint.post(f"{PAST}/preview")
@requires(Permission.EDIT_BOARD)
@by_person
def preview(board_id: int) -> ResponseReturnValue:
    """What bringing the moment back will do; nothing is written. ?part=1: for the board's own panel."""
    present = _prepared(board_id)
    if present is None:
        return redirect(url_for("board_past.show", board_id=board_id))
    with reading() as session:
        entry = next((one for one in _entries(session, board_id) if one.seq == _seq()), None)
        told = _told(session, present.board, [entry] if entry else [])
    return render_template(
        "board_past/preview_part.html" if "part" in request.args else "board_past/preview.html",
        board=present.board,
        project=present.board.project,
        restoring=present.restoring,
        when=told[0] if told else "",
        sent=[(name, value) for name in FIELDS for value in request.form.getlist(name)],
        names={
            one: _words(present.then.get(one) or present.now[one])
            for one in (*present.restoring.returning, *present.restoring.changing, *present.restoring.leaving)
        },
        most=SHOWN,
    )


@blueprint.post(PAST)
@requires(Permission.EDIT_BOARD)
@once
def run(board_id: int) -> ResponseReturnValue:
    """Bring it back, as a change by who asks; as JSON, with what it takes to undo it."""
    present = _prepared(board_id)
    if present is None:
        return redirect(url_for("board_past.show", board_id=board_id))
    if wants_json():
        return _run(present)
    if not present.restoring:
        flash(_("Le tableau est déjà comme vous le demandez : rien n’a changé."), "info")
        return redirect(url_for("board_past.show", board_id=board_id))
    with transaction() as session:
        board_past.restore(session, actor(), present)
    flash(
        _("C’est revenu sur le tableau. Pour y renoncer, rétablissez le moment juste avant, ici même."),
        "success",
    )
    return redirect(url_for("board_past.show", board_id=board_id))


@blueprint.post(f"{PAST}/undo")
@requires(Permission.EDIT_BOARD)
@by_person
def undo(board_id: int) -> ResponseReturnValue:
    """Take a restoration back, but for what others changed since. A form with `seq`, `before` and `id`s."""
    ids = frozenset(request.form.getlist("id")[:MOST_IDS])
    with reading() as session:
        board_past.access_to_restore(session, actor(), board_id)
        try:
            present = board_past.prepare_undo(session, actor(), board_id, _seq(), _seq("before"), ids)
        except NotFound:  # that moment is not kept any more
            present = None
    if present is None:
        return jsonify(count=0)
    return _run(present)


def _run(present: Present) -> Response:
    if present.restoring:
        with transaction() as session:
            board_past.restore(session, actor(), present)
    ids = [*present.restoring.returning, *present.restoring.changing, *present.restoring.leaving]
    return jsonify(seq=_seq(), before=present.seq, ids=ids, count=len(ids))


def _prepared(board_id: int) -> Present | None:
    """What the form asks for; None, with a word about it, when the moment is not kept any more."""
    with reading() as session:
        board_past.access_to_restore(session, actor(), board_id)
        try:
            return board_past.prepare(session, actor(), board_id, _seq(), _wish())
        except NotFound:
            flash(_("Ce moment n’est plus gardé. Choisissez-en un autre."), "info")
            return None


def _seq(name: str = "seq") -> int:
    number = request.form.get(name, 0, type=int)
    return number if 0 <= number < 2**31 else 0


def _wish() -> Wish:
    return Wish(
        zone=request.form.get("zone", "")[:32],
        ids=frozenset(request.form.getlist("id")[:MOST_IDS]),
        area=_area(),
        exactly=request.form.get("exactly") == "yes",
    )


def _entries(session: Session, board_id: int) -> list[Entry]:
    _board, past = board_past.past_of(session, actor(), board_id, None)
    return past.entries if past else []


def _told(session: Session, board: Board, entries: list[Entry]) -> list[str]:
    """Each moment in words: when, and who was there as this reader may know them."""
    people = people_of(session, actor(), board, {key for entry in entries for key in entry.keys})
    told = []
    for entry in entries:
        names = list(dict.fromkeys(people[key].name for key in entry.keys if key in people))
        when = format_datetime(entry.at)
        told.append(_("%(when)s, avec %(who)s", when=when, who=format_list(names)) if names else when)
    return told


def _area() -> Box | None:
    """The rectangle "left top width height"; None when there is none that makes sense."""
    try:
        left, top, width, height = (float(word) for word in request.form.get("area", "").split())
    except ValueError:
        return None
    return (left, top, width, height) if all(map(isfinite, (left, top, width, height))) else None


def _drawn(past: Past) -> Markup:
    label = _("Le tableau à ce moment-là. Tout est écrit dans la liste, plus bas.")
    small = len(past.then) <= MOST_WITH_WORDS
    return Markup(picture.draw(past.content, label, words=small, over=list(_marks(past))))  # noqa: S704 (escaped there)


def _marks(past: Past) -> Iterator[tuple[str, Box]]:
    """Frames over the drawing: what is gone now, what is otherwise now, and where something came since."""
    if past.until_now is None or past.now is None:
        return
    for name, ids, objects in (
        ("pic-came", past.until_now.added, past.now),
        ("pic-changed", past.until_now.changed, past.then),
        ("pic-gone", past.until_now.removed, past.then),
    ):
        for one in ids:
            if objects[one]["type"] in WRITTEN:
                yield name, picture.box_of(objects[one])


def _choices(past: Past) -> list[tuple[str, str, str]]:
    """What can come back one by one: its id, its words, and what became of it."""
    if past.until_now is None:
        return []
    named = [(one, _words(past.then[one]), _("disparue depuis")) for one in past.until_now.removed]
    named += [(one, _words(past.then[one]), _("modifiée depuis")) for one in past.until_now.changed]
    return [choice for choice in named if choice[1] and past.then[choice[0]]["type"] in WRITTEN][:SHOWN]


def _words(values: object) -> str:
    if not isinstance(values, dict):
        return ""
    return str(values.get("text") or values.get("title") or "")
