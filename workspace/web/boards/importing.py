"""Notes from a file or a pasted table: what each line will do, then the notes; and taking them back."""

from contextlib import suppress

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import RadioField, TextAreaField

from models.access import access_board
from models.board.laying import Ground
from models.board.rules import BoardActor
from models.board_rights import board_rights
from models.document import Board
from models.errors import Forbidden, Invalid
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _, lazy_gettext, ngettext
from workspace.services import notes_import
from workspace.services.notes_import import Fate, Plan, Read
from workspace.web.boards.exporting import colour_names
from workspace.web.documents.answers import by_person
from workspace.web.documents.host import documents
from workspace.web.forms import EtabliForm, choices_of, readable
from workspace.web.guard import actor, actor_now, requires
from workspace.web.idempotency import once
from workspace.web.security import takes_up_to

blueprint = Blueprint("imports", __name__)

BOARD = "/boards/<int:board_id>/import"
MOST_SENT = 4_000_000
"""More than is taken, so that what is too large is refused in place, with what was pasted still there."""
SHOWN_LINES = 300
EMPTY_VECTOR = b"\0"


class NotesForm(EtabliForm):
    """Pasted lines, or those of the file; and what to do with zones that do not exist."""

    notes = TextAreaField(lazy_gettext("Notes"), validators=[readable])
    unknown = RadioField(
        lazy_gettext("Quand le cadre n’existe pas"),
        choices=choices_of(
            [
                ("outside", lazy_gettext("poser la note hors cadre")),
                ("new", lazy_gettext("créer le cadre")),
            ]
        ),
        default="outside",
    )

    @property
    def makes_zones(self) -> bool:
        """Whether a zone that is not there is made."""
        return bool(self.unknown.data == "new")


@blueprint.get(BOARD)
@requires(Permission.EDIT_BOARD)
def show(board_id: int) -> ResponseReturnValue:
    """A form for the file or the lines."""
    with reading() as session:
        board = _board(session, board_id)
    return _page(board, NotesForm())


@blueprint.post(f"{BOARD}/preview")
@takes_up_to(MOST_SENT)
@requires(Permission.EDIT_BOARD)
@by_person
def preview(board_id: int) -> ResponseReturnValue:
    """What each line will do; nothing is written."""
    with reading() as session:
        read = notes_import.read_board(session, actor(), board_id)
    form = NotesForm()
    file = request.files.get("file")
    try:
        if file is not None and file.filename:
            form.notes.data = notes_import.decode(file.stream.read(MOST_SENT))
        if not form.validate():
            return _page(read.board, form), 422
        plan = _plan(read, form)
    except Invalid as error:
        form.add_errors(error)
        return _page(read.board, form), 422
    return _page(read.board, form, plan)


@blueprint.post(BOARD)
@takes_up_to(MOST_SENT)
@requires(Permission.EDIT_BOARD)
@once
def run(board_id: int) -> ResponseReturnValue:
    """Add what the dry run said."""
    form = NotesForm()
    with reading() as session:
        read = notes_import.read_board(session, actor(), board_id)
    try:
        if not form.validate():
            return _page(read.board, form), 422
        with transaction() as session:
            done = notes_import.run_import(
                session, actor(), read, form.notes.data or "", makes_zones=form.makes_zones
            )
    except Invalid as error:
        form.add_errors(error)
        plan = None
        with suppress(Invalid):
            plan = _plan(read, form)
        return _page(read.board, form, plan), 422
    return redirect(url_for("imports.done", board_id=board_id, batch=done.batch, count=done.count))


@blueprint.get(f"{BOARD}/done")
@requires(Permission.EDIT_BOARD)
def done(board_id: int) -> ResponseReturnValue:
    """How many were added, and how to take them back."""
    with reading() as session:
        board = _board(session, board_id)
    return render_template(
        "imports/done.html",
        board=board,
        project=board.project,
        batch=request.args.get("batch", "")[: notes_import.BATCH_CHARS],
        count=request.args.get("count", 0, type=int),
    )


@blueprint.post(f"{BOARD}/undo")
@requires(Permission.EDIT_BOARD)
@by_person
def undo(board_id: int) -> ResponseReturnValue:
    """Take an import back: the notes that nobody rewrote."""
    with reading() as session:
        read = notes_import.read_board(session, actor(), board_id)
    undoing = notes_import.undo_import(read, actor(), request.form.get("batch", ""))

    def writer() -> BoardActor:
        with reading() as session:
            now = actor_now(session)
            board = access_board(session, now, board_id, Permission.EDIT_BOARD)
            rights = board_rights(now, board)
        if rights is None:
            raise Forbidden
        return rights.board_actor

    if not undoing.update:
        flash(_("Il n’y a plus rien à retirer."), "info")
        return redirect(url_for("imports.show", board_id=board_id))
    documents().sync(read.board.document_id, writer, EMPTY_VECTOR, undoing.update, read.epoch)
    flash(
        ngettext(
            "%(num)s note importée est retirée.", "%(num)s notes importées sont retirées.", undoing.removed
        ),
        "success",
    )
    if undoing.kept:
        flash(
            ngettext(
                "%(num)s note a été réécrite depuis : elle reste.",
                "%(num)s notes ont été réécrites depuis : elles restent.",
                undoing.kept,
            ),
            "info",
        )
    return redirect(url_for("imports.show", board_id=board_id))


def _board(session: Session, board_id: int) -> Board:
    return notes_import.access_to_import(session, actor(), board_id)


def _plan(read: Read, form: NotesForm) -> Plan:
    table = notes_import.read_table(form.notes.data or "")
    return notes_import.plan_import(Ground(read.updates), table, makes_zones=form.makes_zones)


def _page(board: Board, form: NotesForm, plan: Plan | None = None) -> str:
    return render_template(
        "imports/notes.html",
        board=board,
        project=board.project,
        form=form,
        plan=plan,
        shown=plan.lines[:SHOWN_LINES] if plan else [],
        wrong=sum(line.fate.is_wrong for line in plan.lines) if plan else 0,
        fates=_fates(),
        colours=colour_names(),
    )


def _fates() -> dict[Fate, str]:
    return {
        Fate.ADDED: _("sera ajoutée dans ce cadre"),
        Fate.NEW_ZONE: _("sera ajoutée, le cadre sera créé"),
        Fate.OUTSIDE: _("sera posée hors cadre"),
        Fate.EMPTY: _("sans texte : ligne laissée"),
        Fate.TOO_LONG: _("texte de plus de 2 000 caractères : ligne laissée"),
        Fate.ALREADY_THERE: _("déjà sur le tableau : ligne laissée"),
        Fate.REPEATED: _("figure déjà plus haut : ligne laissée"),
    }
