"""A zone: a numbered frame, its title, and what to do in it."""

from workspace.drawing.canvas import Canvas, Values, n
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look, placed
from workspace.drawing.palette import INK, INK_SOFT, PAPER, PETROL, PETROL_WASH, RULE, SHEET

TITLE = Face("title-700", 18, 21.6, -0.01)
NUMBER = Face("title-700", 13, 24)
PROMPT = Face("text-400", 14, 18.9)
PROMPT_WIDTH = 562
"""62 times the width of a zero."""
SIDE, TOP = 18, 14
CIRCLE = 24
GAP = 10
PROMPT_GAP = 6
RADIUS = 14


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-zone` looks."""
    x, y, w, h = values["x"], values["y"], values["w"], values["h"]
    is_kept = values["tone"] == "keep"
    fill, opacity = (PETROL_WASH, 0.62) if is_kept else (SHEET, 0.78)
    stroke, strength = (PETROL, 0.34) if is_kept else (RULE, 1)
    frame = (
        f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}" rx="{RADIUS}" fill="{fill}" '
        f'fill-opacity="{opacity}" stroke="{stroke}" stroke-opacity="{strength}" stroke-width="1.5"/>'
    )
    return {Layer.ZONES: frame if canvas.headless else frame + _head(values, canvas)}


def _head(values: Values, canvas: Canvas) -> str:
    left, top, inner = values["x"] + SIDE, values["y"] + TOP, values["w"] - 2 * SIDE
    number = ""
    indent = 0
    if values["number"] > 0:
        indent = CIRCLE + GAP
        radius = CIRCLE / 2
        centre = left + radius
        number = f'<circle cx="{n(centre)}" cy="{n(top + radius)}" r="{radius:g}" fill="{INK}"/>'
        number += canvas.lines([str(int(values["number"]))], NUMBER, centre, top, fill=PAPER, anchor="middle")
    title = TITLE.wrap(values["title"], inner - indent)
    height = max(CIRCLE, len(title) * TITLE.line)
    title_top = top + (height - len(title) * TITLE.line) / 2
    prompt = PROMPT.wrap(values["prompt"], min(inner, PROMPT_WIDTH))
    return (
        number
        + canvas.lines(title, TITLE, left + indent, title_top, fill=INK)
        + canvas.lines(prompt, PROMPT, left, top + height + PROMPT_GAP, fill=INK_SOFT)
    )


ZONE = Look(placed, draw)
