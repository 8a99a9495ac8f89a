"""Every page that somebody can reach, examined by axe-core: both sizes, light and dark, both languages."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import DESKTOP, PHONE, Enter

pytestmark = pytest.mark.browser
AXE = (Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js").read_text()
PEOPLE = {
    "learner": "Awa Diallo",
    "tutor": "Nadia Ferrand",
    "manager": "Hélène Marchetti",
    "observer": "Philippe Anelli",
    "partner": "Dolorès Pinto",
}
LOOKS = [
    pytest.param({"viewport": DESKTOP}, id="desktop-light"),
    pytest.param({"viewport": PHONE, "color_scheme": "dark"}, id="phone-dark"),
]
MOST_PAGES = 40
NOT_PAGES = re.compile(
    r"^/(assets|sign-out|healthz|readyz|socket\.io)|\.(svg|png|csv|txt|json)$|/count$|/snapshot$|/file(\?|$)"
)


def kind_of(path: str) -> str:
    """One address stands for all that differ by ids only."""
    return re.sub(r"\d+", "N", path.split("?", maxsplit=1)[0])


def links_of(page: Page) -> list[str]:
    # A message that was kept is another person's, and so are the pages it leads to.
    found = page.eval_on_selector_all(
        "a[href]:not(.caught-text a)",
        """links => links.map(link => new URL(link.getAttribute('href'), location))
            .filter(url => url.origin === location.origin).map(url => url.pathname + url.search)""",
    )
    return [path for path in found if not NOT_PAGES.search(path)]


def violations_of(page: Page) -> list[str]:
    page.evaluate(AXE)
    found = page.evaluate(
        """async () => (await axe.run(document, {resultTypes: ['violations']})).violations.map(
            violation => violation.id + ': ' + violation.nodes.slice(0, 3).map(
                node => node.target.join(' ') + ' — ' + node.failureSummary).join(' | '))"""
    )
    return [f"{page.url} {violation}" for violation in found]


def walk(page: Page, start: str) -> list[str]:
    """Visit one page of each kind from `start`; gives what axe found, and pages that answered an error."""
    queue, seen, troubles = [start], {kind_of(start)}, []
    while queue:
        path = queue.pop(0)
        response = page.goto(path, wait_until="load")
        if response is not None and response.status >= 400:
            troubles.append(f"{path} answered {response.status}")
            continue
        troubles += violations_of(page)
        for link in links_of(page):
            if kind_of(link) not in seen and len(seen) < MOST_PAGES:
                seen.add(kind_of(link))
                queue.append(link)
    assert len(seen) > 3, "the walk found almost no page"
    return troubles


@pytest.mark.timeout(300)
@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("role", PEOPLE)
def test_every_page_of_a_role_passes_axe(enter: Enter, role: str, look: dict[str, object]) -> None:
    assert walk(enter(PEOPLE[role], **look), "/") == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("role", ["learner", "tutor", "observer"])
def test_every_page_passes_axe_in_english_and_says_so(enter: Enter, role: str) -> None:
    page = enter(PEOPLE[role], viewport=DESKTOP, color_scheme="dark")
    page.evaluate(
        "async () => { const form = new FormData(document.querySelector('form[action=\"/language\"]'));"
        " form.set('locale', 'en'); await fetch('/language', {method: 'POST', body: form}); }"
    )
    page.goto("/")
    assert page.locator("html").get_attribute("lang") == "en"
    assert walk(page, "/") == []


def test_the_door_and_the_error_pages_pass_axe(enter: Enter) -> None:
    for look in (DESKTOP, PHONE):
        page = enter(None, viewport=look)
        for path in (
            "/demo",
            "/sign-in",
            "/about",
            "/accessibility",
            "/nowhere",
            "/join/unknown",
            "/invitations/unknown",
        ):
            page.goto(path)
            assert violations_of(page) == []


@pytest.mark.parametrize("path", ["/", "/problems/new", "/projects"])
def test_no_page_scrolls_sideways_at_320_pixels(enter: Enter, path: str) -> None:
    page = enter("Awa Diallo", viewport={"width": 320, "height": 700})
    page.goto(path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
