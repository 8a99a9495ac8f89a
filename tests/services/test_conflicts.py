"""The conflict rule, at every way by which an élu would come to observe their own authority’s project."""

import pytest
from sqlalchemy import select, update

from models.audit import AuditAction, AuditEntry
from models.errors import Invalid, Refused
from models.events import AccessChanged, subscribe
from models.membership import Membership, grants_of_user
from models.notification import Notification, NotificationKind
from models.people import User
from models.policy import Role
from models.problem import Problem
from models.session import reading, transaction
from tests.factories import World, grant, make_user
from tests.services.test_membership_dates import LATER, SOON, change, membership_of
from workspace.services import invitations, memberships, teams
from workspace.services.acceptance import accept
from workspace.services.access_days import Days
from workspace.services.conflicts import ON_THE_TEAM, OWN_AUTHORITY
from workspace.services.invitations import Invitee, Terms
from workspace.services.problem_content import content_of
from workspace.services.problems import save_problem


def declare(world: World, name: str, code: str) -> None:
    with transaction() as session:
        session.get_one(User, world.people[name].id).authority_code = code


def set_problem_authority(world: World, code: str | None) -> None:
    with transaction() as session:
        session.execute(update(Problem).where(Problem.id == world.problem.id).values(authority_code=code))


@pytest.fixture
def quiet(any_world: World) -> World:
    """The world with an élu of the authority of Cayenne, who observes a project of no authority."""
    set_problem_authority(any_world, None)
    declare(any_world, "observer", any_world.authority.code)
    return any_world


def observes(world: World) -> bool:
    with reading() as session:
        return any(
            grant.role is Role.OBSERVER and grant.project_id == world.project.id
            for grant in grants_of_user(session, world.observer.id)
        )


def assert_ended_and_told(world: World) -> None:
    assert not observes(world)
    with reading() as session:
        kept = select(AuditEntry.subject_id).where(AuditEntry.action == AuditAction.OBSERVATION_ENDED)
        assert session.scalars(kept).all() == [world.observer.id]
        told = session.scalars(
            select(Notification).where(Notification.kind == NotificationKind.OBSERVATION_ENDED)
        ).all()
        assert {world.observer.id, world.alice.id, world.bob.id} <= {row.user_id for row in told}
        assert {row.who for row in told} == {"Observer"}


def test_longer_access_is_refused_with_the_reason(world: World) -> None:
    change(world, "alice", "observer", Days(None, SOON))
    declare(world, "observer", world.authority.code)
    with pytest.raises(Invalid) as refusal:
        change(world, "alice", "observer", Days(None, LATER))
    assert refusal.value.fields == {"access_until": OWN_AUTHORITY}
    with reading() as session:
        refused = select(AuditEntry.subject_id).where(AuditEntry.action == AuditAction.CONFLICT_REFUSED)
        assert session.scalars(refused).all() == [world.observer.id]


def test_nothing_ends_without_a_conflict(quiet: World) -> None:
    with transaction() as session:
        manager = quiet.actor(session, "manager")
        _team, ended = teams.set_lead(session, manager, quiet.team.id, quiet.bob.id)
        assert ended == []
    assert observes(quiet)


def test_another_lead_of_the_elus_authority_ends_the_observation(quiet: World) -> None:
    changed: list[int | None] = []
    subscribe(AccessChanged, lambda event: changed.append(event.user_id))
    declare(quiet, "bob", quiet.authority.code)
    with transaction() as session:
        manager = quiet.actor(session, "manager")
        _team, ended = teams.set_lead(session, manager, quiet.team.id, quiet.bob.id)
        assert [(found.name, found.project_id) for found in ended] == [("Observer", quiet.project.id)]
    assert_ended_and_told(quiet)
    assert quiet.observer.id in changed


def test_learner_of_the_elus_authority_moved_into_the_team_may_not_lead_it_unseen(quiet: World) -> None:
    declare(quiet, "paul", quiet.authority.code)
    with transaction() as session:
        manager = quiet.actor(session, "manager")
        paul = membership_of(session, quiet, "paul").id
        memberships.place_in_team(session, manager, quiet.cohort.id, paul, quiet.team.id)
    assert observes(quiet), "the project is not led by them yet"
    with transaction() as session:
        teams.set_lead(session, quiet.actor(session, "manager"), quiet.team.id, quiet.paul.id)
    assert_ended_and_told(quiet)


