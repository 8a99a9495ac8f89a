"""Solutions: made from notes of a board, listed, read with sources and versions, written, decided on."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import SelectField

from models.access import access_board, access_solution
from models.board.export import to_outline
from models.document import Board
from models.errors import Conflict, Invalid
from models.policy import Permission
from models.session import reading, transaction
from models.solution import BODY_LIMIT, REASON_LIMIT, STATE_LABELS, TITLE_LIMIT, Solution, SolutionState
from workspace.i18n import _, lazy_gettext
from workspace.services import solutions as service
from workspace.web.boards.people import BoardPerson, people_of
from workspace.web.documents.answers import by_person
from workspace.web.documents.host import documents
from workspace.web.forms import EtabliForm, VersionField, choices_of, line, submitted, text
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

blueprint = Blueprint("solutions", __name__)

TONES = {SolutionState.IDEA: "primary", SolutionState.RETAINED: "ok", SolutionState.DROPPED: "neutral"}


class SolutionForm(EtabliForm):
    """What the team writes."""

    title = line(lazy_gettext("Titre de la solution"), TITLE_LIMIT)
    body = text(lazy_gettext("Ce que nous proposons"), BODY_LIMIT, needed=False)
    version = VersionField()


class DecisionForm(EtabliForm):
    """What becomes of it."""

    state = SelectField(lazy_gettext("Ce qu’elle devient"))
    reason = text(lazy_gettext("Voici pourquoi"), REASON_LIMIT, needed=False)
    version = VersionField()

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.state.choices = choices_of((state.value, _(label)) for state, label in STATE_LABELS.items())


@blueprint.get("/projects/<int:project_id>/solutions")
@requires(Permission.VIEW_SOLUTION)
def index(project_id: int) -> ResponseReturnValue:
    """The project's solutions, last changed first."""
    with reading() as session:
        project, solutions = service.solutions_of(session, actor(), project_id)
        return render_template(
            "solutions/index.html", project=project, solutions=solutions, labels=STATE_LABELS, tones=TONES
        )


@blueprint.get("/solutions/<int:solution_id>")
@requires(Permission.VIEW_SOLUTION)
def show(solution_id: int) -> ResponseReturnValue:
    """One solution, with the notes it comes from and how it came to be."""
    with reading() as session:
        return _page(session, solution_id)


@blueprint.route("/solutions/<int:solution_id>/edit", methods=["GET", "POST"])
@requires(Permission.EDIT_SOLUTION)
def edit(solution_id: int) -> ResponseReturnValue:
    """Write it further. A form that was read before somebody else's change is shown with theirs."""
    with reading() as session:
        solution = access_solution(session, actor(), solution_id, Permission.EDIT_SOLUTION)
        form = SolutionForm(obj=solution)
        conflict: Conflict | None = None
        if submitted(form):
            try:
                return _save(solution_id, form)
            except Conflict as found:
                conflict = found
                form.version.process_data(found.current["version"])
        status = 409 if conflict else 422 if request.method == "POST" else 200
        page = render_template("solutions/edit.html", solution=solution, form=form, conflict=conflict)
    return page, status


@blueprint.post("/solutions/<int:solution_id>/decision")
@requires(Permission.EDIT_SOLUTION)
def decide(solution_id: int) -> ResponseReturnValue:
    """Retain it, drop it with a reason, or take it up again."""
    form = DecisionForm()
    with reading() as session:
        access_solution(session, actor(), solution_id, Permission.EDIT_SOLUTION)
    if submitted(form):
        try:
            with transaction() as session:
                service.decide_on_solution(
                    session,
                    actor(),
                    solution_id,
                    version=form.version.data or 0,
                    state=SolutionState(form.state.data),
                    reason=form.reason.data,
                )
        except (Invalid, Conflict) as error:
            form.add_errors(error)
        else:
            flash(_("C’est noté. Les auteur·rices des notes en sont prévenu·es."), "success")
            return redirect(url_for("solutions.show", solution_id=solution_id))
    with reading() as session:
        return _page(session, solution_id, form), 422


@blueprint.post("/boards/<int:board_id>/ideas")
@requires(Permission.EDIT_SOLUTION)
@by_person
@once
def make(board_id: int) -> ResponseReturnValue:
    """An idea from the notes named in `object` (as often as there are notes); leads to those of the board."""
    who = actor()
    with reading() as session:
        document_id = access_board(session, who, board_id, Permission.EDIT_SOLUTION).document_id
    outline = to_outline(documents().state(document_id).content)
    with transaction() as session:
        ids = request.form.getlist("object")[: service.MOST_SOURCES]
        service.make_idea(session, who, board_id, ids, outline)
    return redirect(url_for("solutions.of_board", board_id=board_id), 303)


@blueprint.get("/boards/<int:board_id>/ideas")
@requires(Permission.VIEW_SOLUTION)
@by_person
def of_board(board_id: int) -> ResponseReturnValue:
    """Which notes of the board became ideas: {"ideas": [{"object", "title", "url"}]}."""
    with reading() as session:
        found = service.ideas_of_board(session, actor(), board_id)
    ideas = [
        {"object": object_id, "title": title, "url": url_for("solutions.show", solution_id=id_)}
        for object_id, id_, title in found
    ]
    return jsonify(ideas=ideas), 200, {"Cache-Control": "no-store"}


def _save(solution_id: int, form: SolutionForm) -> ResponseReturnValue:
    with transaction() as session:
        service.save_solution(
            session,
            actor(),
            solution_id,
            version=form.version.data or 0,
            title=form.title.data,
            body=form.body.data,
        )
    flash(_("Solution enregistrée. La version d’avant est gardée."), "success")
    return redirect(url_for("solutions.show", solution_id=solution_id))


def _page(session: Session, solution_id: int, decision: DecisionForm | None = None) -> str:
    solution, boards = service.whole_solution(session, actor(), solution_id)
    form = decision or DecisionForm(
        formdata=None, data={"state": solution.state.value, "reason": "", "version": solution.version}
    )
    return render_template(
        "solutions/show.html",
        solution=solution,
        project=solution.project,
        boards=boards,
        people=_people(session, solution, boards),
        form=form,
        labels=STATE_LABELS,
        tones=TONES,
    )


def _people(session: Session, solution: Solution, boards: dict[int, Board]) -> dict[str, BoardPerson]:
    """Who wrote and saved what, as this reader may know them."""
    keys = {source.author for source in solution.sources}
    keys |= {f"u{version.saved_by_id}" for version in solution.versions}
    board = next(iter(boards.values()), None)
    return dict(people_of(session, actor(), board, keys)) if board else {}
