"""The first edit of a large board: whoever sends it does not pay for getting the board ready."""

import base64

import pytest

from models.board.export import demo_notes
from models.document import DocumentUpdate
from tests.factories import make_board
from tests.live.live_support import PATIENCE, Driver, LiveServer

pytestmark = [pytest.mark.live, pytest.mark.both_modes]

NOTES = 2_000
SOON = 2.0 * PATIENCE
"""A person held back for the work of reading such a board would wait longer."""


def large_board(server: LiveServer) -> int:
    """The id of the document of a new board with many notes."""
    words = "accueil mairie délai guichet agent habitant dossier retour appel file"
    notes = demo_notes("defi", [("u1", 1 + number % 3, "jonc", words) for number in range(NOTES)])
    with server.transaction() as session:
        board = make_board(session, server.world.project, server.world.alice, "Grand tableau")
        row = session.get_one(DocumentUpdate, (board.document_id, 1))
        row.update, row.checksum = notes, None
        return board.document_id


def test_first_edits_of_a_large_board_are_answered_soon(live_server: LiveServer, driver: Driver) -> None:
    document_id = large_board(live_server)
    person = live_server.sign_in("alice")
    alice = driver.client()
    assert alice.connect(person)["ok"]
    alice.join(person, document_id)
    for number in range(4):
        alice("note", id=f"first-{number}", text="Bonjour", x=10_000)
        alice.await_acks(SOON)
    assert {f"first-{number}" for number in range(4)} <= set(
        driver.open_in_yjs(base64.b64decode(alice("whole")))
    )
