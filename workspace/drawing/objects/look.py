"""What the drawing asks of a type of object."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum

from workspace.drawing.canvas import Box, Canvas, Values


class Layer(IntEnum):
    """What lies on what, as on the board."""

    ZONES = 0
    ARROWS = 1
    OBJECTS = 2
    LABELS = 3


@dataclass(frozen=True)
class Look:
    """How a type is drawn. `box`: where it stands, None for what joins others; `draw`: its SVG by layer."""

    box: Callable[[Values], Box] | None
    draw: Callable[[Values, Canvas], dict[Layer, str]]


def placed(values: Values) -> Box:
    """The box of an object that has a place and a size."""
    return Box(values["x"], values["y"], values["w"], values["h"])
