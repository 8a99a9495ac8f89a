"""GET /cohorts/<id>/accompaniment: when tutors and learners met; the same as PDF and CSV.

?who= team-3 or learner-12, ?since= and ?until= days, ?page=. What cannot be read filters nothing.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime

from flask import Blueprint, Response, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy.orm import Session

from models.access import MAX_ID, access_accompaniment, cohort_where
from models.audit import AuditAction, Export, SubjectKind, audit
from models.cohort import Cohort
from models.errors import NotFound
from models.milestone import day_in
from models.policy import Permission, Where, can
from models.session import reading, transaction
from workspace.drawing import rendering
from workspace.drawing.rendering import Paper, Record, Table
from workspace.extensions import limiter
from workspace.i18n import _, current_locale, format_date, format_list, ngettext
from workspace.services.accompaniment import (
    People,
    Proof,
    Scope,
    file_rows,
    people_met,
    proof_of,
    titles,
)
from workspace.services.spreadsheet import to_csv
from workspace.web.boards.exporting import disposition
from workspace.web.boards.exports import FILE_POLICY
from workspace.web.guard import actor, requires

blueprint = Blueprint("accompaniment", __name__)
FILE_TYPES = {"pdf": "application/pdf", "csv": "text/csv"}
PAGE_SIZE = 50
_WHO = re.compile(r"(team|learner)-([1-9][0-9]{0,9})")
by_person = limiter.limit("30 per minute", key_func=lambda: actor().key)


@dataclass(frozen=True)
class Asked:
    """What the address asks for, as far as it can be read."""

    scope: Scope | None
    since: date | None
    until: date | None


def _asked(sent: Mapping[str, str]) -> Asked:
    match = _WHO.fullmatch(sent.get("who", ""))
    scope = None
    if match is not None and (id_ := int(match[2])) <= MAX_ID:
        scope = Scope(team_id=id_) if match[1] == "team" else Scope(learner_id=id_)
    return Asked(scope, _day(sent.get("since", "")), _day(sent.get("until", "")))


def _day(written: str) -> date | None:
    try:
        day = date.fromisoformat(written)
    except ValueError:
        return None
    return day if date.min.year < day.year < date.max.year else None


def _proof(session: Session, cohort_id: int) -> tuple[Proof, People]:
    asked = _asked(request.args)
    chosen = asked.scope
    cohort, learner_id = access_accompaniment(
        session, actor(), cohort_id, chosen.learner_id if chosen else None, is_chosen=chosen is not None
    )
    scope = chosen or Scope(learner_id=learner_id)
    today = day_in(cohort.time_zone, datetime.now(UTC))
    since = asked.since or cohort.starts_on
    until = asked.until or max(since, min(today, cohort.ends_on))
    people = people_met(session, cohort)
    return proof_of(session, cohort, people, scope, min(since, until), max(since, until)), people


@blueprint.get("/cohorts/<int:cohort_id>/accompaniment")
@requires(Permission.VIEW_ACCOMPANIMENT)
def show(cohort_id: int) -> ResponseReturnValue:
    """The figures, then every interaction; a learner reads their own."""
    with reading() as session:
        proof, people = _proof(session, cohort_id)
        follows = can(actor(), Permission.FOLLOW_COHORT, cohort_where(proof.cohort))
    pages = max(1, -(-len(proof.interactions) // PAGE_SIZE))
    number = min(max(1, request.args.get("page", 1, type=int)), pages)
    return render_template(
        "accompaniment/show.html",
        proof=proof,
        people=people,
        follows=follows,
        titles=titles(),
        rows=_rows(proof)[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
        number=number,
        pages=pages,
        params={"who": proof.scope.key, "since": proof.since.isoformat(), "until": proof.until.isoformat()},
        statement=_statement(proof),
        method=_method(),
    )


@blueprint.get("/cohorts/<int:cohort_id>/accompaniment/file")
@requires(Permission.VIEW_ACCOMPANIMENT)
@by_person
def download(cohort_id: int) -> Response:
    """All of it: ?format= csv or pdf."""
    kind = request.args.get("format", "csv")
    if kind not in FILE_TYPES:
        raise NotFound
    with reading() as session:
        proof, _people = _proof(session, cohort_id)
    content = rendering.record(_record(proof)) if kind == "pdf" else to_csv(file_rows(proof)).encode()
    with transaction() as session:
        audit(
            session,
            actor(),
            AuditAction.EXPORT_DOWNLOADED,
            where=Where(cohort_id=cohort_id),
            subject=(SubjectKind.COHORT, cohort_id),
            export=Export.ACCOMPANIMENT,
        )
    answer = Response(content, mimetype=FILE_TYPES[kind])
    answer.headers["Content-Disposition"] = disposition(proof.label, kind, what=_("Accompagnement"))
    answer.headers["Content-Security-Policy"] = FILE_POLICY
    return answer


def _statement(proof: Proof) -> str:
    count = ngettext("%(num)s interaction datée", "%(num)s interactions datées", len(proof.interactions))
    days = ngettext("%(num)s jour", "%(num)s jours", proof.days)
    return _(
        "Du %(since)s au %(until)s, L’Établi a relevé %(count)s, sur %(days)s.",
        since=format_date(proof.since, "long"),
        until=format_date(proof.until, "long"),
        count=count,
        days=days,
    )


def _rows(proof: Proof) -> list[list[str]]:
    """As in the file, with days as people write them."""
    _titles, *rows = file_rows(proof)
    return [
        [format_date(one.day, "medium"), *cells]
        for one, (_day, *cells) in zip(proof.interactions, rows, strict=True)
    ]


def _record(proof: Proof) -> Record:
    cohort: Cohort = proof.cohort
    total = [_("Total"), str(len(proof.interactions))]
    figures = [*([label, str(count)] for label, count in proof.counts), total]
    teams = [[label, str(count)] for label, count in proof.by_team]
    tables = [
        Table(_("Par sorte"), [_("Interaction"), _("Nombre")], [1, 0], figures),
        *([] if proof.scope.key else [Table(_("Par équipe"), [_("Équipe"), _("Nombre")], [1, 0], teams)]),
        Table(_("Jour par jour"), titles(), [0, 3, 3, 3, 3, 4], _rows(proof)),
    ]
    return Record(
        title=_("Attestation d’accompagnement"),
        description=_statement(proof),
        paper=Paper(
            author="L’Établi",
            lang=current_locale(),
            region="GB" if current_locale() == "en" else "FR",
            place=cohort.name,
            date=format_date(datetime.now(UTC), "long"),
            page=_("Page"),
        ),
        facts=[
            (_("Formation"), cohort.programme.name),
            (_("Promotion"), cohort.name),
            (_("Concerne"), proof.label),
            (_("Accompagnement par"), format_list(proof.tutors) if proof.tutors else "–"),
        ],
        statement=_statement(proof),
        tables=tables if proof.interactions else [],
        note=_method(),
    )


def _method() -> str:
    return _(
        "Chaque ligne est un fait daté que L’Établi a gardé, sans son contenu. Une séance compte une fois "
        "par équipe, quand un tuteur en a noté les présences. Les jours sont ceux du fuseau de la promotion."
    )
