"""What the templates of a project need beside its data: the rail of stages, the balance picture."""

from dataclasses import dataclass

from models.stages import STAGE_LABELS, Stage
from workspace.services.partners import SectorShare
from workspace.services.project_page import GuestPage, ProjectPage
from workspace.services.steps import StepState

BAR_WIDTH = 100.0


@dataclass(frozen=True)
class RailStage:
    """A stage of the rail with its steps."""

    stage: Stage
    label: str
    states: list[StepState]


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


def balance_bars(shares: list[SectorShare]) -> list[Bar]:
    """The sectors side by side, each as wide as its part of the partners."""
    total = sum(share.count for share in shares)
    bars, x = [], 0.0
    for share in shares:
        width = BAR_WIDTH * share.count / total if total else 0.0
        bars.append(Bar(share, round(x, 3), round(width, 3)))
        x += width
    return bars
