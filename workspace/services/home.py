"""The home of a person with an account: one section per role held."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import visible_cohorts, visible_projects
from models.base import utcnow
from models.cohort import Cohort, Team
from models.membership import Membership, is_not_over
from models.organization import Organization, Programme
from models.policy import Actor, Role
from models.problem import Problem, ProblemStatus
from models.project import Project
from workspace.services.learner_home import LearnerHome, learner_home
from workspace.services.observations import Ended, ObservedCard, ended_observations, observed_cards


@dataclass(frozen=True)
class CohortCard:
    """A cohort of a tutor, with how many problems await a decision."""

    cohort: Cohort
    to_decide: int


@dataclass(frozen=True)
class ToCome:
    """A role that is given to the person and does not hold yet: in what, and from when."""

    place: str
    starts_at: datetime


@dataclass(frozen=True)
class Home:
    """One section per role held; None or empty for the others."""

    learner: LearnerHome | None = None
    cohorts: list[CohortCard] = field(default_factory=list)
    partnered: list[Project] = field(default_factory=list)
    observed: list[ObservedCard] = field(default_factory=list)
    manages: bool = False
    to_come: list[ToCome] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)


def home_of(session: Session, actor: Actor, since: datetime) -> Home:
    """The home of a person with an account; `since` is their last visit."""
    partnered = actor.scope_ids(Role.PARTNER, "project_id")
    return Home(
        learner=learner_home(session, actor, since) if actor.has(Role.LEARNER) else None,
        cohorts=_tutored(session, actor) if actor.has(Role.TUTOR) else [],
        partnered=list(session.scalars(visible_projects(actor).where(Project.id.in_(partnered))))
        if partnered
        else [],
        observed=observed_cards(session, actor) if actor.has(Role.OBSERVER) else [],
        manages=actor.has(Role.MANAGER),
        to_come=_to_come(session, actor),
        ended=ended_observations(session, actor),
    )


def _to_come(session: Session, actor: Actor) -> list[ToCome]:
    names = (Project.title, Team.name, Cohort.name, Programme.name, Organization.name)
    rows = session.execute(
        select(func.coalesce(*names), Membership.starts_at)
        .select_from(Membership)
        .outerjoin(Project, Project.id == Membership.project_id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .outerjoin(Cohort, Cohort.id == Membership.cohort_id)
        .outerjoin(Programme, Programme.id == Membership.programme_id)
        .outerjoin(Organization, Organization.id == Membership.organization_id)
        .where(Membership.user_id == actor.user_id, Membership.starts_at > utcnow(), is_not_over())
        .order_by(Membership.starts_at, Membership.id)
    )
    return [ToCome(place, starts_at) for place, starts_at in rows]


def _tutored(session: Session, actor: Actor) -> list[CohortCard]:
    ids = actor.scope_ids(Role.TUTOR, "cohort_id")
    cohorts = session.scalars(visible_cohorts(actor).where(Cohort.id.in_(ids)))
    counts = session.execute(
        select(Problem.cohort_id, func.count().label("waiting"))
        .where(Problem.cohort_id.in_(ids), Problem.status == ProblemStatus.SUBMITTED)
        .group_by(Problem.cohort_id)
    )
    waiting = {row.cohort_id: row.waiting for row in counts}
    return [CohortCard(cohort, waiting.get(cohort.id, 0)) for cohort in cohorts]
