"""A pinned state of a board: it stays as it was, is read by whom it is for, and compared with now."""

import csv
import html
import io

import pytest
from flask.testing import FlaskClient
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session

from models.audit import AuditAction, AuditEntry
from models.base import utcnow
from models.board.past import read_objects
from models.board.redaction import by_author, redacted, unlike
from models.board.sync import LiveDocument
from models.board_image import BoardImage
from models.document_log import load_document
from models.session import database, reading, transaction
from models.snapshot import Snapshot, SnapshotKind, text_content
from tests.conftest import ClientOf
from tests.factories import World, make_image, make_snapshot
from tests.jobs.writing import Writer
from tests.queries import counting_queries
from workspace.jobs import images
from workspace.services.document_erasure import forget_past


def pin(client: FlaskClient, world: World, title: str) -> str:
    """Pin the board's state; the address of its page."""
    answer = client.post(f"/boards/{world.board.id}/snapshots/new", data={"title": title})
    assert answer.status_code == 302, answer.text
    return str(answer.location)


def stored(session: Session, world: World) -> bytes:
    """The board as it is, as one update."""
    held = load_document(session, world.board.document_id)
    return LiveDocument.open(held.snapshot, held.updates).snapshot()


def page(client: FlaskClient, path: str) -> str:
    return html.unescape(client.get(path).text)


@pytest.fixture
def writer(world: World) -> Writer:
    """Alice, who wrote a note on the board."""
    writer = Writer(world.board.document_id, world.alice.key)
    writer.note("n1", "Une rampe devant la mairie")
    return writer


def test_a_pinned_state_stays_as_it_was_and_tells_what_came_since(
    world: World, client_of: ClientOf, writer: Writer
) -> None:
    alice = client_of(world.alice)
    path = pin(alice, world, "Après l’atelier")
    writer.note("n2", "Un banc au soleil", x=400.0)
    shown = page(alice, path)
    assert "Après l’atelier" in shown
    plan = shown.partition('id="plan"')[2]
    assert "Une rampe devant la mairie" in plan
    assert "Un banc au soleil" not in plan
    since = shown.partition('id="since"')[2].partition('id="plan"')[0]
    assert "Un banc au soleil" in since
    assert "1 élément ajouté" in since
    drawn = alice.get(f"{path}/picture.svg?size=large").text
    assert "rampe" in drawn
    assert "soleil" not in drawn


def test_it_is_on_the_project_page_with_its_title_and_who_pinned_it(
    world: World, client_of: ClientOf, writer: Writer
) -> None:
    path = pin(client_of(world.bob), world, "Avant le vote")
    part = page(client_of(world.tutor), f"/projects/{world.project.id}").partition('id="snapshots"')[2]
    assert "Avant le vote" in part
    assert world.bob.name in part.partition("</section>")[0]
    assert f"{path}/picture.svg" in part


def test_the_database_refuses_to_change_what_was_kept(any_world: World) -> None:
    with transaction() as session:
        kept = make_snapshot(session, any_world.board, any_world.alice)
    changes = {
        "content": b"x",
        "title": "Autre",
        "taken_at": utcnow(),
        "kind": SnapshotKind.BRIEF,
        "taken_by_id": any_world.bob.id,
    }
    for name, value in changes.items():
        with pytest.raises(DatabaseError, match="stays as it was"), transaction() as session:
            session.execute(update(Snapshot).where(Snapshot.id == kept.id).values({name: value}))
    with transaction() as session:
        session.execute(
            update(Snapshot).values(open_to_observers=True, unpinned_at=utcnow(), taken_by_id=None)
        )


def test_sqlite_refuses_to_replace_a_row(world: World) -> None:
    with transaction() as session:
        make_snapshot(session, world.board, world.alice)
    with pytest.raises(DatabaseError, match="stays as it was"), database().engine.begin() as connection:
        connection.execute(text("INSERT OR REPLACE INTO snapshot SELECT * FROM snapshot"))


def test_files_hold_the_state_that_was_kept(world: World, client_of: ClientOf, writer: Writer) -> None:
    alice = client_of(world.alice)
    path = pin(alice, world, "Après l’atelier")
    writer.note("n2", "Un banc au soleil", x=400.0)
    taken = alice.get(f"{path}/file?format=csv")
    cells = [cell for row in csv.reader(io.StringIO(taken.text), delimiter=";") for cell in row]
    assert "Une rampe devant la mairie" in cells
    assert "Un banc au soleil" not in cells
    assert "Apr%C3%A8s" in taken.headers["Content-Disposition"]
    assert "rampe" in alice.get(f"{path}/file?format=svg").text
    assert alice.get(f"{path}/file?format=exe").status_code == 404
    with reading() as session:
        told = session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    assert told[-2:] == [AuditAction.EXPORT_DOWNLOADED] * 2
    assert AuditAction.SNAPSHOT_PINNED in told


