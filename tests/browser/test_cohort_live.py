"""The cohort page while a team works: it follows, and nothing moves under the eyes of who reads it."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Enter

pytestmark = pytest.mark.browser


def test_page_follows_what_a_team_does_and_stays_where_it_is(enter: Enter) -> None:
    learner, tutor = (
        enter("Jean-Marc Bourdin"),
        enter("Nadia Ferrand", viewport={"width": 1440, "height": 600}),
    )
    learner.goto("/projects")
    project = learner.locator("main a").evaluate_all(
        r"links => links.map(link => /^\/projects\/(\d+)$/.exec(link.pathname)).find(Boolean)[1]"
    )
    tutor.goto("/cohorts")
    figure = tutor.locator(f"[data-live-figure=last-{project}]")
    figure.scroll_into_view_if_needed()
    place = figure.evaluate("node => node.getBoundingClientRect().top")

    learner.goto(f"/projects/{project}/partners/new")
    learner.get_by_label("Nom du partenaire").fill("Atelier des Palétuviers")
    learner.get_by_text("Association").click()
    learner.get_by_role("button", name="Ajouter").click()
    expect(learner.get_by_role("main")).to_contain_text("Atelier des Palétuviers")

    tutor.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(figure).to_have_text("à l’instant")
    offer = tutor.locator(".live-bar button")
    expect(offer).to_contain_text("Mettre à jour")
    expect(tutor.locator("#journal")).not_to_contain_text("Atelier des Palétuviers")
    assert figure.evaluate("node => node.getBoundingClientRect().top") == place

    offer.click()
    expect(offer).to_be_hidden()
    expect(tutor.locator("#journal")).to_contain_text(re.compile("Jean-Marc Bourdin"))
    expect(tutor.locator("#announcer")).to_contain_text("La page est à jour.")
