"""What is read of every project of a cohort at once: each function is one query, however many projects."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from models.activity import Activity
from models.feedback import Feedback, FeedbackAnswer, FeedbackStatus
from models.membership import Membership
from models.partner import GuestContributor, Sector
from models.partner_contact import ContactKind, PartnerContact
from models.policy import Role
from models.project import Project, ProjectStep, StepStatus
from workspace.services.milestones import Standing
from workspace.services.triage import TeamFacts

Steps = Mapping[str, ProjectStep]


@dataclass
class Moments:
    """When each kind of people did something last on a project; None: never."""

    team_at: datetime | None = None
    partner_at: datetime | None = None
    citizen_at: datetime | None = None

    def note(self, who: str, at: datetime) -> None:
        """Somebody of this kind ('team', 'partner', 'citizen') was there then."""
        name = f"{who}_at"
        before = getattr(self, name)
        setattr(self, name, at if before is None else max(before, at))


@dataclass(frozen=True)
class Talks:
    """The feedback of a project: when the team contested last, since when the oldest waits for its answer."""

    contested_at: datetime | None = None
    unanswered_at: datetime | None = None


def steps_of(session: Session, ids: Sequence[int]) -> Mapping[int, dict[str, ProjectStep]]:
    """The steps of each project by their code."""
    found: dict[int, dict[str, ProjectStep]] = defaultdict(dict)
    for step in session.scalars(select(ProjectStep).where(ProjectStep.project_id.in_(ids))):
        found[step.project_id][step.step_code] = step
    return found


def moments_of(session: Session, projects: Sequence[Project]) -> Mapping[int, Moments]:
    """Who was last there, by kind: the team's learners, partners, residents. Three queries.

    What a tutor, a manager or an élu did is of none of them. A meeting that the team noted counts too.
    """
    ids = [project.id for project in projects]
    partners, learners = _people(session, projects)
    team_of = {project.id: project.team_id for project in projects}
    found: dict[int, Moments] = defaultdict(Moments)
    last = (  # of each person: far fewer rows than deeds to look up a guest's sector for
        select(Activity.project_id, Activity.user_id, Activity.guest_id, func.max(Activity.at).label("at"))
        .where(Activity.project_id.in_(ids))
        .group_by(Activity.project_id, Activity.user_id, Activity.guest_id)
        .subquery()
    )
    rows = session.execute(
        select(last.c.project_id, last.c.user_id, GuestContributor.sector, last.c.at).outerjoin(
            GuestContributor, GuestContributor.id == last.c.guest_id
        )
    )
    for project_id, user_id, sector, at in rows:
        if project_id is None:
            continue
        if sector is not None:
            found[project_id].note(_kind_of(sector), at)
        elif (team_of[project_id], user_id) in learners:
            found[project_id].note("team", at)
        elif (project_id, user_id) in partners:
            found[project_id].note("partner", at)
    met = session.execute(
        select(PartnerContact.project_id, PartnerContact.sector, func.max(PartnerContact.at))
        .where(PartnerContact.project_id.in_(ids), PartnerContact.kind == ContactKind.MET)
        .group_by(PartnerContact.project_id, PartnerContact.sector)
    )
    for project_id, sector, at in met:
        found[project_id].note(_kind_of(sector), at)
    return found


def _kind_of(sector: Sector) -> str:
    return "citizen" if sector is Sector.CITIZEN else "partner"


Pairs = set[tuple[int, int]]


def _people(session: Session, projects: Iterable[Project]) -> tuple[Pairs, Pairs]:
    """(project, user) of partners with an account and (team, user) of learners, those who left included."""
    ids, teams = [project.id for project in projects], [project.team_id for project in projects]
    rows = session.execute(
        select(Membership.project_id, Membership.team_id, Membership.user_id).where(
            or_(
                (Membership.role == Role.PARTNER) & Membership.project_id.in_(ids),
                (Membership.role == Role.LEARNER) & Membership.team_id.in_(teams),
            )
        )
    ).all()
    partners, learners = set(), set()
    for project_id, team_id, user_id in rows:
        if project_id is not None:
            partners.add((project_id, user_id))
        elif team_id is not None:
            learners.add((team_id, user_id))
    return partners, learners


def talks_of(session: Session, ids: Sequence[int]) -> Mapping[int, Talks]:
    """The released feedback of each project; a contest counts unless something was released since."""
    rows = session.execute(
        select(
            Feedback.project_id,
            func.max(case((Feedback.answer == FeedbackAnswer.CONTESTED, Feedback.answered_at))),
            func.max(Feedback.released_at),
            func.min(case((Feedback.answer.is_(None), Feedback.released_at))),
        )
        .where(
            Feedback.project_id.in_(ids),
            Feedback.status == FeedbackStatus.RELEASED,
            Feedback.learner_id.is_(None),  # what is for one learner is no manager's to know of
        )
        .group_by(Feedback.project_id)
    )
    return {
        id_: Talks(contested if contested and contested > released else None, unanswered)
        for id_, contested, released, unanswered in rows
    }


def facts_of(
    project: Project, steps: Steps, moments: Moments, talks: Talks, now: datetime, due: Standing | None
) -> TeamFacts:
    """What the rules look at. Needs what `models.access.project_options` loads.

    `due` is the milestone that comes first: of it and of the team's own date, the earlier one counts.
    """
    due_on, due_label = project.next_due_on, project.next_due_label or project.step.name
    if due is not None and (due_on is None or due.milestone.due_on < due_on):
        due_on, due_label = due.milestone.due_on, due.milestone.title
    waiting = [step.changed_at for step in steps.values() if step.status is StepStatus.WAITING]
    return TeamFacts(
        project_id=project.id,
        title=project.title,
        now=now,
        today=now.astimezone(ZoneInfo(project.team.cohort.time_zone)).date(),
        started_at=project.created_at,
        last_activity_at=moments.team_at,
        last_partner_at=moments.partner_at,
        last_citizen_at=moments.citizen_at,
        review_asked_at=min(waiting, default=None),
        contested_at=talks.contested_at,
        unanswered_at=talks.unanswered_at,
        due_on=due_on,
        due_label=due_label,
    )
