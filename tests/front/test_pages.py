"""Every element, at each size and in both schemes: no accessibility fault, nothing cut off."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from tests.front.specimen_site import ROOT, Site
from tests.live.live_support import eventually

pytestmark = pytest.mark.browser

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = [
    "/page/specimen?demo",
    "/page/form",
    "/page/brief",
    "/page/form?anonymous",
    "/error/404",
    "/error/500",
    "/error/409",
]
SIZES = {"desktop": (1440, 900), "phone": (390, 844)}


def faults(page: Page) -> list[str]:
    page.add_script_tag(content=AXE)
    found = page.evaluate("rules => axe.run(document, {runOnly: rules})", RULES)["violations"]
    return [f"{fault['id']}: {node['html'][:120]}" for fault in found for node in fault["nodes"]]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_have_no_accessibility_fault(chromium: Browser, site: Site, size: str, theme: str) -> None:
    width, height = SIZES[size]
    context = chromium.new_context(viewport={"width": width, "height": height}, bypass_csp=True)
    page = context.new_page()
    found = {}
    for path in PAGES:
        page.goto(f"{site.url}{path}{'&' if '?' in path else '?'}theme={theme}")
        found[path] = faults(page)
    context.close()
    assert found == {path: [] for path in PAGES}


@pytest.mark.parametrize("locale", ["fr", "en"])
def test_pages_reflow_at_320_pixels(page: Page, site: Site, locale: str) -> None:
    page.set_viewport_size({"width": 320, "height": 640})
    for path in PAGES:
        page.goto(f"{site.url}{path}{'&' if '?' in path else '?'}lang={locale}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 320, path


def test_pages_hold_text_of_twice_the_size(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 1280, "height": 800})
    for path in PAGES:
        page.goto(site.url + path)
        page.evaluate("document.documentElement.style.fontSize = '200%'")
        assert page.evaluate("document.documentElement.scrollWidth") <= 1280, path


def test_phone_targets_are_44_pixels_high(page: Page, site: Site) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site.url}/page/specimen")
    small = page.evaluate(
        """() => [...document.querySelectorAll('.button, .icon-button, nav a, summary')]
        .filter(target => target.offsetParent && target.getBoundingClientRect().height < 43.5)
        .map(target => target.outerHTML.slice(0, 100))"""
    )
    assert small == []


def test_theme_of_the_account_wins_over_the_system(page: Page, site: Site) -> None:
    page.emulate_media(color_scheme="dark")
    page.goto(f"{site.url}/page/brief?theme=light")
    light = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.goto(f"{site.url}/page/brief?theme=auto")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (light, dark) == ("rgb(246, 242, 234)", "rgb(17, 25, 29)")


def test_pages_work_without_script(chromium: Browser, site: Site) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site.url}/page/form")
    page.fill("[name=title]", "Files d’attente")
    page.fill("[name=authority]", "Cayenne")
    page.click("text=Soumettre")
    page.wait_for_url("**/page/specimen")
    context.close()
    assert (site.posts[0]["title"], site.posts[0]["authority_code"]) == ("Files d’attente", "")


def test_first_page_takes_five_requests(page: Page, site: Site) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(Path(request.url).name))
    page.goto(f"{site.url}/page/brief")

    def needed() -> int:
        page.wait_for_load_state("networkidle")
        return sum(not name.startswith("favicon") for name in asked)

    eventually(lambda: needed() >= 5, what="the page with all that it needs")
    assert needed() == 5, asked
