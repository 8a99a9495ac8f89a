"""Who runs a programme: its managers, those of the whole establishment, and how one of them leaves.

Somebody always stays who runs it without an end, or nobody could let anybody in any more.
"""

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from models.access import NOT_FOUND, access_programme
from models.errors import Invalid, NotFound, Refused
from models.i18n import N_
from models.invitation import Invitation
from models.membership import Membership, is_live
from models.organization import Programme
from models.people import User
from models.policy import Actor, Role
from workspace.services import memberships
from workspace.services.memberships import Member, list_former, list_members
from workspace.services.waiting_invitations import list_waiting

LAST = N_(
    "Quelqu’un doit toujours gérer cette formation, sans date de fin : invitez d’abord une autre personne."
)
ONESELF = N_("Pour quitter vous-même cette formation, utilisez « Quitter » sur votre ligne.")


@dataclass(frozen=True)
class ProgrammePeople:
    """Who runs the programme, who is invited to, who did; and who may do so in the whole establishment."""

    managers: list[Member]
    waiting: list[Invitation]
    former: list[Member]
    over: list[Member]
    administrators: list[Member]

    @property
    def last_id(self) -> int | None:
        """The membership that may not end, when only one is held without an end."""
        lasting = [row.membership_id for row in self.managers + self.over if _lasts(row)]
        return lasting[0] if len(lasting) == 1 else None


def _lasts(member: Member) -> bool:
    return member.until is None and not member.is_to_come


def programme_people(session: Session, programme: Programme) -> ProgrammePeople:
    """In a constant number of queries; the caller has checked MANAGE_PROGRAMME."""
    own, whole = [programme.id], [programme.organization_id]
    return ProgrammePeople(
        managers=list_members(session, Role.MANAGER, column="programme_id", ids=own),
        waiting=list_waiting(session, Role.MANAGER, column="programme_id", ids=own),
        former=list_former(session, Role.MANAGER, column="programme_id", ids=own),
        over=list_members(session, Role.MANAGER, column="organization_id", ids=whole),
        administrators=list_members(session, Role.ADMIN, column="organization_id", ids=whole),
    )


def own_membership(session: Session, actor: Actor, programme: Programme, membership_id: int) -> Membership:
    """The actor's own role in the programme. Raises: NotFound when it is not theirs."""
    membership = memberships.membership_of_programme(session, programme, membership_id)
    if membership.user_id != actor.user_id:
        raise NotFound(NOT_FOUND)
    return membership


def withdraw_manager(session: Session, actor: Actor, programme_id: int, membership_id: int) -> str:
    """End another manager's role; gives the person's name.

    Raises:
        Refused: 'oneself', it is the actor's own; 'last', nobody would be left.
    """
    programme = access_programme(session, actor, programme_id)
    membership = memberships.membership_of_programme(session, programme, membership_id)
    if membership.user_id == actor.user_id:
        raise Refused("oneself", ONESELF)
    return _withdraw(session, actor, membership)


def leave_programme(session: Session, actor: Actor, programme_id: int, membership_id: int) -> None:
    """Give up one's own role.

    Raises:
        Refused: 'last', nobody would be left.
    """
    programme = access_programme(session, actor, programme_id)
    _withdraw(session, actor, own_membership(session, actor, programme, membership_id))


def _withdraw(session: Session, actor: Actor, membership: Membership) -> str:
    if not _is_held_without(session, membership):
        raise Refused("last", LAST)
    return memberships.end_membership(session, actor, membership)


def refuse_to_lose(session: Session, membership: Membership, *, field: str) -> None:
    """Raise Invalid on `field` if nobody else runs this manager's programme without an end."""
    if not _is_held_without(session, membership):
        raise Invalid(fields={field: LAST})


def _is_held_without(session: Session, membership: Membership) -> bool:
    """The programme's row is locked: of two managers who withdraw each other, one is refused."""
    programme = session.scalars(
        select(Programme)
        .where(Programme.id == membership.programme_id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).one()
    others = (
        select(Membership.id)
        .join(User, User.id == Membership.user_id)
        .where(
            Membership.id != membership.id,
            Membership.role == Role.MANAGER,
            or_(
                Membership.programme_id == programme.id,
                Membership.organization_id == programme.organization_id,
            ),
            is_live(),
            Membership.ends_at.is_(None),
            User.disabled_at.is_(None),
        )
    )
    return session.scalar(others.limit(1)) is not None
