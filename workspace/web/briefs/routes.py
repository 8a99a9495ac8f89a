"""Pages of a brief: write the draft, reread it as an élu, publish it, read an edition; answer élus."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from models.access import access_brief, access_project, access_question
from models.brief import ProgressBrief
from models.errors import Conflict, Invalid, Refused
from models.membership import members
from models.policy import Permission, Role
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import briefs as service
from workspace.services.observations import as_observer, observation_page
from workspace.services.questions import answer_question
from workspace.web.briefs import view
from workspace.web.briefs.forms import AnswerForm, BriefForm, typed_values
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.observations.view import observation

blueprint = Blueprint("briefs", __name__)


@blueprint.get("/projects/<int:project_id>/brief")
@requires(Permission.EDIT_BRIEF)
def edit(project_id: int) -> ResponseReturnValue:
    """The draft, or the first text of a new one; the editions; élus' questions."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.EDIT_BRIEF)
        return view.edit_page(session, project)


@blueprint.post("/projects/<int:project_id>/brief")
@requires(Permission.EDIT_BRIEF)
def save(project_id: int) -> ResponseReturnValue:
    """Save the draft; the button pressed may lead on to rereading and publishing it."""
    form = BriefForm()
    conflict: Conflict | None = None
    if form.validate():
        try:
            with transaction() as session:
                draft = _save(session, project_id, form)
                project = draft.project
            form.stamp(draft.edition, draft.version)
            if request.form.get("then") != "review":
                flash(_("Brouillon enregistré. Les élus ne le voient pas."), "success")
                return redirect(url_for("briefs.edit", project_id=project_id))
            service.check_publishable(form.values(), service.today_of(project))
            return redirect(url_for("briefs.review", project_id=project_id))
        except Conflict as found:
            conflict = found
        except Invalid as error:
            form.add_errors(error)
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.EDIT_BRIEF)
        return view.edit_page(session, project, form=form, conflict=conflict), 409 if conflict else 422


@blueprint.put("/projects/<int:project_id>/brief")
@requires(Permission.EDIT_BRIEF)
def autosave(project_id: int) -> ResponseReturnValue:
    """Save what a script sends while one types; answers {"version"}, or 409 with both versions."""
    with reading() as session:
        access_project(session, actor(), project_id, Permission.EDIT_BRIEF)
    form = BriefForm(formdata=MultiDict(typed_values(request.get_json(silent=True))))
    if not form.validate():
        wrong = next(field for field in form if field.errors)
        return jsonify(error=f"{wrong.label.text} : {wrong.errors[0]}"), 422
    try:
        with transaction() as session:
            draft = _save(session, project_id, form)
    except Conflict as found:
        message = _(found.message)
        html = render_template("briefs/conflict.html", **view.both_versions(form, found), message=message)
        return jsonify(message=message, html=html), 409
    return jsonify(version=draft.version)


def _save(session: Session, project_id: int, form: BriefForm) -> ProgressBrief:
    return service.save_draft(
        session,
        actor(),
        project_id,
        form.values(),
        edition=form.edition.data or 0,
        version=form.version.data or 0,
        form_key=form.form_key.data or "",
    )


@blueprint.get("/projects/<int:project_id>/brief/review")
@requires(Permission.EDIT_BRIEF)
def review(project_id: int) -> ResponseReturnValue:
    """The draft as an élu will read it, with the button that publishes it for good."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.EDIT_BRIEF)
        draft = service.find_draft(session, project.id)
        if draft is None:
            flash(_(service.NO_DRAFT), "info")
            return redirect(url_for("briefs.edit", project_id=project_id))
        return render_template(
            "observations/show.html",
            **observation(observation_page(session, as_observer(project), project, draft=draft)),
            preview="draft",
            missing=view.missing(project, draft),
            observer_count=len(members(session, Role.OBSERVER, project_id=project.id)),
        )


@blueprint.post("/projects/<int:project_id>/brief/publish")
@requires(Permission.EDIT_BRIEF)
@once
def publish(project_id: int) -> ResponseReturnValue:
    """Publish the draft that was reread; if it changed since, it is to be reread."""
    version = request.form.get("version", 0, type=int)
    try:
        with transaction() as session:
            published = service.publish_brief(session, actor(), project_id, version=version)
    except Conflict as found:
        flash(_(found.message), "warning")
        return redirect(url_for("briefs.review", project_id=project_id))
    except Invalid:
        return redirect(url_for("briefs.review", project_id=project_id))
    except Refused as refusal:
        flash(_(refusal.message), "info")
        return redirect(url_for("briefs.edit", project_id=project_id))
    flash(
        _("Édition %(number)s publiée : les élus qui observent sont prévenus.", number=published.edition),
        "success",
    )
    return redirect(url_for("briefs.show", brief_id=published.id))


@blueprint.get("/briefs/<int:brief_id>")
@requires(Permission.VIEW_BRIEF)
def show(brief_id: int) -> ResponseReturnValue:
    """One edition, for whoever may read it; the draft, for the team and its tutors."""
    with reading() as session:
        brief = access_brief(session, actor(), brief_id, Permission.VIEW_BRIEF)
        return view.edition_page(session, brief)


@blueprint.post("/questions/<int:question_id>/answer")
@requires(Permission.ANSWER_QUESTION)
def answer(question_id: int) -> ResponseReturnValue:
    """Answer an élu; if somebody of the team answered meanwhile, both answers are shown."""
    form = AnswerForm(prefix=view.prefix(question_id))
    conflict: Conflict | None = None
    valid = form.validate()
    try:
        with transaction() as session:
            question = access_question(session, actor(), question_id, Permission.ANSWER_QUESTION)
            project_id = question.project_id
            if valid:
                answer_question(
                    session,
                    actor(),
                    question_id,
                    form.answer.data,
                    seen=form.seen.data or "",
                    is_shared=form.is_shared.data,
                )
    except Conflict as found:
        conflict = found
        form.seen.data, form.seen.raw_data = found.current["seen"], None
    except Invalid as error:
        form.add_errors(error)
    if valid and not conflict and not form.errors:
        flash(_("Votre réponse est envoyée."), "success")
        anchor = f"question-{question_id}"
        return redirect(url_for("briefs.edit", project_id=project_id, _anchor=anchor))
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.EDIT_BRIEF)
        page = view.edit_page(session, project, answer=form, answering=question_id, answer_conflict=conflict)
        return page, 409 if conflict else 422
