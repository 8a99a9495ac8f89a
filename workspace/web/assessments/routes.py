"""The assessments of a cohort, one to write, one's own; the file of those that are released."""

from functools import partial

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import access_cohort
from models.assessment import Assessment
from models.audit import AuditAction, Export, SubjectKind, audit
from models.errors import Conflict, Invalid, NotFound
from models.policy import Permission, Where
from models.rubric import LEVEL_NAMES
from models.session import reading, transaction
from workspace.extensions import limiter
from workspace.i18n import _, lazy_gettext, ngettext
from workspace.services import assessments as service
from workspace.services.assessment_page import STATES, assessments_page, file_rows
from workspace.services.assessments import OWNER, AssessmentText, Subject
from workspace.services.rubrics import marks_of, rubric_of
from workspace.services.spreadsheet import XLSX, to_csv, to_xlsx
from workspace.web.boards.exporting import disposition
from workspace.web.boards.exports import FILE_POLICY
from workspace.web.feedback.forms import levels_sent
from workspace.web.forms import EtabliForm, VersionField, text
from workspace.web.guard import actor, requires, signed_in

blueprint = Blueprint("assessments", __name__)
APPRECIATION_LIMIT = 3_000
FILE_TYPES = {"csv": "text/csv", "xlsx": XLSX}
by_person = limiter.limit("60 per minute", key_func=lambda: actor().key)


class AssessmentForm(EtabliForm):
    """The words; the levels are read by `levels_sent`."""

    appreciation = text(lazy_gettext("Appréciation"), APPRECIATION_LIMIT, needed=False)
    version = VersionField()


@blueprint.get("/assessments")
@signed_in
def own() -> ResponseReturnValue:
    """What was released of the reader and of their teams."""
    with reading() as session:
        return render_template("assessments/own.html", found=service.own_assessments(session, actor()))


@blueprint.get("/cohorts/<int:cohort_id>/assessments")
@requires(Permission.FOLLOW_COHORT)
def index(cohort_id: int) -> ResponseReturnValue:
    """Every team and learner: a tutor sees in which state each is, a manager what is released."""
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.FOLLOW_COHORT)
        page = assessments_page(session, actor(), cohort)
        return render_template("assessments/cohort.html", cohort=cohort, page=page, states=STATES)


@blueprint.get("/cohorts/<int:cohort_id>/assessments/file")
@requires(Permission.FOLLOW_COHORT)
@by_person
def download(cohort_id: int) -> Response:
    """The same, as far as it is released: ?format= csv or xlsx."""
    kind, title = request.args.get("format", "csv"), _("Évaluations")
    if kind not in FILE_TYPES:
        raise NotFound
    with reading() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.FOLLOW_COHORT)
        rows = list(file_rows(assessments_page(session, actor(), cohort)))
    with transaction() as session:
        place, subject = Where(cohort_id=cohort_id), (SubjectKind.COHORT, cohort_id)
        export = Export.ASSESSMENTS
        audit(session, actor(), AuditAction.EXPORT_DOWNLOADED, where=place, subject=subject, export=export)
    content = to_xlsx(rows, title) if kind == "xlsx" else to_csv(rows).encode()
    answer = Response(content, mimetype=FILE_TYPES[kind])
    answer.headers["Content-Disposition"] = disposition(cohort.name, kind, what=title)
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


@blueprint.post("/cohorts/<int:cohort_id>/assessments/release")
@requires(Permission.WRITE_ASSESSMENT)
def release_all(cohort_id: int) -> ResponseReturnValue:
    """Release every draft of the cohort."""
    with transaction() as session:
        cohort = access_cohort(session, actor(), cohort_id, Permission.WRITE_ASSESSMENT)
        count = service.release_all(session, actor(), cohort)
    if count:
        told = ngettext("%(num)s évaluation est publiée.", "%(num)s évaluations sont publiées.", count)
        flash(told, "success")
    else:
        flash(_("Aucune évaluation n’était en brouillon."), "info")
    return redirect(url_for("assessments.index", cohort_id=cohort_id))


@blueprint.route("/cohorts/<int:cohort_id>/assessments/teams/<int:team_id>", methods=["GET", "POST"])
@requires(Permission.WRITE_ASSESSMENT)
def team(cohort_id: int, team_id: int) -> ResponseReturnValue:
    """The assessment of a team, to write."""
    return _write(cohort_id, partial(service.access_team_subject, cohort_id=cohort_id, team_id=team_id))


