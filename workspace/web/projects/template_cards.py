"""Board templates as pages show them: small among others, or whole with instructions and example."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from markupsafe import Markup

from models.board.export import Outline, to_outline
from models.board.picture import draw, example_board, template_picture
from models.board.seed import seed_board
from models.board.templates import BOARD_TEMPLATES, BoardTemplate
from models.saved_template import SavedTemplate
from models.stages import STAGE_LABELS, Stage
from workspace.i18n import current_locale
from workspace.services.boards import suggested_templates

STEM, ENDING = 4, 2
"""A word is looked for without its last letters, but never by fewer than its first ones."""


@dataclass(frozen=True)
class TemplateCard:
    """A board template in the reader's language. `preview` is a drawing (SVG), `words` all it says."""

    code: str
    name: str
    purpose: str
    minutes: int
    people: tuple[int, int]
    preview: Markup
    words: str
    is_suggested: bool = False


@dataclass(frozen=True)
class TemplateExample:
    """A template filled in by an invented team: as a picture, and zone by zone."""

    scene: str
    picture: Markup
    outline: Outline


@dataclass(frozen=True)
class TemplateGuide:
    """All that a template says, for somebody who never used it."""

    card: TemplateCard
    moment: str
    how_to: list[str]
    outline: Outline
    picture: Markup
    example: TemplateExample | None


@dataclass(frozen=True)
class CardGroup:
    """The templates of a stage, those of `stage` None belong to none."""

    stage: Stage | None
    label: str
    cards: list[TemplateCard]


def card_of(code: str, *, is_suggested: bool = False) -> TemplateCard:
    """A template as the reader reads it. Raises KeyError."""
    template, locale = BOARD_TEMPLATES[code], current_locale()
    return TemplateCard(
        code=code,
        name=template.name.in_(locale),
        purpose=template.purpose.in_(locale),
        minutes=template.minutes,
        people=template.people,
        preview=drawn(template_picture(code, locale)),
        words=_folded(_words_of(template, locale)),
        is_suggested=is_suggested,
    )


def guide_of(code: str) -> TemplateGuide:
    """A template with its instructions and its example. Raises KeyError."""
    template, locale = BOARD_TEMPLATES[code], current_locale()
    example = None
    if template.example is not None:
        example = TemplateExample(
            scene=template.example.scene.in_(locale),
            picture=drawn(template_picture(code, locale, words=True, example=True)),
            outline=to_outline(example_board(code, locale)),
        )
    return TemplateGuide(
        card=card_of(code),
        moment=template.moment.in_(locale),
        how_to=[words.in_(locale) for words in template.how_to],
        outline=to_outline(seed_board(code, locale)),
        picture=drawn(template_picture(code, locale, words=True)),
        example=example,
    )


def card_of_saved(template: SavedTemplate) -> TemplateCard:
    """A template that the cohort's tutors saved, in the language in which they wrote it."""
    outline = to_outline(template.content)
    said = (template.name, template.purpose, *(f"{zone.title} {zone.prompt}" for zone in outline.zones))
    return TemplateCard(
        code=template.code,
        name=template.name,
        purpose=template.purpose,
        minutes=0,
        people=(0, 0),
        preview=drawn(draw(template.content, template.name)),
        words=_folded(" ".join(said)),
    )


def guide_of_saved(template: SavedTemplate) -> TemplateGuide:
    """What a saved template says: its picture and its zones."""
    picture = drawn(draw(template.content, template.name, words=True))
    return TemplateGuide(card_of_saved(template), "", [], to_outline(template.content), picture, None)


def drawn(svg: str) -> Markup:
    """A drawing of `models.board.picture`, whose words are escaped: safe to show as it is."""
    return Markup(svg)  # noqa: S704


def suggested(step_code: str) -> list[TemplateCard]:
    """The templates that the step suggests, two or three."""
    return [card_of(code, is_suggested=True) for code in suggested_templates(step_code)]


def by_stage(codes: Iterable[str]) -> list[CardGroup]:
    """The templates grouped by the stage that each belongs to first, the blank one apart."""
    wanted = set(codes)
    groups = []
    for stage in Stage:
        cards = [card_of(code) for code in BOARD_TEMPLATES if code in wanted and _stage_of(code) is stage]
        groups.append(CardGroup(stage, STAGE_LABELS[stage], cards))
    others = [card_of(code) for code in BOARD_TEMPLATES if code in wanted and _stage_of(code) is None]
    return [group for group in (*groups, CardGroup(None, "", others)) if group.cards]


def matching(cards: Iterable[TemplateCard], asked: str) -> list[TemplateCard]:
    """Those that say every word asked for, whatever the accents, the capitals and the endings."""
    wanted = [word[: max(STEM, len(word) - ENDING)] for word in _folded(asked).split()]
    return [card for card in cards if all(word in card.words for word in wanted)]


def template_names() -> dict[str, str]:
    """Each template's name, in the reader's language."""
    locale = current_locale()
    return {code: template.name.in_(locale) for code, template in BOARD_TEMPLATES.items()}


def _stage_of(code: str) -> Stage | None:
    template = BOARD_TEMPLATES[code]
    return Stage(template.stages[0]) if template.zones else None


def _words_of(template: BoardTemplate, locale: str) -> str:
    stages = (Stage(stage) for stage in template.stages)
    zones = (words for zone in template.zones for words in (zone.title, zone.prompt))
    said = (template.name, template.purpose, template.moment, *template.how_to, *zones)
    return " ".join([*(words.in_(locale) for words in said), *(STAGE_LABELS[stage] for stage in stages)])


def _folded(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.replace("’", "'")).casefold()
    return "".join(character for character in plain if not unicodedata.combining(character))
