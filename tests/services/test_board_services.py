"""Boards as a project's settings: opened from a template, renamed, opened to others, frozen, put away."""

import pytest
from sqlalchemy import select

from models.activity import Activity, ActivityKind, record_board_edits
from models.board.sync import LiveDocument
from models.board.templates import BOARD_TEMPLATES
from models.document import Board
from models.document_log import load_document
from models.errors import Conflict, Forbidden, Invalid, NotFound
from models.events import BoardChanged, take_events
from models.session import reading, transaction
from tests.factories import World
from workspace.services import boards


def create(world: World, who: str, code: str = "defi", locale: str = "fr") -> Board:
    with transaction() as session:
        return boards.create_board(
            session,
            world.actor(session, who),
            world.project.id,
            template_code=code,
            title="Idées",
            locale=locale,
        )


@pytest.mark.parametrize("locale", ["fr", "en"])
@pytest.mark.parametrize("code", sorted(BOARD_TEMPLATES))
def test_new_board_opens_as_its_template_in_the_language_asked(world: World, code: str, locale: str) -> None:
    board = create(world, "alice", code, locale)
    with reading() as session:
        stored = load_document(session, board.document_id)
    assert (stored.seq, len(stored.updates)) == (1, 1)
    outline = LiveDocument.open(stored.snapshot, stored.updates).outline()
    assert outline.template == code
    expected = LiveDocument.open(None, [boards.seed_board(code, locale)]).outline()
    assert [zone.title for zone in outline.zones] == [zone.title for zone in expected.zones]


def test_opening_a_board_is_in_the_journal(any_world: World) -> None:
    board = create(any_world, "alice")
    with reading() as session:
        row = session.scalars(select(Activity).where(Activity.board_id == board.id)).one()
        assert (row.kind, row.subject, row.user_id) == (
            ActivityKind.BOARD_OPENED,
            "Idées",
            any_world.alice.id,
        )


def test_unknown_template_is_refused(world: World) -> None:
    with pytest.raises(Invalid):
        create(world, "alice", "persona-inconnu")


@pytest.mark.parametrize(
    ("who", "error"),
    [("tutor", Forbidden), ("guest", Forbidden), ("observer", Forbidden), ("zoe", NotFound)],
)
def test_only_the_team_opens_boards(world: World, who: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        create(world, who)


def test_stale_rename_is_refused_with_the_current_title(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        alice = world.actor(session, "alice")
        boards.rename_board(session, alice, world.board.id, version=1, title="Premier")
        with pytest.raises(Conflict) as conflict:
            boards.rename_board(session, alice, world.board.id, version=1, title="Second")
    assert conflict.value.current == {"title": "Premier", "version": 2}


@pytest.mark.parametrize("switch", boards.SWITCHES)
def test_each_switch_is_stored_and_told_to_open_sockets(any_world: World, switch: str) -> None:
    world = any_world
    for on in (True, False):
        with transaction() as session:
            alice = world.actor(session, "alice")
            board = boards.switch_board(session, alice, world.board.id, switch, on=on)
            assert getattr(board, switch) is on
            assert take_events(session) == [BoardChanged(world.board.id, world.board.document_id)]
        with reading() as session:
            assert getattr(session.get_one(Board, world.board.id), switch) is on


@pytest.mark.parametrize("who", ["tutor", "guest", "partner", "manager"])
def test_others_do_not_change_a_boards_settings(world: World, who: str) -> None:
    with transaction() as session, pytest.raises(Forbidden):
        boards.switch_board(session, world.actor(session, who), world.board.id, "frozen", on=True)


def test_other_columns_are_no_switches(world: World) -> None:
    with transaction() as session:
        alice = world.actor(session, "alice")
        with pytest.raises(Invalid):
            boards.switch_board(session, alice, world.board.id, "archived_at", on=True)


def test_archived_board_is_not_listed_until_restored(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        alice = world.actor(session, "alice")
        boards.archive_board(session, alice, world.board.id)
        assert take_events(session) == [BoardChanged(world.board.id, world.board.document_id)]
        assert boards.boards_of(session, alice, session.merge(world.project)) == []
        with pytest.raises(NotFound):
            boards.archive_board(session, alice, world.board.id)
        boards.restore_board(session, alice, world.project.id, world.board.id)
    with reading() as session:
        assert session.get_one(Board, world.board.id).archived_at is None


def test_board_of_another_project_is_not_restored(world: World) -> None:
    with transaction() as session:
        zoe = world.actor(session, "zoe")
        with pytest.raises(NotFound):
            boards.restore_board(session, zoe, world.other_project.id, world.board.id)


def test_people_of_a_board_come_busiest_first(any_world: World) -> None:
    world = any_world
    with transaction() as session:
        for user_id, guest_id, count in (
            (world.alice.id, None, 2),
            (None, world.guests["guest"].id, 9),
        ):
            record_board_edits(
                session,
                user_id=user_id,
                guest_id=guest_id,
                cohort_id=world.cohort.id,
                project_id=world.project.id,
                board_id=world.board.id,
                title="Le défi",
                count=count,
            )
    with reading() as session:
        assert boards.people_of_boards(session, [world.board.id]) == {world.board.id: ["Guest", "Alice"]}


def test_step_suggests_its_templates() -> None:
    assert boards.suggested_templates("imagine")[0] == "carte-des-acteurs"
    assert boards.suggested_templates("unknown") == boards.suggested_templates("understand")
