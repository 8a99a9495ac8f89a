"""Who runs a programme: invited, withdrawn, never the last one, never oneself by mistake."""

from threading import Barrier, Thread

import pytest
from sqlalchemy import select

from models.audit import AuditAction, AuditEntry
from models.base import utcnow
from models.errors import Forbidden, Invalid, NotFound, Refused
from models.membership import Membership, grants_of_user
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.factories import World, grant, make_user
from tests.queries import counting_queries
from tests.services.test_membership_dates import LATER, SOON, change, membership_of
from workspace.services import invitations, waiting_invitations
from workspace.services.acceptance import accept, find_offer
from workspace.services.access_days import Days
from workspace.services.invitations import Invitee, Terms
from workspace.services.programme_managers import leave_programme, programme_people, withdraw_manager

NINA = Invitee("nina@ville.fr", "Nina", "Responsable adjointe")


@pytest.fixture
def two(any_world: World) -> World:
    """The world with a second manager of the programme."""
    with transaction() as session:
        any_world.people["second"] = make_user(session, "second")
        grant(session, any_world.people["second"], Role.MANAGER, programme_id=any_world.programme.id)
    return any_world


def manages(world: World, name: str) -> bool:
    with reading() as session:
        return any(
            found.programme_id == world.programme.id
            for found in grants_of_user(session, world.people[name].id)
        )


def withdraw(world: World, who: str, name: str) -> None:
    with transaction() as session:
        membership = membership_of(session, world, name)
        withdraw_manager(session, world.actor(session, who), world.programme.id, membership.id)


def test_manager_is_invited_accepts_and_runs_the_programme(any_world: World) -> None:
    with transaction() as session:
        made = invitations.invite_manager(
            session, any_world.actor(session, "manager"), any_world.programme.id, NINA, Terms()
        )
        offer = find_offer(session, made.token)
        assert (offer.place, offer.home) == ("Innovation publique", "École des territoires")
    with transaction() as session:
        user = make_user(session, "nina")
        user.email = NINA.email
        assert accept(session, made.token, user) == "/programmes"
        any_world.people["nina"] = user
    assert manages(any_world, "nina")
    with reading() as session:
        granted = session.scalar(
            select(AuditEntry).where(AuditEntry.action == AuditAction.MEMBERSHIP_GRANTED)
        )
        assert (granted.programme_id, granted.organization_id) == (
            any_world.programme.id,
            any_world.organization.id,
        )


@pytest.mark.parametrize(
    ("who", "refusal"),
    [("alice", NotFound), ("tutor", NotFound), ("other_manager", NotFound), ("admin", Forbidden)],
)
def test_nobody_else_invites_or_withdraws_a_manager(world: World, who: str, refusal: type[Exception]) -> None:
    with transaction() as session:
        world.people["admin"] = make_user(session, "admin")
        grant(session, world.people["admin"], Role.ADMIN, organization_id=world.organization.id)
    with pytest.raises(refusal), transaction() as session:
        invitations.invite_manager(session, world.actor(session, who), world.programme.id, NINA, Terms())
    with pytest.raises(refusal):
        withdraw(world, who, "manager")


@pytest.mark.parametrize("scope", ["programme", "organization"])
def test_who_runs_it_already_is_not_invited(world: World, scope: str) -> None:
    with transaction() as session:
        user = make_user(session, "nina")
        grant(session, user, Role.MANAGER, **{f"{scope}_id": getattr(world, scope).id})
        with pytest.raises(Invalid) as refusal:
            invitations.invite_manager(
                session,
                world.actor(session, "manager"),
                world.programme.id,
                Invitee(user.email),
                Terms(),
            )
        assert list(refusal.value.fields) == ["email"]


def test_invitation_is_renewed_and_revoked_by_a_manager_of_the_programme_only(world: World) -> None:
    with transaction() as session:
        manager = world.actor(session, "manager")
        made = invitations.invite_manager(session, manager, world.programme.id, NINA, Terms())
        beside = world.other_cohort.programme_id
        with pytest.raises(NotFound):
            waiting_invitations.revoke_programme_invitation(
                session, world.actor(session, "other_manager"), beside, made.invitation_id
            )
        with pytest.raises(NotFound):
            waiting_invitations.revoke_cohort_invitation(
                session, manager, world.cohort.id, made.invitation_id
            )
        again = waiting_invitations.renew_programme_invitation(
            session, manager, world.programme.id, made.invitation_id
        )
        assert again.token != made.token


