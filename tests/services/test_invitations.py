"""Invitations: who may invite whom to what, the conflict rule, one acceptance, withdrawal."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from models.base import utcnow
from models.errors import Forbidden, Invalid, NotFound, Refused
from models.events import AccessChanged, subscribe
from models.invitation import Invitation
from models.membership import Membership, grants_of_user
from models.notification import Notification, NotificationKind
from models.people import User
from models.policy import Grant, Permission, Role
from models.session import reading, transaction
from tests.factories import World, make_user
from workspace.services import invitations, memberships, waiting_invitations
from workspace.services.acceptance import OfferState, accept, find_offer
from workspace.services.access_days import Days
from workspace.services.conflicts import OWN_AUTHORITY
from workspace.services.invitations import Invitee, NewInvitation, Terms
from workspace.services.people_list import invite_learners, parse_people
from workspace.services.tokens import token_hash

ELU = Invitee("anelli@tours.fr", "Philippe Anelli", "Adjoint au maire")
TODAY = utcnow().date()
IN_A_MONTH = TODAY + timedelta(days=30)


def invite(
    world: World,
    who: str = "alice",
    invitee: Invitee = ELU,
    *,
    days: Days = Days(None, IN_A_MONTH),  # noqa: B008
    **terms: object,
) -> NewInvitation:
    with transaction() as session:
        return invitations.invite_observer(
            session, world.actor(session, who), world.project.id, invitee, Terms(days=days, **terms)
        )


def accept_as(token: str, email: str, **values: object) -> str:
    with transaction() as session:
        user = session.scalar(select(User).where(User.email == email))
        if user is None:
            user = make_user(session, "nouveau")
            user.email = email
            session.flush()
        return accept(session, token, user, **values)


def test_invitation_stores_only_the_hash_of_its_token(world: World) -> None:
    made = invite(world)
    with reading() as session:
        row = session.get(Invitation, made.invitation_id)
        assert row.token_hash == token_hash(made.token)
        assert made.token not in repr(vars(row))


@pytest.mark.parametrize("who", ["alice", "bob", "manager"])
def test_team_and_manager_may_invite_an_elu(world: World, who: str) -> None:
    assert invite(world, who).token


@pytest.mark.parametrize(
    ("who", "refusal"),
    [
        ("paul", Forbidden),
        ("tutor", Forbidden),
        ("observer", Forbidden),
        ("partner", Forbidden),
        ("guest", Forbidden),
        ("zoe", NotFound),
        ("other_manager", NotFound),
        ("stranger", NotFound),
    ],
)
def test_nobody_else_may_invite_an_elu(world: World, who: str, refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        invite(world, who)


@pytest.mark.parametrize("who", ["alice", "tutor", "paul"])
def test_only_the_manager_invites_learners_and_tutors(world: World, who: str) -> None:
    with transaction() as session:
        actor = world.actor(session, who)
        with pytest.raises(Forbidden):
            invitations.invite_tutor(session, actor, world.cohort.id, ELU, Terms())
        with pytest.raises(Forbidden):
            invitations.invite_learner(session, actor, world.team.id, ELU, Terms())


@pytest.mark.parametrize(
    ("invitee", "terms", "field"),
    [
        (Invitee("pas une adresse", "X"), {}, "email"),
        (ELU, {"valid_days": 365}, "valid_days"),
        (ELU, {"days": Days(None, TODAY - timedelta(days=2))}, "access_until"),
        (ELU, {"days": Days()}, "access_until"),
        (ELU, {"days": Days(IN_A_MONTH, IN_A_MONTH - timedelta(days=1))}, "access_until"),
        (ELU, {"days": Days(TODAY - timedelta(days=2), IN_A_MONTH)}, "access_from"),
        (ELU, {"days": Days(date(9999, 12, 31), date(9999, 12, 31))}, "access_from"),
        (Invitee("observer@exemple.fr", "X"), {}, "email"),
        (Invitee("alice@exemple.fr", "X"), {}, "email"),
    ],
)
def test_wrong_invitations_name_their_field(
    world: World, invitee: Invitee, terms: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        invite(world, invitee=invitee, **terms)
    assert field in refusal.value.fields
    assert set(refusal.value.fields) <= {field, "access_until"}


def test_a_person_is_not_invited_twice_while_the_first_invitation_waits(world: World) -> None:
    made = invite(world)
    with pytest.raises(Invalid):
        invite(world, invitee=Invitee(" ANELLI@tours.fr", "Encore"))
    with transaction() as session:
        session.get(Invitation, made.invitation_id).expires_at = utcnow() - timedelta(minutes=1)
    assert invite(world).token != made.token


def test_accepting_gives_the_role_until_the_day_agreed_and_tells_the_team(any_world: World) -> None:
    changed: list[int | None] = []
    subscribe(AccessChanged, lambda event: changed.append(event.user_id))
    made = invite(any_world)
    assert accept_as(made.token, ELU.email) == f"/observations/{any_world.project.id}"
    with reading() as session:
        user = session.scalar(select(User).where(User.email == ELU.email))
        assert grants_of_user(session, user.id) == {Grant(Role.OBSERVER, project_id=any_world.project.id)}
        row = session.scalar(select(Membership).where(Membership.user_id == user.id))
        zone = ZoneInfo(any_world.cohort.time_zone)
        assert row.ends_at == datetime.combine(IN_A_MONTH, time(23, 59, 59), zone)
        assert row.granted_by_id == any_world.alice.id
        told = session.scalars(
            select(Notification.user_id).where(Notification.kind == NotificationKind.OBSERVER_JOINED)
        ).all()
        assert sorted(told) == sorted([any_world.alice.id, any_world.bob.id])
        assert user.id in changed
        assert find_offer(session, made.token).state is OfferState.USED


def test_invitation_is_accepted_once(any_world: World) -> None:
    made = invite(any_world)
    accept_as(made.token, ELU.email)
    with pytest.raises(Refused):
        accept_as(made.token, ELU.email)


@pytest.mark.parametrize("state", [OfferState.EXPIRED, OfferState.REVOKED])
def test_closed_invitation_gives_nothing(world: World, state: OfferState) -> None:
    made = invite(world)
    with transaction() as session:
        row = session.get(Invitation, made.invitation_id)
        if state is OfferState.EXPIRED:
            row.expires_at = utcnow() - timedelta(seconds=1)
        else:
            row.revoked_at = utcnow()
    with pytest.raises(Refused):
        accept_as(made.token, ELU.email)
    with reading() as session:
        assert find_offer(session, made.token).state is state


def test_invitation_is_for_its_address_only(world: World) -> None:
    made = invite(world)
    with pytest.raises(Refused) as refusal:
        accept_as(made.token, "stranger@exemple.fr")
    assert refusal.value.code == "not_yours"
    with reading() as session:
        assert find_offer(session, made.token).state is OfferState.OPEN


def test_elu_may_not_observe_a_project_of_their_own_authority(any_world: World) -> None:
    made = invite(any_world)
    with pytest.raises(Refused) as refusal:
        accept_as(made.token, ELU.email, authority_code=any_world.authority.code)
    assert refusal.value.code == "own_authority"
    with reading() as session:
        assert find_offer(session, made.token).state is OfferState.OPEN
        assert session.scalar(select(User).where(User.email == ELU.email)) is None


def test_conflict_rule_is_checked_when_inviting_too(world: World) -> None:
    with transaction() as session:
        session.merge(world.stranger).authority_code = world.authority.code
    with pytest.raises(Invalid) as refusal:
        invite(world, invitee=Invitee("stranger@exemple.fr", "X"))
    assert refusal.value.fields == {"email": OWN_AUTHORITY}


def test_conflict_rule_counts_the_authority_of_the_team_lead(world: World) -> None:
    with transaction() as session:
        problem = session.merge(world.problem)
        problem.authority_code = None
        session.merge(world.alice).authority_code = world.authority.code
    with pytest.raises(Refused):
        accept_as(invite(world).token, ELU.email, authority_code=world.authority.code)


def test_declared_authority_is_kept_and_cannot_be_declared_again(world: World) -> None:
    with transaction() as session:
        session.merge(world.stranger).authority_code = world.authority.code
        session.merge(world.problem).authority_code = None
    made = invite(world, invitee=Invitee("stranger@exemple.fr", "X"))
    accept_as(made.token, "stranger@exemple.fr", authority_code=None)
    with reading() as session:
        assert session.get(User, world.stranger.id).authority_code == world.authority.code


def test_new_link_replaces_the_old_one(any_world: World) -> None:
    made = invite(any_world)
    with transaction() as session:
        again = waiting_invitations.renew_project_invitation(
            session,
            any_world.actor(session, "bob"),
            any_world.project.id,
            made.invitation_id,
            Permission.INVITE_OBSERVER,
        )
    with reading() as session:
        with pytest.raises(NotFound):
            find_offer(session, made.token)
        assert find_offer(session, again.token).state is OfferState.OPEN


def test_invitation_of_another_project_or_role_is_not_found(world: World) -> None:
    made = invite(world)
    with transaction() as session:
        with pytest.raises(NotFound):
            waiting_invitations.revoke_project_invitation(
                session,
                world.actor(session, "zoe"),
                world.other_project.id,
                made.invitation_id,
                Permission.INVITE_OBSERVER,
            )
        with pytest.raises(NotFound):
            waiting_invitations.revoke_project_invitation(
                session,
                world.actor(session, "alice"),
                world.project.id,
                made.invitation_id,
                Permission.INVITE_PARTNER,
            )
        with pytest.raises(NotFound):
            waiting_invitations.revoke_cohort_invitation(
                session, world.actor(session, "manager"), world.cohort.id, made.invitation_id
            )


def test_withdrawing_an_elu_ends_their_access_and_tells_their_sockets(any_world: World) -> None:
    changed: list[int | None] = []
    subscribe(AccessChanged, lambda event: changed.append(event.user_id))
    with transaction() as session:
        (member,) = memberships.list_members(
            session, Role.OBSERVER, column="project_id", ids=[any_world.project.id]
        )
        memberships.withdraw_from_project(
            session,
            any_world.actor(session, "alice"),
            any_world.project.id,
            member.membership_id,
            Permission.INVITE_OBSERVER,
        )
    with reading() as session:
        assert grants_of_user(session, any_world.observer.id) == frozenset()
    assert any_world.observer.id in changed


def test_learner_without_a_team_leaves_that_list_by_joining_one(world: World) -> None:
    with transaction() as session:
        session.add(Membership(user_id=world.stranger.id, role=Role.LEARNER, cohort_id=world.cohort.id))
        session.flush()
        made = invitations.invite_learner(
            session,
            world.actor(session, "manager"),
            world.peer_team.id,
            Invitee("stranger@exemple.fr"),
            Terms(),
        )
    assert accept_as(made.token, "stranger@exemple.fr") == "/"
    with reading() as session:
        (grant,) = grants_of_user(session, world.stranger.id)
        assert grant.team_id == world.peer_team.id


def test_learner_joins_only_one_team_of_a_cohort(world: World) -> None:
    with transaction() as session:
        manager = world.actor(session, "manager")
        first, second = (
            invitations.invite_learner(session, manager, team.id, Invitee("stranger@exemple.fr"), Terms())
            for team in (world.team, world.peer_team)
        )
        with pytest.raises(Invalid):
            invitations.invite_learner(
                session, manager, world.peer_team.id, Invitee("alice@exemple.fr"), Terms()
            )
    accept_as(first.token, "stranger@exemple.fr")
    with pytest.raises(Refused):
        accept_as(second.token, "stranger@exemple.fr")


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Awa Diallo awa@ville.fr", [("awa@ville.fr", "Awa Diallo")]),
        (
            "Awa Diallo <Awa@Ville.fr>\n\nteva@ville.fr",
            [("awa@ville.fr", "Awa Diallo"), ("teva@ville.fr", "")],
        ),
        ("Diallo;Awa;awa@ville.fr", [("awa@ville.fr", "Diallo Awa")]),
        ("awa@ville.fr\nawa@ville.fr", [("awa@ville.fr", "")]),
    ],
)
def test_people_are_read_one_a_line(text: str, found: list[tuple[str, str]]) -> None:
    assert [(person.email, person.name) for person in parse_people(text)] == found


@pytest.mark.parametrize("text", ["Awa Diallo", "awa@ville.fr\nrien", "awa@ville", "x" * 130 + " a@b.fr"])
def test_line_that_cannot_be_read_is_named(text: str) -> None:
    with pytest.raises(Invalid) as refusal:
        parse_people(text)
    assert "Ligne" in refusal.value.fields["people"]


def test_too_many_people_at_once_are_refused() -> None:
    with pytest.raises(Invalid):
        parse_people("\n".join(f"p{number}@ville.fr" for number in range(13)))


def test_several_people_are_invited_all_or_none(world: World) -> None:
    people = parse_people("Nina nina@ville.fr\nBob bob@exemple.fr")
    with pytest.raises(Invalid) as refusal, transaction() as session:
        invite_learners(session, world.actor(session, "manager"), world.peer_team.id, people, Terms())
    assert "Personne 2" in refusal.value.fields["people"]
    with reading() as session:
        assert session.scalar(select(Invitation.id)) is None
