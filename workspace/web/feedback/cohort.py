"""A tutor's feedback across a cohort's teams, their phrases, and the cohort's rubric."""

from collections.abc import Mapping

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_cohort
from models.cohort import Cohort
from models.errors import Conflict, Invalid, Refused
from models.policy import Permission
from models.rubric import LEVEL_LIMIT, LEVEL_NAMES, TITLE_LIMIT
from models.session import reading, transaction
from workspace.i18n import _, ngettext
from workspace.services import feedback_phrases as service
from workspace.services import rubrics
from workspace.services.feedback_anchors import about_of, places_of
from workspace.services.feedback_list import Waiting, cohort_feedback
from workspace.services.feedback_release import release_prepared
from workspace.web.feedback.forms import ANSWERS, AT, PhraseForm, PreparedForm, rubric_sent
from workspace.web.forms import EtabliForm
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

blueprint = Blueprint("cohort_feedback", __name__)


@blueprint.get("/cohorts/<int:cohort_id>/feedback")
@requires(Permission.WRITE_FEEDBACK)
def index(cohort_id: int) -> ResponseReturnValue:
    """What is prepared, what was read and answered, what waits."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
        return _render(session, cohort, PreparedForm(formdata=None))


@blueprint.post("/cohorts/<int:cohort_id>/feedback/release")
@requires(Permission.WRITE_FEEDBACK)
@once
def release(cohort_id: int) -> ResponseReturnValue:
    """Release everything that one has prepared, for all teams at once: now or at an hour."""
    form = PreparedForm()
    if form.validate():
        try:
            with transaction() as session:
                cohort = access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
                at = form.moment(cohort.time_zone) if form.when.data == AT else None
                count = release_prepared(session, actor(), cohort, at)
        except Invalid as error:
            form.add_errors(error)
        else:
            flash(_told(count, is_later=at is not None), "success" if count else "info")
            return redirect(url_for("cohort_feedback.index", cohort_id=cohort_id))
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
        return _render(session, cohort, form), 422


def _told(count: int, *, is_later: bool) -> str:
    if not count:
        return _("Aucun retour n’était prêt.")
    if is_later:
        return ngettext(
            "%(num)s retour sera publié à l’heure choisie.",
            "%(num)s retours seront publiés ensemble, à l’heure choisie.",
            count,
        )
    return ngettext("%(num)s retour est publié.", "%(num)s retours sont publiés.", count)


def _render(session: Session, cohort: Cohort, form: PreparedForm) -> str:
    page = cohort_feedback(session, actor(), cohort)
    places = places_of(session, actor(), [*page.mine, *page.others, *(one.feedback for one in page.released)])
    return render_template(
        "feedback/cohort.html",
        cohort=cohort,
        page=page,
        form=form,
        places=places,
        abouts={one.feedback.id: about_of(one.feedback) for one in page.released},
        answers=ANSWERS,
        waiting=Waiting,
    )


@blueprint.get("/cohorts/<int:cohort_id>/phrases")
@requires(Permission.WRITE_FEEDBACK)
def phrases(cohort_id: int) -> ResponseReturnValue:
    """One's own phrases."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
        return _render_phrases(session, cohort, PhraseForm(formdata=None))


@blueprint.post("/cohorts/<int:cohort_id>/phrases")
@requires(Permission.WRITE_FEEDBACK)
def keep_phrase(cohort_id: int) -> ResponseReturnValue:
    """Keep one more."""
    form = PhraseForm()
    with reading() as session:
        access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
    if form.validate():
        try:
            with transaction() as session:
                service.keep_phrase(session, actor(), form.text.data)
        except Refused as refusal:
            form.add_errors(refusal)
        else:
            flash(_("Phrase gardée."), "success")
            return redirect(url_for("cohort_feedback.phrases", cohort_id=cohort_id))
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
        return _render_phrases(session, cohort, form), 422


@blueprint.post("/cohorts/<int:cohort_id>/phrases/<int:phrase_id>/forget")
@requires(Permission.WRITE_FEEDBACK)
def forget_phrase(cohort_id: int, phrase_id: int) -> ResponseReturnValue:
    """Keep one no more."""
    with transaction() as session:
        access_cohort(session, actor(), cohort_id, Permission.WRITE_FEEDBACK)
        service.forget_phrase(session, actor(), phrase_id)
    flash(_("Phrase retirée."), "success")
    return redirect(url_for("cohort_feedback.phrases", cohort_id=cohort_id))


def _render_phrases(session: Session, cohort: Cohort, form: PhraseForm) -> str:
    return render_template(
        "feedback/phrases.html", cohort=cohort, form=form, phrases=service.phrases_of(session, actor())
    )


@blueprint.route("/cohorts/<int:cohort_id>/rubric", methods=["GET", "POST"])
@requires(Permission.FOLLOW_COHORT)
def rubric(cohort_id: int) -> ResponseReturnValue:
    """The criteria of the cohort, to read and to change."""
    form, message = EtabliForm(), ""
    written = rubric_sent() if request.method == "POST" else []
    fields: Mapping[str, str] = {}
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                access_cohort(session, actor(), cohort_id, Permission.FOLLOW_COHORT)
                version = request.form.get("version", 0, type=int)
                rubrics.save_rubric(session, cohort_id, version, written)
        except (Conflict, Invalid) as error:
            message, fields = error.message, getattr(error, "fields", {})
        else:
            flash(_("La grille est enregistrée : elle vaut pour les prochains retours."), "success")
            return redirect(url_for("cohort_feedback.rubric", cohort_id=cohort_id))
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.FOLLOW_COHORT)
        found = rubrics.rubric_of(session, cohort_id)
        rows = written or [rubrics.Written(one.key, one.title, one.levels) for one in found]
        page = render_template(
            "feedback/rubric.html",
            cohort=cohort,
            rows=[row for row in rows if row.key],
            fresh=next((row for row in rows if not row.key), None),
            errors=fields,
            message=message,
            version=rubrics.version_of(session, cohort_id),
            level_names=LEVEL_NAMES,
            title_limit=TITLE_LIMIT,
            level_limit=LEVEL_LIMIT,
        )
        return page, 422 if request.method == "POST" else 200
