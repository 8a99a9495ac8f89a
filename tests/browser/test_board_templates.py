"""A template chosen by keyboard, its example read, the board opened, its instructions found again there."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Enter


def press_until(page: Page, key: str, name: str, most: int = 60) -> None:
    """Press a key until what has the focus is called so."""
    for _ in range(most):
        page.keyboard.press(key)
        words = page.evaluate(
            "(e => (e.labels?.[0] ?? e).textContent.trim())(document.activeElement)",
        )
        if re.search(name, str(words)):
            return
    raise AssertionError(f"{key} never reached {name}")


def test_a_template_is_chosen_read_and_used_by_keyboard(enter: Enter) -> None:
    page = enter("Maïté Larrieu")
    page.get_by_role("link", name="Projets").first.click()
    page.get_by_role("link", name="Une seule visite suffit").first.click()
    page.get_by_role("link", name="Ouvrir un tableau", exact=True).first.click()
    expect(page.get_by_role("radio", name=re.compile("^Carte des acteurs"))).to_be_visible()

    press_until(page, "Tab", "^Carte des acteurs")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("radio", name=re.compile("^Comment pourrions-nous"))).to_be_checked()
    press_until(page, "Tab", "^Tous les modèles")
    expect(page.get_by_role("radio", name=re.compile("^Persona"))).to_be_hidden()
    page.keyboard.press("Enter")
    press_until(page, "Tab", "^Voir le modèle : Persona")
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", name="Persona", level=1)).to_be_visible()
    expect(page.get_by_text("Josiane, 58 ans").last).to_be_hidden()
    press_until(page, "Tab", "^Voir un exemple")
    page.keyboard.press("Enter")
    expect(page.get_by_role("listitem").filter(has_text="Josiane, 58 ans")).to_be_visible()
    press_until(page, "Tab", "^Ouvrir ce tableau")
    page.keyboard.press("Enter")

    page.wait_for_selector(".board[data-ready]")
    notes = page.locator("#board .board-note")
    expect(notes).to_have_count(0)
    page.get_by_role("button", name="Menu du tableau").press("Enter")
    page.get_by_role("link", name="Mode d’emploi").press("Enter")
    guide = page.get_by_role("dialog", name="Mode d’emploi")
    expect(guide.get_by_text("Quand s’en servir")).to_be_visible()
    add = guide.get_by_role("button", name="Ajouter l’exemple au tableau")
    expect(add).to_be_hidden()
    guide.get_by_text("Voir un exemple").press("Enter")
    expect(add).to_be_visible()
    expect(notes).to_have_count(0)
    add.press("Enter")
    expect(guide).to_be_hidden()
    expect(notes).to_have_count(13)
    page.get_by_role("button", name="Annuler").first.click()
    expect(notes).to_have_count(0)