@blueprint.route("/cohorts/<int:cohort_id>/assessments/learners/<int:learner_id>", methods=["GET", "POST"])
@requires(Permission.WRITE_ASSESSMENT)
def learner(cohort_id: int, learner_id: int) -> ResponseReturnValue:
    """The assessment of a learner, to write."""
    return _write(
        cohort_id, partial(service.access_learner_subject, cohort_id=cohort_id, learner_id=learner_id)
    )


def _write(cohort_id: int, access: partial[Subject]) -> ResponseReturnValue:
    """The form; if it was changed meanwhile, both versions are shown. ?then= keeps it or releases it."""
    form = AssessmentForm()
    conflict: Conflict | None = None
    if request.method == "POST" and form.validate():
        sent = AssessmentText(form.appreciation.data or "", levels_sent())
        try:
            with transaction() as session:
                subject = access(session, actor())
                row = service.write_assessment(session, actor(), subject, sent, form.version.data or 0)
                row = _finish(session, row)
        except Conflict as stale:
            conflict = stale
        except Invalid as error:
            form.add_errors(error)
        else:
            return _back(cohort_id, row)
    with reading() as session:
        subject = access(session, actor())
        found = service.find_assessment(session, subject)
        marks = marks_of(session, [found.id], OWNER)[found.id] if found else []
        if request.method == "GET":
            form.appreciation.data = found.appreciation if found else ""
        form.version.data = found.version if found else 0
        form.version.raw_data = None
        page = render_template(
            "assessments/edit.html",
            subject=subject,
            cohort=subject.cohort,
            form=form,
            row=found,
            conflict=conflict,
            rubric=rubric_of(session, cohort_id),
            levels=levels_sent() if request.method == "POST" else {mark.key: mark.rank for mark in marks},
            marks=marks,
            level_names=LEVEL_NAMES,
        )
        return page, 409 if conflict else 422 if form.errors else 200


def _finish(session: Session, row: Assessment) -> Assessment:
    if request.form.get("then") != "release":
        flash(_("Brouillon enregistré : les tuteurs seuls le voient."), "success")
        return row
    row = service.release_assessment(session, actor(), row.id)
    flash(_told(row), "success")
    return row


def _told(row: Assessment) -> str:
    if row.learner_id is not None:
        return _("L’évaluation est publiée : la personne concernée est prévenue.")
    return _("L’évaluation est publiée : l’équipe est prévenue.")


def _back(cohort_id: int, row: Assessment) -> ResponseReturnValue:
    anchor = f"team-{row.team_id}" if row.team_id is not None else f"learner-{row.learner_id}"
    return redirect(url_for("assessments.index", cohort_id=cohort_id, _anchor=anchor))


@blueprint.post("/assessments/<int:assessment_id>/release")
@requires(Permission.WRITE_ASSESSMENT)
def release(assessment_id: int) -> ResponseReturnValue:
    """Release a draft as it is."""
    with transaction() as session:
        row = service.release_assessment(session, actor(), assessment_id)
    flash(_told(row), "success")
    return _back(row.cohort_id, row)


@blueprint.post("/assessments/<int:assessment_id>/take-back")
@requires(Permission.WRITE_ASSESSMENT)
def take_back(assessment_id: int) -> ResponseReturnValue:
    """Let it be a draft again (the page asks first)."""
    with transaction() as session:
        row = service.take_back(session, actor(), assessment_id)
    flash(_("L’évaluation est de nouveau un brouillon : les tuteurs seuls la voient."), "success")
    if row.team_id is not None:
        return redirect(url_for("assessments.team", cohort_id=row.cohort_id, team_id=row.team_id))
    return redirect(url_for("assessments.learner", cohort_id=row.cohort_id, learner_id=row.learner_id))


@blueprint.post("/assessments/<int:assessment_id>/discard")
@requires(Permission.WRITE_ASSESSMENT)
def discard(assessment_id: int) -> ResponseReturnValue:
    """Throw a draft away (the page asks first)."""
    with transaction() as session:
        row = service.discard_assessment(session, actor(), assessment_id)
    flash(_("Le brouillon est supprimé."), "success")
    return _back(row.cohort_id, row)
