"""Reviews between teams: rounds and pairs for those who lead them, a page to write on for each team."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session
from wtforms import RadioField

from models.access import access_cohort
from models.cohort import Cohort
from models.errors import Conflict, Invalid, Refused
from models.peer_review import BODY_LIMIT, TITLE_LIMIT, PeerReview, PeerRound
from models.policy import Permission
from models.rubric import LEVEL_NAMES
from models.session import reading, transaction
from workspace.i18n import _, lazy_gettext
from workspace.services import peer_reviews as service
from workspace.services.rubrics import rubric_of
from workspace.web.feedback.forms import HourForm, levels_sent
from workspace.web.forms import EtabliForm, VersionField, choices_of, line, required, text
from workspace.web.guard import actor, requires
from workspace.web.idempotency import once

blueprint = Blueprint("peer_reviews", __name__)
ROUNDS = "/cohorts/<int:cohort_id>/peer-reviews"
ROUND = f"{ROUNDS}/<int:round_id>"
BLIND, NAMED = "blind", "named"


class RoundForm(HourForm):
    """A new round."""

    title = line(lazy_gettext("Nom de ce tour"), TITLE_LIMIT)
    names = RadioField(lazy_gettext("Qui a écrit"), default=BLIND, validators=[required()])

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.names.choices = choices_of(
            (
                (BLIND, _("Sans le nom de l’équipe : celle qui est relue ne saura jamais qui a écrit")),
                (NAMED, _("Avec le nom de l’équipe")),
            )
        )


class ReviewForm(EtabliForm):
    """What a team writes."""

    body = text(lazy_gettext("Votre regard sur ce projet"), BODY_LIMIT, needed=False)
    version = VersionField()


@blueprint.route(ROUNDS, methods=["GET", "POST"])
@requires(Permission.LEAD_PEER_REVIEWS)
@once
def index(cohort_id: int) -> ResponseReturnValue:
    """The rounds of a cohort, and a new one."""
    form = RoundForm()
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                cohort = _cohort(session, cohort_id)
                made = service.prepare_round(
                    session,
                    actor(),
                    cohort,
                    title=form.title.data,
                    is_blind=form.names.data == BLIND,
                    due_at=form.moment(cohort.time_zone),
                )
        except (Invalid, Refused) as error:
            form.add_errors(error)
        else:
            return redirect(url_for("peer_reviews.show", cohort_id=cohort_id, round_id=made.id))
    with reading() as session:
        cohort = _cohort(session, cohort_id)
        page = render_template(
            "feedback/rounds.html", cohort=cohort, form=form, rounds=service.rounds_of(session, cohort)
        )
        return page, 422 if form.errors else 200


@blueprint.get(ROUND)
@requires(Permission.LEAD_PEER_REVIEWS)
def show(cohort_id: int, round_id: int) -> ResponseReturnValue:
    """One round: who looks at what, what was handed in."""
    with reading() as session:
        return _render_round(session, service.access_round(session, actor(), cohort_id, round_id))


@blueprint.post(f"{ROUND}/pairs")
@requires(Permission.LEAD_PEER_REVIEWS)
def pair(cohort_id: int, round_id: int) -> ResponseReturnValue:
    """Choose the pairs."""
    chosen = {
        int(name.removeprefix("team-")): int(value) if value.isdecimal() else None
        for name, value in request.form.items()
        if name.startswith("team-") and name.removeprefix("team-").isdecimal()
    }
    try:
        with transaction() as session:
            row = service.access_round(session, actor(), cohort_id, round_id)
            service.set_pairs(session, row, chosen)
    except (Invalid, Refused) as error:
        with reading() as session:
            row = service.access_round(session, actor(), cohort_id, round_id)
            return _render_round(session, row, message=error.message, chosen=chosen), 422
    flash(_("Les paires sont enregistrées."), "success")
    return redirect(url_for("peer_reviews.show", cohort_id=cohort_id, round_id=round_id))


@blueprint.post(f"{ROUND}/open")
@requires(Permission.LEAD_PEER_REVIEWS)
def begin(cohort_id: int, round_id: int) -> ResponseReturnValue:
    """Let the teams write."""
    return _do(cohort_id, round_id, service.open_round, _("Le tour est ouvert : les équipes sont prévenues."))


@blueprint.post(f"{ROUND}/release")
@requires(Permission.LEAD_PEER_REVIEWS)
def release(cohort_id: int, round_id: int) -> ResponseReturnValue:
    """Give the teams what was handed in."""
    told = _("Les regards sont remis : chaque équipe est prévenue.")
    return _do(cohort_id, round_id, service.release_round, told)


@blueprint.route("/peer-reviews/<int:review_id>", methods=["GET", "POST"])
@requires(Permission.WRITE_PEER_REVIEW)
def write(review_id: int) -> ResponseReturnValue:
    """The page on which a team writes what it finds in another's project."""
    form, conflict = ReviewForm(), None
    if request.method == "POST" and form.validate():
        try:
            with transaction() as session:
                service.write_review(
                    session,
                    actor(),
                    service.access_review(session, actor(), review_id),
                    body=form.body.data or "",
                    levels=levels_sent(),
                    version=form.version.data or 0,
                    hand_in=request.form.get("then") == "hand_in",
                )
        except Conflict as found:
            conflict = found
        except (Invalid, Refused) as error:
            form.add_errors(error)
        else:
            flash(_("Votre regard est enregistré."), "success")
            return redirect(url_for("peer_reviews.write", review_id=review_id))
    with reading() as session:
        review = service.access_review(session, actor(), review_id)
        status = 409 if conflict else 422 if form.errors else 200
        return _render_review(session, review, form, conflict), status


def _do(cohort_id: int, round_id: int, deed: object, told: str) -> ResponseReturnValue:
    try:
        with transaction() as session:
            row = service.access_round(session, actor(), cohort_id, round_id)
            deed(session, actor(), row)  # type: ignore[operator]
    except (Invalid, Refused) as error:
        words = error.message or next(iter(getattr(error, "fields", {}).values()), "")
        flash(_(words), "error")
    else:
        flash(told, "success")
    return redirect(url_for("peer_reviews.show", cohort_id=cohort_id, round_id=round_id))


def _cohort(session: Session, cohort_id: int) -> Cohort:
    return access_cohort(session, actor(), cohort_id, Permission.LEAD_PEER_REVIEWS)


def _render_round(
    session: Session, row: PeerRound, message: str = "", chosen: dict[int, int | None] | None = None
) -> str:
    reviews = service.reviews_in(session, row)
    return render_template(
        "feedback/round.html",
        cohort=row.cohort,
        round=row,
        reviews=reviews,
        projects=service.eligible_projects(session, row.cohort),
        marks=service.marks_in(session, [review.id for review in reviews]),
        message=message,
        chosen=chosen or {review.team_id: review.project_id for review in reviews},
    )


def _render_review(session: Session, review: PeerReview, form: ReviewForm, conflict: Conflict | None) -> str:
    if request.method == "GET":
        form.body.data = review.body
        levels = service.levels_in(session, review.id)
    else:
        levels = levels_sent()
    form.version.data, form.version.raw_data = review.version, None
    return render_template(
        "feedback/peer_review.html",
        review=review,
        form=form,
        conflict=conflict,
        rubric=rubric_of(session, review.round.cohort_id),
        levels=levels,
        level_names=LEVEL_NAMES,
    )
