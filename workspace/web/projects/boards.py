"""A project's boards seen from its page: choose a template, rename, open to others, freeze, put away.

The board itself (GET /boards/<id>) is another area's.
"""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import NOT_FOUND, access_board, access_project
from models.board.templates import BOARD_TEMPLATES
from models.errors import Conflict, NotFound
from models.i18n import N_
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _, current_locale
from workspace.services import boards, saved_templates
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.projects import template_cards, template_choice
from workspace.web.projects.forms import BoardForm, RenameBoardForm

blueprint = Blueprint("project_boards", __name__)

SAID = {
    ("open_to_observers", True): N_("Les élu·es qui suivent le projet peuvent lire « %(title)s » en direct."),
    ("open_to_observers", False): N_("« %(title)s » n’est plus ouvert aux élu·es."),
    ("open_to_tutors", True): N_("Vos tuteurs et tutrices peuvent écrire sur « %(title)s »."),
    ("open_to_tutors", False): N_("Vos tuteurs et tutrices ne peuvent plus que lire « %(title)s »."),
    ("frozen", True): N_("« %(title)s » est figé : il se lit, plus rien n’y change."),
    ("frozen", False): N_("« %(title)s » est de nouveau modifiable."),
}


def _back(project_id: int, archived: int | None = None) -> ResponseReturnValue:
    return redirect(url_for("projects.show", project_id=project_id, archived=archived, _anchor="boards"))


@blueprint.route("/projects/<int:project_id>/boards/new", methods=["GET", "POST"])
@requires(Permission.CREATE_BOARD)
@once
def create(project_id: int) -> ResponseReturnValue:
    """Choose a template and a title; ?q= narrows the choice. The texts are in the maker's language."""
    form = BoardForm()
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.CREATE_BOARD)
        saved = saved_templates.templates_of(session, project.team.cohort)
        asked = request.args.get("q", "")[:100].replace("\0", "").strip()
        choice = template_choice.of(project, saved, asked)
        form.offer_templates(choice.names)
        if request.method == "GET" or not form.validate():
            if request.method == "GET":
                form.template.data = choice.first(request.args.get("template", ""))
            status = 422 if form.errors else 200
            return (
                render_template("projects/new_board.html", form=form, project=project, choice=choice),
                status,
            )
    with transaction() as session:
        board = boards.create_board(
            session,
            actor(),
            project_id,
            template_code=form.template.data,
            title=form.title.data or choice.names[form.template.data],
            locale=current_locale(),
        )
    return redirect(url_for("boards.show", board_id=board.id))


@blueprint.get("/projects/<int:project_id>/boards/new/<template_code>")
@requires(Permission.CREATE_BOARD)
def template(project_id: int, template_code: str) -> ResponseReturnValue:
    """A template seen closely: its picture, its instructions, its example, and a board to open from it."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.CREATE_BOARD)
        saved = saved_templates.find_template(session, project.team.cohort, template_code)
        if template_code in BOARD_TEMPLATES:
            guide = template_cards.guide_of(template_code)
        elif saved is not None:
            guide = template_cards.guide_of_saved(saved)
        else:
            raise NotFound(NOT_FOUND)
        form = BoardForm()
        form.title.data = ""
        return render_template("projects/board_template.html", project=project, guide=guide, form=form)


@blueprint.route("/boards/<int:board_id>/rename", methods=["GET", "POST"])
@requires(Permission.MANAGE_BOARD)
def rename(board_id: int) -> ResponseReturnValue:
    """Another title; if somebody else changed it meanwhile, both are shown."""
    form = RenameBoardForm()
    conflict: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                renamed = boards.rename_board(
                    session,
                    actor(),
                    board_id,
                    version=form.version.data or 0,
                    title=form.title.data or "",
                )
        except Conflict as found:
            conflict = found
        else:
            flash(_("Le tableau a son nouveau titre."), "success")
            return _back(renamed.project_id)
    with reading() as session:
        board = access_board(session, actor(), board_id, Permission.MANAGE_BOARD)
        if request.method == "GET":
            form.process(obj=board)
        if conflict is not None:
            form.version.raw_data, form.version.data = None, board.version
        status = 409 if conflict else 422 if form.errors else 200
        return (
            render_template("projects/rename_board.html", form=form, board=board, conflict=conflict),
            status,
        )


@blueprint.post("/boards/<int:board_id>/switch")
@requires(Permission.MANAGE_BOARD)
def switch(board_id: int) -> ResponseReturnValue:
    """Open to observers or tutors, or freeze; or undo one of these."""
    name, on = request.form.get("switch", ""), request.form.get("on") == "1"
    with transaction() as session:
        board = boards.switch_board(session, actor(), board_id, name, on=on)
    flash(_(SAID[name, on], title=board.title), "success")
    return _back(board.project_id)


@blueprint.post("/boards/<int:board_id>/archive")
@requires(Permission.MANAGE_BOARD)
def archive(board_id: int) -> ResponseReturnValue:
    """Put the board away; the page then offers to bring it back."""
    with transaction() as session:
        board = boards.archive_board(session, actor(), board_id)
    return _back(board.project_id, archived=board_id)


@blueprint.post("/projects/<int:project_id>/boards/<int:board_id>/restore")
@requires(Permission.MANAGE_BOARD)
def restore(project_id: int, board_id: int) -> ResponseReturnValue:
    """Bring a board back."""
    with transaction() as session:
        board = boards.restore_board(session, actor(), project_id, board_id)
    flash(_("« %(title)s » est de retour.", title=board.title), "success")
    return _back(project_id)
