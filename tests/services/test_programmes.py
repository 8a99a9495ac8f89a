"""Programmes as their manager runs them: cohorts, teams, class sessions, figures, forgotten passwords."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from models.base import utcnow
from models.cohort import Team
from models.errors import Conflict, Forbidden, Invalid, NotFound, Refused
from models.membership import Membership, grants_of_user
from models.occurrences import said_of
from models.people import User
from models.policy import Role
from models.session import reading, transaction
from tests.factories import World, grant
from tests.queries import counting_queries
from workspace.services import memberships, password_resets, programmes, sessions, teams
from workspace.services.accounts import Credentials
from workspace.services.programmes import CohortText

TEXT = CohortText("Promotion 2027", "Europe/Paris", "America/Cayenne", date(2027, 1, 4), date(2027, 6, 30))


def cohort_of(world: World, text: CohortText = TEXT, who: str = "manager") -> int:
    with transaction() as session:
        return programmes.create_cohort(session, world.actor(session, who), world.programme.id, text).id


def membership_of(world: World, name: str) -> int:
    with reading() as session:
        return session.scalar(select(Membership.id).where(Membership.user_id == world.people[name].id))


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"ends_on": date(2026, 1, 1)}, "ends_on"),
        ({"starts_on": date(1026, 1, 1)}, "starts_on"),
        ({"time_zone": "Mars/Olympus"}, "time_zone"),
        ({"other_time_zone": "UTC+3"}, "other_time_zone"),
    ],
)
def test_cohort_with_impossible_dates_or_zones_is_refused(
    world: World, values: dict[str, object], field: str
) -> None:
    with pytest.raises(Invalid) as refusal:
        cohort_of(world, CohortText(**{**vars(TEXT), **values}))
    assert list(refusal.value.fields) == [field]


@pytest.mark.parametrize(
    ("who", "refusal"), [("alice", NotFound), ("tutor", NotFound), ("other_manager", NotFound)]
)
def test_only_the_programme_s_manager_opens_a_cohort(
    world: World, who: str, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        cohort_of(world, who=who)


def test_stale_change_of_a_cohort_shows_the_current_values(any_world: World) -> None:
    cohort_id = cohort_of(any_world)
    with transaction() as session:
        manager = any_world.actor(session, "manager")
        new = CohortText(**{**vars(TEXT), "name": "Renommée"})
        programmes.edit_cohort(session, manager, cohort_id, new, seen=TEXT.fingerprint)
    with pytest.raises(Conflict) as conflict, transaction() as session:
        programmes.edit_cohort(
            session, any_world.actor(session, "manager"), cohort_id, TEXT, seen=TEXT.fingerprint
        )
    assert conflict.value.current["name"] == "Renommée"
    assert conflict.value.current["seen"] == new.fingerprint


def test_list_of_programmes_is_the_manager_s_own(world: World) -> None:
    with reading() as session:
        (card,) = programmes.list_programmes(session, world.actor(session, "manager"))
        assert card.programme.name == "Innovation publique"
        (figures,) = card.cohorts
        assert (figures.teams, figures.learners, figures.tutors, figures.projects) == (2, 3, 1, 1)
        assert figures.next_session == said_of(world.class_session).starts_at
        for who in ("alice", "tutor", "observer", "guest"):
            with pytest.raises((Forbidden, NotFound)):
                programmes.list_programmes(session, world.actor(session, who))


def test_list_of_programmes_costs_the_same_whatever_the_number_of_cohorts(world: World) -> None:
    def cost() -> int:
        with reading() as session:
            actor = world.actor(session, "manager")
            with counting_queries() as count:
                programmes.list_programmes(session, actor)
            return int(count)

    before = cost()
    for _ in range(4):
        cohort_id = cohort_of(world)
        with transaction() as session:
            teams.create_team(session, world.actor(session, "manager"), cohort_id, "Équipe")
    assert cost() == before


def test_manager_who_opens_a_second_programme_manages_it(world: World) -> None:
    with transaction() as session:
        actor = world.actor(session, "manager")
        made = programmes.create_programme(session, actor, world.programme.id, "Deuxième")
        with pytest.raises(Invalid):
            programmes.create_programme(session, actor, world.programme.id, "Deuxième")
    with reading() as session:
        mine = {grant.programme_id for grant in grants_of_user(session, world.manager.id)}
        assert made.id in mine


def test_two_teams_of_a_cohort_never_share_a_name(world: World) -> None:
    with transaction() as session:
        manager = world.actor(session, "manager")
        with pytest.raises(Invalid):
            teams.create_team(session, manager, world.cohort.id, "Équipe Paris")
        with pytest.raises(Invalid):
            teams.rename_team(session, manager, world.team.id, "Équipe Paris")
        teams.rename_team(session, manager, world.team.id, "Équipe Cayenne")


def test_lead_is_one_of_the_team(world: World) -> None:
    with transaction() as session:
        manager = world.actor(session, "manager")
        team, ended = teams.set_lead(session, manager, world.team.id, world.bob.id)
        assert (team.lead_id, ended) == (world.bob.id, [])
        with pytest.raises(Invalid):
            teams.set_lead(session, manager, world.team.id, world.paul.id)


def test_team_loses_its_lead_when_the_lead_leaves(any_world: World) -> None:
    with transaction() as session:
        memberships.withdraw_from_cohort(
            session,
            any_world.actor(session, "manager"),
            any_world.cohort.id,
            membership_of(any_world, "alice"),
        )
    with reading() as session:
        assert session.get(Team, any_world.team.id).lead_id is None
        assert grants_of_user(session, any_world.alice.id) == frozenset()


def test_learner_is_placed_in_another_team_of_the_same_cohort_only(world: World) -> None:
    mine = membership_of(world, "bob")
    with transaction() as session:
        manager = world.actor(session, "manager")
        memberships.place_in_team(session, manager, world.cohort.id, mine, world.peer_team.id)
    with reading() as session:
        (found,) = grants_of_user(session, world.bob.id)
        assert found.team_id == world.peer_team.id
    with transaction() as session, pytest.raises(NotFound):
        memberships.place_in_team(
            session,
            world.actor(session, "manager"),
            world.cohort.id,
            membership_of(world, "paul"),
            world.other_team.id,
        )


def test_members_of_another_cohort_are_out_of_reach(world: World) -> None:
    with transaction() as session, pytest.raises(NotFound):
        memberships.withdraw_from_cohort(
            session, world.actor(session, "manager"), world.cohort.id, membership_of(world, "zoe")
        )


def test_people_of_a_cohort_cost_the_same_whatever_their_number(world: World) -> None:
    def cost() -> int:
        with reading() as session:
            with counting_queries() as count:
                teams.cohort_people(session, world.cohort)
            return int(count)

    before = cost()
    with transaction() as session:
        for number in range(3):
            team = teams.create_team(session, world.actor(session, "manager"), world.cohort.id, f"É{number}")
            grant(session, session.merge(world.stranger), Role.LEARNER, team_id=team.id)
    assert cost() == before


def test_manager_gives_a_member_a_new_password_but_nobody_with_a_role_elsewhere(any_world: World) -> None:
    with transaction() as session:
        manager = any_world.actor(session, "manager")
        user = password_resets.member_to_reset(
            session, manager, any_world.cohort.id, membership_of(any_world, "bob")
        )
        assert user.id == any_world.bob.id
        grant(session, user, Role.TUTOR, cohort_id=any_world.other_cohort.id)
        with pytest.raises(Refused):
            password_resets.member_to_reset(
                session, manager, any_world.cohort.id, membership_of(any_world, "bob")
            )


@pytest.mark.parametrize("role", [Role.MANAGER, Role.ADMIN])
def test_no_link_is_made_for_another_manager(world: World, role: Role) -> None:
    with transaction() as session:
        mine = membership_of(world, "bob")
        grant(session, session.merge(world.bob), role, programme_id=world.programme.id)
        with pytest.raises(Refused):
            password_resets.member_to_reset(session, world.actor(session, "manager"), world.cohort.id, mine)


def test_new_password_ends_every_session_and_replaces_only_the_one_it_was_made_for(world: World) -> None:
    with transaction() as session:
        token = sessions.open_session(session, user_id=world.bob.id)
        password_resets.reset_password(session, Credentials(world.bob.id, None), "hash-1")
        assert sessions.find_actor(session, token) is None
        with pytest.raises(Refused):
            password_resets.reset_password(session, Credentials(world.bob.id, None), "hash-2")
        assert session.get(User, world.bob.id).password_hash.endswith("-1")


def test_ended_cohort_members_are_not_listed(world: World) -> None:
    with transaction() as session:
        row = session.get(Membership, membership_of(world, "tutor"))
        row.ends_at = utcnow() - timedelta(minutes=1)
    with reading() as session:
        assert teams.cohort_people(session, world.cohort).tutors == []
