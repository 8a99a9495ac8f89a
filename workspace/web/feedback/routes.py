"""Feedback pages: read, write a draft, edit it, release it, answer it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_feedback, access_project
from models.errors import Conflict, Invalid
from models.feedback import Feedback, FeedbackAnswer
from models.policy import Permission, can
from models.project import Project
from models.session import reading, transaction
from models.stages import STEP_BY_CODE
from workspace.i18n import _
from workspace.services import feedback as service
from workspace.web.feedback.forms import ANSWERS, AnswerForm, FeedbackForm
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

blueprint = Blueprint("feedback", __name__)


def _index_url(project_id: int, feedback_id: int | None = None) -> str:
    anchor = f"feedback-{feedback_id}" if feedback_id else None
    return url_for("feedback.index", project_id=project_id, _anchor=anchor)


def _render_index(
    session: Session, project: Project, answering: int | None, sent: AnswerForm | None = None
) -> str:
    """The page; `sent` is a refused answer to the feedback `answering`."""
    rows = service.feedback_of(session, actor(), project)
    forms = {row.id: AnswerForm(row.id, formdata=None) for row in rows}
    if answering is not None and sent is not None:
        forms[answering] = sent
    return render_template(
        "feedback/index.html",
        project=project,
        rows=rows,
        steps=STEP_BY_CODE,
        answers=ANSWERS,
        forms=forms,
        answering=answering,
        can_write=can(actor(), Permission.WRITE_FEEDBACK, project.where),
    )


@blueprint.get("/projects/<int:project_id>/feedback")
@requires(Permission.VIEW_FEEDBACK)
def index(project_id: int) -> ResponseReturnValue:
    """All feedback the reader may see; opening it tells the tutor that the team has read it."""
    with transaction() as session:
        project = service.access_project_feedback(session, actor(), project_id)
        service.mark_read(session, actor(), project)
    with reading() as session:
        project = service.access_project_feedback(session, actor(), project_id)
        return _render_index(session, project, request.args.get("answer", type=int))


@blueprint.route("/projects/<int:project_id>/feedback/new", methods=["GET", "POST"])
@requires(Permission.WRITE_FEEDBACK)
@once
def create(project_id: int) -> ResponseReturnValue:
    """Write a feedback; the button pressed keeps it as a draft or releases it."""
    form = FeedbackForm()
    form.offer_steps()
    if request.method == "POST" and form.validate():
        with transaction() as session:
            project = access_project(session, actor(), project_id, Permission.WRITE_FEEDBACK)
            written = service.write_draft(session, actor(), project, form.values())
            written.project = project
            _finish(session, written)
        return redirect(_index_url(project_id, written.id))
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.WRITE_FEEDBACK)
        if request.method == "GET":
            form.step_code.data = project.current_step
        status = 422 if form.errors else 200
        return render_template("feedback/edit.html", project=project, form=form, feedback=None), status


@blueprint.route("/feedback/<int:feedback_id>/edit", methods=["GET", "POST"])
@requires(Permission.WRITE_FEEDBACK)
def edit(feedback_id: int) -> ResponseReturnValue:
    """Change a draft; if it was changed meanwhile, both versions are shown."""
    form = FeedbackForm()
    form.offer_steps()
    conflict: Conflict | None = None
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
                service.edit_draft(session, actor(), feedback, form.values(), form.version.data or 0)
                _finish(session, feedback)
        except Conflict as found:
            conflict = found
        else:
            return redirect(_index_url(feedback.project_id, feedback.id))
    with reading() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
        if request.method == "GET":
            form.body.data, form.step_code.data = feedback.body, feedback.step_code
        form.version.data = feedback.version
        form.version.raw_data = None
        status = 409 if conflict else 422 if form.errors else 200
        return (
            render_template(
                "feedback/edit.html",
                project=feedback.project,
                form=form,
                feedback=feedback,
                conflict=conflict,
                steps={choice.value: choice.label for choice in form.step_code.choices},
            ),
            status,
        )


def _finish(session: Session, feedback: Feedback) -> None:
    if request.form.get("then") == "release":
        service.release(session, actor(), feedback)
        flash(_("Votre retour est publié : l’équipe est prévenue."), "success")
    else:
        flash(_("Brouillon enregistré. L’équipe ne le voit pas."), "success")


@blueprint.post("/feedback/<int:feedback_id>/release")
@requires(Permission.WRITE_FEEDBACK)
def release(feedback_id: int) -> ResponseReturnValue:
    """Release a draft as it is."""
    with transaction() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
        service.release(session, actor(), feedback)
    flash(_("Votre retour est publié : l’équipe est prévenue."), "success")
    return redirect(_index_url(feedback.project_id, feedback_id))


@blueprint.post("/feedback/<int:feedback_id>/discard")
@requires(Permission.WRITE_FEEDBACK)
def discard(feedback_id: int) -> ResponseReturnValue:
    """Throw a draft away (the page asks first)."""
    with transaction() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
        project_id = feedback.project_id
        service.discard_draft(session, actor(), feedback)
    flash(_("Le brouillon est supprimé."), "success")
    return redirect(_index_url(project_id))


@blueprint.post("/feedback/<int:feedback_id>/answer")
@requires(Permission.ANSWER_FEEDBACK)
def answer(feedback_id: int) -> ResponseReturnValue:
    """The team answers: taken into account, or contested because…"""
    form = AnswerForm(feedback_id)
    if form.validate():
        try:
            with transaction() as session:
                feedback = access_feedback(session, actor(), feedback_id, Permission.ANSWER_FEEDBACK)
                service.answer(
                    session, actor(), feedback, FeedbackAnswer(form.answer.data), form.answer_text.data or ""
                )
        except Invalid as error:
            form.add_errors(error)
        else:
            flash(_("Votre réponse est envoyée."), "success")
            return redirect(_index_url(feedback.project_id, feedback_id))
    with reading() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.ANSWER_FEEDBACK)
        return _render_index(session, feedback.project, feedback_id, form), 422
