"""The calendar in a real browser: the reader's hours, the sheet by keyboard and on a phone, the feed."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE, Enter

pytestmark = pytest.mark.browser
TARGET = 44


def open_calendar(page: Page) -> None:
    page.goto("/cohorts")
    page.get_by_role("link", name="Tout le calendrier").click()
    expect(page.get_by_role("heading", name="Calendrier", level=1)).to_be_visible()


def open_sheet(page: Page) -> None:
    """The sheet of the last session that was held, on this month's page or the one before."""
    open_calendar(page)
    sheets = page.get_by_role("link", name=re.compile("^Présences : "))
    if not sheets.count():
        page.get_by_role("link", name=re.compile("^Mois précédent")).click()
    sheets.last.click()
    expect(page.get_by_role("heading", name="Présences", level=1)).to_be_visible()


def test_sheet_is_filled_by_keyboard_alone(enter: Enter) -> None:
    page = enter("Nadia Ferrand")
    open_sheet(page)
    first, second = (page.locator("fieldset.attendance-line").nth(number) for number in (0, 1))
    first.get_by_label("Pas noté").press("Space")
    page.keyboard.press("ArrowRight")
    expect(first.get_by_label("Sur place")).to_be_checked()
    page.keyboard.press("ArrowRight")
    expect(first.get_by_label("À distance")).to_be_checked()
    page.keyboard.press("Tab")
    expect(second.locator("input[type=radio]:focus")).to_have_count(1)
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowLeft")
    chosen = second.locator("input:checked").get_attribute("value") or ""
    page.get_by_role("button", name="Enregistrer").press("Enter")
    expect(page.get_by_text(re.compile(r"présences? notées?|Rien n’a changé"))).to_be_visible()
    expect(first.get_by_label("À distance")).to_be_checked()
    expect(second.locator("input:checked")).to_have_value(chosen)


def test_sheet_and_calendar_fit_a_phone(enter: Enter) -> None:
    page = enter("Nadia Ferrand", viewport=PHONE, has_touch=True)
    open_sheet(page)
    choices = page.locator(".attendance-choices label")
    sizes = choices.evaluate_all(
        "labels => labels.map(one => one.getBoundingClientRect()).map(box => [box.width, box.height])"
    )
    assert min(min(size) for size in sizes) >= TARGET
    line = page.locator("fieldset.attendance-line").first
    line.get_by_label("Excusé·e").tap()
    expect(line.locator("input[value=excused]")).to_be_checked()
    for path in (None, "/account#calendar"):
        if path:
            page.goto(path)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    open_calendar(page)
    expect(page.locator(".month")).to_be_hidden()
    expect(page.locator(".agenda > li").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_learner_overseas_reads_their_own_hours_and_takes_the_feed_home(enter: Enter) -> None:
    page = enter("Teva Kouyouli")
    open_calendar(page)
    expect(page.get_by_text("Les heures sont celles de Cayenne, votre fuseau.")).to_be_visible()
    hours = page.locator(".session-hours", has_text="18:30 à Paris").first
    expect(hours).to_contain_text(re.compile(r"1[34]:30"))
    page.locator(".month td > a").first.press("Enter")
    expect(page).to_have_url(re.compile("#day-"))
    page.get_by_role("link", name="Dans mon agenda").click()
    page.get_by_role("button", name=re.compile("Créer l’adresse|Créer une nouvelle adresse")).click()
    address = page.get_by_label("L’adresse à donner à votre agenda").input_value()
    answer = page.request.get(re.sub(r"^https?://[^/]+", "", address))
    assert answer.headers["content-type"].startswith("text/calendar")
    body = answer.text()
    assert "TZID:Europe/Paris" in body
    assert "TZID:America/Cayenne" in body
