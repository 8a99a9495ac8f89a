"""A board in the pages of its project: a small picture, what it shows in words, a larger one in place."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import update

from models.board.export import demo_notes
from models.document import Board, DocumentUpdate
from models.session import transaction
from tests.conftest import ClientOf
from tests.factories import World
from workspace.jobs import project


@pytest.fixture
def address(world: World) -> str:
    with transaction() as session:
        content = demo_notes(
            "defi", [(world.alice.key, 1, "rose", "Une"), (world.alice.key, 2, "rose", "Deux")]
        )
        session.execute(
            update(DocumentUpdate)
            .where(DocumentUpdate.document_id == world.board.document_id)
            .values(update=content, checksum=None)
        )
    project.run(world.board.document_id, datetime.now(UTC))
    return f"/boards/{world.board.id}/picture.svg"


@pytest.mark.parametrize("name", ["alice", "tutor", "manager", "partner"])
def test_who_reads_the_board_sees_it_on_the_projects_page(
    client_of: ClientOf, world: World, address: str, name: str
) -> None:
    page = client_of(world.people[name]).get(f"/projects/{world.project.id}").text
    assert (
        f'src="{address}" alt="Le tableau « {world.board.title} » tel qu’il est : 2 notes, 6 cadres"'
        in page.replace("\u202f", " ").replace("\u00a0", " ")
    )
    assert f'src="{address}?size=large"' in page
    assert page.count('loading="lazy"') >= 2


def test_who_may_not_read_it_does_not(client_of: ClientOf, world: World, address: str) -> None:
    peer = client_of(world.paul).get(f"/projects/{world.project.id}")
    assert peer.status_code == 200
    assert "picture.svg" not in peer.text


def test_an_elu_sees_it_while_it_is_open_to_them(client_of: ClientOf, world: World, address: str) -> None:
    client = client_of(world.observer)
    page = f"/observations/{world.project.id}"
    assert "picture.svg" not in client.get(page).text
    with transaction() as session:
        session.execute(update(Board).where(Board.id == world.board.id).values(open_to_observers=True))
    assert address in client.get(page).text
    assert client.get(address).status_code == 200
    large = client.get(f"{address}?size=large").text
    assert "Une" in large
    assert world.alice.name.split(" ")[0] not in large
