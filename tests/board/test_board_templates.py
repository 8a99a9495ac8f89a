"""The templates can be used: nothing overlaps, every zone has room, and both languages say it all."""

import re
from collections.abc import Callable
from html.parser import HTMLParser
from itertools import combinations
from typing import Any

import pytest
from pycrdt import Doc, Map

from models.board.export import demo_notes, to_outline
from models.board.lettering import NOTE_WORDS, PROMPT, TEXTS, ZONE_TITLE
from models.board.objects.registry import OBJECT_SPECS
from models.board.picture import PROMPT_ROOM, draw, example_board, template_picture
from models.board.rules import BoardActor
from models.board.seed import order_key, seed_board
from models.board.sync import LiveDocument
from models.board.templates import BOARD_TEMPLATES, BoardTemplate, Words
from models.board.templates.parts import GRID, HEADER, NOTE, ZoneSeed
from models.errors import Refused
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
        self.words: list[str] = []

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self.open.append(tag)

    def handle_data(self, data: str) -> None:
        self.words.append(data)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def all_words(template: BoardTemplate) -> list[Words]:
    """Every text of a template."""
    zones = [words for zone in template.zones for words in (zone.title, zone.prompt)]
    return [
        template.name,
        template.purpose,
        template.moment,
        *template.how_to,
        *zones,
        *(text.words for text in template.texts),
    ]


STAGES = {
    "invent": (
        "defi",
        "carte-des-acteurs",
        "arbre-a-problemes",
        "persona",
        "parcours-usager",
        "comment-pourrions-nous",
        "precedents",
    ),
    "set_up": (
        "valeur",
        "impact-effort",
        "service-blueprint",
        "canevas-public",
        "theorie-du-changement",
        "grille-de-test",
    ),
    "spread": ("kit-de-transposition", "pitch-a-l-elu", "script-d-interessement"),
}
"""Product.md §4: the sixteen, by the stage that each belongs to."""


def test_the_sixteen_are_there_by_stage() -> None:
    found = {
        stage: tuple(template.code for template in FILLED if template.stages[0] == stage) for stage in STAGES
    }
    assert found == STAGES
    assert [*BOARD_TEMPLATES][-1] == "vierge"
    for step in STEPS:
        assert 2 <= len(step.templates) <= 3
        assert set(step.templates) <= set(BOARD_TEMPLATES)


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_template_says_what_it_is_for_and_how_to_use_it(template: BoardTemplate) -> None:
    assert set(template.stages) <= {stage.value for stage in Stage}
    assert template.stages
    assert 10 <= template.minutes <= 120
    assert 3 <= len(template.how_to) <= 6
    assert 1 <= template.people[0] < template.people[1] <= 12
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


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_texts_stand_outside_the_zones_and_apart(template: BoardTemplate, locale: str) -> None:
    texts = [
        (text.x, text.y, text.x + text.w, text.y + TEXTS[text.size].height(text.words.in_(locale), text.w))
        for text in template.texts
    ]
    zones = [(zone.x, zone.y, zone.x + zone.w, zone.y + zone.h) for zone in template.zones]
    for index, text in enumerate(texts):
        for other in [*texts[index + 1 :], *zones]:
            beside = text[2] <= other[0] or other[2] <= text[0]
            assert beside or text[3] <= other[1] or other[3] <= text[1], (template.texts[index], other)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_words_fit_in_their_boxes(template: BoardTemplate, locale: str) -> None:
    for zone in template.zones:
        title = ZONE_TITLE.height(zone.title.in_(locale), zone.w - 36 - (34 if zone.number else 0))
        prompt = PROMPT.height(zone.prompt.in_(locale), min(zone.w - 36, PROMPT_ROOM))
        assert 14 + max(24, title) + 6 + prompt <= HEADER, zone.prompt
    for text in template.texts:
        lines = TEXTS[text.size].lines(text.words.in_(locale), text.w)
        assert max(TEXTS[text.size].width(line) for line in lines) <= text.w
        assert len(lines) <= 2
    assert template.example
    for note in template.example.notes:
        assert len(NOTE_WORDS.lines(note.words.in_(locale), NOTE - 24)) <= 5, note.words