def test_elu_who_is_moved_into_the_team_observes_it_no_more(any_world: World) -> None:
    with transaction() as session:
        observer = session.merge(any_world.observer, load=False)
        learner = grant(session, observer, Role.LEARNER, team_id=any_world.peer_team.id)
        manager = any_world.actor(session, "manager")
        memberships.place_in_team(session, manager, any_world.cohort.id, learner.id, any_world.team.id)
    assert not observes(any_world)
    with reading() as session:
        (found,) = grants_of_user(session, any_world.observer.id)
        assert (found.role, found.team_id) == (Role.LEARNER, any_world.team.id)
        told = select(Notification.id).where(Notification.kind == NotificationKind.OBSERVATION_ENDED)
        assert session.scalars(told).all() == []


def test_elu_who_accepts_to_join_the_team_observes_it_no_more(world: World) -> None:
    with transaction() as session:
        made = invitations.invite_learner(
            session,
            world.actor(session, "manager"),
            world.team.id,
            Invitee(world.observer.email),
            Terms(),
        )
        accept(session, made.token, session.get_one(User, world.observer.id))
    assert not observes(world)


def test_learner_of_the_team_accepts_no_observation_of_it(world: World) -> None:
    """Invited before they were placed in it."""
    with transaction() as session:
        user = make_user(session, "nina")
        made = invitations.invite_observer(
            session,
            world.actor(session, "alice"),
            world.project.id,
            Invitee(user.email),
            Terms(days=Days(None, SOON)),
        )
        grant(session, user, Role.LEARNER, team_id=world.team.id)
    with pytest.raises(Refused) as refusal, transaction() as session:
        accept(session, made.token, session.get_one(User, user.id))
    assert refusal.value.message == ON_THE_TEAM


def test_problem_that_becomes_the_elus_authority_s_ends_the_observation(quiet: World) -> None:
    with transaction() as session:
        problem = session.get_one(Problem, quiet.problem.id)
        session.refresh(problem, ["drivers"])
        version, content = problem.version, content_of(problem)
        save_problem(
            session,
            quiet.actor(session, "alice"),
            problem.id,
            content.__class__(**{**vars(content), "authority_code": quiet.authority.code}),
            version,
        )
    assert_ended_and_told(quiet)


def accept_another(world: World, name: str, code: str) -> None:
    """Somebody accepts to observe another project, and says for the first time where they sit."""
    with transaction() as session:
        made = invitations.invite_observer(
            session,
            world.actor(session, "zoe"),
            world.other_project.id,
            Invitee(world.people[name].email),
            Terms(days=Days(None, SOON)),
        )
        accept(session, made.token, session.get_one(User, world.people[name].id), authority_code=code)


def test_authority_declared_later_by_the_elu_ends_the_observation(any_world: World) -> None:
    """They came when nobody asked them where they sit."""
    assert observes(any_world)
    accept_another(any_world, "observer", any_world.authority.code)
    assert_ended_and_told(any_world)


def test_authority_declared_later_by_the_lead_ends_the_observation(quiet: World) -> None:
    accept_another(quiet, "alice", quiet.authority.code)
    assert_ended_and_told(quiet)


def test_observation_that_has_not_begun_never_begins(quiet: World) -> None:
    with transaction() as session:
        membership = session.scalar(
            select(Membership).where(
                Membership.user_id == quiet.observer.id, Membership.role == Role.OBSERVER
            )
        )
        assert membership is not None
        membership.starts_at = membership.starts_at.replace(year=2090)
    declare(quiet, "bob", quiet.authority.code)
    with transaction() as session:
        _team, ended = teams.set_lead(session, quiet.actor(session, "manager"), quiet.team.id, quiet.bob.id)
        assert len(ended) == 1
    with reading() as session:
        row = session.scalar(select(Membership).where(Membership.id == membership.id))
        assert row.ends_at is not None
        assert row.starts_at <= row.ends_at
