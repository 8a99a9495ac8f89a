"""A scene as one SVG: safe, self-contained, with a title and a description for who does not see it."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from workspace.drawing.canvas import Box, Canvas, clean, n
from workspace.drawing.fonts import font_rules
from workspace.drawing.objects.look import Layer
from workspace.drawing.objects.registry import look_of
from workspace.drawing.palette import COLOURS, LISERES, PAPER
from workspace.drawing.scene import Scene

MARGIN = 40
EMPTY = Box(0, 0, 800, 450)
BUSY = 600
"""Objects from which a small picture leaves words out."""
HEAD = 72
"""How much of a zone its title and prompt take, where they stand beside the drawing."""


@dataclass(frozen=True)
class Style:
    """How a scene becomes a picture. `paper`: the colour behind it, "" for none."""

    title: str = ""
    description: str = ""
    signatures: Mapping[str, str] = field(default_factory=dict)
    images: Mapping[str, str] = field(default_factory=dict)
    cards: Mapping[str, str] = field(default_factory=dict)
    inaccessible: str = ""
    unreadable: str = ""
    paper: str = PAPER
    margin: float = MARGIN
    small: bool = False
    headless: bool = False
    embeds_fonts: bool = True


@dataclass(frozen=True)
class Picture:
    """An SVG and its size in board units."""

    svg: str
    width: float
    height: float


def draw(scene: Scene, style: Style) -> Picture:
    """The picture of a scene."""
    if style.headless:
        scene = _without_heads(scene)
    canvas = Canvas(
        signatures=style.signatures,
        images=style.images,
        cards=style.cards,
        inaccessible=style.inaccessible,
        unreadable=style.unreadable,
        small=style.small,
        is_busy=style.small and len(scene.objects) > BUSY,
        headless=style.headless,
        boxes=scene.boxes,
    )
    layers: dict[Layer, list[str]] = {layer: [] for layer in Layer}
    for values in scene.objects.values():
        for layer, svg in look_of(values["type"]).draw(values, canvas).items():
            layers[layer].append(svg)
    body = "".join("".join(layers[layer]) for layer in Layer)
    box = (scene.whole or EMPTY).grown(style.margin)
    size = f'width="{n(box.w)}" height="{n(box.h)}"'
    view = f'viewBox="{n(box.x)} {n(box.y)} {n(box.w)} {n(box.h)}"'
    label = ' aria-labelledby="t d"' if style.description else ' aria-labelledby="t"'
    svg = "".join(
        [
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} {view} role="img"{label}>',
            f'<title id="t">{clean(style.title)}</title>' if style.title else "",
            f'<desc id="d">{clean(style.description)}</desc>' if style.description else "",
            f"<style>{font_rules(canvas.fonts)}</style>" if style.embeds_fonts and canvas.fonts else "",
            _liseres(canvas.colours),
            f'<rect x="{n(box.x)}" y="{n(box.y)}" width="{n(box.w)}" height="{n(box.h)}" '
            f'fill="{style.paper}"/>'
            if style.paper
            else "",
            body,
            "</svg>",
        ]
    )
    return Picture(svg, box.w, box.h)


def _liseres(colours: set[str]) -> str:
    tiles = []
    for colour in sorted(colours):
        width, height, angle, shapes = LISERES[colour]
        turned = f' patternTransform="rotate({angle:g})"' if angle else ""
        tiles.append(
            f'<pattern id="{colour}" patternUnits="userSpaceOnUse" width="{width:g}" height="{height:g}"'
            f"{turned}>"
            f'<g fill="{COLOURS[colour].ink}">{shapes}</g></pattern>'
        )
    return f"<defs>{''.join(tiles)}</defs>" if tiles else ""


def _without_heads(scene: Scene) -> Scene:
    """Zones begin where what lies in them begins, as far as their title and prompt would have stood."""
    objects, boxes = dict(scene.objects), dict(scene.boxes)
    tops = [box.y for one, box in boxes.items() if objects[one]["type"] != "zone"]
    for one, box in scene.boxes.items():
        if objects[one]["type"] == "zone":
            cut = max(0.0, min([HEAD, box.h / 2, *(top - box.y - 20 for top in tops)]))
            objects[one] = {**objects[one], "y": box.y + cut, "h": box.h - cut}
            boxes[one] = replace(box, y=box.y + cut, h=box.h - cut)
    return Scene(objects, boxes)
