"""Snapshots: pin a board's state, read it, take it away as a file, unpin it, show it to élus."""

import hashlib
from dataclasses import replace

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import access_board, access_snapshot
from models.audit import AuditAction, Export, SubjectKind, audit
from models.errors import NotFound
from models.policy import Permission
from models.session import reading, transaction
from models.snapshot import KIND_LABELS, TITLE_LIMIT, Snapshot, SnapshotKind
from workspace.drawing import rendering
from workspace.i18n import _, current_locale, current_zone, format_date, lazy_gettext
from workspace.services import snapshots
from workspace.services.board_facts import contents_of, dates_of
from workspace.services.spreadsheet import to_csv
from workspace.web.boards.exporting import KINDS, ask_for, disposition
from workspace.web.boards.exports import FILE_POLICY, PICTURE_POLICY, by_person, send_picture
from workspace.web.documents.host import documents
from workspace.web.forms import EtabliForm, line
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.snapshots import view

blueprint = Blueprint("snapshots", __name__)


class PinForm(EtabliForm):
    """What a state of a board is called."""

    title = line(lazy_gettext("Titre de cet état"), TITLE_LIMIT)


@blueprint.route("/boards/<int:board_id>/snapshots/new", methods=["GET", "POST"])
@requires(Permission.MANAGE_BOARD)
@once
def create(board_id: int) -> ResponseReturnValue:
    """Name the board's present state, look at it, pin it."""
    form = PinForm()
    with reading() as session:
        board = access_board(session, actor(), board_id, Permission.MANAGE_BOARD)
        content = documents().state(board.document_id).content
        if request.method == "GET":
            form.title.data = board.title
    if request.method == "GET" or not form.validate():
        page = render_template("snapshots/new.html", form=form, board=board, project=board.project)
        return page, 422 if form.errors else 200
    with transaction() as session:
        snapshot = snapshots.pin_board(session, actor(), board_id, content, title=form.title.data or "")
    flash(_("Cet état est épinglé sur la page du projet. Il ne changera plus."), "success")
    return redirect(url_for("snapshots.show", snapshot_id=snapshot.id))


@blueprint.get("/snapshots/<int:snapshot_id>")
@requires(Permission.VIEW_SNAPSHOT)
def show(snapshot_id: int) -> ResponseReturnValue:
    """What was kept: its picture and its words, and what came since, to those who may read the present."""
    with reading() as session:
        snapshot = access_snapshot(session, actor(), snapshot_id)
        if snapshot.kind is SnapshotKind.BOARD:
            shown = view.board_page(actor(), snapshot)
        else:
            shown = view.text_page(session, actor(), snapshot)
        return render_template(
            "snapshots/show.html",
            snapshot=snapshot,
            project=snapshot.project,
            kind=_(KIND_LABELS[snapshot.kind]),
            page=shown,
        )


@blueprint.get("/snapshots/<int:snapshot_id>/picture.svg")
@requires(Permission.VIEW_SNAPSHOT)
def picture(snapshot_id: int) -> Response:
    """The board as it was, for pages: small unless ?size=large."""
    who, is_large = actor(), request.args.get("size") == "large"
    with reading() as session:
        snapshot, board = view.kept_board(session, who, snapshot_id)
        mark = hashlib.sha256(f"{who.key}.{current_locale()}.{int(is_large)}".encode()).hexdigest()[:16]
        etag = f"s{snapshot.id}.{snapshot.checksum}.{mark}"
        if request.if_none_match.contains(etag):
            return send_picture(b"", etag)
        found = rendering.survey(snapshot.content)
        ask = ask_for(session, who, board, found, rendering.Part(), small=not is_large)
        images = contents_of(session, board.document_id, found.images) if is_large else {}
        content = snapshot.content
    return send_picture(rendering.render("svg", content, replace(ask, title=snapshot.title), images), etag)


@blueprint.get("/snapshots/<int:snapshot_id>/file")
@requires(Permission.VIEW_SNAPSHOT)
@by_person
def download(snapshot_id: int) -> Response:
    """The board as it was, as a file: ?format= pdf, png, svg, csv or md."""
    kind, who = request.args.get("format", "svg"), actor()
    if kind not in KINDS:
        raise NotFound
    with reading() as session:
        snapshot, board = view.kept_board(session, who, snapshot_id)
        found = rendering.survey(snapshot.content)
        ask = ask_for(session, who, board, found, rendering.Part())
        day = snapshot.taken_at.astimezone(current_zone()).date()
        paper = replace(ask.paper, date=format_date(day, "long")) if ask.paper else None
        ask = replace(ask, title=snapshot.title, paper=paper)
        if kind == "csv":
            ask = replace(ask, facts=view.facts_then(dates_of(session, board.document_id), snapshot.taken_at))
        is_drawn = kind in ("pdf", "png", "svg")
        images = contents_of(session, board.document_id, found.images) if is_drawn else {}
        content, title = snapshot.content, snapshot.title
    if kind == "csv":
        made = to_csv(rendering.rows(content, ask)).encode()
    else:
        made = rendering.render(kind, content, ask, images)
    with transaction() as session:
        place = access_snapshot(session, who, snapshot_id).where
        subject = (SubjectKind.PROJECT, snapshot.project_id)
        audit(
            session, who, AuditAction.EXPORT_DOWNLOADED, where=place, subject=subject, export=Export.SNAPSHOT
        )
    answer = Response(made, mimetype=KINDS[kind])
    answer.headers["Content-Disposition"] = disposition(title, kind, day)
    answer.headers["Content-Security-Policy"] = PICTURE_POLICY if kind == "svg" else FILE_POLICY
    return answer


@blueprint.post("/snapshots/<int:snapshot_id>/unpin")
@requires(Permission.MANAGE_BOARD)
def unpin(snapshot_id: int) -> ResponseReturnValue:
    """Show it no more; the page it leads to offers to pin it again."""
    with transaction() as session:
        snapshot = snapshots.unpin(session, actor(), snapshot_id)
    return _at_project(snapshot, unpinned=snapshot.id)


@blueprint.post("/snapshots/<int:snapshot_id>/pin")
@requires(Permission.MANAGE_BOARD)
def pin_again(snapshot_id: int) -> ResponseReturnValue:
    """Bring it back."""
    with transaction() as session:
        snapshot = snapshots.pin_again(session, actor(), snapshot_id)
    flash(_("« %(title)s » est de nouveau épinglé.", title=snapshot.title), "success")
    return _at_project(snapshot)


@blueprint.post("/snapshots/<int:snapshot_id>/observers")
@requires(Permission.MANAGE_BOARD)
def show_to_observers(snapshot_id: int) -> ResponseReturnValue:
    """Let the élus of the project read it, or no longer."""
    on = request.form.get("on") == "1"
    with transaction() as session:
        snapshot = snapshots.show_to_observers(session, actor(), snapshot_id, on=on)
    shown = _("Les élu·es qui suivent le projet peuvent lire « %(title)s ».", title=snapshot.title)
    hidden = _("« %(title)s » n’est plus montré aux élu·es.", title=snapshot.title)
    flash(shown if on else hidden, "success")
    return redirect(url_for("snapshots.show", snapshot_id=snapshot_id))


def _at_project(snapshot: Snapshot, unpinned: int | None = None) -> ResponseReturnValue:
    project_id = snapshot.project_id
    return redirect(url_for("projects.show", project_id=project_id, unpinned=unpinned, _anchor="snapshots"))
