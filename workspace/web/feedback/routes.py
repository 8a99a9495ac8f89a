"""Feedback pages: read, write a draft, edit it, release it, answer it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_feedback, access_project
from models.errors import Conflict, Invalid
from models.feedback import Feedback, FeedbackAnswer
from models.policy import Permission, Stand, can, stands
from models.project import Project
from models.rubric import LEVEL_NAMES
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import feedback as service
from workspace.services import feedback_release as release_service
from workspace.services.feedback_anchors import about_of, offered, places_of
from workspace.services.feedback_phrases import phrases_of
from workspace.services.peer_reviews import reviews_of, to_write
from workspace.services.rubrics import levels_of, marks_of, rubric_of
from workspace.web.feedback.forms import ABOUT_LIMIT, ANSWERS, TEAM, AnswerForm, FeedbackForm, levels_sent
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

blueprint = Blueprint("feedback", __name__)
INSERT = "insert-"
"""Begins the value of a button that adds one of the tutor's phrases."""


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
        places=places_of(session, actor(), rows),
        marks=marks_of(session, [row.id for row in rows]),
        received=reviews_of(session, actor(), project),
        to_write=[one for one in to_write(session, actor()) if one.team_id == project.team_id],
        answers=ANSWERS,
        forms=forms,
        answering=answering,
        can_write=can(actor(), Permission.WRITE_FEEDBACK, project.where),
        learns=Stand.TEAM in stands(actor(), project.where),
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
    """Write a feedback on ?about=; the button pressed keeps it, releases it or gives it an hour."""
    form = FeedbackForm()
    if request.method == "POST" and not _asks_for_phrase() and form.validate():
        try:
            with transaction() as session:
                project = access_project(session, actor(), project_id, Permission.WRITE_FEEDBACK)
                written = service.write_draft(session, actor(), project, form.values())
                _finish(session, written, form)
        except Invalid as error:
            form.add_errors(error)
        else:
            return redirect(_index_url(project_id, written.id))
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.WRITE_FEEDBACK)
        if request.method == "GET":
            form.about.data = request.args.get("about", project.current_step)[:ABOUT_LIMIT].replace("\0", "")
        return _render_edit(session, form, project, None), 422 if form.errors else 200


@blueprint.route("/feedback/<int:feedback_id>/edit", methods=["GET", "POST"])
@requires(Permission.WRITE_FEEDBACK)
def edit(feedback_id: int) -> ResponseReturnValue:
    """Change a draft; if it was changed meanwhile, both versions are shown."""
    form = FeedbackForm()
    conflict: Conflict | None = None
    if request.method == "POST" and not _asks_for_phrase() and form.validate():
        try:
            with transaction() as session:
                feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
                service.edit_draft(session, actor(), feedback, form.values(), form.version.data or 0)
                _finish(session, feedback, form)
        except Conflict as found:
            conflict = found
        except Invalid as error:
            form.add_errors(error)
        else:
            return redirect(_index_url(feedback.project_id, feedback.id))
    with reading() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
        if request.method == "GET":
            form.body.data, form.about.data = feedback.body, about_of(feedback)
            form.learner.data = str(feedback.learner_id or TEAM)
        form.version.data = feedback.version
        form.version.raw_data = None
        status = 409 if conflict else 422 if form.errors else 200
        return _render_edit(session, form, feedback.project, feedback, conflict), status


def _asks_for_phrase() -> bool:
    return request.form.get("then", "").startswith(INSERT)


def _render_edit(
    session: Session,
    form: FeedbackForm,
    project: Project,
    feedback: Feedback | None,
    conflict: Conflict | None = None,
) -> str:
    """The form, with what was typed; without script a phrase is added to it here."""
    phrases = phrases_of(session, actor())
    if _asks_for_phrase():
        wanted = request.form["then"].removeprefix(INSERT)
        chosen = [phrase.text for phrase in phrases if str(phrase.id) == wanted]
        form.body.data = "\n\n".join([text for text in (form.body.data, *chosen) if text])
    about = form.about.data or ""
    form.offer(offered(session, actor(), project, about), service.team_of(session, project))
    return render_template(
        "feedback/edit.html",
        project=project,
        form=form,
        feedback=feedback,
        conflict=conflict,
        choices={choice.value: choice.label for choice in form.about.choices},
        phrases=phrases,
        rubric=rubric_of(session, project.team.cohort_id),
        levels=levels_of(session, feedback.id) if feedback and request.method == "GET" else levels_sent(),
        level_names=LEVEL_NAMES,
    )


def _finish(session: Session, feedback: Feedback, form: FeedbackForm) -> None:
    """What the button pressed asks for. Raises: Invalid, when there is no hour, or none to come."""
    then = request.form.get("then")
    if then == "release":
        release_service.release(session, actor(), feedback)
        flash(published(feedback), "success")
    elif then == "schedule":
        at = form.moment(feedback.project.team.cohort.time_zone)
        release_service.schedule(session, actor(), feedback, at)
        flash(_("Votre retour sera publié à l’heure choisie. D’ici là, vous pouvez le retenir."), "success")
    else:
        flash(_("Brouillon enregistré. L’équipe ne le voit pas."), "success")


def published(feedback: Feedback) -> str:
    """What a tutor is told once it is released."""
    if feedback.learner_id is not None:
        return _("Votre retour est publié : la personne concernée est prévenue, et elle seule.")
    return _("Votre retour est publié : l’équipe est prévenue.")


@blueprint.post("/feedback/<int:feedback_id>/release")
@requires(Permission.WRITE_FEEDBACK)
def release(feedback_id: int) -> ResponseReturnValue:
    """Release a draft as it is."""
    with transaction() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
        release_service.release(session, actor(), feedback)
    flash(published(feedback), "success")
    return redirect(_index_url(feedback.project_id, feedback_id))


@blueprint.post("/feedback/<int:feedback_id>/hold")
@requires(Permission.WRITE_FEEDBACK)
def hold(feedback_id: int) -> ResponseReturnValue:
    """Keep a draft from being released at its hour."""
    with transaction() as session:
        feedback = access_feedback(session, actor(), feedback_id, Permission.WRITE_FEEDBACK)
        release_service.hold_back(session, actor(), feedback)
    flash(_("Ce retour est retenu : il reste un brouillon."), "success")
    if request.form.get("back") == "cohort":
        return redirect(url_for("cohort_feedback.index", cohort_id=feedback.project.team.cohort_id))
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