def test_unpinned_it_can_be_pinned_again_by_its_team_only(
    world: World, client_of: ClientOf, writer: Writer
) -> None:
    alice, partner = client_of(world.alice), client_of(world.partner)
    path = pin(alice, world, "Avant le vote")
    assert "Avant le vote" in page(partner, f"/projects/{world.project.id}")
    after = html.unescape(alice.post(f"{path}/unpin", follow_redirects=True).text)
    assert "n’est plus épinglé." in after
    assert f"{path}/pin" in after
    assert "Avant le vote" not in page(partner, f"/projects/{world.project.id}")
    assert partner.get(path).status_code == 404
    alice.post(f"{path}/pin")
    assert "Avant le vote" in page(partner, f"/projects/{world.project.id}")


def test_an_elu_reads_it_once_the_team_shows_it_and_no_name(
    world: World, client_of: ClientOf, writer: Writer
) -> None:
    alice, elected = client_of(world.alice), client_of(world.observer)
    path = pin(alice, world, "Ce que nous gardons")
    home = f"/observations/{world.project.id}"
    assert "Ce que nous gardons" not in page(elected, home)
    assert elected.get(path).status_code == 403
    alice.post(f"{path}/observers", data={"on": "1"})
    assert "Ce que nous gardons" in page(elected, home)
    shown = page(elected, path)
    assert "Une rampe devant la mairie" in shown
    assert world.alice.name not in shown
    assert 'id="since"' not in shown  # the board itself is not open to them
    assert "Ce que nous gardons" in page(alice, f"/projects/{world.project.id}/as-observer")
    alice.post(f"{path}/observers", data={"on": "0"})
    assert elected.get(path).status_code == 403


def test_an_empty_title_is_refused_in_place(world: World, client_of: ClientOf) -> None:
    answer = client_of(world.alice).post(f"/boards/{world.board.id}/snapshots/new", data={"title": "  "})
    assert answer.status_code == 422
    assert "Ce champ est nécessaire." in answer.text


def test_a_pinned_state_keeps_its_pictures(world: World) -> None:
    with transaction() as session:
        picture = make_image(session, world.board.document_id, world.alice)
        name = picture.name
        kept = make_snapshot(session, world.board, world.alice, content=name.encode())
    images.run(utcnow())
    with reading() as session:
        assert session.scalars(select(BoardImage).where(BoardImage.name == name)).one().unused_since is None
    with transaction() as session:
        session.execute(delete(Snapshot).where(Snapshot.id == kept.id))
    images.run(utcnow())
    with reading() as session:
        assert (
            session.scalars(select(BoardImage).where(BoardImage.name == name)).one().unused_since is not None
        )


def test_an_author_s_words_go_from_what_was_kept_and_the_others_stay(world: World) -> None:
    bob = Writer(world.board.document_id, world.bob.key)
    bob.note("b1", "Les mots de Bob")
    alice = Writer(world.board.document_id, world.alice.key, client=78)
    alice.note("a1", "Les mots d’Alice", x=400.0)
    with reading() as session:
        content = stored(session, world)
    clean = redacted(content, by_author(world.bob.key))
    assert clean is not None
    said = {
        one: values.get("text") for one, values in read_objects([clean]).items() if values["type"] == "note"
    }
    assert said == {"b1": "", "a1": "Les mots d’Alice"}
    assert b"Les mots de Bob" not in clean
    assert redacted(clean, by_author(world.bob.key)) is None


def test_erasing_a_board_s_past_takes_its_deleted_words_from_what_was_kept(
    any_world: World,
) -> None:
    world = any_world
    alice = Writer(world.board.document_id, world.alice.key)
    alice.note("a1", "Ce qui reste")
    alice.note("a2", "Ce qui a été supprimé", x=400.0)
    with transaction() as session:
        kept = make_snapshot(session, world.board, world.alice, content=stored(session, world))
        taken_at = kept.taken_at
    alice.delete("a2")
    forget_past(world.board.document_id)
    with reading() as session:
        found = session.get_one(Snapshot, kept.id)
        assert "supprimé".encode() not in found.content
        assert b"Ce qui reste" in found.content
        assert found.redacted_at is not None
        assert found.taken_at == taken_at


def test_nothing_is_unlike_itself(world: World) -> None:
    with reading() as session:
        content = stored(session, world)
    assert redacted(content, unlike(content)) is None


def test_a_text_is_compared_field_by_field(world: World, client_of: ClientOf) -> None:
    words = {"title": world.problem.title, "challenge": "Ce que nous pensions alors"}
    with transaction() as session:
        kept = make_snapshot(
            session,
            world.board,
            world.alice,
            kind=SnapshotKind.PROBLEM,
            board_id=None,
            source_id=world.problem.id,
            content=text_content(words),
        )
    shown = page(client_of(world.alice), f"/snapshots/{kept.id}")
    assert "Ce que nous pensions alors" in shown
    assert world.problem.challenge in shown
    assert shown.count("changé depuis") >= 1


def test_the_list_asks_no_more_for_more_states(world: World, client_of: ClientOf) -> None:
    alice, path = client_of(world.alice), f"/projects/{world.project.id}"
    with transaction() as session:
        make_snapshot(session, world.board, world.alice)
    alice.get(path)
    with counting_queries() as one:
        alice.get(path)
    with transaction() as session:
        for _number in range(5):
            make_snapshot(session, world.board, world.bob)
    with counting_queries() as many:
        alice.get(path)
    assert int(many) == int(one)
