"""An object that this version does not know: a quiet box that says so."""

from workspace.drawing.canvas import Canvas, Values, n
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look, placed
from workspace.drawing.palette import INK_SOFT, RULE_STRONG

WORDS = Face("text-400", 13, 17)


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-unknown` looks."""
    box = placed(values)
    frame = (
        f'<rect x="{n(box.x)}" y="{n(box.y)}" width="{n(box.w)}" height="{n(box.h)}" rx="3" fill="none" '
        f'stroke="{RULE_STRONG}" stroke-width="1.5" stroke-dasharray="5 4"/>'
    )
    lines = WORDS.wrap(canvas.unreadable, box.w - 8)
    top = box.y + (box.h - len(lines) * WORDS.line) / 2
    words = canvas.lines(lines, WORDS, box.x + box.w / 2, top, fill=INK_SOFT, anchor="middle")
    return {Layer.OBJECTS: frame + words}


UNKNOWN = Look(placed, draw)