def test_manager_withdraws_another(two: World) -> None:
    withdraw(two, "manager", "second")
    assert not manages(two, "second")
    with reading() as session:
        people = programme_people(session, two.programme)
        assert [member.name for member in people.managers] == ["Manager"]
        assert [member.name for member in people.former] == ["Second"]


def test_oneself_is_not_withdrawn_but_leaves(two: World) -> None:
    with pytest.raises(Refused) as refusal:
        withdraw(two, "manager", "manager")
    assert refusal.value.code == "oneself"
    with transaction() as session:
        mine = membership_of(session, two, "manager").id
        with pytest.raises(NotFound):
            leave_programme(session, two.actor(session, "second"), two.programme.id, mine)
        leave_programme(session, two.actor(session, "manager"), two.programme.id, mine)
    assert not manages(two, "manager")


def test_last_manager_stays(any_world: World) -> None:
    with transaction() as session:
        mine = membership_of(session, any_world, "manager").id
        with pytest.raises(Refused) as refusal:
            leave_programme(session, any_world.actor(session, "manager"), any_world.programme.id, mine)
        assert refusal.value.code == "last"
    with pytest.raises(Invalid):
        change(any_world, "manager", "manager", Days(None, SOON))
    assert manages(any_world, "manager")


def test_who_runs_it_until_a_day_or_later_or_not_any_more_does_not_count(two: World) -> None:
    change(two, "manager", "second", Days(None, SOON))
    with pytest.raises(Refused):
        leave(two, "manager")
    with transaction() as session:
        second = membership_of(session, two, "second")
        second.starts_at, second.ends_at = second.starts_at.replace(year=2090), None
    with pytest.raises(Refused):
        leave(two, "manager")
    with transaction() as session:
        second = membership_of(session, two, "second")
        second.starts_at = utcnow()
        session.get_one(User, second.user_id).disabled_at = utcnow()
    with pytest.raises(Refused):
        leave(two, "manager")


def leave(world: World, name: str) -> None:
    with transaction() as session:
        mine = membership_of(session, world, name).id
        leave_programme(session, world.actor(session, name), world.programme.id, mine)


def test_who_runs_the_whole_establishment_counts_and_is_listed(any_world: World) -> None:
    with transaction() as session:
        for name, role in (("over", Role.MANAGER), ("admin", Role.ADMIN)):
            grant(session, make_user(session, name), role, organization_id=any_world.organization.id)
    with reading() as session:
        people = programme_people(session, any_world.programme)
        assert [member.name for member in people.over] == ["Over"]
        assert [member.name for member in people.administrators] == ["Admin"]
        assert people.last_id is None
    leave(any_world, "manager")
    with reading() as session:
        people = programme_people(session, any_world.programme)
        assert people.managers == []
        assert people.last_id == people.over[0].membership_id


def test_end_of_one_of_two_is_changed(two: World) -> None:
    change(two, "manager", "second", Days(None, SOON))
    change(two, "manager", "second", Days(None, LATER))
    change(two, "manager", "second", Days(None, None))
    with reading() as session:
        assert membership_of(session, two, "second").ends_at is None


def test_of_two_who_withdraw_each_other_at_once_one_stays(two: World) -> None:
    with reading() as session:
        ids = {name: membership_of(session, two, name).id for name in ("manager", "second")}
        actors = {name: two.actor(session, name) for name in ids}
    start = Barrier(2)

    def run(who: str, whom: str) -> None:
        start.wait()
        try:
            with transaction() as session:
                withdraw_manager(session, actors[who], two.programme.id, ids[whom])
        except Refused:
            pass

    threads = [Thread(target=run, args=pair) for pair in (("manager", "second"), ("second", "manager"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [manages(two, name) for name in ids].count(True) == 1


def test_people_cost_the_same_whatever_their_number(world: World) -> None:
    def cost() -> int:
        with reading() as session:
            with counting_queries() as count:
                programme_people(session, world.programme)
            return int(count)

    before = cost()
    with transaction() as session:
        for number in range(4):
            held = grant(
                session, make_user(session, f"m{number}"), Role.MANAGER, programme_id=world.programme.id
            )
            held.ends_at = utcnow() if number % 2 else None
        session.flush()
        assert session.scalar(select(Membership.id).limit(1))
    assert cost() == before
