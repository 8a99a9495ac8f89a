"""Accepting an invitation: what it offers, the conflict rule, and the one acceptance that counts.

The token's holder is not an actor yet, so an offer is read by its token and shows only what the invited
person must know to decide: who invites, to what, for how long.
"""

import enum
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, exists, or_, select, update
from sqlalchemy.orm import Session, joinedload

from models.access import find_or_not_found, project_options
from models.activity import ActivityKind, record_activity
from models.audit import NOBODY, AuditAction, SubjectKind, audit
from models.base import utcnow
from models.cohort import Cohort, Team
from models.errors import NotFound, Refused
from models.events import AccessChanged, record
from models.i18n import N_
from models.invitation import Invitation
from models.membership import Membership, is_not_over, members
from models.notification import NotificationKind, notify
from models.organization import Programme
from models.partner import GuestContributor
from models.people import User
from models.policy import Role, Where
from models.project import Project
from workspace.services.conflicts import (
    ON_THE_TEAM,
    OWN_AUTHORITY,
    end_conflicting,
    in_team,
    is_own_authority,
    touched_by,
)
from workspace.services.invitations import ALREADY_THERE, Scope, holds, learns_in, place_of
from workspace.services.sessions import actor_of_user, end_all_sessions
from workspace.services.tokens import token_hash

UNKNOWN = N_("Ce lien d’invitation n’existe pas, ou il a été remplacé par un autre.")
CLOSED = N_("Cette invitation vient d’être utilisée ou refermée.")
NOT_YOURS = N_("Cette invitation a été faite à une autre adresse e-mail que celle de votre compte.")
OWN_AUTHORITY_CODE = "own_authority"
SCOPES = ("programme_id", "cohort_id", "project_id")


class OfferState(enum.StrEnum):
    """Whether it can be accepted, and if not, why."""

    OPEN = "open"
    USED = "used"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Offer:
    """What an invitation shows. `place` is the project, team, cohort or programme; `home` where it lies."""

    invitation_id: int
    state: OfferState
    role: Role
    email: str
    name: str
    title: str
    message: str
    inviter: str
    place: str
    home: str
    expires_at: datetime
    access_from: datetime | None
    access_until: datetime | None
    has_account: bool
    account_authority: str | None


def find_offer(session: Session, token: str) -> Offer:
    """The offer of this token.

    Raises:
        NotFound: no invitation has this token.
    """
    return offer_of(session, _row(session, token))


def offer_of(session: Session, row: Invitation) -> Offer:
    """What an invitation offers. Needs `invited_by` loaded."""
    place, home = _place(session, row)
    user = session.scalar(select(User).where(User.email == row.email))
    return Offer(
        invitation_id=row.id,
        state=_state(row),
        role=row.role,
        email=row.email,
        name=row.name,
        title=row.title,
        message=row.message,
        inviter=row.invited_by.name if row.invited_by else "",
        place=place,
        home=home,
        expires_at=row.expires_at,
        access_from=row.access_from,
        access_until=row.access_until,
        has_account=user is not None and user.disabled_at is None,
        account_authority=user.authority_code if user else None,
    )


def claimable(session: Session, offer: Offer, guest_id: int | None) -> GuestContributor | None:
    """The guest of this browser, if the invited partner may have been them: in the same project."""
    if guest_id is None or offer.role is not Role.PARTNER:
        return None
    return session.scalar(
        select(GuestContributor)
        .join(Invitation, Invitation.project_id == GuestContributor.project_id)
        .where(
            GuestContributor.id == guest_id,
            Invitation.id == offer.invitation_id,
            ~exists().where(Membership.guest_id == guest_id),
        )
    )