@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_it_is_read_on_one_landscape_sheet(template: BoardTemplate) -> None:
    right = max(zone.x + zone.w for zone in template.zones)
    bottom = max(zone.y + zone.h for zone in template.zones)
    assert right <= 2_200
    assert 1.15 <= right / bottom <= 1.9


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


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", FILLED, ids=lambda template: template.code)
def test_example_fills_the_zones_with_notes_apart(template: BoardTemplate, locale: str) -> None:
    outline = to_outline(example_board(template.code, locale))
    assert not [note for note in outline.loose if note.type == "note"]
    for zone in outline.zones:
        for one, other in combinations(zone.notes, 2):
            assert abs(one.x - other.x) >= NOTE or abs(one.y - other.y) >= NOTE, (one.text, other.text)
    filled = [zone for zone in outline.zones if zone.notes]
    assert len(filled) >= min(5, len(outline.zones))
    assert all(zone.notes for zone in outline.zones if zone.tone == "keep")
    assert template.example
    assert template.example.scene.in_(locale)
    assert not to_outline(seed_board(template.code, locale)).words()


PERSON = BoardActor(key="u7", can_edit=True, document_id=1)
TRIES: dict[str, Callable[[Map[Any]], None]] = {
    "moves a zone": lambda objects: objects["zone-1"].update({"x": 5}),
    "deletes a zone": lambda objects: objects.pop("zone-1"),
    "writes in a heading": lambda objects: objects["text-1"]["text"].insert(0, "!"),
    "turns an arrow round": lambda objects: objects["arrow-1"].update({"from": "zone-1"}),
}


@pytest.mark.parametrize(
    ("template", "trying"),
    [
        pytest.param(template, trying, id=f"{template.code}-{trying}")
        for template in FILLED
        for trying in TRIES
        if "arrow" not in trying or template.arrows
    ],
)
def test_scaffolding_is_out_of_a_participants_reach(template: BoardTemplate, trying: str) -> None:
    seed = seed_board(template.code, "fr")
    doc: Doc[Any] = Doc()
    doc.apply_update(seed)
    before = doc.get_state()
    with doc.transaction():
        TRIES[trying](doc.get("objects", type=Map))
    with pytest.raises(Refused) as refused:
        LiveDocument.open(seed, []).propose(doc.get_update(before), PERSON)
    assert refused.value.code == "locked"


def test_french_has_its_no_break_spaces() -> None:
    assert Words("Qui agit ? « Nous » : oui !", "").in_("fr") == (
        "Qui agit\u202f? «\u202fNous\u202f»\u00a0: oui\u202f!"
    )
    assert Words("Oui", "Who acts? Us: yes!").in_("en-GB") == "Who acts? Us: yes!"


def test_unknown_template_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        seed_board("nothing", "fr")


@pytest.mark.parametrize("shape", ["small", "large", "example"])
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.code)
def test_picture_is_plain_svg_of_the_document(template: BoardTemplate, locale: str, shape: str) -> None:
    svg = template_picture(template.code, locale, words=shape != "small", example=shape == "example")
    drawing = Drawing()
    drawing.feed(svg)
    (root, attributes), *shapes = drawing.elements
    assert root == "svg"
    assert (attributes["role"], attributes["aria-label"]) == ("img", template.name.in_(locale))
    frames = [found for _tag, found in shapes if "pic-zone" in str(found["class"])]
    assert len(frames) == max(1, len(template.zones))
    assert len([tag for tag, found in shapes if found.get("class") == "pic-arrow"]) >= len(template.arrows)
    assert {tag for tag, _found in shapes} <= {"rect", "path", "circle", "text", "g"}
    assert drawing.open == []
    assert not re.search(r"style=|<script|<style|#[0-9a-fA-F]{3}|on\w+=", svg)
    assert len(svg) < (12_000 if shape == "small" else 24_000)
    if shape == "large":
        drawn = " ".join(drawing.words)
        for zone in template.zones:
            assert zone.title.in_(locale) in drawn
            assert zone.prompt.in_(locale) in drawn


def test_picture_escapes_what_people_wrote() -> None:
    hostile = "</text><script>alert(1)</script>\"'"
    svg = draw(demo_notes("defi", [("u1", 1, "jonc", hostile)]), hostile, words=True)
    assert "<script" not in svg
    assert "&lt;script&gt;" in svg


def test_order_keys_sort_as_they_are_counted() -> None:
    keys = [order_key(place) for place in range(3_000)]
    assert keys == sorted(set(keys))
    assert not any(key.endswith("0") for key in keys)


def test_zone_of_a_number_is_found_or_missed_by_name() -> None:
    template = BOARD_TEMPLATES["defi"]
    assert isinstance(template.zone(6), ZoneSeed)
    with pytest.raises(KeyError, match="defi"):
        template.zone(7)
