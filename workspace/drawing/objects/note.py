"""A note: a coloured square with its liseré, its words and its author's first name."""

from workspace.drawing.canvas import Canvas, Values, n
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look, placed
from workspace.drawing.palette import COLOURS, INK

SIDE, TOP, BOTTOM = 12, 20, 30
BAND = 10
RADIUS = 3
WORDS = Face("text-400", 15, 19.2)
AUTHOR = Face("text-400", 12, 15.6)
AUTHOR_BOTTOM = 8
FRAME = 52
"""Height of a note outside its lines of text (static/src/board/objects/note.ts)."""


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-note` looks."""
    w, h, colour = values["w"], values["h"], values["colour"]
    if canvas.is_busy:
        place = f'x="{n(values["x"])}" y="{n(values["y"])}" width="{n(w)}" height="{n(h)}"'
        return {Layer.OBJECTS: f'<rect {place} fill="{COLOURS[colour].fill}"/>'}
    canvas.colours.add(colour)
    most = max(1, int((h - FRAME) / WORDS.line + 0.25))
    inner = w - 2 * SIDE
    shade = f'<rect y="1.5" width="{n(w)}" height="{n(h)}" rx="{RADIUS}" fill="{INK}" fill-opacity=".16"/>'
    band = f"M0 {BAND}V{RADIUS}Q0 0 {RADIUS} 0H{n(w - RADIUS)}Q{n(w)} 0 {n(w)} {RADIUS}V{BAND}Z"
    parts = [
        f'<g transform="translate({n(values["x"])} {n(values["y"])})">',
        "" if canvas.small else shade,
        f'<rect width="{n(w)}" height="{n(h)}" rx="{RADIUS}" fill="{COLOURS[colour].fill}"/>',
        f'<path d="{band}" fill="url(#{colour})"/>',
        canvas.lines(WORDS.wrap(values["text"].strip(), inner, most), WORDS, SIDE, TOP, fill=INK),
    ]
    signature = canvas.signatures.get(values["author"], "")
    if signature and not canvas.small:
        top = h - AUTHOR_BOTTOM - AUTHOR.line
        name = AUTHOR.shortened(signature, inner)
        parts.append(canvas.lines([name], AUTHOR, SIDE, top, fill=INK, more=' fill-opacity=".86"'))
    return {Layer.OBJECTS: "".join([*parts, "</g>"])}


NOTE = Look(placed, draw)
