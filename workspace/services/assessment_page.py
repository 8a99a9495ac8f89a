"""The assessments of a cohort as tutors and managers read them: on a page, and as the rows of a file.

Teams and people stand in the order of their names, never of their levels.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from models.access import cohort_where
from models.assessment import Assessment
from models.cohort import Cohort, Team
from models.i18n import N_
from models.membership import Membership, is_live
from models.people import User
from models.policy import Actor, Permission, Role, can
from workspace.i18n import _, current_zone
from workspace.services.assessments import Read, read_assessments
from workspace.services.class_sessions import people_of
from workspace.services.journal import shown_name
from workspace.services.rubrics import Described, rubric_of

NOTHING, DRAFT, RELEASED = "nothing", "draft", "released"
STATES = {NOTHING: N_("Rien de publié"), DRAFT: N_("Brouillon"), RELEASED: N_("Publiée")}
Column = tuple[str, str]
"""A criterion's key and title."""


@dataclass(frozen=True)
class Line:
    """A team or a learner (`learner_id`), and what the reader may read of them."""

    name: str
    team_id: int | None
    learner_id: int | None
    read: Read | None

    @property
    def state(self) -> str:
        """nothing, draft or released."""
        if self.read is None:
            return NOTHING
        return RELEASED if self.read.row.is_released else DRAFT


@dataclass(frozen=True)
class Group:
    """A team with its learners; the last one may be of those in no team, without a line of its own."""

    name: str
    team: Line | None
    learners: list[Line]

    @property
    def lines(self) -> list[Line]:
        """The team first."""
        return [*([self.team] if self.team else []), *self.learners]


@dataclass(frozen=True)
class AssessmentsPage:
    """`has_words`: whether the reader may read what is written beside the levels."""

    groups: list[Group]
    rubric: list[Described]
    has_words: bool

    @property
    def lines(self) -> list[Line]:
        """All of them."""
        return [line for group in self.groups for line in group.lines]

    def count(self, state: str) -> int:
        """How many are in this state, as the reader may know it."""
        return sum(line.state == state for line in self.lines)

    @property
    def columns(self) -> list[Column]:
        """The criteria: those of the rubric now, then those withdrawn since that a released one has."""
        found = {one.key: one.title for one in self.rubric}
        for line in self.lines:
            for mark in line.read.marks if line.read and line.read.row.is_released else ():
                found.setdefault(mark.key, mark.title)
        return list(found.items())


def assessments_page(session: Session, actor: Actor, cohort: Cohort) -> AssessmentsPage:
    """The cohort's teams and learners, whoever was assessed and left included. Eight queries at most."""
    place = cohort_where(cohort)
    rows = session.scalars(
        select(Assessment)
        .where(Assessment.cohort_id == cohort.id)
        .options(joinedload(Assessment.author), joinedload(Assessment.learner))
    ).all()
    read = read_assessments(session, actor, rows, {cohort.id: place})
    of_team = {one.row.team_id: one for one in read}
    of_learner = {one.row.learner_id: one for one in read}
    learned = [one.row.learner for one in read if one.row.learner]
    people: dict[int, tuple[str, int | None]] = {one.id: (one.name, None) for one in learned}
    people |= _learners(session, cohort)
    teams = session.execute(
        select(Team.id, Team.name).where(Team.cohort_id == cohort.id).order_by(Team.name, Team.id)
    ).all()

    def learners(team_id: int | None) -> list[Line]:
        found = [(name, id_) for id_, (name, team) in people.items() if team == team_id]
        return [
            Line(shown_name(name), None, id_, of_learner.get(id_))
            for name, id_ in sorted(found, key=lambda one: (one[0].casefold(), one[1]))
        ]

    groups = [Group(name, Line(name, id_, None, of_team.get(id_)), learners(id_)) for id_, name in teams]
    alone = learners(None)
    if alone:
        groups.append(Group(_("Sans équipe"), None, alone))
    has_words = can(actor, Permission.WRITE_ASSESSMENT, place)
    return AssessmentsPage(groups, rubric_of(session, cohort.id), has_words)


def file_rows(page: AssessmentsPage) -> Iterator[list[str]]:
    """The titles, then a row for each team and learner: what is released, of the others their state only."""
    columns = page.columns
    words = [_("Appréciation")] if page.has_words else []
    titles = [title for _key, title in columns]
    yield [_("Équipe"), _("Personne"), _("État"), _("Publiée le"), _("Par"), *titles, *words]
    for group in page.groups:
        for line in group.lines:
            person = line.name if line.learner_id is not None else ""
            told = _told(line, columns, len(words))
            yield [group.name, person, _(STATES[line.state]), *told]


def _told(line: Line, columns: Sequence[Column], words: int) -> list[str]:
    read = line.read
    if read is None or read.row.released_at is None:
        return [""] * (2 + len(columns) + words)
    by_key = {mark.key: mark.name for mark in read.marks}
    day = read.row.released_at.astimezone(current_zone()).date().isoformat()
    author = shown_name(read.row.author.name) if read.row.author else ""
    levels = [by_key.get(key, "") for key, _title in columns]
    return [day, author, *levels, *[read.appreciation or ""] * words]


def _learners(session: Session, cohort: Cohort) -> dict[int, tuple[str, int | None]]:
    """The name and the team of each learner of the cohort now."""
    rows = session.execute(
        select(User.id, User.name, Membership.team_id)
        .join(Membership, Membership.user_id == User.id)
        .where(*people_of(cohort.id, Role.LEARNER), is_live())
        .order_by(Membership.team_id.is_not(None), Membership.id)
    )
    return {id_: (name, team_id) for id_, name, team_id in rows}
