"""The days of a role: given with it, changed afterwards; it begins and ends on them, and is remembered."""

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models.audit import AuditAction, AuditEntry
from models.base import utcnow
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.events import AccessChanged, subscribe
from models.membership import Membership, grants_of_user
from models.notification import Notification, NotificationKind
from models.people import User
from models.policy import Permission, Role
from models.session import reading, transaction
from tests.clock import Clock
from tests.factories import World, make_user
from workspace.services import invitations, memberships, waiting_invitations
from workspace.services.acceptance import OfferState, accept, find_offer
from workspace.services.access_days import Days
from workspace.services.home import home_of
from workspace.services.invitations import Invitee, Terms
from workspace.services.membership_dates import (
    Held,
    change_dates,
    held_in_cohort,
    held_in_programme,
    held_in_project,
)
from workspace.services.questions import ask_question

TODAY = utcnow().date()
SOON, LATER, LATEST = (TODAY + timedelta(days=days) for days in (10, 20, 300))
NINA = Invitee("nina@ville.fr", "Nina")


def membership_of(session: Session, world: World, name: str) -> Membership:
    found = session.scalar(
        select(Membership)
        .where(Membership.user_id == world.people[name].id)
        .order_by(Membership.id.desc())
        .limit(1)
    )
    assert found is not None
    return found


def held_as(session: Session, world: World, who: str, name: str) -> Held:
    """The role of `name`, as `who` finds it where it is given."""
    actor, membership = world.actor(session, who), membership_of(session, world, name)
    if membership.project_id:
        observer = membership.role is Role.OBSERVER
        permission = Permission.INVITE_OBSERVER if observer else Permission.INVITE_PARTNER
        return held_in_project(session, actor, world.project.id, membership.id, permission)
    if membership.programme_id:
        return held_in_programme(session, actor, world.programme.id, membership.id)
    return held_in_cohort(session, actor, world.cohort.id, membership.id)


def change(world: World, who: str, name: str, days: Days, *, seen: str | None = None) -> None:
    with transaction() as session:
        held = held_as(session, world, who, name)
        known = held.days.fingerprint if seen is None else seen
        change_dates(session, world.actor(session, who), held, days, seen=known)


@pytest.mark.parametrize(
    ("who", "name"),
    [
        ("alice", "observer"),
        ("manager", "observer"),
        ("bob", "partner"),
        ("manager", "bob"),
        ("manager", "tutor"),
    ],
)
def test_whoever_gives_a_role_shortens_and_prolongs_it(any_world: World, who: str, name: str) -> None:
    world, told = any_world, []
    subscribe(AccessChanged, lambda event: told.append(event.user_id))
    change(world, who, name, Days(None, SOON))
    change(world, who, name, Days(None, LATER))
    with reading() as session:
        membership = membership_of(session, world, name)
        end = datetime.combine(LATER, time(23, 59, 59), ZoneInfo(world.cohort.time_zone))
        assert membership.ends_at == end
        assert membership.starts_at < utcnow(), "what has begun keeps its first day"
        entries = session.scalars(
            select(AuditEntry).where(AuditEntry.action == AuditAction.MEMBERSHIP_DATES_CHANGED)
        ).all()
        assert [(entry.actor_key, entry.subject_id) for entry in entries] == [
            (world.people[who].key, world.people[name].id)
        ] * 2
        assert entries[1].facts["until"] == end.astimezone(ZoneInfo("UTC")).isoformat(timespec="seconds")
        notified = session.scalars(
            select(Notification.user_id).where(Notification.kind == NotificationKind.ACCESS_DATES_CHANGED)
        ).all()
        assert notified == [world.people[name].id] * 2
    assert told[-2:] == [world.people[name].id] * 2


def test_end_is_taken_away_from_all_but_an_elu(world: World) -> None:
    change(world, "alice", "partner", Days(None, SOON))
    change(world, "alice", "partner", Days(None, None))
    change(world, "alice", "observer", Days(None, SOON))
    with pytest.raises(Invalid) as refusal:
        change(world, "alice", "observer", Days(None, None))
    assert list(refusal.value.fields) == ["access_until"]
    with reading() as session:
        assert membership_of(session, world, "partner").ends_at is None


@pytest.mark.parametrize("last", [TODAY - timedelta(days=2), date(2001, 1, 1), date(9999, 12, 31)])
def test_impossible_end_is_refused(world: World, last: date) -> None:
    with pytest.raises(Invalid) as refusal:
        change(world, "manager", "bob", Days(None, last))
    assert list(refusal.value.fields) == ["access_until"]


