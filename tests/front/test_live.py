"""A page that keeps itself up to date: figures change in place, what would move the reader waits."""

import json

import pytest
from playwright.sync_api import Page, Route, expect

from tests.front.specimen_site import Site

pytestmark = pytest.mark.browser
CALM = (
    '<h2>En tête</h2><p data-live-item="first" data-live-stamp="silent 9">Silence depuis 9 jours</p>'
    '<p data-live-figure="last">il y a 5 min</p>'
    '<p data-live-item="row" data-live-stamp="a"><a id="row" href="#row">Projet</a></p>'
)
MOVED = (
    '<h2>En tête</h2><p data-live-item="first" data-live-stamp="silent 10">Silence depuis 10 jours</p>'
    '<p data-live-item="second" data-live-stamp="new">Un retour attend</p>'
    '<p data-live-figure="last">à l’instant</p>'
    '<p data-live-item="row" data-live-stamp="a"><a id="row" href="#row">Projet</a></p>'
)


def answer(page: Page, site: Site, html: str) -> None:
    """Let the server say this from now on, and the page ask."""

    def told(route: Route) -> None:
        route.fulfill(content_type="application/json", body=json.dumps({"html": html}))

    page.unroute("**/live-parts")
    page.route("**/live-parts", told)
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def top_of_row(page: Page) -> float:
    return float(page.locator("#row").evaluate("node => node.getBoundingClientRect().top"))


def test_figure_changes_in_place_and_nothing_is_offered(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/page/live")
    before = top_of_row(page)
    answer(page, site, CALM)
    expect(page.locator("[data-live-figure=last]")).to_have_text("il y a 5 min")
    expect(page.locator(".live-bar button")).to_be_hidden()
    assert top_of_row(page) == before


def test_what_would_move_the_reader_is_counted_and_waits(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/page/live")
    page.focus("#row")
    before = top_of_row(page)
    answer(page, site, MOVED)
    offer = page.locator(".live-bar button")
    expect(offer).to_contain_text("Mettre à jour (2 changements)")
    expect(page.locator("#announcer")).to_contain_text("2 changements")
    expect(page.locator("[data-live-item=second]")).to_have_count(0)
    expect(page.locator("#row")).to_be_focused()
    assert top_of_row(page) == before
    offer.click()
    expect(page.locator("[data-live-item=second]")).to_be_visible()
    expect(page.locator("[data-live-item=first]")).to_contain_text("10 jours")
    expect(offer).to_be_hidden()
    expect(page.locator("h2")).to_be_focused()


def test_an_offer_goes_when_things_are_as_they_were(page: Page, site: Site) -> None:
    page.goto(f"{site.url}/page/live")
    answer(page, site, MOVED)
    expect(page.locator(".live-bar button")).to_be_visible()
    answer(page, site, CALM)
    expect(page.locator(".live-bar button")).to_be_hidden()


def test_who_accepts_goes_on_reading_where_they_were(page: Page, site: Site) -> None:
    """What comes above pushes nothing down: the line under the reader's eyes stays where it is."""
    page.set_viewport_size({"width": 900, "height": 500})
    page.goto(f"{site.url}/page/live")
    lines = "".join(f"<p>Ligne {number}</p>" for number in range(40))
    row = '<p data-live-item="row" data-live-stamp="long"><a id="row" href="#row">Projet</a></p>'
    new = "".join(f'<p data-live-item="new-{number}" data-live-stamp="1">Nouveau</p>' for number in range(9))
    offer = page.locator(".live-bar button")
    answer(page, site, f"<h2>En tête</h2>{lines}{row}{lines}")
    offer.click()
    page.locator("#row").evaluate("node => node.scrollIntoView()")
    before = top_of_row(page)
    answer(page, site, f"<h2>En tête</h2>{new}{lines}{row}{lines}")
    expect(offer).to_contain_text("9 changements")
    assert top_of_row(page) == before
    offer.evaluate("button => button.click()")  # not styled here: a driver would scroll to it
    expect(page.locator("[data-live-item=new-8]")).to_have_count(1)
    assert abs(top_of_row(page) - before) <= 1
