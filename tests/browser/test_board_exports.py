"""A board taken away from its own menu, and notes brought to it from a spreadsheet, in a browser."""

import io
import re
from pathlib import Path

import pypdf
import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter
from tests.browser.test_accessibility import violations_of

pytestmark = pytest.mark.browser


@pytest.fixture
def page(enter: Enter) -> Page:
    page = enter("Awa Diallo")
    page.goto("/projects/1")
    page.locator("#boards h3 a").first.click()
    expect(page.locator("[data-save-text]")).to_have_text(re.compile("^(Enregistré|Tout est à jour)$"))
    return page


def open_exporting(page: Page) -> None:
    page.get_by_role("button", name="Menu du tableau").click()
    page.get_by_role("link", name="Exporter et imprimer").click()
    expect(page.get_by_role("dialog", name="Exporter et imprimer")).to_be_visible()


def taken(page: Page, name: str) -> tuple[str, bytes]:
    with page.expect_download() as download:
        page.get_by_role("link", name=re.compile(f"^{name}")).click()
    return download.value.suggested_filename, Path(download.value.path()).read_bytes()


def test_the_menu_gives_the_board_a_zone_or_what_is_selected(page: Page) -> None:
    note = page.locator("#board .board-note").first
    note.click()
    words = (note.locator(".board-note-text").text_content() or "").strip()
    open_exporting(page)
    assert violations_of(page) == []
    part = page.get_by_label("Que prendre ?")
    expect(part).to_be_focused()
    name, pdf = taken(page, "PDF")
    assert re.fullmatch(r"Tableau - .+ - \d{4}-\d\d-\d\d\.pdf", name)
    assert pdf.startswith(b"%PDF")
    part.select_option(label="Ce qui est sélectionné (1)")
    _name, markdown = taken(page, "Markdown")
    assert markdown.decode().count("\n- ") == 1
    assert words.split()[0] in markdown.decode()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog", name="Exporter et imprimer")).to_be_hidden()


def test_notes_come_from_a_table_after_a_dry_run_and_go_again(page: Page) -> None:
    board = page.url
    page.get_by_role("button", name="Menu du tableau").click()
    page.get_by_role("link", name="Importer des notes").click()
    page.get_by_label("Ou collez les lignes").fill(
        "Texte;Cadre\nVenue d’un tableur;1\n;\nAutre venue;Nulle part"
    )
    page.get_by_role("button", name="Voir ce que fera chaque ligne").click()
    expect(page.get_by_role("row", name=re.compile("Autre venue"))).to_contain_text("hors cadre")
    assert violations_of(page) == []
    page.get_by_role("button", name="Ajouter 2 notes").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("2 notes sont sur le tableau")
    done = page.url
    page.goto(board)
    expect(page.get_by_role("treeitem", name=re.compile("^Venue d’un tableur"))).to_be_visible()
    page.goto(done)
    page.get_by_role("button", name="Retirer ces notes").click()
    expect(page.locator(".flash")).to_contain_text("2 notes importées sont retirées")


def on_paper(page: Page) -> list[str]:
    pdf = pypdf.PdfReader(io.BytesIO(page.pdf(prefer_css_page_size=True)))
    return [" ".join(sheet.extract_text().split()) for sheet in pdf.pages]


def test_on_paper_a_board_is_a_sheet_for_each_zone_then_its_plan(page: Page) -> None:
    note = page.get_by_role("treeitem", level=2).first.locator(".plan-words").text_content() or ""
    alone = on_paper(page)
    assert note in " ".join(alone), "the board's own page prints its plan"
    assert "Voir en grand" not in " ".join(alone)
    page.goto(page.url.split("#")[0] + "/print")
    page.wait_for_function(
        "() => [...document.images].every(image => image.complete && image.naturalWidth > 0)"
    )
    sheets = on_paper(page)
    assert len(sheets) == page.locator(".paper-sheet").count() + 1
    assert note.split()[0] in sheets[0]
    assert note in sheets[-1]
    assert "Retour au tableau" not in " ".join(sheets)
