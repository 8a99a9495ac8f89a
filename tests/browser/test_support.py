"""An offer of support by keyboard on a phone: from the brief that asks to the next one, which tells it."""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import Page, expect

from models.base import utcnow
from tests.browser.conftest import PHONE, Enter

pytestmark = pytest.mark.browser

PROJECT = "Trois chiffres sûrs pour mon quartier"
WORDS = "La salle des associations, trois mardis de suite."


def test_offer_is_made_answered_and_told_by_keyboard_on_a_phone(enter: Enter) -> None:
    official = enter("Philippe Anelli", viewport=PHONE)
    official.goto("/observations")
    official.get_by_role("link", name=PROJECT).first.press("Enter")
    expect(official.get_by_role("heading", level=1)).to_have_text(PROJECT)
    _offer(official)
    offer = official.locator(".feedback").filter(has_text=WORDS)
    expect(offer).to_contain_text("Proposé")
    number = official.url.rpartition("#offer-")[2]

    lead = enter("Karim Saïd", viewport=PHONE)
    project = official.url.partition("#")[0].replace("/observations/", "/projects/")
    lead.goto(f"{project}/support")
    card = lead.locator(f"#offer-{number}")
    _accept(lead, number)
    expect(card).to_contain_text("Accepté")
    expect(card).to_contain_text("Sera dit dans le prochain point d’étape")

    lead.goto(f"{project}/brief")
    told = lead.get_by_label("Les appuis reçus")
    expect(told).to_have_value(re.compile("Une salle"))
    lead.get_by_role("button", name="Relire et publier").press("Enter")
    lead.get_by_role("button", name=re.compile("^Publier")).press("Enter")
    expect(lead.get_by_text("publiée : les élus qui observent sont prévenus")).to_be_visible()

    official.reload()
    expect(offer).to_contain_text("Accepté")
    expect(offer).to_contain_text("Merci, c’est noté.")
    told_to_all = official.locator("h2:text-is('Les appuis reçus') + p")
    expect(told_to_all).to_have_text(re.compile("^Une salle.: promesse d’un·e élu·e pour le [^;]*$"))
    assert official.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def _offer(page: Page) -> None:
    """The brief's button leads to the form; from there on, only the keys that anybody has."""
    page.get_by_role("link", name="Proposer un appui").press("Enter")
    page.keyboard.press("Tab")
    expect(page.get_by_role("radio", name="Une salle")).to_be_focused()
    page.keyboard.press("Space")
    page.keyboard.press("Tab")
    page.keyboard.type(WORDS)
    page.keyboard.press("Tab")
    expect(page.get_by_role("button", name="Proposer cet appui")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"#offer-\d+$"))


def _accept(page: Page, number: str) -> None:
    card = page.locator(f"#offer-{number}")
    card.get_by_label("Pour quel jour").fill(str(utcnow().date() + timedelta(days=20)))
    card.get_by_role("checkbox").press("Space")
    card.get_by_label(re.compile("^Un mot")).fill("Merci, c’est noté.")
    card.get_by_role("button", name="Accepter").press("Enter")
    expect(page).to_have_url(re.compile(rf"#offer-{number}$"))
