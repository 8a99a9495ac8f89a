"""The past of a document over HTTP: who may see it, whose names they read, and bringing back what is good."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from models.base import utcnow
from models.board.export import to_outline
from models.document import Board, DocumentUpdate
from models.session import transaction
from tests.conftest import ClientOf
from tests.factories import World
from tests.jobs.writing import Writer, backdate
from workspace.jobs import history

JSON = {"Accept": "application/json"}


@pytest.fixture
def path(world: World) -> str:
    """A board on which Alice, then the guest, wrote an hour ago."""
    document_id = world.board.document_id
    Writer(document_id, f"u{world.alice.id}").note("n1", "d’Alice")
    Writer(document_id, f"g{world.guests['guest'].id}", client=78).note("n2", "de l’invitée")
    backdate(document_id, utcnow() - timedelta(hours=1))
    history.run(document_id, utcnow())
    return f"/documents/{document_id}"


@pytest.mark.parametrize(
    ("name", "people"),
    [("bob", ["Alice", "Guest"]), ("tutor", ["Alice", "Guest"]), ("partner", ["Alice", "Guest"])],
)
def test_who_works_on_the_board_reads_its_history(
    client_of: ClientOf, world: World, path: str, name: str, people: list[str]
) -> None:
    client = client_of(world.people[name])
    (entry,) = client.get(f"{path}/history").get_json()["entries"]
    assert (entry["kind"], entry["people"]) == ("edit", ["Alice", "Guest"])
    assert entry["at"].endswith("+00:00")
    answer = client.get(f"{path}/history/{entry['id']}")
    assert {note.text for note in to_outline(answer.data).notes()} >= {"d’Alice", "de l’invitée"}
    again = client.get(f"{path}/history/{entry['id']}", headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304


def test_elected_official_reads_the_board_but_not_its_past(
    client_of: ClientOf, world: World, path: str
) -> None:
    with transaction() as session:
        session.execute(update(Board).values(open_to_observers=True))
    client = client_of(world.observer)
    assert client.get(f"{path}/snapshot").status_code == 200
    assert client.get(f"{path}/history", headers=JSON).status_code == 403
    for past in ("history/3", "last-good", "last-good/content"):
        assert client.get(f"{path}/{past}", headers=JSON).status_code == 403


def test_unknown_moment_is_not_found(client_of: ClientOf, world: World, path: str) -> None:
    assert client_of(world.alice).get(f"{path}/history/2", headers=JSON).status_code == 404


def test_corrupt_board_offers_its_last_good_state_and_takes_it_back(
    client_of: ClientOf, world: World, path: str
) -> None:
    alice, partner = client_of(world.alice), client_of(world.partner)
    assert alice.get(f"{path}/last-good").get_json()["corrupt"] is False
    refused = alice.post(f"{path}/restore-last-good", headers=JSON)
    assert (refused.status_code, refused.get_json()["code"]) == (409, "not_corrupt")
    with transaction() as session:
        session.execute(update(DocumentUpdate).where(DocumentUpdate.seq == 3).values(update=b"\xff"))
    closed = alice.get(f"{path}/snapshot", headers=JSON)
    assert (closed.status_code, closed.get_json()["code"]) == (409, "corrupt")
    offered = partner.get(f"{path}/last-good").get_json()
    assert (offered["corrupt"], offered["may_restore"]) == (True, False)
    assert offered["last_good"]["seq"] == 3, "the history has it all"
    assert offered["last_good"]["edits_after"] == 0
    assert "d’Alice" in {note.text for note in to_outline(partner.get(offered["content"]).data).notes()}
    assert partner.post(f"{path}/restore-last-good", headers=JSON).status_code == 403
    board = f"/boards/{world.board.id}"
    assert f'action="{board}/restore"' in alice.get(board).text
    assert f'action="{board}/restore"' not in partner.get(board).text
    assert alice.get(f"{path}/last-good").get_json()["may_restore"] is True
    assert alice.post(f"{path}/restore-last-good", headers=JSON).get_json() == {"epoch": 2, "seq": 4}
    assert alice.get(f"{path}/snapshot").headers["ETag"] == '"2.4"'
    kinds = [entry["kind"] for entry in alice.get(f"{path}/history").get_json()["entries"]]
    assert kinds == ["edit", "restored"]
