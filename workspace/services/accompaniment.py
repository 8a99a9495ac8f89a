"""The proof of accompaniment: dated interactions of tutors and learners, by cohort, team or learner.

`proof_of` is the one answer: the page, the PDF and the CSV tell what it found. It holds days, kinds, names
and titles that whoever follows the cohort may read, never a content. Days are those of the cohort's zone.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import NotFound
from models.membership import Membership
from models.occurrences import instant
from models.people import User
from models.policy import Role
from workspace.i18n import _, ngettext
from workspace.services.accompaniment_sources import KIND_LABELS, SOURCES, Kind, Met, Period
from workspace.services.journal import shown_name


@dataclass(frozen=True)
class Scope:
    """Whose interactions: a team's, a learner's, or those of the whole cohort."""

    team_id: int | None = None
    learner_id: int | None = None

    @property
    def key(self) -> str:
        """As an address has it: team-3, learner-12, or nothing."""
        if self.team_id is not None:
            return f"team-{self.team_id}"
        return f"learner-{self.learner_id}" if self.learner_id is not None else ""


@dataclass(frozen=True)
class Held:
    """That somebody was a learner of a team (None: of the cohort only) from a moment until another."""

    user_id: int
    name: str
    team_id: int | None
    starts_at: datetime
    ends_at: datetime | None

    def holds(self, at: datetime) -> bool:
        """Whether they were then."""
        return self.starts_at <= at and (self.ends_at is None or at < self.ends_at)


@dataclass(frozen=True)
class People:
    """Everybody whom the proof may name. `tutors`: by id; `held`: the latest of each learner last."""

    teams: Mapping[int, str]
    tutors: Mapping[int, str]
    held: Sequence[Held]

    @property
    def learners(self) -> list[tuple[int, str]]:
        """Id and name of each, by name."""
        found = {one.user_id: one.name for one in self.held}
        return sorted(found.items(), key=lambda one: (one[1].casefold(), one[0]))

    @property
    def team_of(self) -> dict[int, int | None]:
        """The last team of each learner."""
        return {one.user_id: one.team_id for one in self.held}

    def label(self, scope: Scope) -> str:
        """Whose they are. Raises: NotFound for somebody of elsewhere."""
        if scope.team_id is not None:
            name = self.teams.get(scope.team_id)
        elif scope.learner_id is not None:
            name = dict(self.learners).get(scope.learner_id)
        else:
            name = _("Toute la promotion")
        if name is None:
            raise NotFound
        return name


@dataclass(frozen=True)
class Interaction:
    """One line: `day` of the cohort's zone, who it came from and whom it was with."""

    day: date
    kind: Kind
    team: str
    by: str
    with_: str
    subject: str

    @property
    def label(self) -> str:
        """Its kind in the reader's language."""
        return _(KIND_LABELS[self.kind])


@dataclass(frozen=True)
class Proof:
    """What was found from `since` to `until`, both days included, the oldest first."""

    cohort: Cohort
    scope: Scope
    label: str
    since: date
    until: date
    tutors: list[str]
    interactions: list[Interaction]

    @property
    def counts(self) -> list[tuple[str, int]]:
        """How many there are of each kind that there is."""
        found = Counter(one.kind for one in self.interactions)
        return [(_(KIND_LABELS[kind]), found[kind]) for kind in Kind if found[kind]]

    @property
    def by_team(self) -> list[tuple[str, int]]:
        """How many each team has, by name."""
        found = Counter(one.team for one in self.interactions)
        return sorted(found.items(), key=lambda one: one[0].casefold())

    @property
    def days(self) -> int:
        """On how many days."""
        return len({one.day for one in self.interactions})


def people_met(session: Session, cohort: Cohort) -> People:
    """The cohort's teams, and who is or was a tutor or a learner there. Two queries."""
    teams = select(Team.id, Team.name).where(Team.cohort_id == cohort.id).order_by(Team.name, Team.id)
    names = dict(session.execute(teams).all())
    held = session.execute(
        select(Membership, User.name)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.role.in_((Role.TUTOR, Role.LEARNER)),
            or_(Membership.cohort_id == cohort.id, Membership.team_id.in_(names)),
            Membership.starts_at <= utcnow(),
        )
        .order_by(Membership.starts_at, Membership.id)
    ).all()
    return People(
        names,
        {row.user_id: shown_name(name) for row, name in held if row.role is Role.TUTOR},
        [
            Held(row.user_id, shown_name(name), row.team_id, row.starts_at, row.ends_at)
            for row, name in held
            if row.role is Role.LEARNER
        ],
    )


def proof_of(
    session: Session, cohort: Cohort, people: People, scope: Scope, since: date, until: date
) -> Proof:
    """What was found. The caller has checked the cohort and the scope. As many queries as sources."""
    zone = cohort.time_zone
    start, end = (instant(day, time(), zone) for day in (since, until + timedelta(days=1)))
    period = Period(cohort, people.tutors, people.team_of, start, end)
    label = people.label(scope)
    met = [one for source in SOURCES for one in source(session, period) if _is_of(one, scope, people.held)]
    met.sort(key=lambda one: (one.at, list(Kind).index(one.kind), one.subject))
    names = dict(people.learners)
    interactions = [_told(one, scope, people.teams, names, ZoneInfo(zone)) for one in met]
    tutors = sorted({one.tutor for one in met if one.tutor}, key=str.casefold)
    return Proof(cohort, scope, label, since, until, tutors, interactions)


def file_rows(proof: Proof) -> Iterator[list[str]]:
    """The titles, then a row for each."""
    yield titles()
    for one in proof.interactions:
        yield [one.day.isoformat(), one.label, one.team, one.by, one.with_, one.subject]


def titles() -> list[str]:
    """What the columns are called."""
    return [_("Date"), _("Interaction"), _("Équipe"), _("De"), _("Avec"), _("À propos de")]


def _is_of(met: Met, scope: Scope, held: Sequence[Held]) -> bool:
    if scope.team_id is not None:
        return met.team_id == scope.team_id
    if scope.learner_id is None:
        return True
    if met.people:
        return scope.learner_id in met.people
    mine = [one for one in held if one.user_id == scope.learner_id and one.team_id == met.team_id]
    return met.team_id is not None and any(one.holds(met.at) for one in mine)


def _told(
    met: Met, scope: Scope, teams: Mapping[int, str], names: Mapping[int, str], zone: ZoneInfo
) -> Interaction:
    team = teams.get(met.team_id or 0) or _("Sans équipe")
    if met.kind is Kind.SESSION and scope.learner_id is None:
        with_ = ngettext("%(num)s personne venue", "%(num)s personnes venues", len(met.people))
    elif met.people and not met.with_:
        mine = [scope.learner_id] if scope.learner_id is not None else sorted(met.people)
        with_ = ", ".join(names.get(id_ or 0, "") for id_ in mine)
    else:
        with_ = met.with_ or _("Toute l’équipe")
    return Interaction(met.at.astimezone(zone).date(), met.kind, team, met.by, with_, met.subject)
