"""The page « Engagements » of a project: what élus offer, answered by the team, followed until it is kept."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_project, access_support_offer
from models.errors import Conflict, Invalid
from models.i18n import N_
from models.membership import members
from models.policy import Permission, Role, can
from models.project import Project
from models.session import reading, transaction
from models.support import SupportStatus
from workspace.i18n import _
from workspace.services import support as service
from workspace.services.briefs import today_of
from workspace.web.guard import actor, requires
from workspace.web.support.forms import AnswerSupportForm, prefix

blueprint = Blueprint("support", __name__)

DONE = {
    SupportStatus.ACCEPTED: N_("C’est noté comme un engagement. L’élu·e est prévenu·e."),
    SupportStatus.DECLINED: N_("Votre réponse est envoyée."),
    SupportStatus.KEPT: N_("Engagement tenu. L’élu·e est prévenu·e."),
    SupportStatus.LAPSED: N_("Engagement noté sans suite. L’élu·e est prévenu·e."),
}


@blueprint.get("/projects/<int:project_id>/support")
@requires(Permission.VIEW_SUPPORT)
def index(project_id: int) -> ResponseReturnValue:
    """What élus offered, and what became of it."""
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.VIEW_SUPPORT)
        return _page(session, project)


@blueprint.post("/support/<int:offer_id>")
@requires(Permission.ANSWER_SUPPORT)
def answer(offer_id: int) -> ResponseReturnValue:
    """Accept, decline, say that it was kept or lapsed; if it changed meanwhile, where it is now is shown."""
    with reading() as session:
        offer = access_support_offer(session, actor(), offer_id, Permission.ANSWER_SUPPORT)
        project_id = offer.project_id
        team = members(session, Role.LEARNER, team_id=offer.project.team_id)
    form = AnswerSupportForm(team, prefix=prefix(offer_id))
    is_stale, said = False, form.said if form.validate() else None
    if said is not None:
        try:
            with transaction() as session:
                service.answer_support(session, actor(), offer_id, said, version=form.version.data or 0)
            flash(_(DONE[said.to]), "success")
            return redirect(url_for("support.index", project_id=project_id, _anchor=f"offer-{offer_id}"))
        except Conflict as found:
            is_stale = True
            form.form_errors.append(_(found.message))
        except Invalid as error:
            form.add_errors(error)
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.VIEW_SUPPORT)
        return _page(session, project, form=form, answering=offer_id), 409 if is_stale else 422


@blueprint.post("/support/<int:offer_id>/told")
@requires(Permission.ANSWER_SUPPORT)
def tell(offer_id: int) -> ResponseReturnValue:
    """Say it in the next brief, or do not."""
    is_told = request.form.get("on") == "1"
    with transaction() as session:
        offer = service.tell_support(session, actor(), offer_id, is_told=is_told)
    flash(
        _("Le prochain point d’étape le dira, sans nom.")
        if is_told
        else _("Le prochain point d’étape n’en parlera pas."),
        "success",
    )
    return redirect(url_for("support.index", project_id=offer.project_id, _anchor=f"offer-{offer_id}"))


def _page(
    session: Session,
    project: Project,
    *,
    form: AnswerSupportForm | None = None,
    answering: int | None = None,
) -> str:
    supports = service.supports_of(session, project.id)
    team = members(session, Role.LEARNER, team_id=project.team_id)
    forms = {}
    for offer in (*supports.waiting, *supports.awaited, *supports.settled):
        forms[offer.id] = AnswerSupportForm(team, formdata=None, prefix=prefix(offer.id))
        forms[offer.id].show(offer, actor().user_id)
        if form is not None and offer.id == answering:
            form.stamp(offer)
            forms[offer.id] = form
    return render_template(
        "support/index.html",
        project=project,
        supports=supports,
        forms=forms,
        answering=answering,
        today=today_of(project),
        may_answer=can(actor(), Permission.ANSWER_SUPPORT, project.where),
        observers=members(session, Role.OBSERVER, project_id=project.id),
    )
