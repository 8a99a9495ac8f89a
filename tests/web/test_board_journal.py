"""The journal of a board: who did what, from the server's own rows, for each reader as they may know it."""

import html
import re
from datetime import timedelta

import pytest
from sqlalchemy import delete

from models.ballot import Ballot
from models.base import utcnow
from models.comment import Comment, Thread
from models.document import Board, DocumentUpdate
from models.document_log import own_clients
from models.private_round import PrivateRound
from models.session import transaction
from models.workshop import Workshop
from tests.conftest import ClientOf
from tests.factories import World
from tests.jobs.writing import Writer, backdate
from tests.queries import counting_queries
from workspace.jobs import compact, history
from workspace.services import board_journal
from workspace.services.board_deeds import Deed
from workspace.services.board_journal import SHOWN
from workspace.web.boards.journal import SENTENCES

HOSTILE = "<img src=x onerror=alert(1)> {{ 7*7 }}"


class Hand(Writer):
    """Somebody whose client id the server knows, writing into what is stored now."""

    def __init__(self, document_id: int, key: str, client: int) -> None:
        super().__init__(document_id, key, client)
        with transaction() as session:
            own_clients(session, document_id, {client: key})


@pytest.fixture
def path(world: World) -> str:
    return f"/boards/{world.board.id}/journal"


def told(client_of: ClientOf, who: object, path: str) -> str:
    """The words of the page, on one line."""
    page = client_of(who).get(path)  # type: ignore[arg-type]
    assert page.status_code == 200
    main = page.text[page.text.index("<main") : page.text.index("</main>")]
    return " ".join(
        html.unescape(re.sub(r"<[^>]+>", " ", main)).replace("\u202f", " ").replace("\xa0", " ").split()
    )


def write(world: World) -> None:
    """Alice and Bob at work at the same time."""
    document = world.board.document_id
    alice = Hand(document, world.alice.key, 77)
    zone = next(one for one in alice.objects if alice.objects[one]["type"] == "zone")
    title = str(alice.objects[zone]["title"])
    assert title
    alice.note("n1", "un banc", zone=zone)
    alice.note("n2", HOSTILE)
    alice.note("n4", "de passage")
    bob = Hand(document, world.bob.key, 78)
    bob.note("n3", "un arbre", zone=zone)
    bob.retype("n1", "un banc public")
    bob.delete("n4")
    backdate(document, utcnow() - timedelta(hours=3))
    history.run(document, utcnow())
    alice = Hand(document, world.alice.key, 79)
    alice.retype("n3", "un tilleul")
    bob = Hand(document, world.bob.key, 80)
    before = bob.doc.get_state()
    bob.objects["n2"]["zone"] = zone
    bob.objects["n2"]["colour"] = "rose"
    bob._append(before)
    bob.move("n1", 400.0)
    bob.delete("n1")


def test_each_deed_is_told_by_who_did_it(client_of: ClientOf, world: World, path: str) -> None:
    write(world)
    page = told(client_of, world.alice, path)
    assert "Alice a modifié 1 note" in page
    assert re.search(r"Bob a déplacé 1 élément dans « [^»]+ » [\d:h ]+ « <img src=x", page)
    assert "Bob a changé la couleur de 1 note" in page
    assert "Alice ou Bob a supprimé 1 note" in page, "who deleted leaves no trace where two worked"
    assert re.search(r"Alice a ajouté 1 note dans « [^»]+ » [\d:h ]+ « un banc public »", page)
    assert re.search(r"Bob a ajouté 1 note dans « [^»]+ » [\d:h ]+ « un arbre »", page)
    assert "Alice a ouvert le tableau" in page
    raw = client_of(world.alice).get(path).text
    assert "<img src=x" not in raw
    assert f"/boards/{world.board.id}#note-n3" in raw, "what is there can be gone to"
    assert "#note-n1" not in raw, "what is gone cannot"


def test_what_was_told_stays_when_the_log_is_compacted(client_of: ClientOf, world: World, path: str) -> None:
    write(world)
    document = world.board.document_id
    before = told(client_of, world.alice, path)
    backdate(document, utcnow() - timedelta(hours=1))
    history.run(document, utcnow())
    compact.run(document, utcnow())
    with transaction() as session:
        session.execute(delete(DocumentUpdate).where(DocumentUpdate.document_id == document))

    deeds = r"(?:Alice|Bob)(?: ou Bob)? a (?:\w+ )+\d (?:\w+ ?)+"

    def without_hours(page: str) -> list[str]:
        return sorted(re.findall(deeds, re.sub(r"\d\d:\d\d", "", page)))

    assert len(without_hours(before)) == 7
    assert without_hours(told(client_of, world.alice, path)) == without_hours(before)


