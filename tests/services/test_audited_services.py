"""What no page test does on its way: upkeep, restoring, resets, a problem's readers, on both databases."""

from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from models.audit import AuditAction, AuditEntry, SubjectKind
from models.document import DocumentUpdate
from models.people import User
from models.problem import Confidentiality, Problem
from models.project import Project
from models.session import reading, transaction
from tests.conftest import ClientOf
from tests.factories import World
from tests.jobs.writing import Writer
from workspace.services.accounts import Credentials, end_own_session
from workspace.services.boards import switch_board
from workspace.services.document_erasure import erase_deleted
from workspace.services.document_repair import restore_last_good
from workspace.services.password_resets import reset_password
from workspace.services.problem_content import content_of
from workspace.services.problems import save_problem
from workspace.services.projects import create_project
from workspace.services.sessions import find_actor, open_session

A = AuditAction


def kept() -> list[tuple[AuditAction, str, SubjectKind | None, int | None]]:
    with reading() as session:
        rows = session.scalars(select(AuditEntry).order_by(AuditEntry.id)).all()
    return [(row.action, row.actor_key, row.subject_kind, row.subject_id) for row in rows]


def test_erasing_a_documents_past_is_kept(any_world: World) -> None:
    document_id = any_world.board.document_id
    Writer(document_id).note("n1", "à effacer")
    erase_deleted(document_id)
    assert kept() == [(A.DOCUMENT_ERASED, "cli", SubjectKind.DOCUMENT, document_id)]


def test_reading_and_restoring_a_damaged_board_are_kept(
    world: World, app: Flask, client_of: ClientOf
) -> None:
    document_id, board_id = world.board.document_id, world.board.id
    Writer(document_id).note("n1", "gardé")
    Writer(document_id).note("n2", "perdu")
    with transaction() as session:
        session.execute(
            update(DocumentUpdate).where(DocumentUpdate.seq == 3).values(update=b"\xff\xff", checksum=None)
        )
    assert client_of(world.alice).get(f"/boards/{board_id}/last-good.txt").status_code == 200
    with transaction() as session:
        restore_last_good(session, world.actor(session, "alice"), document_id)
    board = (world.alice.key, SubjectKind.BOARD, board_id)
    assert kept() == [(A.EXPORT_DOWNLOADED, *board), (A.BOARD_RESTORED, *board)]


def test_a_new_password_by_a_link_is_kept(any_world: World) -> None:
    alice = any_world.alice
    with transaction() as session:
        open_session(session, user_id=alice.id)
        reset_password(session, Credentials(alice.id, alice.password_hash), "a-hash")
    assert kept() == [(A.PASSWORD_RESET, alice.key, None, None)]
    with reading() as session:
        assert session.scalars(select(AuditEntry)).one().facts == {"count": 1}


def test_ending_one_of_ones_sessions_is_kept(any_world: World) -> None:
    with transaction() as session:
        tokens = [open_session(session, user_id=any_world.alice.id) for _ in range(2)]
    with transaction() as session:
        actors = [find_actor(session, token) for token in tokens]
        assert actors[0] is not None
        assert actors[1] is not None
        assert actors[1].login_session_id is not None
        end_own_session(session, actors[0], actors[1].login_session_id)
    assert kept() == [(A.SESSIONS_ENDED, any_world.alice.key, None, None)]


@pytest.mark.parametrize(
    ("before", "after", "action"),
    [
        (Confidentiality.COHORT, Confidentiality.TEAM, A.PROBLEM_RESTRICTED),
        (Confidentiality.TEAM, Confidentiality.COHORT, A.PROBLEM_OPENED),
    ],
)
def test_whom_a_problem_is_open_to_is_kept(
    any_world: World, before: Confidentiality, after: Confidentiality, action: AuditAction
) -> None:
    world = any_world
    with transaction() as session:
        problem = session.get_one(Problem, world.problem.id)
        problem.confidentiality = before
    with transaction() as session:
        actor = world.actor(session, "alice")
        problem = session.get_one(Problem, world.problem.id)
        session.refresh(problem, ["drivers", "authority"])
        content = content_of(problem)
        changed = replace(content, confidentiality=after)
        save_problem(session, actor, problem.id, replace(content, title="Un autre titre"), problem.version)
        save_problem(session, actor, problem.id, changed, problem.version)
    assert kept() == [(action, world.alice.key, SubjectKind.PROBLEM, world.problem.id)]


def test_a_new_project_is_kept(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        session.execute(delete(Project).where(Project.id == world.project.id))
    with transaction() as session:
        actor = world.actor(session, "alice")
        made = create_project(
            session, actor, world.problem.id, team_id=world.team.id, title="Encore", summary=""
        )
    assert kept() == [(A.PROJECT_CREATED, world.alice.key, SubjectKind.PROJECT, made.id)]
    with reading() as session:
        entry = session.scalars(select(AuditEntry)).one()
    assert (entry.project_id, entry.cohort_id) == (made.id, world.cohort.id)


def test_a_switch_that_changes_nothing_leaves_no_entry(any_world: World) -> None:
    for on in (True, True, False, False):
        with transaction() as session:
            switch_board(session, any_world.actor(session, "alice"), any_world.board.id, "frozen", on=on)
    assert [action for action, *_rest in kept()] == [A.BOARD_FROZEN, A.BOARD_UNFROZEN]


def test_entries_outlive_the_account(any_world: World) -> None:
    with transaction() as session:
        switch_board(session, any_world.actor(session, "bob"), any_world.board.id, "frozen", on=True)
    with transaction() as session:
        session.execute(delete(User).where(User.id == any_world.bob.id))
    assert kept() == [(A.BOARD_FROZEN, any_world.bob.key, SubjectKind.BOARD, any_world.board.id)]
