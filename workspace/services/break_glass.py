"""Break-glass: an admin opens one project for some hours, says why, and those whose project it is are told.

Reading only: what it opens is the RESCUER's column of the policy. Each thing read through it is in the audit
log, once per access. It ends by itself, or sooner by the admin or a manager.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased, joinedload

from models.access import access_project_from_outside, administered_organizations
from models.audit import AuditAction, AuditEntry, SubjectKind, audit
from models.base import utcnow
from models.break_glass import HOURS, REASON_LIMIT, BreakGlass
from models.cohort import Cohort, Team
from models.document import Board
from models.errors import Invalid, NotFound
from models.events import AccessChanged, record
from models.i18n import N_
from models.mail import MailKind
from models.membership import Membership, is_live, members
from models.notification import NotificationKind, notify
from models.people import User
from models.policy import Actor, Permission, Role, Where
from models.project import Project
from workspace.mail.asking import ask_for_mail_to

LISTED = 50
REASON_AT_LEAST = 15
_ADDRESS = re.compile(r"^(?:https?://[^/\s]+)?/?(?:(projects|boards)/)?(\d{1,9})(?:[/?#]\S*)?$")

UNREADABLE = N_("Donnez l’adresse d’une page du projet ou d’un de ses tableaux, ou le numéro du projet.")
UNKNOWN = N_("Aucun projet de votre établissement n’a cette adresse.")
ALREADY = N_("Vous avez déjà accès à ce projet.")
WHY = N_("Dites pourquoi en une phrase au moins : l’équipe la lira.")
HOW_LONG = N_("Choisissez une durée de la liste.")


@dataclass(frozen=True)
class Access:
    """One access: who, to which project, why, from when until when. `is_live`: it holds now."""

    id: int
    project_id: int
    user_id: int
    who: str
    team: str
    cohort: str
    reason: str
    since: datetime
    until: datetime
    is_live: bool


@dataclass(frozen=True)
class Wish:
    """What the form asks for: an address or a number, why, for how many hours."""

    address: str
    reason: str
    hours: int


def own_accesses(session: Session, actor: Actor) -> list[Access]:
    """The admin's accesses, the newest first."""
    administered_organizations(actor)
    return _accesses(session, _rows().where(Membership.user_id == actor.user_id).limit(LISTED))


def accesses_to(session: Session, project_id: int) -> list[Access]:
    """The accesses that this project has now; the caller has loaded it by models.access."""
    return _accesses(session, _rows().where(Membership.project_id == project_id, is_live()))


def open_access(session: Session, actor: Actor, wish: Wish) -> Project:
    """Open the project to the admin; tells its team, partners, tutors and managers at once.

    Raises:
        Invalid: on `address`, `reason`, `hours`.
        NotFound: the actor administers nothing.
    """
    project = _find(session, actor, wish.address)
    reason = wish.reason.strip()
    if not REASON_AT_LEAST <= len(reason) <= REASON_LIMIT:
        raise Invalid(fields={"reason": WHY})
    if wish.hours not in HOURS:
        raise Invalid(fields={"hours": HOW_LONG})
    held = (Membership.user_id == actor.user_id) & (Membership.project_id == project.id)
    if session.scalar(select(Membership.id).where(held, Membership.role == Role.ADMIN, is_live())):
        raise Invalid(fields={"address": ALREADY})
    now = utcnow()
    membership = Membership(
        user_id=actor.user_id,
        role=Role.ADMIN,
        project_id=project.id,
        starts_at=now,
        ends_at=now + timedelta(hours=wish.hours),
        granted_by_id=actor.user_id,
    )
    access = BreakGlass(membership=membership, reason=reason)
    session.add(access)
    session.flush()
    audit(
        session,
        actor,
        AuditAction.GLASS_BROKEN,
        where=Where(project_id=project.id),
        subject=(SubjectKind.PROJECT, project.id),
        until=membership.ends_at,
    )
    _tell(session, actor, project, access)
    record(session, AccessChanged(user_id=actor.user_id))
    return project


