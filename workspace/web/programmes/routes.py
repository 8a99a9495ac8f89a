"""A manager's programmes and cohorts: the list in figures, opening and changing a cohort, its people."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from models.access import access_cohort, access_programme
from models.base import utcnow
from models.errors import Conflict, Invalid
from models.policy import Permission
from models.session import reading, transaction
from workspace.i18n import _, city_of
from workspace.services import programmes, teams
from workspace.services.audit_texts import ROLE_LABELS
from workspace.services.class_sessions import MODE_LABELS, list_occurrences
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once
from workspace.web.invitations.fresh import fresh_links
from workspace.web.programmes.forms import CohortForm, ProgrammeForm, usual_cohort

blueprint = Blueprint("programmes", __name__, url_prefix="/programmes")


@blueprint.get("")
@requires(Permission.MANAGE_PROGRAMME)
def index() -> ResponseReturnValue:
    """Every programme and cohort that the manager runs, in figures."""
    with reading() as session:
        cards = programmes.list_programmes(session, actor())
        return render_template("programmes/index.html", cards=cards)


@blueprint.get("/<int:programme_id>/new")
@requires(Permission.MANAGE_PROGRAMME)
def new_programme(programme_id: int) -> ResponseReturnValue:
    """A form for another programme of the same establishment."""
    return _programme_page(programme_id, ProgrammeForm())


@blueprint.post("/<int:programme_id>/new")
@requires(Permission.MANAGE_PROGRAMME)
@once
def create_programme(programme_id: int) -> ResponseReturnValue:
    """Open another programme in the same establishment."""
    form = ProgrammeForm()
    if not form.validate():
        return _programme_page(programme_id, form), 422
    try:
        with transaction() as session:
            programmes.create_programme(session, actor(), programme_id, form.name.data)
    except Invalid as error:
        form.add_errors(error)
        return _programme_page(programme_id, form), 422
    flash(_("La formation est ouverte. Créez maintenant sa première promotion."), "success")
    return redirect(url_for("programmes.index"))


@blueprint.get("/<int:programme_id>/cohorts/new")
@requires(Permission.MANAGE_PROGRAMME)
def new_cohort(programme_id: int) -> ResponseReturnValue:
    """A form for a new cohort."""
    return _new_cohort_page(programme_id, CohortForm(data=usual_cohort()))


@blueprint.post("/<int:programme_id>/cohorts/new")
@requires(Permission.MANAGE_PROGRAMME)
@once
def create_cohort(programme_id: int) -> ResponseReturnValue:
    """Open a cohort."""
    form = CohortForm()
    if not form.validate():
        return _new_cohort_page(programme_id, form), 422
    try:
        with transaction() as session:
            cohort = programmes.create_cohort(session, actor(), programme_id, form.values())
    except Invalid as error:
        form.add_errors(error)
        return _new_cohort_page(programme_id, form), 422
    flash(_("La promotion est ouverte. Formez maintenant ses équipes."), "success")
    return redirect(url_for("programmes.cohort", cohort_id=cohort.id))


@blueprint.get("/cohorts/<int:cohort_id>")
@requires(Permission.MANAGE_COHORT)
def cohort(cohort_id: int) -> ResponseReturnValue:
    """Teams and their people, tutors, class sessions; and what to do next."""
    with reading() as session:
        found = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        people = teams.cohort_people(session, found)
        occurrences, now = list_occurrences(session, found), utcnow()
        upcoming = [one for one in occurrences if one.ends_at > now]
        past = sum(one.ends_at <= now for one in occurrences)
        return render_template(
            "programmes/cohort.html",
            cohort=found,
            cities=[city_of(zone) for zone in found.time_zones],
            people=people,
            team_names={card.team.id: card.team.name for card in people.teams},
            role_labels=ROLE_LABELS,
            upcoming=upcoming,
            past=past,
            fresh=fresh_links(),
            fewest=teams.FEWEST,
            most=teams.MOST,
            mode_labels=MODE_LABELS,
        )


@blueprint.get("/cohorts/<int:cohort_id>/edit")
@requires(Permission.MANAGE_COHORT)
def edit_cohort(cohort_id: int) -> ResponseReturnValue:
    """The cohort's form, filled."""
    with reading() as session:
        found = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        text = programmes.text_of(found)
    return _edit_cohort_page(cohort_id, CohortForm(obj=text, data={"seen": text.fingerprint}))


@blueprint.post("/cohorts/<int:cohort_id>/edit")
@requires(Permission.MANAGE_COHORT)
def save_cohort(cohort_id: int) -> ResponseReturnValue:
    """Change what is said of the cohort."""
    form = CohortForm()
    if not form.validate():
        return _edit_cohort_page(cohort_id, form), 422
    try:
        with transaction() as session:
            programmes.edit_cohort(session, actor(), cohort_id, form.values(), seen=form.seen.data or "")
    except Invalid as error:
        form.add_errors(error)
        return _edit_cohort_page(cohort_id, form), 422
    except Conflict as conflict:
        form.seen.data = conflict.current["seen"]
        return _edit_cohort_page(cohort_id, form, conflict.current), 409
    flash(_("La promotion est à jour."), "success")
    return redirect(url_for("programmes.cohort", cohort_id=cohort_id))


@blueprint.get("/cohorts/<int:cohort_id>/copy")
@requires(Permission.MANAGE_COHORT)
def new_copy(cohort_id: int) -> ResponseReturnValue:
    """A form for a cohort like this one, without its people."""
    with reading() as session:
        text = programmes.model_cohort(session, actor(), cohort_id).text
    return _copy_page(cohort_id, CohortForm(obj=text))


@blueprint.post("/cohorts/<int:cohort_id>/copy")
@requires(Permission.MANAGE_COHORT)
@once
def copy_cohort(cohort_id: int) -> ResponseReturnValue:
    """Open it."""
    form = CohortForm()
    if not form.validate():
        return _copy_page(cohort_id, form), 422
    try:
        with transaction() as session:
            copied = programmes.copy_cohort(session, actor(), cohort_id, form.values())
    except Invalid as error:
        form.add_errors(error)
        return _copy_page(cohort_id, form), 422
    flash(_("La promotion est ouverte, avec son calendrier. Formez maintenant ses équipes."), "success")
    return redirect(url_for("programmes.cohort", cohort_id=copied.id))


def _copy_page(cohort_id: int, form: CohortForm) -> str:
    with reading() as session:
        model = programmes.model_cohort(session, actor(), cohort_id)
        return render_template(
            "programmes/copy_cohort.html", cohort=model.cohort, series=model.series, form=form
        )


def _programme_page(programme_id: int, form: ProgrammeForm) -> str:
    with reading() as session:
        beside = access_programme(session, actor(), programme_id)
        return render_template("programmes/new_programme.html", beside=beside, form=form)


def _new_cohort_page(programme_id: int, form: CohortForm) -> str:
    with reading() as session:
        programme = access_programme(session, actor(), programme_id)
        return render_template("programmes/new_cohort.html", programme=programme, form=form)


def _edit_cohort_page(cohort_id: int, form: CohortForm, current: dict[str, Any] | None = None) -> str:
    with reading() as session:
        found = access_cohort(session, actor(), cohort_id, Permission.MANAGE_COHORT)
        return render_template("programmes/edit_cohort.html", cohort=found, form=form, current=current)
