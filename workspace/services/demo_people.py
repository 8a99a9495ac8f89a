"""The demonstration's invented people, by what they are there: whom /demo offers to enter as."""

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from models.cohort import Team
from models.errors import NotFound
from models.i18n import N_
from models.membership import Membership, is_live
from models.people import User
from models.policy import Role
from models.project import Project

# In the order of the page. A person with several roles stands under the first of them.
ROLES = (Role.LEARNER, Role.TUTOR, Role.OBSERVER, Role.PARTNER, Role.MANAGER, Role.ADMIN)


@dataclass(frozen=True)
class DemoPerson:
    """One of them. `place` is their team or their project, '' when they follow the whole cohort."""

    user_id: int
    name: str
    title: str
    role: Role
    place: str
    leads: bool


def list_demo_people(session: Session) -> list[DemoPerson]:
    """Everybody one may enter as, by role, then team, then name."""
    rows = session.execute(
        select(
            User.id,
            User.name,
            User.title,
            Membership.role,
            Team.name,
            Project.title,
            Team.lead_id,
        )
        .join(Membership, Membership.user_id == User.id)
        .outerjoin(Team, Team.id == Membership.team_id)
        .outerjoin(Project, Project.id == Membership.project_id)
        .where(User.is_demo, User.disabled_at.is_(None), is_live())
    )
    people = [
        DemoPerson(user_id, name, title, role, team or project or "", lead_id == user_id)
        for user_id, name, title, role, team, project, lead_id in rows
    ]
    people.sort(key=lambda person: (ROLES.index(person.role), person.place or "\uffff", person.name))
    first: dict[int, DemoPerson] = {}
    for person in people:
        first.setdefault(person.user_id, person)
    return [person for person in people if first.get(person.user_id) is person]


def demo_user(session: Session, user_id: int) -> User:
    """The invented person of this id; a real person is never found here."""
    user = session.scalar(select(User).where(User.id == user_id, User.is_demo, User.disabled_at.is_(None)))
    if user is None:
        raise NotFound(N_("Cette personne ne fait pas partie de la démonstration."))
    return user
