"""A card that points to something else: what that is called, as the reader may know it, and a word on why."""

from workspace.drawing.canvas import Canvas, Values, n
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look, placed
from workspace.drawing.palette import INK, PETROL, RULE, SHEET

TITLE = Face("text-600", 15, 20)
WORDS = Face("text-400", 14, 19)
SIDE, TOP, EDGE = 14, 12, 5


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-link` looks."""
    x, y, w, h = values["x"], values["y"], values["w"], values["h"]
    inner = w - 2 * SIDE - EDGE
    left = x + EDGE + SIDE
    title = canvas.cards.get(f"{values['kind']}.{values['target']:.0f}", canvas.inaccessible)
    titles = TITLE.wrap(title, inner, 2)
    below = y + TOP + len(titles) * TITLE.line + 2
    most = max(0, int((y + h - TOP - below) / WORDS.line))
    words = WORDS.wrap(values["text"].strip(), inner, most) if most else []
    frame = (
        f'<rect x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}" rx="3" fill="{SHEET}" stroke="{RULE}"/>'
        f'<rect x="{n(x)}" y="{n(y)}" width="{EDGE}" height="{n(h)}" fill="{PETROL}"/>'
    )
    told = canvas.lines(titles, TITLE, left, y + TOP, fill=PETROL) + canvas.lines(
        words, WORDS, left, below, fill=INK
    )
    return {Layer.OBJECTS: frame + told}


LINK = Look(placed, draw)
