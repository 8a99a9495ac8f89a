"""Pages of an élu: the projects they observe, one of them, a question; and what the team sees of it."""

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.access import access_observed_project, access_project
from models.errors import Invalid
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import observations as service
from workspace.services.questions import ask_question
from workspace.web.guard import actor, requires, signed_in
from workspace.web.idempotency import once
from workspace.web.observations.forms import QuestionForm
from workspace.web.observations.view import observation

blueprint = Blueprint("observations", __name__)


@blueprint.get("/observations")
@signed_in
def index() -> ResponseReturnValue:
    """The projects this person observes, in plain words; an empty page for anybody else."""
    with reading() as session:
        cards = service.observed_cards(session, actor())
        return render_template("observations/index.html", cards=cards)


@blueprint.get("/observations/<int:project_id>")
@requires(Permission.ASK_QUESTION)
def show(project_id: int) -> ResponseReturnValue:
    """The project in three minutes. Opening it marks what told of it as read."""
    with reading() as session:
        access_observed_project(session, actor(), project_id)
        is_unread = service.has_unread(session, actor(), project_id)
    if is_unread:
        with transaction() as session:
            service.mark_read(session, actor(), project_id)
    return _page(project_id, QuestionForm(formdata=None))


def _page(project_id: int, form: QuestionForm) -> str:
    with reading() as session:
        project = access_observed_project(session, actor(), project_id)
        page = service.observation_page(session, actor(), project)
        return render_template("observations/show.html", **observation(page), form=form, preview="")


@blueprint.post("/observations/<int:project_id>/questions")
@requires(Permission.ASK_QUESTION)
@once
def ask(project_id: int) -> ResponseReturnValue:
    """Put a question to the team lead."""
    form = QuestionForm()
    valid = form.validate()
    try:
        with transaction() as session:
            access_observed_project(session, actor(), project_id)
            asked = ask_question(session, actor(), project_id, form.body.data or "") if valid else None
    except Invalid as error:
        form.add_errors(error)
        asked = None
    if asked is None:
        return _page(project_id, form), 422
    flash(_("Votre question est partie. La réponse s’affichera ici, et vous serez prévenu·e."), "success")
    anchor = f"question-{asked.id}"
    return redirect(url_for("observations.show", project_id=project_id, _anchor=anchor))


@blueprint.get("/projects/<int:project_id>/as-observer")
@requires(Permission.VIEW_JOURNAL)
def preview(project_id: int) -> ResponseReturnValue:
    """What an élu who observes this project sees, for those inside it; nothing can be sent."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.VIEW_JOURNAL)
        page = service.observation_page(session, service.as_observer(project), project)
        form = QuestionForm(formdata=None)
        return render_template("observations/show.html", **observation(page), form=form, preview="published")