def accept(
    session: Session,
    token: str,
    user: User,
    *,
    authority_code: str | None = None,
    guest_id: int | None = None,
) -> str:
    """Give `user` what the invitation offers, once; gives the path to go to (home until the first day).

    Of any number of acceptances at once exactly one succeeds. `authority_code` is what an élu declares
    when the account does not say it yet; `guest_id` the guest of this browser whose notes they keep.

    Raises:
        NotFound: no such token.
        Refused: it was used, revoked or has expired; it is somebody else's; or the conflict rule holds.
    """
    row = _row(session, token)
    if row.email != user.email:
        raise Refused("not_yours", NOT_YOURS)
    project = _project(session, row.project_id) if row.project_id else None
    declares = authority_code is not None and user.authority_code is None
    user.authority_code = user.authority_code or authority_code
    if (
        row.role is Role.OBSERVER
        and project is not None
        and is_own_authority(session, project, user.authority_code)
    ):
        # The account may be as new as the refusal that undoes it: only the invitation is named.
        audit(
            session,
            NOBODY,
            AuditAction.CONFLICT_REFUSED,
            where=project.where,
            subject=(SubjectKind.INVITATION, row.id),
            refused=True,
        )
        raise Refused(OWN_AUTHORITY_CODE, OWN_AUTHORITY)
    if _is_there(session, row, user):
        raise Refused("already_there", ALREADY_THERE[row.role])
    if row.role is Role.OBSERVER and project is not None and _is_on_team(session, user, project):
        raise Refused("already_there", ON_THE_TEAM)
    begins_at = max(utcnow(), row.access_from or utcnow())
    was_guest = claimable(session, offer_of(session, row), guest_id)
    _consume(session, row, user, token)
    if was_guest is not None:
        end_all_sessions(session, guest_id=was_guest.id)
    session.add(
        Membership(
            user_id=user.id,
            role=row.role,
            programme_id=row.programme_id,
            cohort_id=row.cohort_id,
            team_id=row.team_id,
            project_id=row.project_id,
            guest_id=was_guest.id if was_guest else None,
            starts_at=begins_at,
            ends_at=row.access_until,
            granted_by_id=row.invited_by_id,
        )
    )
    record(session, AccessChanged(user_id=user.id))
    _note(session, row, user, declares=declares)
    if declares:
        end_conflicting(session, user, touched_by(user.id))
    if row.team_id is not None:
        end_conflicting(session, user, in_team(row.team_id))
    path = _welcome(session, row, user, project, begins_at)
    return path if begins_at <= utcnow() else "/"


def _row(session: Session, token: str) -> Invitation:
    row = session.scalar(select(Invitation).where(_is_of(token)).options(joinedload(Invitation.invited_by)))
    if row is None:
        raise NotFound(UNKNOWN)
    return row


def _is_of(token: str) -> ColumnElement[bool]:
    """The link that the inviter was shown, or the one in the message."""
    wanted = token_hash(token)
    return or_(Invitation.token_hash == wanted, Invitation.mailed_token_hash == wanted)


def _note(session: Session, row: Invitation, user: User, *, declares: bool) -> None:
    person, place = (SubjectKind.USER, user.id), place_of(row)
    invitation = (SubjectKind.INVITATION, row.id)
    audit(session, user, AuditAction.INVITATION_ACCEPTED, where=place, subject=invitation, role=row.role)
    if declares:
        audit(session, user, AuditAction.AUTHORITY_DECLARED, where=place, subject=person)
    audit(
        session,
        user,
        AuditAction.MEMBERSHIP_GRANTED,
        where=place,
        subject=person,
        role=row.role,
        since=row.access_from,
        until=row.access_until,
    )


def _is_there(session: Session, row: Invitation, user: User) -> bool:
    """Whether they hold the role already, by another invitation say."""
    if row.team_id is not None:
        cohort_id = session.scalar(select(Team.cohort_id).where(Team.id == row.team_id))
        return cohort_id is not None and learns_in(session, user, cohort_id)
    scope = next(Scope(column, id_) for column in SCOPES if (id_ := getattr(row, column)) is not None)
    return holds(session, user.email, row.role, scope)


def _is_on_team(session: Session, user: User, project: Project) -> bool:
    return holds(session, user.email, Role.LEARNER, Scope("team_id", project.team_id))


def _state(row: Invitation) -> OfferState:
    if row.accepted_at is not None:
        return OfferState.USED
    if row.revoked_at is not None:
        return OfferState.REVOKED
    return OfferState.OPEN if row.is_open() else OfferState.EXPIRED