def end_access(session: Session, actor: Actor, access_id: int) -> Access:
    """End an access now: its admin, or a manager of the project. Raises: NotFound."""
    access = session.scalar(
        select(BreakGlass)
        .join(Membership, Membership.id == BreakGlass.membership_id)
        .where(BreakGlass.id == access_id, is_live())
        .options(joinedload(BreakGlass.membership))
    )
    if access is None:
        raise NotFound
    membership = access.membership
    project_id, user_id = membership.project_id or 0, membership.user_id
    access_project_from_outside(session, actor, project_id, Permission.END_BREAK_GLASS)
    (found,) = _accesses(session, _rows().where(BreakGlass.id == access.id))
    membership.ends_at = utcnow()
    audit(
        session,
        actor,
        AuditAction.GLASS_MENDED,
        where=Where(project_id=project_id),
        subject=(SubjectKind.USER, user_id),
    )
    record(session, AccessChanged(user_id=user_id))
    return found


def note_reads(
    session: Session,
    actor: Actor,
    rescued: Iterable[tuple[Permission, int]],
    subject: tuple[SubjectKind, int] | None = None,
) -> None:
    """Write in the audit log what break-glass let somebody read: each right and thing once per access."""
    for right, project_id in rescued:
        since = session.scalar(
            select(Membership.starts_at).where(
                Membership.user_id == actor.user_id,
                Membership.project_id == project_id,
                Membership.role == Role.ADMIN,
                is_live(),
            )
        )
        kind, subject_id = subject or (SubjectKind.PROJECT, project_id)
        noted = session.scalars(
            select(AuditEntry).where(
                AuditEntry.actor_key == actor.key,
                AuditEntry.action == AuditAction.GLASS_READ,
                AuditEntry.subject_kind == kind,
                AuditEntry.subject_id == subject_id,
                AuditEntry.at >= (since or utcnow()),
            )
        )
        if all(entry.facts.get("right") != right.value for entry in noted):
            audit(
                session,
                actor,
                AuditAction.GLASS_READ,
                where=Where(project_id=project_id),
                subject=(kind, subject_id),
                right=right,
            )


def _find(session: Session, actor: Actor, address: str) -> Project:
    administered_organizations(actor)
    match = _ADDRESS.match(address.strip())
    if match is None:
        raise Invalid(fields={"address": UNREADABLE})
    number = int(match[2])
    if match[1] == "boards":
        number = session.scalar(select(Board.project_id).where(Board.id == number)) or 0
    try:
        return access_project_from_outside(session, actor, number, Permission.BREAK_GLASS)
    except NotFound:
        raise Invalid(fields={"address": UNKNOWN}) from None


def _tell(session: Session, actor: Actor, project: Project, access: BreakGlass) -> None:
    """In the application and by mail, whatever they chose about news: it protects them."""
    people = [user for user in _people_of(session, project) if user.id != actor.user_id]
    notify(
        session,
        [user.id for user in people],
        NotificationKind.GLASS_BROKEN,
        who=actor.name,
        subject=project.title,
        url=f"/projects/{project.id}",
        project_id=project.id,
    )
    for user in people:
        ask_for_mail_to(session, MailKind.GLASS_BROKEN, access.id, user)


def _people_of(session: Session, project: Project) -> list[User]:
    """The accounts whose work can be read, and those who answer for it."""
    programme = project.team.cohort.programme
    found = [
        members(session, Role.LEARNER, team_id=project.team_id),
        members(session, Role.PARTNER, project_id=project.id),
        members(session, Role.TUTOR, cohort_id=project.team.cohort_id),
        members(session, Role.MANAGER, programme_id=programme.id),
        members(session, Role.MANAGER, organization_id=programme.organization_id),
    ]
    return list({user.id: user for users in found for user in users}.values())


def _rows() -> Select[BreakGlass, Membership, str, str, str]:
    holder = aliased(User)
    return (
        select(BreakGlass, Membership, holder.name, Team.name, Cohort.name)
        .join(Membership, Membership.id == BreakGlass.membership_id)
        .join(holder, holder.id == Membership.user_id)
        .join(Project, Project.id == Membership.project_id)
        .join(Team, Team.id == Project.team_id)
        .join(Cohort, Cohort.id == Team.cohort_id)
        .order_by(Membership.starts_at.desc(), BreakGlass.id.desc())
    )


def _accesses(session: Session, rows: Select[BreakGlass, Membership, str, str, str]) -> list[Access]:
    now = utcnow()
    return [
        Access(
            id=access.id,
            project_id=membership.project_id or 0,
            user_id=membership.user_id,
            who=who,
            team=team,
            cohort=cohort,
            reason=access.reason,
            since=membership.starts_at,
            until=membership.ends_at or now,
            is_live=membership.ends_at is None or membership.ends_at > now,
        )
        for access, membership, who, team, cohort in session.execute(rows)
    ]