def test_what_is_said_led_and_voted_is_told_to_those_who_may_know(
    client_of: ClientOf, world: World, path: str
) -> None:
    now = utcnow()
    with transaction() as session:
        thread = Thread(
            board_id=world.board.id,
            object_id="n1",
            object_text="un banc",
            created_at=now,
            resolved_at=now,
            resolved_by=world.bob.key,
        )
        whole = Thread(board_id=world.board.id, created_at=now)
        session.add_all([thread, whole])
        session.flush()
        later = now + timedelta(seconds=5)
        for one, who, at in ((thread, world.alice, now), (thread, world.bob, later), (whole, world.bob, now)):
            session.add(Comment(thread_id=one.id, author=who.key, text="secret", created_at=at))
        session.add(
            Comment(thread_id=thread.id, author=world.bob.key, text="", created_at=later, deleted_at=later)
        )
        opened: dict[str, object] = {"board_id": world.board.id, "actor_key": world.alice.key}
        session.add(PrivateRound(**opened, prompt="Une idée", opened_at=now, revealed_at=now))
        session.add(
            Ballot(**opened, question="Que garder ?", points=3, opened_at=now, closed_at=now, voters=2)
        )
        steps = [
            {"kind": "read", "title": "Lire", "minutes": 5},
            {"kind": "vote", "title": "Voter", "minutes": 5, "reached_at": now.isoformat()},
        ]
        session.add(Workshop(**opened, steps=steps, started_at=now, ended_at=now))
    page = told(client_of, world.alice, path)
    for sentence in (
        "Alice a commenté",
        "« un banc »",
        "Bob a répondu à un commentaire",
        "Bob a résolu un échange",
        "Bob a commenté le tableau",
        "Alice a ouvert un tour d’écriture en silence : Une idée",
        "Les notes écrites en silence ont été révélées",
        "Alice a ouvert un vote : Que garder ?",
        "Le vote est clos, 2 personnes y ont pris part",
        "Alice a commencé un atelier : Lire, Voter",
        "L’atelier passe à l’étape « Voter »",
        "L’atelier est terminé",
    ):
        assert sentence in page, sentence
    assert page.count("Bob a répondu") == 1, "a deleted answer is not told"
    assert "secret" not in page


def test_a_partner_reads_first_names_and_an_elu_reads_none_of_it(
    client_of: ClientOf, world: World, path: str
) -> None:
    write(world)
    surname = world.alice.name.split()[-1]
    page = told(client_of, world.partner, path)
    assert "Alice a ajouté" in page
    if surname != "Alice":
        assert surname not in page
    with transaction() as session:
        session.get_one(Board, world.board.id).open_to_observers = True
    assert client_of(world.observer).get(path).status_code == 403
    assert client_of(world.stranger).get(path).status_code == 404


def test_older_moments_are_read_on_and_queries_do_not_grow(
    client_of: ClientOf, world: World, path: str
) -> None:
    document = world.board.document_id
    alice = Hand(document, world.alice.key, 77)
    with counting_queries() as few:
        client_of(world.alice).get(path)
    for number in range(SHOWN + 2):
        alice.at = utcnow() - timedelta(minutes=20 * (SHOWN + 3 - number))
        alice.note(f"n{number}", f"note {number}")
    history.run(document, utcnow())
    client = client_of(world.alice)
    with counting_queries() as many:
        newest = html.unescape(client.get(path).text)
    assert len(many.statements) <= len(few.statements) + 4
    assert f"note {SHOWN + 1}" in newest
    assert "« note 0 »" not in newest.replace("\xa0", " ").replace("\u202f", " ")
    assert "a ouvert le tableau" not in newest
    older = re.search(r'href="([^"]*before=\d+)"', newest)
    assert older is not None
    oldest = told(client_of, world.alice, html.unescape(older[1]))
    assert "« note 0 »" in oldest
    assert "Alice a ouvert le tableau" in oldest
    assert f"« note {SHOWN + 1} »" not in oldest


def test_of_a_large_board_fewer_moments_are_compared_at_once(
    client_of: ClientOf, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    alice = Hand(world.board.document_id, world.alice.key, 77)
    for number in range(3):
        alice.at = utcnow() - timedelta(hours=3 - number)
        alice.note(f"n{number}", f"note {number}")
    assert "« note 0 »" in told(client_of, world.alice, path)
    monkeypatch.setattr(board_journal, "MOST_OBJECTS", 1)
    newest = told(client_of, world.alice, path)
    assert "« note 2 »" in newest
    assert "« note 1 »" not in newest
    assert "Voir ce qui s’est passé avant" in newest


def test_a_new_board_says_what_to_do_next(client_of: ClientOf, world: World, path: str) -> None:
    assert "ajoutez une première note" in told(client_of, world.alice, path)
    part = client_of(world.alice).get(f"{path}?part=1").text
    assert "<main" not in part
    assert client_of(world.alice).get(f"{path}?before=abc").status_code == 200


def test_every_deed_has_its_sentence() -> None:
    counted = {Deed.ADDED, Deed.REWORDED, Deed.MOVED, Deed.RECOLOURED, Deed.REMOVED, Deed.VOTE_CLOSED}
    assert {*SENTENCES} | counted == {*Deed}