def _consume(session: Session, row: Invitation, user: User, token: str) -> None:
    """The one statement that decides who wins."""
    now = utcnow()
    won = session.scalar(
        update(Invitation)
        .where(
            Invitation.id == row.id,
            _is_of(token),
            Invitation.accepted_at.is_(None),
            Invitation.revoked_at.is_(None),
            Invitation.expires_at > now,
            or_(Invitation.access_until.is_(None), Invitation.access_until > now),
        )
        .values(accepted_at=now, accepted_by_id=user.id)
        .returning(Invitation.id)
        .execution_options(synchronize_session=False)
    )
    if won is None:
        raise Refused("closed", CLOSED)


def _place(session: Session, row: Invitation) -> tuple[str, str]:
    """To what it invites, and where that lies."""
    if row.programme_id is not None:
        programme = find_or_not_found(
            session,
            select(Programme)
            .where(Programme.id == row.programme_id)
            .options(joinedload(Programme.organization)),
        )
        return programme.name, programme.organization.name
    if row.cohort_id is not None:
        cohort = _cohort(session, row.cohort_id)
        return cohort.name, f"{cohort.programme.name} · {cohort.programme.organization.name}"
    if row.project_id is not None:
        project = _project(session, row.project_id)
        name, cohort = project.title, _cohort(session, project.team.cohort_id)
    else:
        team = find_or_not_found(session, select(Team).where(Team.id == row.team_id))
        name, cohort = team.name, _cohort(session, team.cohort_id)
    return name, f"{cohort.name} · {cohort.programme.organization.name}"


def _project(session: Session, project_id: int) -> Project:
    return find_or_not_found(
        session, select(Project).where(Project.id == project_id).options(*project_options())
    )


def _cohort(session: Session, cohort_id: int | None) -> Cohort:
    return find_or_not_found(
        session,
        select(Cohort)
        .where(Cohort.id == cohort_id)
        .options(joinedload(Cohort.programme).joinedload(Programme.organization)),
    )


def _welcome(
    session: Session, row: Invitation, user: User, project: Project | None, begins_at: datetime
) -> str:
    """Tell the team of an élu, and where each role begins."""
    session.flush()
    if row.role is Role.MANAGER:
        return "/programmes"
    if row.role is Role.TUTOR:
        return f"/cohorts/{row.cohort_id}"
    if project is None:
        _leave_no_team(session, row, user, begins_at)
        return "/"
    if row.role is Role.PARTNER:
        return f"/projects/{project.id}"
    record_activity(
        session,
        actor_of_user(session, user),
        ActivityKind.OBSERVER_JOINED,
        cohort_id=project.team.cohort_id,
        project_id=project.id,
        subject=project.title,
    )
    notify(
        session,
        [member.id for member in members(session, Role.LEARNER, team_id=project.team_id)],
        NotificationKind.OBSERVER_JOINED,
        who=user.name,
        subject=project.title,
        url=f"/projects/{project.id}/observers",
        project_id=project.id,
    )
    return f"/observations/{project.id}"


def _leave_no_team(session: Session, row: Invitation, user: User, begins_at: datetime) -> None:
    """A learner who had no team yet is not counted among those without one any more, once in a team."""
    cohort_id = session.scalar(select(Team.cohort_id).where(Team.id == row.team_id))
    ended = session.scalars(
        update(Membership)
        .where(
            Membership.user_id == user.id,
            Membership.role == Role.LEARNER,
            Membership.cohort_id == cohort_id,
            is_not_over(begins_at),
        )
        .values(ends_at=begins_at)
        .returning(Membership.id)
        .execution_options(synchronize_session=False)
    )
    if ended.all():
        audit(
            session,
            user,
            AuditAction.MEMBERSHIP_ENDED,
            where=Where(cohort_id=cohort_id),
            subject=(SubjectKind.USER, user.id),
            role=Role.LEARNER,
            until=begins_at if begins_at > utcnow() else None,
        )
