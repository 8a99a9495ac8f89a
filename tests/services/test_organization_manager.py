"""Who manages a whole establishment: every programme, cohort, project and board of it, and nothing beyond."""

from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from models import access
from models.base import Base
from models.document import Board
from models.errors import Forbidden, NotFound
from models.organization import Organization
from models.policy import Actor, Permission, Role
from models.session import reading, transaction
from tests.factories import World, grant, make_board, make_user
from tests.queries import counting_queries
from workspace.services.sessions import actor_of_user

Loader = Callable[[Session, Actor, World], Base]
P = Permission

PLACES: dict[str, Loader] = {
    "programme": lambda session, actor, world: access.access_programme(session, actor, world.programme.id),
    "programme beside": lambda session, actor, world: access.access_programme(
        session, actor, world.other_cohort.programme_id
    ),
    "cohort": lambda session, actor, world: access.access_cohort(
        session, actor, world.cohort.id, P.MANAGE_COHORT
    ),
    "cohort beside": lambda session, actor, world: access.access_cohort(
        session, actor, world.other_cohort.id, P.MANAGE_COHORT
    ),
    "team": lambda session, actor, world: access.access_team(session, actor, world.team.id, P.MANAGE_COHORT),
    "problem": lambda session, actor, world: access.access_problem(session, actor, world.problem.id),
    "project": lambda session, actor, world: access.access_project(session, actor, world.project.id),
    "board": lambda session, actor, world: access.access_board(session, actor, world.board.id),
}


def manager_over(session: Session, organization_id: int) -> Actor:
    user = make_user(session, "over")
    grant(session, user, Role.MANAGER, organization_id=organization_id)
    return actor_of_user(session, user)


@pytest.mark.parametrize("place", PLACES)
def test_manager_of_the_establishment_meets_everything_in_it(any_world: World, place: str) -> None:
    with transaction() as session:
        actor = manager_over(session, any_world.organization.id)
        assert PLACES[place](session, actor, any_world).id


@pytest.mark.parametrize("place", PLACES)
def test_manager_of_another_establishment_finds_nothing_of_it(world: World, place: str) -> None:
    with transaction() as session:
        other = Organization(name="Ailleurs")
        session.add(other)
        session.flush()
        actor = manager_over(session, other.id)
        with pytest.raises(NotFound):
            PLACES[place](session, actor, world)


@pytest.mark.parametrize("place", PLACES)
def test_administrator_of_the_establishment_finds_nothing_of_what_lies_in_a_cohort(
    world: World, place: str
) -> None:
    """They know of the programmes, and of no content: neither what is in it nor that it is there."""
    with transaction() as session:
        user = make_user(session, "admin")
        grant(session, user, Role.ADMIN, organization_id=world.organization.id)
        with pytest.raises(Forbidden if "programme" in place else NotFound):
            PLACES[place](session, actor_of_user(session, user), world)


def test_lists_and_loaders_agree(world: World) -> None:
    with transaction() as session:
        actor = manager_over(session, world.organization.id)
        cohorts = session.scalars(access.visible_cohorts(actor)).all()
        projects = session.scalars(access.visible_projects(actor)).all()
        problems = session.scalars(access.visible_problems(actor)).all()
        assert {cohort.id for cohort in cohorts} == {world.cohort.id, world.other_cohort.id}
        assert {project.id for project in projects} == {world.project.id, world.other_project.id}
        for cohort in cohorts:
            access.access_cohort(session, actor, cohort.id)
        for project in projects:
            access.access_project(session, actor, project.id)
        for problem in problems:
            access.access_problem(session, actor, problem.id)


def test_rights_on_many_boards_cost_one_query(any_world: World) -> None:
    with transaction() as session:
        actor = manager_over(session, any_world.organization.id)
        for number in range(3):
            make_board(session, session.merge(any_world.project), any_world.alice, f"Tableau {number}")
    with reading() as session:
        documents = session.scalars(select(Board.document_id)).all()
    with reading() as session:
        with counting_queries() as count:
            answers = access.access_boards_of_documents(session, [(actor, id_) for id_ in documents])
        assert int(count) == 1
        assert all(isinstance(answer, Board) for answer in answers)
        assert len(answers) >= 4
