"""The drawing of each type of object, of a whole board, and of hostile ones: by structure, not by bytes."""

import re
from typing import Any

import pytest
from lxml import etree
from pycrdt import Doc

from models.board.export import demo_notes
from models.board.objects.registry import OBJECT_SPECS
from models.board.shadow import apply_updates
from tests.drawing.contents import content_of
from workspace.drawing.board import Style, draw
from workspace.drawing.canvas import Box
from workspace.drawing.fonts import ELLIPSIS, Face
from workspace.drawing.objects.connector import shape_between
from workspace.drawing.objects.registry import LOOKS
from workspace.drawing.palette import COLOURS, INKS, LISERES
from workspace.drawing.scene import Scene, read
from workspace.settings import ROOT

SVG = "{http://www.w3.org/2000/svg}"
FACE = Face("text-400", 15, 19.2)


def board(objects: dict[str, dict[str, Any]]) -> Scene:
    return read(content_of(objects))[0]


def drawn(objects: dict[str, dict[str, Any]], **style: Any) -> etree._Element:
    return etree.fromstring(draw(board(objects), Style(title="T", **style)).svg.encode())


def words(svg: etree._Element) -> list[str]:
    return [node.text or "" for node in svg.iter(f"{SVG}text")]


NOTE = {"type": "note", "x": 10, "y": 20, "text": "Trois heures de file", "colour": "abricot"}


def test_every_type_of_object_is_drawn() -> None:
    assert set(LOOKS) >= set(OBJECT_SPECS)


def test_a_note_has_its_colour_its_lisere_its_words_and_its_author() -> None:
    svg = drawn({"n": NOTE}, signatures={"u1": "Alice"})
    fills = [node.get("fill") for node in svg.iter()]
    assert COLOURS["abricot"].fill in fills
    assert "url(#abricot)" in fills
    assert svg.find(f".//{SVG}pattern[@id='abricot']") is not None
    assert words(svg) == ["Trois heures de", "file", "Alice"]


def test_a_stroke_is_a_line_in_its_ink_and_a_card_says_what_this_reader_may_know() -> None:
    stroke = {"type": "stroke", "x": 0, "y": 0, "w": 409.5, "h": 409.5, "points": "AAAAgAgA____"}
    svg = drawn({"s": {**stroke, "ink": "brique", "text": "Une pente"}})
    line = svg.find(f".//{SVG}path")
    assert line is not None
    assert line.get("d") == "M0 0Q204.8 204.8 307.1 307.1L409.5 409.5"
    assert (line.get("stroke"), line.get("stroke-width")) == (INKS["brique"], "3")
    assert line.findtext(f"{SVG}title") == "Une pente"
    card = {"type": "link", "x": 0, "y": 0, "kind": "problem", "target": 7, "text": "Voir aussi"}
    told = {"cards": {"problem.7": "L’accueil"}, "inaccessible": "Non accessible"}
    assert words(drawn({"c": card}, **told)) == ["L’accueil", "Voir aussi"]
    assert words(drawn({"c": {**card, "target": 8}}, **told)) == ["Non accessible", "Voir aussi"]


def test_a_notes_words_end_in_an_ellipsis_where_it_is_full() -> None:
    lines = words(drawn({"n": {**NOTE, "text": "mot " * 200}}))
    assert len(lines) == 5
    assert lines[-1].endswith(ELLIPSIS)


def test_a_zone_has_its_frame_number_title_and_prompt() -> None:
    zone = {"type": "zone", "x": 0, "y": 0, "number": 3, "title": "La suite", "prompt": "Que faire ?"}
    svg = drawn({"z": zone})
    assert words(svg) == ["3", "La suite", "Que faire ?"]
    assert svg.find(f".//{SVG}rect[@rx='14']") is not None
    assert words(drawn({"z": zone}, headless=True)) == []


def test_a_text_is_as_high_as_its_lines() -> None:
    text = {"type": "text", "x": 0, "y": 0, "w": 120, "size": "l", "text": "Une idée\npar note"}
    scene = board({"t": text})
    assert scene.boxes["t"].h == pytest.approx(2 * 33.8)
    assert 'font-family="Bricolage"' in draw(scene, Style()).svg


def test_a_connector_joins_its_ends_with_its_label_on_top() -> None:
    objects = {
        "a": NOTE,
        "b": {**NOTE, "x": 400},
        "l": {"type": "connector", "from": "a", "to": "b", "label": "donc"},
        "lost": {"type": "connector", "from": "a", "to": "gone", "label": "jamais"},
    }
    svg = draw(board(objects), Style()).svg
    assert svg.count('fill="none" stroke="#4c5865"') == 1
    assert "jamais" not in svg
    assert svg.index(">donc<") > svg.rindex("Trois heures")
    line, _head, middle = shape_between(Box(0, 0, 100, 100), Box(300, 0, 100, 100))
    assert line.startswith("M100 50C")
    assert middle == pytest.approx((192.5, 50))
    down, _head, _middle = shape_between(Box(0, 0, 100, 100), Box(0, 300, 100, 100))
    assert down.startswith("M50 100C")


