"""The conflict rule: no élu observes an unpublished project that an agent of their own authority leads.

It is asked when somebody is invited (invitations.py), accepts (acceptance.py) and is given other dates
(membership_dates.py). What happens later may make an observation break it: somebody else leads the team, an
authority is declared, the problem becomes another authority's, the élu joins the team. `end_conflicting` is
called wherever one of these happens: it ends the observation, and tells the élu and the team why.
"""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, Select, exists, or_, select
from sqlalchemy.orm import Session, aliased

from models.audit import AuditAction, SubjectKind, Who, audit
from models.base import utcnow
from models.cohort import Team
from models.errors import Invalid
from models.events import AccessChanged, record
from models.i18n import N_
from models.membership import Membership, is_not_over, members
from models.notification import NotificationKind, notify
from models.people import User
from models.policy import Role, Where
from models.problem import Problem
from models.project import Project

OWN_AUTHORITY = N_(
    "Une élue ou un élu ne peut pas observer un projet porté par sa propre collectivité avant sa "
    "publication : l’équipe doit pouvoir chercher librement."
)
ON_THE_TEAM = N_("Cette personne fait partie de l’équipe : elle voit déjà tout le projet.")


@dataclass(frozen=True)
class EndedObservation:
    """An observation that the rule has ended: whose, of what."""

    name: str
    project_id: int
    title: str


def is_own_authority(session: Session, project: Project, authority_code: str | None) -> bool:
    """Whether the project is led by an agent of this authority, and not published yet.

    The problem's authority counts, and the one its team lead declared. Needs `problem` and `team` loaded.
    """
    if not authority_code:
        return False
    led_by = session.scalar(select(User.authority_code).where(User.id == project.team.lead_id))
    return authority_code in {project.problem.authority_code, led_by}


def refuse_own_authority(session: Session, who: Who, project: Project, user: User, *, field: str) -> None:
    """Raise Invalid on `field` if the rule keeps this person from observing; the audit log keeps it."""
    if not is_own_authority(session, project, user.authority_code):
        return
    audit(
        session,
        who,
        AuditAction.CONFLICT_REFUSED,
        where=project.where,
        subject=(SubjectKind.USER, user.id),
        refused=True,
    )
    raise Invalid(fields={field: OWN_AUTHORITY})


def in_team(team_id: int) -> ColumnElement[bool]:
    """Observations of a team's projects: for `end_conflicting`."""
    return Project.team_id == team_id


def about_problem(problem_id: int) -> ColumnElement[bool]:
    """Observations of the projects on a problem."""
    return Project.problem_id == problem_id


def touched_by(user_id: int) -> ColumnElement[bool]:
    """What somebody observes, and the observations of projects whose team they lead."""
    return or_(Membership.user_id == user_id, Team.lead_id == user_id)


def end_conflicting(
    session: Session, who: Who | str, narrowed: ColumnElement[bool]
) -> list[EndedObservation]:
    """End the observations among these that break the rule now, or for which the élu is on the team."""
    session.flush()
    found = session.execute(_conflicting().where(narrowed).order_by(Membership.id)).all()
    return [
        _end(session, who, membership, name, project, is_on_team=is_on_team)
        for membership, name, project, is_on_team in found
    ]


def _conflicting() -> Select[Membership, str, Project, bool]:
    lead, own = aliased(User), aliased(Membership)
    is_on_team = exists().where(
        own.user_id == Membership.user_id,
        own.role == Role.LEARNER,
        own.team_id == Project.team_id,
        is_not_over(of=own),
    )
    is_own = or_(User.authority_code == Problem.authority_code, User.authority_code == lead.authority_code)
    return (
        select(Membership, User.name, Project, is_on_team)
        .join(User, User.id == Membership.user_id)
        .join(Project, Project.id == Membership.project_id)
        .join(Problem, Problem.id == Project.problem_id)
        .join(Team, Team.id == Project.team_id)
        .outerjoin(lead, lead.id == Team.lead_id)
        .where(Membership.role == Role.OBSERVER, is_not_over(), or_(is_own, is_on_team))
        .with_for_update(of=Membership)
    )


def _end(
    session: Session, who: Who | str, membership: Membership, name: str, project: Project, *, is_on_team: bool
) -> EndedObservation:
    now = utcnow()
    membership.starts_at, membership.ends_at = min(membership.starts_at, now), now
    audit(
        session,
        who,
        AuditAction.MEMBERSHIP_ENDED if is_on_team else AuditAction.OBSERVATION_ENDED,
        where=Where(project_id=project.id),
        subject=(SubjectKind.USER, membership.user_id),
        role=Role.OBSERVER,
    )
    record(session, AccessChanged(user_id=membership.user_id))
    if not is_on_team:
        _tell(session, membership.user_id, name, project)
    return EndedObservation(name, project.id, project.title)


def _tell(session: Session, user_id: int, name: str, project: Project) -> None:
    """The élu, who does not find the project any more, and the team."""
    team = [learner.id for learner in members(session, Role.LEARNER, team_id=project.team_id)]
    for told, url in (([user_id], "/observations"), (team, f"/projects/{project.id}/observers")):
        notify(
            session,
            told,
            NotificationKind.OBSERVATION_ENDED,
            who=name,
            subject=project.title,
            url=url,
            project_id=project.id,
        )
