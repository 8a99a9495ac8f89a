"""Assessing by keyboard, and the pages of assessments and of accompaniment as axe-core finds them."""

import re

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import DESKTOP, PHONE, Enter
from tests.browser.test_accessibility import violations_of

pytestmark = pytest.mark.browser


def test_tutor_assesses_and_releases_by_keyboard(enter: Enter) -> None:
    tutor = enter("Nadia Ferrand")
    tutor.goto("/cohorts/1/assessments")
    tutor.get_by_role("link", name="Évaluer Léa Vasseur").press("Enter")
    expect(tutor.get_by_role("heading", level=1)).to_have_text("Léa Vasseur")
    level = tutor.get_by_role("group", name="Efficacité").get_by_role("radio", name=re.compile("^Solide"))
    level.press("Space")
    tutor.get_by_label("Appréciation").fill("Un essai compté.")
    tutor.get_by_role("button", name="Publier maintenant").press("Enter")
    expect(tutor).to_have_url(re.compile(r"/assessments#learner-\d+$"))
    line = tutor.get_by_role("listitem").filter(has=tutor.get_by_text("Léa Vasseur", exact=True))
    expect(line).to_contain_text("Publiée")
    learner = enter("Léa Vasseur")
    learner.goto("/assessments")
    expect(learner.get_by_text("Un essai compté.")).to_be_visible()


@pytest.mark.parametrize(
    "look",
    [
        pytest.param({"viewport": DESKTOP, "color_scheme": "dark"}, id="desktop-dark"),
        pytest.param({"viewport": PHONE}, id="phone-light"),
    ],
)
@pytest.mark.parametrize(
    ("name", "paths"),
    [
        (
            "Nadia Ferrand",
            (
                "/cohorts/1/assessments",
                "/cohorts/1/assessments/teams/1",
                "/cohorts/1/assessments/teams/4",
                "/cohorts/1/accompaniment",
                "/cohorts/1/accompaniment?until=2001-01-01&since=2001-01-01",
            ),
        ),
        (
            "Hélène Marchetti",
            ("/cohorts/1/assessments", "/cohorts/2/assessments", "/cohorts/1/accompaniment"),
        ),
        ("Jean-Marc Bourdin", ("/assessments", "/cohorts/1/accompaniment")),
        ("Yaël Bensimon", ("/assessments",)),
    ],
)
def test_pages_pass_axe_and_never_scroll_sideways(
    enter: Enter, name: str, paths: tuple[str, ...], look: dict[str, object]
) -> None:
    page = enter(name, **look)
    for path in paths:
        answer = page.goto(path, wait_until="load")
        assert answer is not None
        assert answer.status == 200
        assert violations_of(page) == []
        width = page.viewport_size["width"] if page.viewport_size else 0
        assert page.evaluate("document.documentElement.scrollWidth") <= width
