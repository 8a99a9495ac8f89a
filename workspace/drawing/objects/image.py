"""A picture, embedded; its words stand in its place where it is not there."""

from workspace.drawing.canvas import Canvas, Values, clean, n
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look, placed
from workspace.drawing.palette import INK_SOFT, RULE, SHEET

WORDS = Face("text-400", 13, 17)
MARGIN = 10


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-image` looks."""
    x, y, w, h = values["x"], values["y"], values["w"], values["h"]
    place = f'x="{n(x)}" y="{n(y)}" width="{n(w)}" height="{n(h)}"'
    address = canvas.images.get(values["image"])
    if address and not canvas.small:
        title = f"<title>{clean(values['text'])}</title>" if values["text"] else ""
        return {Layer.OBJECTS: f'<image {place} href="{address}">{title}</image>'}
    frame = f'<rect {place} rx="3" fill="{SHEET}" stroke="{RULE}"/>'
    most = max(1, int((h - 2 * MARGIN) / WORDS.line))
    words = WORDS.wrap(values["text"], max(MARGIN, w - 2 * MARGIN), most)
    return {Layer.OBJECTS: frame + canvas.lines(words, WORDS, x + MARGIN, y + MARGIN, fill=INK_SOFT)}


IMAGE = Look(placed, draw)
