"""Draws a board's document as an SVG, small or with its words: no style of its own, only classes.

What is drawn is read from the document itself: a picture of a template is what one will find on the board.
Pictures that people uploaded, and marks of types unknown here, are left out.
"""

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from html import escape
from typing import Any

from pycrdt import Doc, Map

from models.board.export import demo_notes
from models.board.lettering import NOTE_WORDS, PROMPT, TEXTS, ZONE_TITLE, Lettering
from models.board.objects.registry import OBJECT_SPECS
from models.board.objects.spec import Kind
from models.board.seed import TEMPLATE_AUTHOR, seed_board
from models.board.shadow import OBJECTS, apply_updates
from models.board.templates import BOARD_TEMPLATES
from models.board.templates.parts import HEADER, NOTE, PADDING, PITCH

MARGIN = 48
EMPTY = (0.0, 0.0, 1704.0, 1080.0)
PROMPT_ROOM = 520.0
NOTE_PADDING = 12
HEAD, GAP = 11, 4
GHOSTS = 60
"""Places for notes that a small picture shows at most."""

Values = Mapping[str, Any]
Box = tuple[float, float, float, float]


@lru_cache(maxsize=128)
def template_picture(code: str, locale: str, *, words: bool = False, example: bool = False) -> str:
    """A template of ours. `words`: large enough to read them; `example`: filled in. Raises KeyError."""
    content = example_board(code, locale) if example else seed_board(code, locale)
    return draw(content, BOARD_TEMPLATES[code].name.in_(locale), words=words)


def example_board(code: str, locale: str) -> bytes:
    """A template of ours with its example. Raises KeyError when there is no such template."""
    example = BOARD_TEMPLATES[code].example
    notes = example.notes if example else ()
    links = example.links if example else ()
    return demo_notes(
        code,
        [(TEMPLATE_AUTHOR, note.zone, note.colour, note.words.in_(locale)) for note in notes],
        locale=locale,
        connectors=[(TEMPLATE_AUTHOR, start, end, "") for start, end in links],
        slots={index: note.at for index, note in enumerate(notes) if note.at is not None},
    )


def draw(content: bytes, label: str, *, words: bool = False, over: Sequence[tuple[str, Box]] = ()) -> str:
    """The `<svg>` element of the board that these bytes hold; `over` it frames of these classes.

    Raises `Refused` when they hold none.
    """
    objects = _read(content)
    placed = {identifier: _box(values) for identifier, values in objects.items() if "x" in values}
    boxes = [*placed.values(), *(box for _name, box in over)] or [EMPTY]
    left, top = min(box[0] for box in boxes) - MARGIN, min(box[1] for box in boxes) - MARGIN
    right = max(box[0] + box[2] for box in boxes) + MARGIN
    bottom = max(box[1] + box[3] for box in boxes) + MARGIN
    parts = [_blank()] if not placed else []
    taken = [placed[one] for one, values in objects.items() if values["type"] == "note"]
    for values in objects.values():
        match values["type"]:
            case "zone":
                parts.append(_zone(values, words=words))
                parts += [] if words else _ghosts(values, taken)
            case "text":
                parts.append(_text(values, words=words))
            case "connector" if values["from"] in placed and values["to"] in placed:
                parts.append(_arrow(placed[values["from"]], placed[values["to"]]))
            case "note":
                parts.append(_note(values, words=words))
            case _:
                pass
    parts += [_frame(name, box) for name, box in over]
    size = f"{_n(left)} {_n(top)} {_n(right - left)} {_n(bottom - top)}"
    name = "board-picture is-large" if words else "board-picture"
    return (
        f'<svg class="{name}" viewBox="{size}" role="img" aria-label="{escape(label, quote=True)}">'
        f"{''.join(parts)}</svg>"
    )


def box_of(values: Values) -> Box:
    """Where an object stands, as it is drawn."""
    return _box(values)


def _frame(name: str, box: Box) -> str:
    x, y, w, h = (_n(one) for one in box)
    return f'<rect class="{name}" x="{x}" y="{y}" width="{w}" height="{h}" rx="4"/>'


