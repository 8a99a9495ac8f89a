"""What a page waits for before its words are drawn: for who comes from elsewhere, itself alone (ADR 37)."""

from collections.abc import Mapping

import pytest
from flask import Flask
from lxml import html

from tests.conftest import ClientOf
from tests.factories import World

FROM_ELSEWHERE = [{}, {"Sec-Fetch-Site": "none"}, {"Sec-Fetch-Site": "cross-site"}]
FROM_US = {"Sec-Fetch-Site": "same-origin"}


def waits_for(page: html.HtmlElement) -> list[str]:
    """What a browser fetches before it draws."""
    return [
        link.get("href")
        for link in page.iter("link")
        if link.get("rel") == "stylesheet" and link.get("media") != "not all"
    ]


def fonts(page: html.HtmlElement) -> list[str]:
    """Fonts that are asked for at once."""
    preloads = [link.get("href") for link in page.iter("link") if link.get("as") == "font"]
    styles = [style.text for style in page.iter("style") if style.get("media") != "not all"]
    return preloads + [text for text in styles if "url(" in text]


@pytest.mark.parametrize("headers", FROM_ELSEWHERE)
@pytest.mark.parametrize("where", ["project", "board"])
def test_who_comes_from_elsewhere_waits_for_the_page_only(
    world: World, client_of: ClientOf, headers: Mapping[str, str], where: str
) -> None:
    page = html.fromstring(client_of(world.alice).get(address(world, where), headers=headers).get_data())
    assert waits_for(page) == []
    assert fonts(page) == []
    assert any("@layer" in style.text for style in page.iter("style"))
    assert [sheet.get("media") for sheet in page.iter("link", "style") if "data-later" in sheet.attrib] == [
        "not all"
    ]


def test_who_goes_from_page_to_page_is_not_sent_the_styles_again(
    world: World, app: Flask, client_of: ClientOf
) -> None:
    page = html.fromstring(client_of(world.alice).get(address(world, "project"), headers=FROM_US).get_data())
    assert waits_for(page) == [f"/assets/{app.config['ASSETS']['main.css']}"]
    assert not any("Text fallback" in style.text for style in page.iter("style"))
    assert fonts(page) == [f"/assets/{app.config['ASSETS']['text-font.woff2']}"]


def test_a_board_opened_from_a_page_has_its_fonts_at_once(
    world: World, app: Flask, client_of: ClientOf
) -> None:
    page = html.fromstring(client_of(world.alice).get(address(world, "board"), headers=FROM_US).get_data())
    assert waits_for(page) == []
    found = " ".join(fonts(page))
    for name in ("text-font.woff2", "title-font.woff2"):
        assert found.count(f"/assets/{app.config['ASSETS'][name]}") == 2, "preloaded, and named by the styles"


def test_built_files_are_the_same_for_everybody(world: World, app: Flask, client_of: ClientOf) -> None:
    client = client_of(world.alice)
    client.get("/account")
    for name in app.config["ASSETS"].values():
        answer = client.get(f"/assets/{name}")
        assert answer.headers["Vary"] == "Accept-Encoding"
        assert "Set-Cookie" not in answer.headers
        answer.close()


def address(world: World, where: str) -> str:
    """Of a page made of templates, or of a board."""
    return f"/projects/{world.project.id}" if where == "project" else f"/boards/{world.board.id}"
