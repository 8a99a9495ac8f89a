"""A text written straight on the board: as high as its words."""

from collections.abc import Mapping

from workspace.drawing.canvas import Box, Canvas, Values
from workspace.drawing.fonts import Face
from workspace.drawing.objects.look import Layer, Look
from workspace.drawing.palette import INK

FACES: Mapping[str, Face] = {
    "s": Face("text-400", 15, 19.5),
    "m": Face("text-400", 19, 24.7),
    "l": Face("title-700", 26, 33.8, -0.012),
    "xl": Face("title-700", 38, 49.4, -0.02),
}


def box(values: Values) -> Box:
    """Where it stands once its words are in lines."""
    face = FACES[values["size"]]
    return Box(values["x"], values["y"], values["w"], len(face.wrap(values["text"], values["w"])) * face.line)


def draw(values: Values, canvas: Canvas) -> dict[Layer, str]:
    """As `.board-text` looks."""
    face = FACES[values["size"]]
    lines = face.wrap(values["text"], values["w"])
    return {Layer.OBJECTS: canvas.lines(lines, face, values["x"], values["y"], fill=INK)}


TEXT = Look(box, draw)