def _read(content: bytes) -> dict[str, dict[str, Any]]:
    """The objects by id, lowest first: zones, then texts and arrows, then notes."""
    doc: Doc[Any] = Doc()
    apply_updates(doc, (content,))
    stored: dict[str, object] = json.loads(str(doc.get(OBJECTS, type=Map)))
    known = {
        identifier: values
        for identifier, values in stored.items()
        if isinstance(values, dict) and values.get("type") in OBJECT_SPECS
    }
    layers = ("zone", "stroke", "connector", "text", "image", "link", "note")
    whole = {identifier: _whole(values) for identifier, values in known.items()}
    order = sorted(whole, key=lambda one: (layers.index(whole[one]["type"]), whole[one]["order"], one))
    return {identifier: whole[identifier] for identifier in order}


def _whole(values: Values) -> dict[str, Any]:
    whole: dict[str, Any] = {}
    for name, field in OBJECT_SPECS[values["type"]].fields.items():
        value = values.get(name, field.default)
        sound = isinstance(value, str) if field.kind is Kind.TEXT else field.accepts(value)
        whole[name] = value if sound else field.default
    return {**whole, "type": values["type"]}


def _box(values: Values) -> Box:
    """Left, top, width, height. A text is as high as its lines."""
    if values["type"] == "text":
        height = max(1, len(_lines_of(values))) * TEXTS[values["size"]].leading
        return values["x"], values["y"], values["w"], height
    return values["x"], values["y"], values["w"], values["h"]


def _lines_of(values: Values) -> list[str]:
    return TEXTS[values["size"]].lines(values["text"], values["w"])


def _zone(values: Values, *, words: bool) -> str:
    """A frame, its number and title, and what to do in it when there is room for words."""
    x, y, w, h = _box(values)
    tone = " pic-kept" if values["tone"] == "keep" else ""
    frame = f'<rect class="pic-zone{tone}" x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="14"/>'
    number, at = int(values["number"]), x + 18
    badge = ""
    if number:
        badge = f'<circle class="pic-number" cx="{_n(at + 12)}" cy="{_n(y + 26)}" r="12"/>'
        if words:
            badge += (
                f'<text class="pic-digit" x="{_n(at + 12)}" y="{_n(y + 30.5)}" '
                f'text-anchor="middle">{number}</text>'
            )
        at += 34
    if not words:
        length = min(ZONE_TITLE.width(values["title"]), x + w - 24 - at)
        return f"{frame}{badge}{_bar(at, y + 26, length, 16)}" if length > 0 else frame + badge
    room = x + w - 18 - at
    title = ZONE_TITLE.lines(values["title"], room)
    below = y + 14 + max(24, len(title) * ZONE_TITLE.leading) + 6
    prompt = PROMPT.lines(values["prompt"], min(w - 36, PROMPT_ROOM))
    return (
        frame
        + badge
        + _lines("pic-title", ZONE_TITLE, title, at, y + 15)
        + _lines("pic-prompt", PROMPT, prompt, x + 18, below)
    )


def _text(values: Values, *, words: bool) -> str:
    x, y, w, _h = _box(values)
    letters, lines = TEXTS[values["size"]], _lines_of(values)
    if words:
        return _lines(f"pic-text is-{letters.name}", letters, lines, x, y)
    middle = letters.leading / 2
    return "".join(
        _bar(x, y + middle + index * letters.leading, min(w, letters.width(line)), letters.size * 0.62)
        for index, line in enumerate(lines)
        if line
    )