def test_a_picture_is_embedded_with_its_words_or_replaced_by_them() -> None:
    image = {"type": "image", "x": 0, "y": 0, "image": "a" * 16 + "." + "b" * 16, "text": "La cour en mai"}
    name = image["image"]
    svg = drawn({"i": image}, images={name: "data:image/png;base64,AAAA"})
    found = svg.find(f".//{SVG}image")
    assert found is not None
    assert found.get("href") == "data:image/png;base64,AAAA"
    assert found.findtext(f"{SVG}title") == "La cour en mai"
    assert words(drawn({"i": image})) == ["La cour en mai"]


@pytest.mark.parametrize(
    "values",
    [
        {"type": "hologram", "x": 5, "y": 5},
        {"type": "hologram", "x": "far", "y": None, "w": 1e9, "h": -3},
        {"type": 7},
        {},
    ],
)
def test_what_is_not_known_is_a_box_that_says_so(values: dict[str, Any]) -> None:
    svg = drawn({"x": values, "n": NOTE}, unreadable="Élément illisible")
    assert "Élément illisible" in words(svg)
    assert "Trois heures de" in words(svg)


def test_a_drawing_carries_all_it_needs_and_nothing_that_acts() -> None:
    hostile = '</text><script>alert(1)</script><a href="javascript:x">&\0\x08\ufffe' + "\ud83d\ude00".encode(
        "utf-16", "surrogatepass"
    ).decode("utf-16")
    objects = {
        "n": {**NOTE, "text": hostile},
        "z": {"type": "zone", "x": 0, "y": 0, "title": hostile, "prompt": hostile.replace("\0", "")},
    }
    svg = draw(board(objects), Style(title=hostile, description=hostile, signatures={"u1": hostile})).svg
    root = etree.fromstring(svg.encode())
    assert {node.tag.removeprefix(SVG) for node in root.iter()} <= {
        *("svg", "title", "desc", "style", "defs", "pattern", "g", "rect", "path", "circle", "text", "image")
    }
    assert "<script" not in svg
    assert not {name for node in root.iter() for name in node.attrib if name.startswith("on")}
    style = root.findtext(f"{SVG}style", "")
    addresses = [node.get("href", "") for node in root.iter() if node.get("href")]
    addresses += re.findall(r"url\(([^)]*)\)", style)
    assert addresses
    assert all(address.startswith("data:") for address in addresses)
    assert "@import" not in style
    assert root.get("role") == "img"
    assert root.findtext(f"{SVG}title", "").startswith("</text><script>")


def test_a_small_drawing_has_bars_for_words_and_no_font() -> None:
    svg = draw(board({"n": NOTE}), Style(small=True)).svg
    assert "<text" not in svg
    assert "font" not in svg
    assert 'stroke-opacity=".5"' in svg


def test_a_small_drawing_of_a_crowd_has_a_square_for_each_note() -> None:
    crowd = {f"n{number}": {**NOTE, "x": number} for number in range(601)}
    svg = draw(board(crowd), Style(small=True)).svg
    assert svg.count("<rect") == 602
    assert len(svg) < 60_000


def test_parts_of_a_board() -> None:
    scene = read(demo_notes("defi", [("u1", 1, "jonc", "Un"), ("u1", 2, "rose", "Deux")]))[0]
    assert set(scene.zone("zone-1").objects) == {"zone-1", "demo-0"}
    assert set(scene.only({"demo-0", "demo-1"}).objects) == {"demo-0", "demo-1"}
    assert all(values["locked"] for values in scene.loose().objects.values())


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("", 100, [""]),
        ("un deux trois", 45, ["un", "deux", "trois"]),
        ("un\n\ndeux", 100, ["un", "", "deux"]),
        ("anticonstitutionnellement", 60, None),
        ("sous-préfecture", 80, ["sous-", "préfecture"]),
        ("16\u00a0h\u00a030 pile", 60, ["16\u00a0h\u00a030", "pile"]),
    ],
)
def test_words_are_broken_as_browsers_do(text: str, width: float, lines: list[str] | None) -> None:
    found = FACE.wrap(text, width)
    if lines is not None:
        assert found == lines
    assert "".join(found).replace(" ", "") == text.replace("\n", "").replace(" ", "")
    assert all(
        FACE.width(line) <= width or len(line) == 1 for line in found if " " not in line and "é" not in line
    )


def test_colours_are_those_of_the_board_in_light_mode() -> None:
    tokens = (ROOT / "static/css/tokens.css").read_text()
    light = dict(re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]+),", tokens))
    assert {name: (colour.fill, colour.ink) for name, colour in COLOURS.items()} == {
        name: (light[name], light[f"{name}-ink"]) for name in COLOURS
    }
    source = (ROOT / "workspace/drawing/palette.py").read_text()
    for name in ("paper", "sheet", "ink", "ink-soft", "rule", "rule-strong", "petrol", "petrol-wash"):
        assert f'{name.upper().replace("-", "_")} = "{light[name]}"' in source
    assert set(LISERES) == set(COLOURS)


def test_the_documents_own_bytes_are_read_as_they_are() -> None:
    doc: Doc[Any] = Doc()
    apply_updates(doc, (demo_notes("vierge", []),))
    assert read(doc.get_update())[0].whole is None
    assert "viewBox" in draw(read(doc.get_update())[0], Style()).svg
