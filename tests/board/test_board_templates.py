"""The templates can be used: nothing overlaps, every zone has room, and both languages say it all."""

import re
from html.parser import HTMLParser
from itertools import combinations

import pytest

from models.board.export import to_outline
from models.board.objects.registry import OBJECT_SPECS
from models.board.seed import order_key, seed_board
from models.board.sync import LiveDocument
from models.board.templates import BOARD_TEMPLATES, BoardTemplate, Words, preview_svg
from models.board.templates.parts import GRID, HEADER, NOTE, ZoneSeed
from models.stages import STEPS, Stage

TEMPLATES = list(BOARD_TEMPLATES.values())
FILLED = [template for template in TEMPLATES if template.zones]
LOCALES = ("fr", "en")


class Drawing(HTMLParser):
    """The elements of an SVG, and those that were never closed."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def all_words(template: BoardTemplate) -> list[Words]:
    """Every text of a template."""
    zones = [words for zone in template.zones for words in (zone.title, zone.prompt)]
    return [
        template.name,
        template.purpose,
        *template.how_to,
        *zones,
        *(text.words for text in template.texts),
    ]


def test_templates_of_the_contract_are_there() -> None:
    assert list(BOARD_TEMPLATES) == [
        "defi",
        "carte-des-acteurs",
        "arbre-a-problemes",
        "impact-effort",
        "vierge",
    ]
    assert {code for step in STEPS for code in step.templates} <= set(BOARD_TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_template_says_what_it_is_for_and_how_to_use_it(template: BoardTemplate) -> None:
    assert set(template.stages) <= {stage.value for stage in Stage}
    assert template.stages
    assert 10 <= template.minutes <= 120
    assert 3 <= len(template.how_to) <= 6
    for words in all_words(template):
        assert words.fr.strip() == words.fr
        assert words.en.strip() == words.en
        assert words.fr
        assert words.en


@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_zones_stand_on_the_grid_and_apart(template: BoardTemplate) -> None:
    for zone in template.zones:
        assert not any(length % GRID for length in (zone.x, zone.y, zone.w, zone.h)), zone.title.fr
    for one, other in combinations(template.zones, 2):
        apart = (
            one.x + one.w <= other.x
            or other.x + other.w <= one.x
            or one.y + one.h <= other.y
            or other.y + other.h <= one.y
        )
        assert apart, (one.title.fr, other.title.fr)


@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_texts_stand_outside_the_zones(template: BoardTemplate) -> None:
    for text in template.texts:
        for zone in template.zones:
            beside = text.x + text.w <= zone.x or zone.x + zone.w <= text.x
            above = text.y + 2 * GRID <= zone.y or zone.y + zone.h <= text.y
            assert beside or above, (text.words.fr, zone.title.fr)


@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_every_zone_has_room_for_notes(template: BoardTemplate) -> None:
    for zone in template.zones:
        slots = list(zone.slots())
        assert len(slots) >= 3, zone.title.fr
        for x, y in slots:
            assert zone.x < x
            assert x + NOTE < zone.x + zone.w
            assert zone.y + HEADER <= y
            assert y + NOTE < zone.y + zone.h
        for (x1, y1), (x2, y2) in combinations(slots, 2):
            assert abs(x1 - x2) > NOTE or abs(y1 - y2) > NOTE


@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_numbers_lead_through_the_board(template: BoardTemplate) -> None:
    numbers = [zone.number for zone in template.zones if zone.number]
    assert sorted(numbers) == list(range(1, len(numbers) + 1))
    assert len([zone for zone in template.zones if zone.tone == "keep"]) >= 1
    cited = {int(number) for words in template.how_to for number in re.findall(r"\b(\d)\b", words.fr)}
    assert cited <= set(numbers)
    for words in all_words(template):
        assert re.findall(r"\d", words.fr) == re.findall(r"\d", words.en), words.fr


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_seed_is_a_sound_locked_board(template: BoardTemplate, locale: str) -> None:
    seed = seed_board(template.code, locale)
    assert seed == seed_board(template.code, locale)
    board = LiveDocument.open(seed, [])
    assert all(fact.locked and fact.author == "template" for fact in board.view.facts.values())
    outline = to_outline(seed)
    assert outline.template == template.code
    assert {zone.title for zone in outline.zones} == {zone.title.in_(locale) for zone in template.zones}
    assert {zone.prompt for zone in outline.zones} == {zone.prompt.in_(locale) for zone in template.zones}
    assert [note.text for note in outline.loose] != [] or not template.texts
    assert outline.words() == ""
    limit = OBJECT_SPECS["zone"].fields["title"].size
    assert all(len(zone.title) <= limit for zone in outline.zones)


def test_two_boards_of_a_template_differ_by_language_only() -> None:
    french, english = to_outline(seed_board("defi", "fr")), to_outline(seed_board("defi", "en"))
    assert [(zone.id, zone.x, zone.w) for zone in french.zones] == [
        (zone.id, zone.x, zone.w) for zone in english.zones
    ]
    assert not {zone.title for zone in french.zones} & {zone.title for zone in english.zones}


def test_prompts_fit_in_the_header_of_their_zone() -> None:
    for template in FILLED:
        for zone in template.zones:
            lines = 2 * (zone.w - 48) / 7.6
            assert max(len(zone.prompt.fr), len(zone.prompt.en)) <= lines, zone.prompt.fr


def test_french_has_its_no_break_spaces() -> None:
    assert Words("Qui agit ? « Nous » : oui !", "").in_("fr") == (
        "Qui agit\u202f? «\u202fNous\u202f»\u00a0: oui\u202f!"
    )
    assert Words("Oui", "Who acts? Us: yes!").in_("en-GB") == "Who acts? Us: yes!"


def test_unknown_template_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        seed_board("nothing", "fr")


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_preview_is_plain_svg_with_a_label(template: BoardTemplate, locale: str) -> None:
    svg = preview_svg(template.code, locale)
    drawing = Drawing()
    drawing.feed(svg)
    (root, attributes), *shapes = drawing.elements
    assert root == "svg"
    assert attributes["role"] == "img"
    for zone in template.zones:
        assert zone.title.in_(locale) in (attributes["aria-label"] or "")
    frames = [found for _tag, found in shapes if found["class"] == "preview-zone"]
    assert len(frames) == max(1, len(template.zones))
    assert {tag for tag, _found in shapes} <= {"rect", "path"}
    assert drawing.open == []
    assert not re.search(r"style=|<script|<style|#[0-9a-fA-F]{3}|on\w+=", svg)
    assert len(svg) < 8_000


def test_order_keys_sort_as_they_are_counted() -> None:
    keys = [order_key(place) for place in range(3_000)]
    assert keys == sorted(set(keys))
    assert not any(key.endswith("0") for key in keys)


def test_zone_of_a_number_is_found_or_missed_by_name() -> None:
    template = BOARD_TEMPLATES["defi"]
    assert isinstance(template.zone(6), ZoneSeed)
    with pytest.raises(KeyError, match="defi"):
        template.zone(7)