def _note(values: Values, *, words: bool) -> str:
    x, y, w, h = _box(values)
    sheet = (
        f'<g class="pic-note" data-colour="{values["colour"]}">'
        f'<rect class="pic-paper" x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}" rx="3"/>'
        f'<rect class="pic-band" x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="10"/>'
    )
    if words:
        lines = NOTE_WORDS.lines(values["text"], w - 2 * NOTE_PADDING)
        most = max(1, int((h - 30) // NOTE_WORDS.leading))
        sheet += _lines("pic-words", NOTE_WORDS, lines[:most], x + NOTE_PADDING, y + 20)
    return sheet + "</g>"


def _ghosts(zone: Values, taken: list[Box]) -> list[str]:
    """Where notes go in a small picture: faint squares in the free places of a zone."""
    x, y, w, h = _box(zone)
    found: list[str] = []
    top = y + HEADER
    while top + NOTE <= y + h - PADDING / 2 and len(found) < GHOSTS:
        at = x + PADDING
        while at + NOTE <= x + w - PADDING / 2 and len(found) < GHOSTS:
            if not any(abs(at - box[0]) < box[2] and abs(top - box[1]) < box[3] for box in taken):
                found.append(
                    f'<rect class="pic-place" x="{_n(at)}" y="{_n(top)}" '
                    f'width="{NOTE}" height="{NOTE}" rx="6"/>'
                )
            at += PITCH
        top += PITCH
    return found


def _arrow(start: Box, end: Box) -> str:
    """From side to side, as the board draws it: square to the nearest sides."""
    (ax, ay), (bx, by) = _middle(start), _middle(end)
    is_flat = abs(bx - ax) - (start[2] + end[2]) / 2 >= abs(by - ay) - (start[3] + end[3]) / 2
    far = bx - ax if is_flat else by - ay
    sign = -1 if far < 0 else 1
    if is_flat:
        sx, sy, ex, ey = ax + sign * start[2] / 2, ay, bx - sign * (end[2] / 2 + GAP), by
    else:
        sx, sy, ex, ey = ax, ay + sign * start[3] / 2, bx, by - sign * (end[3] / 2 + GAP)
    reach = max(24.0, abs(ex - sx if is_flat else ey - sy) / 2) * sign
    side = HEAD * 0.55
    if is_flat:
        tx, ty = ex - sign * HEAD, ey
        curve = f"{_n(sx + reach)} {_n(sy)} {_n(tx - reach)} {_n(ty)}"
        head = f"M{_n(ex)} {_n(ey)}L{_n(tx)} {_n(ty - side)}V{_n(ty + side)}Z"
    else:
        tx, ty = ex, ey - sign * HEAD
        curve = f"{_n(sx)} {_n(sy + reach)} {_n(tx)} {_n(ty - reach)}"
        head = f"M{_n(ex)} {_n(ey)}L{_n(tx - side)} {_n(ty)}H{_n(tx + side)}Z"
    return (
        f'<path class="pic-arrow" d="M{_n(sx)} {_n(sy)}C{curve} {_n(tx)} {_n(ty)}"/>'
        f'<path class="pic-head" d="{head}"/>'
    )


def _middle(box: Box) -> tuple[float, float]:
    return box[0] + box[2] / 2, box[1] + box[3] / 2


def _lines(name: str, letters: Lettering, lines: list[str], x: float, y: float) -> str:
    """Lines of words; `y` is the top of the first."""
    first = y + letters.leading / 2 + letters.size * 0.35
    return "".join(
        f'<text class="{name}" x="{_n(x)}" y="{_n(first + index * letters.leading)}">{escape(line)}</text>'
        for index, line in enumerate(lines)
        if line
    )


def _bar(x: float, y: float, length: float, thickness: float) -> str:
    """A stroke that stands for words."""
    return (
        f'<rect class="pic-bar" x="{_n(x)}" y="{_n(y - thickness / 2)}" width="{_n(length)}" '
        f'height="{_n(thickness)}" rx="{_n(thickness / 2)}"/>'
    )


def _blank() -> str:
    left, top, right, bottom = EMPTY
    return (
        f'<rect class="pic-zone pic-blank" x="{_n(left)}" y="{_n(top)}" '
        f'width="{_n(right - left)}" height="{_n(bottom - top)}" rx="14"/>'
    )


def _n(value: float) -> str:
    return f"{value:.1f}".removesuffix(".0")
