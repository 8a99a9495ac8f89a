"""Writing feedback by keyboard: a tutor's phrase goes where one writes, and the focus comes back there."""

import re

from playwright.sync_api import expect

from tests.browser.conftest import Enter


def test_phrase_is_inserted_by_keyboard_where_one_writes(enter: Enter) -> None:
    tutor = enter("Nadia Ferrand")
    tutor.goto("/projects")
    tutor.get_by_role("link", name="Des cours qui trient et qui fleurissent").first.click()
    tutor.get_by_role("link", name="Faire un retour").first.click()
    body = tutor.get_by_label("Votre retour")
    body.fill("Bravo.")
    tutor.locator("summary", has_text=re.compile("phrases à réutiliser")).press("Enter")
    phrase = tutor.get_by_role("button", name=re.compile("point de départ"))
    phrase.press("Enter")
    expect(body).to_have_value(re.compile(r"^Bravo\. Quel est votre point de départ"))
    expect(body).to_be_focused()
    expect(tutor).to_have_url(re.compile("/feedback/new"))
