"""A connector: an arrow between two objects, drawn from side to side, with a few words in its middle.

The same curve as static/src/board/objects/connector.ts.
"""

from math import copysign

from workspace.drawing.canvas import Box, Canvas, Values, n
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look
from workspace.drawing.palette import INK, INK_SOFT, PAPER

HEAD = 11
GAP = 4
LEAST_REACH = 24
LABEL = Face("text-600", 13, 17)
LABEL_RISE = 8


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-connector` looks; nothing when one of its ends is not there."""
    start, end = canvas.boxes.get(values["from"]), canvas.boxes.get(values["to"])
    if start is None or end is None or values["from"] == values["to"]:
        return {}
    line, head, (x, y) = shape_between(start, end)
    arrow = (
        f'<path d="{line}" fill="none" stroke="{INK_SOFT}" stroke-width="2"/>'
        f'<path d="{head}" fill="{INK_SOFT}"/>'
    )
    top = y - LABEL_RISE - LABEL.baseline
    halo = f' stroke="{PAPER}" stroke-width="4" stroke-linejoin="round" paint-order="stroke"'
    words = " ".join(values["label"].split())
    label = canvas.lines([words] if words else [], LABEL, x, top, fill=INK, anchor="middle", more=halo)
    return {Layer.ARROWS: arrow, Layer.LABELS: label}


def shape_between(start: Box, end: Box) -> tuple[str, str, tuple[float, float]]:
    """The curve, the arrow's head and the middle: leaves and arrives square to the nearest sides."""
    ax, ay = start.x + start.w / 2, start.y + start.h / 2
    bx, by = end.x + end.w / 2, end.y + end.h / 2
    is_flat = abs(bx - ax) - (start.w + end.w) / 2 >= abs(by - ay) - (start.h + end.h) / 2
    if is_flat:
        sign = copysign(1, bx - ax) if bx != ax else 1
        first, last = ax + sign * start.w / 2, bx - sign * (end.w / 2 + GAP)
        return _curve((first, ay), (last, by), sign)
    sign = copysign(1, by - ay) if by != ay else 1
    first, last = ay + sign * start.h / 2, by - sign * (end.h / 2 + GAP)
    line, head, (y, x) = _curve((first, ax), (last, bx), sign, is_turned=True)
    return line, head, (x, y)


def _curve(
    start: tuple[float, float], end: tuple[float, float], sign: float, *, is_turned: bool = False
) -> tuple[str, str, tuple[float, float]]:
    """The shape where the first number of a point is along the arrow; `is_turned`: it is y."""

    def at(along: float, across: float) -> str:
        return f"{n(across)} {n(along)}" if is_turned else f"{n(along)} {n(across)}"

    reach = max(LEAST_REACH, abs(end[0] - start[0]) / 2) * sign
    tip = end[0] - sign * HEAD
    c1, c2 = start[0] + reach, tip - reach
    side = HEAD * 0.55
    line = f"M{at(*start)}C{at(c1, start[1])} {at(c2, end[1])} {at(tip, end[1])}"
    head = f"M{at(*end)}L{at(tip, end[1] - side)}L{at(tip, end[1] + side)}Z"
    return line, head, ((start[0] + 3 * c1 + 3 * c2 + tip) / 8, (start[1] + end[1]) / 2)


CONNECTOR = Look(None, draw)
