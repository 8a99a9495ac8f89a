"""Something drawn by hand: a smooth line through its points."""

from itertools import pairwise

from workspace.drawing.canvas import Canvas, Values, clean, n
from workspace.drawing.objects.look import Layer, Look, placed
from workspace.drawing.objects.unknown import UNKNOWN
from workspace.drawing.palette import INKS

NIBS = {"fine": 3, "broad": 9}
"""Widths in board units (static/src/board/model/stroke.ts)."""
DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
STEPS = 4095


def points_of(values: Values) -> list[tuple[float, float]]:
    """Where it goes through, in board units."""
    letters = values["points"]
    steps = [
        DIGITS.index(letters[at]) * 64 + DIGITS.index(letters[at + 1]) for at in range(0, len(letters), 2)
    ]
    return [
        (values["x"] + x * values["w"] / STEPS, values["y"] + y * values["h"] / STEPS)
        for x, y in zip(steps[::2], steps[1::2], strict=True)
    ]


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-stroke` looks."""
    points = points_of(values)
    if not points:
        return UNKNOWN.draw(values, canvas)
    (x, y), (end_x, end_y) = points[0], points[-1]
    path = f"M{n(x)} {n(y)}"
    for (cx, cy), (nx, ny) in pairwise(points[1:]):
        path += f"Q{n(cx)} {n(cy)} {n((cx + nx) / 2)} {n((cy + ny) / 2)}"
    title = f"<title>{clean(values['text'])}</title>" if values["text"] else ""
    line = (
        f'<path d="{path}L{n(end_x)} {n(end_y)}" fill="none" stroke="{INKS[values["ink"]]}" '
        f'stroke-width="{NIBS[values["nib"]]}" stroke-linecap="round" stroke-linejoin="round">{title}</path>'
    )
    return {Layer.OBJECTS: line}


STROKE = Look(placed, draw)
