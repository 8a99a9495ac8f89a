"""The teams of a cohort as its manager arranges them: who is in each, who leads, who is still invited."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.access import access_cohort, access_team, cohort_where, team_where
from models.audit import AuditAction, SubjectKind, audit
from models.cohort import Cohort, Team
from models.errors import Invalid
from models.i18n import N_
from models.invitation import Invitation
from models.membership import members
from models.policy import Actor, Permission, Role
from models.project import Project
from workspace.services.conflicts import EndedObservation, end_conflicting, in_team
from workspace.services.memberships import Member, list_former_of_cohort, list_members
from workspace.services.waiting_invitations import list_waiting

NAME_LIMIT = 120
FEWEST, MOST = 3, 5
TAKEN = N_("La promotion a déjà une équipe de ce nom.")


@dataclass(frozen=True)
class TeamCard:
    """A team with its members, the invitations that wait, and its projects."""

    team: Team
    members: list[Member]
    waiting: list[Invitation]
    projects: list[tuple[int, str]]

    @property
    def size(self) -> int:
        """How many it would count if everybody accepted."""
        return len(self.members) + len(self.waiting)


@dataclass(frozen=True)
class CohortPeople:
    """Everybody of a cohort: by team, without a team, its tutors, and those whose role has ended."""

    teams: list[TeamCard]
    without_team: list[Member]
    tutors: list[Member]
    waiting_tutors: list[Invitation]
    former: list[Member]


def cohort_people(session: Session, cohort: Cohort) -> CohortPeople:
    """In a constant number of queries; the caller has checked MANAGE_COHORT."""
    teams = teams_of(session, cohort)
    ids = [team.id for team in teams]
    learners: dict[int | None, list[Member]] = defaultdict(list)
    for member in list_members(session, Role.LEARNER, column="team_id", ids=ids):
        learners[member.team_id].append(member)
    waiting: dict[int, list[Invitation]] = defaultdict(list)
    for row in list_waiting(session, Role.LEARNER, column="team_id", ids=ids):
        waiting[row.team_id or 0].append(row)
    projects: dict[int, list[tuple[int, str]]] = defaultdict(list)
    titles = select(Project.team_id, Project.id, Project.title).where(Project.team_id.in_(ids))
    found = session.execute(titles.order_by(Project.id))
    for team_id, project_id, title in found:
        projects[team_id].append((project_id, title))
    return CohortPeople(
        teams=[TeamCard(team, learners[team.id], waiting[team.id], projects[team.id]) for team in teams],
        without_team=list_members(session, Role.LEARNER, column="cohort_id", ids=[cohort.id]),
        tutors=list_members(session, Role.TUTOR, column="cohort_id", ids=[cohort.id]),
        waiting_tutors=list_waiting(session, Role.TUTOR, column="cohort_id", ids=[cohort.id]),
        former=list_former_of_cohort(session, cohort),
    )


def teams_of(session: Session, cohort: Cohort) -> Sequence[Team]:
    """By name; the caller has checked the cohort."""
    statement = select(Team).where(Team.cohort_id == cohort.id).order_by(Team.name, Team.id)
    return session.scalars(statement).all()


def create_team(session: Session, actor: Actor, cohort_id: int, name: str) -> Team:
    """A new team, empty.

    Raises:
        Invalid: the cohort has one of that name.
    """
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    _check_name(session, cohort.id, name)
    team = Team(cohort_id=cohort.id, name=name)
    session.add(team)
    session.flush()
    place, subject = replace(cohort_where(cohort), team_id=team.id), (SubjectKind.TEAM, team.id)
    audit(session, actor, AuditAction.TEAM_CREATED, where=place, subject=subject)
    return team


def rename_team(session: Session, actor: Actor, team_id: int, name: str) -> Team:
    """Give the team another name.

    Raises:
        Invalid: the cohort has another of that name.
    """
    team = access_team(session, actor, team_id, Permission.MANAGE_COHORT)
    _check_name(session, team.cohort_id, name, but=team.id)
    team.name = name
    subject = (SubjectKind.TEAM, team.id)
    audit(session, actor, AuditAction.TEAM_RENAMED, where=team_where(team), subject=subject)
    return team


def set_lead(
    session: Session, actor: Actor, team_id: int, user_id: int
) -> tuple[Team, list[EndedObservation]]:
    """Make one of the team's learners its lead: questions of élus go to them.

    Gives the team, and the observations that end because the new lead's authority is the élu's.

    Raises:
        Invalid: they are not in the team.
    """
    team = access_team(session, actor, team_id, Permission.MANAGE_COHORT)
    if user_id not in {learner.id for learner in members(session, Role.LEARNER, team_id=team.id)}:
        raise Invalid(N_("Cette personne n’est plus dans l’équipe."))
    team.lead_id = user_id
    subject = (SubjectKind.USER, user_id)
    audit(session, actor, AuditAction.LEAD_SET, where=team_where(team), subject=subject)
    return team, end_conflicting(session, actor, in_team(team.id))


def _check_name(session: Session, cohort_id: int, name: str, but: int = 0) -> None:
    same = select(Team.id).where(Team.cohort_id == cohort_id, Team.name == name, Team.id != but)
    if session.scalar(same.limit(1)) is not None:
        raise Invalid(fields={"name": TAKEN})
