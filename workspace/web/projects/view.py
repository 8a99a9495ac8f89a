"""What the templates of a project need beside its data: the rail of stages, previews, the balance picture."""

from dataclasses import dataclass
from functools import lru_cache

from markupsafe import Markup

from models.board.templates import BOARD_TEMPLATES
from models.board.templates import preview_svg as draw_preview
from models.stages import STAGE_LABELS, Stage
from workspace.i18n import current_locale
from workspace.services.boards import suggested_templates
from workspace.services.partners import SectorShare
from workspace.services.project_page import GuestPage, ProjectPage
from workspace.services.steps import StepState

SUGGESTIONS = 3
BAR_WIDTH = 100.0


@dataclass(frozen=True)
class RailStage:
    """A stage of the rail with its steps."""

    stage: Stage
    label: str
    states: list[StepState]


@dataclass(frozen=True)
class TemplateCard:
    """A board template in the reader's language. `preview` is a drawing (SVG)."""

    code: str
    name: str
    purpose: str
    how_to: list[str]
    minutes: int
    preview: Markup
    is_suggested: bool = False


@dataclass(frozen=True)
class Bar:
    """A sector's part of the balance picture: `x` and `width` in hundredths of it."""

    share: SectorShare
    x: float
    width: float

    @property
    def pattern(self) -> str:
        """The class of its pattern: colour is never alone."""
        return f"sector-{self.share.sector.value}"


def rail(page: ProjectPage | GuestPage) -> list[RailStage]:
    """The three stages, each with the states of its steps."""
    return [
        RailStage(stage, STAGE_LABELS[stage], [state for state in page.states if state.step.stage is stage])
        for stage in Stage
    ]


def opened_step(page: ProjectPage, code: str | None) -> StepState:
    """The step whose details are open: the one asked for by its code, else the current one."""
    return next((state for state in page.states if state.step.code == code), page.current)


def template_card(code: str, *, is_suggested: bool = False) -> TemplateCard:
    """A template as the reader reads it."""
    template, locale = BOARD_TEMPLATES[code], current_locale()
    return TemplateCard(
        code=code,
        name=template.name.in_(locale),
        purpose=template.purpose.in_(locale),
        how_to=[words.in_(locale) for words in template.how_to],
        minutes=template.minutes,
        preview=preview(code, locale),
        is_suggested=is_suggested,
    )


@lru_cache(maxsize=32)
def preview(code: str, locale: str) -> Markup:
    """The drawing of a template: ours, so it is safe to show as it is."""
    return Markup(draw_preview(code, locale))  # noqa: S704 (drawn by models.board.templates)


def suggested(step_code: str) -> list[TemplateCard]:
    """The templates that the step suggests, three at most."""
    return [template_card(code, is_suggested=True) for code in suggested_templates(step_code)[:SUGGESTIONS]]


def balance_bars(shares: list[SectorShare]) -> list[Bar]:
    """The sectors side by side, each as wide as its part of the partners."""
    total = sum(share.count for share in shares)
    bars, x = [], 0.0
    for share in shares:
        width = BAR_WIDTH * share.count / total if total else 0.0
        bars.append(Bar(share, round(x, 3), round(width, 3)))
        x += width
    return bars


def template_names() -> dict[str, str]:
    """Each template's name, in the reader's language."""
    locale = current_locale()
    return {code: template.name.in_(locale) for code, template in BOARD_TEMPLATES.items()}
