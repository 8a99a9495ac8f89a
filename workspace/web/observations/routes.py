"""Pages of an élu: the projects they observe, one of them, a question, an offer; the team's preview."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue

from models.access import access_observed_project, access_project
from models.errors import Invalid, Refused
from models.membership import members
from models.policy import Permission, Role, can
from models.session import reading, transaction
from workspace.i18n import _
from workspace.services import observations as service
from workspace.services.briefs import today_of
from workspace.services.notifications import is_muted
from workspace.services.questions import ask_question
from workspace.services.support import offer_support, own_support, withdraw_support
from workspace.web.guard import actor, requires, signed_in
from workspace.web.idempotency import once
from workspace.web.observations.forms import OfferForm, QuestionForm
from workspace.web.observations.view import observation

blueprint = Blueprint("observations", __name__)


@blueprint.get("/observations")
@signed_in
def index() -> ResponseReturnValue:
    """The projects this person observes, in plain words; an empty page for anybody else."""
    with reading() as session:
        cards = service.observed_cards(session, actor())
        return render_template(
            "observations/index.html",
            cards=cards,
            today={card.project.id: today_of(card.project) for card in cards},
            offers=own_support(session, actor(), service.observed_ids(actor())),
            ended=service.ended_observations(session, actor()),
        )


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
    return _page(project_id)


def _page(project_id: int, *, form: QuestionForm | None = None, offer: OfferForm | None = None) -> str:
    with reading() as session:
        project = access_observed_project(session, actor(), project_id)
        page = service.observation_page(session, actor(), project)
        muted = is_muted(session, actor(), project_id)
        found = observation(page, form, offer)
        return render_template("observations/show.html", **found, preview="", is_muted=muted)


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
        return _page(project_id, form=form), 422
    flash(_("Votre question est partie. La réponse s’affichera ici, et vous serez prévenu·e."), "success")
    anchor = f"question-{asked.id}"
    return redirect(url_for("observations.show", project_id=project_id, _anchor=anchor))


@blueprint.post("/observations/<int:project_id>/support")
@requires(Permission.OFFER_SUPPORT)
@once
def offer(project_id: int) -> ResponseReturnValue:
    """Offer the team a room, a contact, time or something else."""
    form = OfferForm()
    valid = form.validate()
    try:
        with transaction() as session:
            access_observed_project(session, actor(), project_id, Permission.OFFER_SUPPORT)
            made = (
                offer_support(session, actor(), project_id, form.chosen, form.body.data or "")
                if valid
                else None
            )
    except Invalid as error:
        form.add_errors(error)
        made = None
    if made is None:
        return _page(project_id, offer=form), 422
    flash(_("Votre proposition est partie. La réponse s’affichera ici, et vous serez prévenu·e."), "success")
    return redirect(url_for("observations.show", project_id=project_id, _anchor=f"offer-{made.id}"))


@blueprint.post("/support/<int:offer_id>/withdraw")
@requires(Permission.OFFER_SUPPORT)
def withdraw(offer_id: int) -> ResponseReturnValue:
    """The élu takes an offer back."""
    try:
        with transaction() as session:
            project_id = withdraw_support(session, actor(), offer_id).project_id
    except Refused as refusal:
        flash(_(refusal.message), "info")
        return redirect(url_for("observations.index", _anchor=f"offer-{offer_id}"))
    flash(_("Votre proposition est retirée. L’équipe est prévenue."), "success")
    return redirect(url_for("observations.show", project_id=project_id, _anchor=f"offer-{offer_id}"))


@blueprint.get("/projects/<int:project_id>/as-observer")
@requires(Permission.VIEW_JOURNAL)
def preview(project_id: int) -> ResponseReturnValue:
    """What an élu who observes this project sees, for those inside it; nothing can be sent.

    `person`: the id of the élu as whom it is read, 0 for nobody in particular; by default the first of them.
    Who may not read what élus write sees it as nobody in particular.
    """
    with reading() as session:
        project = access_project(session, actor(), project_id, Permission.VIEW_JOURNAL)
        may_choose = can(actor(), Permission.VIEW_SUPPORT, project.where)
        observers = members(session, Role.OBSERVER, project_id=project.id) if may_choose else []
        wanted = request.args.get("person", -1, type=int)
        first = observers[0] if observers and wanted == -1 else None
        person = next((one for one in observers if one.id == wanted), first)
        page = service.observation_page(session, service.as_observer(project, person), project)
        return render_template(
            "observations/show.html",
            **observation(page),
            preview="published",
            observers=observers,
            person=person,
        )
