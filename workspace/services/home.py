"""The home of a person with an account: one section per role held."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from models.access import visible_cohorts, visible_projects
from models.cohort import Cohort
from models.policy import Actor, Role
from models.problem import Problem, ProblemStatus
from models.project import Project
from workspace.services.learner_home import LearnerHome, learner_home
from workspace.services.observations import ObservedCard, observed_cards


@dataclass(frozen=True)
class CohortCard:
    """A cohort of a tutor, with how many problems await a decision."""

    cohort: Cohort
    to_decide: int


@dataclass(frozen=True)
class Home:
    """One section per role held; None or empty for the others."""

    learner: LearnerHome | None = None
    cohorts: list[CohortCard] = field(default_factory=list)
    partnered: list[Project] = field(default_factory=list)
    observed: list[ObservedCard] = field(default_factory=list)
    manages: bool = False


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
    )


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
