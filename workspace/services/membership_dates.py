"""From when until when a role is held, changed without inviting anew: shortened, prolonged, begun later.

What has begun keeps its first day. The person is told, their open boards ask again, the audit log keeps it.
"""

from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from models.access import access_cohort, access_programme, access_project
from models.audit import AuditAction, SubjectKind, audit
from models.base import utcnow
from models.errors import Conflict, Invalid
from models.events import AccessChanged, record
from models.i18n import N_
from models.membership import Membership
from models.notification import NotificationKind, notify
from models.policy import Actor, Permission, Role
from models.project import Project
from workspace.services import memberships
from workspace.services.access_days import Days, day_of
from workspace.services.conflicts import refuse_own_authority
from workspace.services.programme_managers import refuse_to_lose

STALE = N_("Quelqu’un a changé ces dates pendant que vous écriviez. Relisez-les, puis renvoyez.")


@dataclass(frozen=True)
class Held:
    """A role that somebody holds, or will, whose dates the actor may change.

    `place` is what it is held in, `url` where its holder finds it, `zone` by whose clock its days begin and
    end, `cohort_ends_on` a day to think of; `project` for an élu or a partner.
    """

    membership: Membership
    place: str
    url: str
    zone: str
    cohort_ends_on: date | None = None
    project: Project | None = None

    @property
    def days(self) -> Days:
        """As they are now."""
        ends_at = self.membership.ends_at
        first = day_of(self.membership.starts_at, self.zone)
        return Days(first, day_of(ends_at, self.zone) if ends_at else None)

    @property
    def has_begun(self) -> bool:
        """Whether the role holds already: its first day is a fact then."""
        return self.membership.starts_at <= utcnow()

    @property
    def needs_end(self) -> bool:
        """An élu observes until a day that is known."""
        return self.membership.role is Role.OBSERVER


def held_in_project(
    session: Session, actor: Actor, project_id: int, membership_id: int, permission: Permission
) -> Held:
    """An élu's or a partner's role."""
    project = access_project(session, actor, project_id, permission)
    found = memberships.membership_of_project(session, project, membership_id, permission)
    area = "observations" if found.role is Role.OBSERVER else "projects"
    cohort = project.team.cohort
    return Held(found, project.title, f"/{area}/{project.id}", cohort.time_zone, cohort.ends_on, project)


def held_in_cohort(session: Session, actor: Actor, cohort_id: int, membership_id: int) -> Held:
    """A tutor's or a learner's role."""
    cohort = access_cohort(session, actor, cohort_id, Permission.MANAGE_COHORT)
    found = memberships.membership_of_cohort(session, cohort, membership_id)
    return Held(found, cohort.name, f"/cohorts/{cohort.id}", cohort.time_zone, cohort.ends_on)


def held_in_programme(session: Session, actor: Actor, programme_id: int, membership_id: int) -> Held:
    """A manager's role; its days are those of the actor's clock."""
    programme = access_programme(session, actor, programme_id)
    found = memberships.membership_of_programme(session, programme, membership_id)
    return Held(found, programme.name, "/programmes", actor.time_zone)


def change_dates(session: Session, actor: Actor, held: Held, wanted: Days, *, seen: str) -> None:
    """Give the role these days; `seen` is the fingerprint of those that were read.

    Raises:
        Invalid: on `access_from` or `access_until`: for the days themselves, because of the conflict rule, or
            because nobody would be left to manage the programme.
        Conflict: somebody changed them meanwhile; with the current fingerprint.
    """
    membership, current = held.membership, held.days
    if held.has_begun:
        wanted = replace(wanted, first=current.first)
    if wanted == current:
        return
    if seen != current.fingerprint:
        raise Conflict(STALE, {"seen": current.fingerprint})
    _check(session, actor, held, wanted)
    if wanted.first != current.first:
        membership.starts_at = wanted.starts_at(held.zone)
    membership.ends_at = wanted.ends_at(held.zone)
    audit(
        session,
        actor,
        AuditAction.MEMBERSHIP_DATES_CHANGED,
        where=memberships.place_of_membership(membership),
        subject=(SubjectKind.USER, membership.user_id),
        role=membership.role,
        since=None if wanted.first == current.first else membership.starts_at,
        until=membership.ends_at,
    )
    record(session, AccessChanged(user_id=membership.user_id))
    if membership.user_id != actor.user_id:
        kind = NotificationKind.ACCESS_DATES_CHANGED
        url = held.url if held.has_begun else "/"
        notify(session, [membership.user_id], kind, who=actor.name, subject=held.place, url=url)


def _check(session: Session, actor: Actor, held: Held, wanted: Days) -> None:
    membership = held.membership
    asked = replace(wanted, first=None) if held.has_begun else wanted
    errors = asked.errors(held.zone, needs_end=held.needs_end)
    if errors:
        raise Invalid(fields=errors)
    if held.project is not None and membership.role is Role.OBSERVER:
        refuse_own_authority(session, actor, held.project, membership.user, field="access_until")
    if membership.role is Role.MANAGER and wanted.last is not None:
        refuse_to_lose(session, membership, field="access_until")