def test_dates_that_somebody_changed_meanwhile_are_not_written_over(world: World) -> None:
    with reading() as session:
        seen = held_as(session, world, "alice", "partner").days.fingerprint
    change(world, "bob", "partner", Days(None, SOON))
    with pytest.raises(Conflict):
        change(world, "alice", "partner", Days(None, LATER), seen=seen)
    change(world, "alice", "partner", Days(None, SOON), seen=seen)  # the same: nothing to say
    with reading() as session:
        assert held_as(session, world, "alice", "partner").days.last == SOON


@pytest.mark.parametrize(
    ("who", "name", "refusal"),
    [
        ("tutor", "observer", Forbidden),
        ("paul", "partner", Forbidden),
        ("partner", "partner", Forbidden),
        ("observer", "observer", Forbidden),
        ("zoe", "observer", NotFound),
        ("manager", "partner", Forbidden),
        ("alice", "bob", Forbidden),
        ("tutor", "tutor", Forbidden),
        ("other_manager", "bob", NotFound),
        ("other_manager", "manager", NotFound),
        ("tutor", "manager", NotFound),
    ],
)
def test_nobody_else_changes_dates(world: World, who: str, name: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        change(world, who, name, Days(None, SOON))


def test_role_ends_with_its_last_day(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    change(world, "alice", "partner", Days(None, clock.now.date() + timedelta(days=2)))
    clock.move(days=1)
    with reading() as session:
        assert grants_of_user(session, world.partner.id)
    clock.move(days=2, hours=2)
    with reading() as session:
        assert not grants_of_user(session, world.partner.id)
        assert not memberships.list_members(
            session, Role.PARTNER, column="project_id", ids=[world.project.id]
        )
        (former,) = memberships.list_former(
            session, Role.PARTNER, column="project_id", ids=[world.project.id]
        )
        assert (former.name, former.seen_on) == ("Partner", None)


# -- roles that begin later ---------------------------------------------------------------------------


Invite = Callable[[Session, World, Terms], invitations.NewInvitation]
WAYS: dict[str, Invite] = {
    "learner": lambda session, world, terms: invitations.invite_learner(
        session, world.actor(session, "manager"), world.team.id, NINA, terms
    ),
    "tutor": lambda session, world, terms: invitations.invite_tutor(
        session, world.actor(session, "manager"), world.cohort.id, NINA, terms
    ),
    "partner": lambda session, world, terms: invitations.invite_partner(
        session, world.actor(session, "alice"), world.project.id, NINA, terms
    ),
    "observer": lambda session, world, terms: invitations.invite_observer(
        session, world.actor(session, "alice"), world.project.id, NINA, terms
    ),
    "manager": lambda session, world, terms: invitations.invite_manager(
        session, world.actor(session, "manager"), world.programme.id, NINA, terms
    ),
}


def accepted(world: World, role: str, days: Days) -> tuple[int, str]:
    """The account of somebody invited to a role and who accepted, and where they were led."""
    with transaction() as session:
        made = WAYS[role](session, world, Terms(days=days))
    with transaction() as session:
        user = make_user(session, "nina")
        user.email = NINA.email
        return user.id, accept(session, made.token, user)


@pytest.mark.parametrize("role", WAYS)
def test_role_given_for_later_holds_from_its_first_day_to_its_last(
    any_world: World, role: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    first = clock.now.date() + timedelta(days=3)
    user_id, path = accepted(any_world, role, Days(first, first + timedelta(days=5)))
    assert path == "/", "what they were invited to is not open yet"
    with reading() as session:
        assert grants_of_user(session, user_id) == frozenset()
        home = home_of(session, any_world.actor(session, "bob"), utcnow())
        assert home.to_come == []
        with pytest.raises(Invalid):
            WAYS[role](session, any_world, Terms(days=Days(None, first)))
    clock.move(days=4)
    with reading() as session:
        assert [grant.role.value for grant in grants_of_user(session, user_id)] == [role]
    clock.move(days=7)
    with reading() as session:
        assert grants_of_user(session, user_id) == frozenset()


def test_home_tells_what_is_to_come(world: World) -> None:
    accepted(world, "partner", Days(SOON))
    with reading() as session:
        nina = session.scalar(select(User).where(User.email == NINA.email))
        world.people["nina"] = nina
        (found,) = home_of(session, world.actor(session, "nina"), utcnow()).to_come
        assert (found.place, found.starts_at.astimezone(ZoneInfo("Europe/Paris")).date()) == (
            world.project.title,
            SOON,
        )


def test_first_day_of_what_has_not_begun_is_changed(world: World) -> None:
    user_id, _path = accepted(world, "partner", Days(SOON))
    with reading() as session:
        world.people["nina"] = session.get_one(User, user_id)
        (_old, new) = memberships.list_members(
            session, Role.PARTNER, column="project_id", ids=[world.project.id]
        )[::-1]
        assert {_old.is_to_come, new.is_to_come} == {True, False}
    with pytest.raises(Invalid):
        change(world, "alice", "nina", Days(LATER, SOON))
    with pytest.raises(Invalid):
        change(world, "alice", "nina", Days(TODAY - timedelta(days=2)))
    change(world, "alice", "nina", Days(LATER))
    with reading() as session:
        assert held_as(session, world, "alice", "nina").days == Days(LATER, None)
        assert grants_of_user(session, user_id) == frozenset()
    change(world, "alice", "nina", Days(None, LATEST))
    with reading() as session:
        assert grants_of_user(session, user_id), "without a first day it begins now"


def test_role_withdrawn_before_it_began_has_never_been(world: World) -> None:
    user_id, _path = accepted(world, "partner", Days(SOON))
    with transaction() as session:
        (coming,) = (
            member
            for member in memberships.list_members(
                session, Role.PARTNER, column="project_id", ids=[world.project.id]
            )
            if member.is_to_come
        )
        memberships.withdraw_from_project(
            session,
            world.actor(session, "alice"),
            world.project.id,
            coming.membership_id,
            Permission.INVITE_PARTNER,
        )
        scope = {"column": "project_id", "ids": [world.project.id]}
        assert memberships.list_former(session, Role.PARTNER, **scope) == []
        assert len(memberships.list_members(session, Role.PARTNER, **scope)) == 1
    with reading() as session:
        assert grants_of_user(session, user_id) == frozenset()


def test_invitation_to_what_is_over_is_expired(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Clock(monkeypatch)
    with transaction() as session:
        made = WAYS["partner"](session, world, Terms(days=Days(None, clock.now.date() + timedelta(days=1))))
    clock.move(days=3)
    with transaction() as session:
        assert find_offer(session, made.token).state is OfferState.EXPIRED
        user = make_user(session, "nina")
        user.email = NINA.email
        with pytest.raises(Refused):
            accept(session, made.token, user)
        alice = world.actor(session, "alice")
        with pytest.raises(Refused):
            waiting_invitations.renew_project_invitation(
                session, alice, world.project.id, made.invitation_id, Permission.INVITE_PARTNER
            )
        assert WAYS["partner"](session, world, Terms()).token, "they may be invited anew"


def test_learner_who_is_moved_keeps_the_dates(world: World) -> None:
    change(world, "manager", "bob", Days(None, SOON))
    with transaction() as session:
        manager, mine = world.actor(session, "manager"), membership_of(session, world, "bob").id
        memberships.place_in_team(session, manager, world.cohort.id, mine, world.peer_team.id)
    with reading() as session:
        assert held_as(session, world, "manager", "bob").days.last == SOON
        cohort = session.merge(world.cohort, load=False)
        (former,) = memberships.list_former_of_cohort(session, cohort)
        assert (former.name, former.team_id) == ("Bob", world.team.id)


def test_learner_without_a_team_stays_so_until_the_team_begins(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock = Clock(monkeypatch)
    first = clock.now.date() + timedelta(days=3)
    with transaction() as session:
        user = make_user(session, "nina")
        user.email = NINA.email
        session.add(Membership(user_id=user.id, role=Role.LEARNER, cohort_id=world.cohort.id))
        session.flush()
        made = WAYS["learner"](session, world, Terms(days=Days(first)))
        accept(session, made.token, user)
    with reading() as session:
        assert [grant.team_id for grant in grants_of_user(session, user.id)] == [None]
    clock.move(days=4)
    with reading() as session:
        assert [grant.team_id for grant in grants_of_user(session, user.id)] == [world.team.id]


def test_question_does_not_go_to_a_lead_whose_time_is_over(world: World) -> None:
    with transaction() as session:
        membership_of(session, world, "alice").ends_at = utcnow()
        ask_question(session, world.actor(session, "observer"), world.project.id, "Quand ?")
    with reading() as session:
        asked = select(Notification.user_id).where(Notification.kind == NotificationKind.QUESTION_ASKED)
        assert session.scalars(asked).all() == [world.bob.id]
