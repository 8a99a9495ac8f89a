"""The journal: what happened, one plain sentence per activity, newest first, grouped by day.

`journal_lines(rows)` turns activity rows into lines that pages show (templates/projects/journal_lines.html);
it never queries. Who may read a journal is decided by the caller, through models.access.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, joinedload

from models.activity import Activity, ActivityKind
from models.i18n import N_
from models.partner import SECTOR_LABELS
from models.personal_data import PERSON_LEFT
from models.stages import STEPS
from workspace.i18n import _, current_zone, ngettext

KIND = ActivityKind
PAGE_SIZE = 40

# %(who)s did something about %(subject)s; %(detail)s counts edits.
SENTENCES = {
    KIND.PROBLEM_SUBMITTED: N_("%(who)s a soumis la problématique « %(subject)s »"),
    KIND.PROBLEM_ACCEPTED: N_("%(who)s a accepté la problématique « %(subject)s »"),
    KIND.PROBLEM_RETURNED: N_("%(who)s a demandé de reprendre la problématique « %(subject)s »"),
    KIND.PROJECT_CREATED: N_("%(who)s a ouvert le projet « %(subject)s »"),
    KIND.STEP_REQUESTED: N_("%(who)s a demandé un retour sur l’étape « %(subject)s »"),
    KIND.STEP_VALIDATED: N_("%(who)s a validé l’étape « %(subject)s »"),
    KIND.STEP_REOPENED: N_("%(who)s a rouvert l’étape « %(subject)s »"),
    KIND.CRITERION_MET: N_("%(who)s a coché « %(subject)s »"),
    KIND.PARTNER_ADDED: N_("%(who)s a ajouté le partenaire « %(subject)s »"),
    KIND.GUEST_JOINED: N_("%(who)s a rejoint le projet par un lien de partage"),
    KIND.BOARD_OPENED: N_("%(who)s a ouvert le tableau « %(subject)s »"),
    KIND.BOARD_EDITED: N_("%(who)s a travaillé sur « %(subject)s » (%(detail)s)"),
    KIND.FEEDBACK_RELEASED: N_("%(who)s a fait un retour sur « %(subject)s »"),
    KIND.FEEDBACK_ANSWERED: N_("%(who)s a répondu à un retour sur « %(subject)s »"),
    KIND.BRIEF_PUBLISHED: N_("%(who)s a publié un point d’étape sur « %(subject)s »"),
    KIND.QUESTION_ASKED: N_("%(who)s a posé une question sur « %(subject)s »"),
    KIND.QUESTION_ANSWERED: N_("%(who)s a répondu à une question sur « %(subject)s »"),
    KIND.SUPPORT_OFFERED: N_("%(who)s a proposé un appui à « %(subject)s »"),
    KIND.SUPPORT_ANSWERED: N_("%(who)s a répondu à un appui proposé à « %(subject)s »"),
    KIND.OBSERVER_INVITED: N_("%(who)s a invité %(subject)s à observer le projet"),
    KIND.OBSERVER_JOINED: N_("%(who)s a accepté d’observer « %(subject)s »"),
    KIND.SNAPSHOT_PINNED: N_("%(who)s a épinglé un état de tableau : « %(subject)s »"),
    KIND.MILESTONE_REACHED: N_("%(who)s a annoncé le jalon « %(subject)s » atteint"),
    KIND.MILESTONE_TAKEN_BACK: N_("%(who)s a retiré l’annonce du jalon « %(subject)s »"),
}
SOMEBODY = N_("Une personne qui n’est plus là")

# Subjects that are texts of ours, and so are shown in the reader's language.
_OUR_TEXTS = frozenset(step.name for step in STEPS) | {
    criterion.text for step in STEPS for criterion in step.criteria
}


@dataclass(frozen=True)
class JournalLine:
    """One line. `name` is the bare name (for an avatar); `who` adds a guest's sector.

    `sentence` is a msgid with %(who)s, %(subject)s and %(detail)s; the values are in the reader's language.
    """

    at: datetime
    kind: ActivityKind
    name: str
    who: str
    sentence: str
    subject: str
    detail: str
    project_id: int | None
    problem_id: int | None
    board_id: int | None

    @property
    def text(self) -> str:
        """The whole sentence as plain text, in the reader's language."""
        return _(self.sentence, who=self.who, subject=self.subject, detail=self.detail)

    @property
    def stamp(self) -> str:
        """The same for the same deed, however long it has gone on."""
        return f"{self.kind} {self.name} {self.subject} {self.project_id} {self.board_id}"


@dataclass(frozen=True)
class JournalPage:
    """One page of a journal: `number` of `pages`, its lines."""

    number: int
    pages: int
    lines: list[JournalLine]


def activity_rows(*conditions: ColumnElement[bool]) -> Select[Activity]:
    """The rows that meet the conditions, newest first, with their user and guest loaded."""
    return (
        select(Activity)
        .where(*conditions)
        .options(joinedload(Activity.user), joinedload(Activity.guest))
        .order_by(Activity.at.desc(), Activity.id.desc())
    )


def journal_lines(rows: Iterable[Activity]) -> list[JournalLine]:
    """The rows as lines, in the reader's language. Needs `user` and `guest` loaded."""
    return [_line(row) for row in rows]


def recent_lines(session: Session, *conditions: ColumnElement[bool], limit: int = 8) -> list[JournalLine]:
    """The newest lines of what meets the conditions: one query."""
    return journal_lines(session.scalars(activity_rows(*conditions).limit(limit)))


def journal_page(session: Session, *conditions: ColumnElement[bool], number: int = 1) -> JournalPage:
    """One page of the whole journal: two queries. A number out of range gives the nearest page."""
    total = session.scalar(select(func.count()).select_from(Activity).where(*conditions)) or 0
    pages = max(1, -(-total // PAGE_SIZE))
    number = min(max(1, number), pages)
    rows = session.scalars(activity_rows(*conditions).limit(PAGE_SIZE).offset((number - 1) * PAGE_SIZE))
    return JournalPage(number, pages, journal_lines(rows))


def by_day(
    lines: Sequence[JournalLine], zone: ZoneInfo | None = None
) -> list[tuple[date, list[JournalLine]]]:
    """The lines grouped by the day they fall on where the reader is."""
    here = zone or current_zone()
    return [(day, list(group)) for day, group in groupby(lines, lambda line: line.at.astimezone(here).date())]


def _line(row: Activity) -> JournalLine:
    name, who = _who(row)
    subject = _(row.subject) if row.subject in _OUR_TEXTS else row.subject
    detail = ngettext("%(num)s modification", "%(num)s modifications", row.count)
    return JournalLine(
        at=row.at,
        kind=row.kind,
        name=name,
        who=who,
        sentence=SENTENCES[row.kind],
        subject=subject,
        detail=detail,
        project_id=row.project_id,
        problem_id=row.problem_id,
        board_id=row.board_id,
    )


def shown_name(name: str) -> str:
    """A name; what stands for that of somebody who was erased, in the reader's language."""
    return _(name) if name == PERSON_LEFT else name


def _who(row: Activity) -> tuple[str, str]:
    if row.user is not None:
        name = shown_name(row.user.name)
        return name, name
    if row.guest is not None:
        name, sector = shown_name(row.guest.name), _(SECTOR_LABELS[row.guest.sector])
        return name, _("%(name)s (%(sector)s)", name=name, sector=sector)
    somebody = _(SOMEBODY)
    return somebody, somebody
