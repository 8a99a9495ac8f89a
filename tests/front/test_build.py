"""What the build puts out: within the budgets, whole, and the same each time."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from jinja2 import Environment, FileSystemLoader, nodes

ROOT = Path(__file__).resolve().parents[2]
DIST = ROOT / "static" / "dist"
TEMPLATES = ROOT / "templates"
ICON_ARGUMENTS = {"icon", "icon_name", "action_icon"}
BROTLI_BUDGET_BYTES = {
    "main.js": 12_000,
    "main.css": 10_000,
    "icons.svg": 6_000,
    "craft.js": 14_000,
    "comments.js": 12_000,
    "ideas.js": 5_000,
    "exporting.js": 4_000,
    "guide.js": 4_500,
    "rounds.js": 12_000,
    "drawing.js": 4_500,
    "cards.js": 4_000,
    "news-panel.js": 5_000,
    "past.js": 5_000,
    "shell.js": 2_000,
    "workshop.js": 8_500,
    "following.js": 4_000,
    "telling.js": 2_000,
    "told.js": 12_000,
    "journal.js": 3_000,
}
BOARD_BROTLI_BYTES = 75_000


def manifest() -> dict[str, str]:
    found: dict[str, str] = json.loads((DIST / "manifest.json").read_text())
    return found


def icon_names() -> set[str]:
    lines = (ROOT / "static" / "icons.txt").read_text().splitlines()
    return {line.strip() for line in lines if line.strip() and not line.startswith("#")}


def icons_used(template: Path) -> set[str]:
    """Icon names written in a template: the first argument of icon(), and arguments named after icons."""
    tree = Environment(extensions=["jinja2.ext.i18n"], autoescape=True).parse(template.read_text())
    found: set[str] = set()
    for call in tree.find_all(nodes.Call):
        written = [keyword.value for keyword in call.kwargs if keyword.key in ICON_ARGUMENTS]
        if isinstance(call.node, nodes.Name) and call.node.name in ("icon", "_icon"):
            written += call.args[:1]
        found |= {str(value.value) for value in written if isinstance(value, nodes.Const) and value.value}
    return found


@pytest.mark.parametrize("name", BROTLI_BUDGET_BYTES)
def test_asset_is_within_its_budget(name: str) -> None:
    compressed = DIST / f"{manifest()[name]}.br"
    assert compressed.stat().st_size <= BROTLI_BUDGET_BYTES[name]


def test_a_board_is_within_its_budget_in_two_parts() -> None:
    parts = [(DIST / manifest()[name]) for name in ("board-socket.js", "board.js")]
    assert sum(Path(f"{part}.br").stat().st_size for part in parts) <= BOARD_BROTLI_BYTES
    first, second = (part.read_text() for part in parts)
    assert f"./{parts[0].name}" in second
    assert "/socket-ticket" in first
    assert "/socket-ticket" not in second, "two copies are two connections"


def test_what_is_loaded_later_brings_no_second_document_library() -> None:
    built = manifest()
    assert f"./{built['craft.js']}" in (DIST / built["board.js"]).read_text()
    assert "Yjs was already imported" in (DIST / built["board.js"]).read_text()
    assert "Yjs was already imported" not in (DIST / built["craft.js"]).read_text()


def test_every_text_asset_has_its_compressed_siblings() -> None:
    for name in manifest().values():
        if not name.endswith(".woff2"):
            assert (DIST / f"{name}.br").exists()
            assert (DIST / f"{name}.gz").exists()


def test_every_file_that_styles_ask_for_was_built() -> None:
    for name in manifest().values():
        if name.endswith(".css"):
            for part in (DIST / name).read_text().split('url("./')[1:]:
                assert (DIST / part.split('"')[0]).exists()


def test_every_icon_of_the_templates_is_listed() -> None:
    used = {
        (path.relative_to(ROOT).as_posix(), name)
        for path in TEMPLATES.rglob("*.html")
        for name in icons_used(path)
    }
    assert {(path, name) for path, name in used if name not in icon_names()} == set()
    assert any(name == "bell" for _, name in used), "the reader of templates found nothing"


def classes_in(styles: str) -> set[str]:
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"url\([^)]*\)|\d\.\d+", "", styles)))


def test_areas_carry_the_styles_their_templates_use() -> None:
    built = manifest()
    shared = classes_in((DIST / built["main.css"]).read_text())
    sheets = {
        name.removeprefix("areas/").removesuffix(".css"): classes_in((DIST / path).read_text()) - shared
        for name, path in built.items()
        if name.startswith("areas/")
    }
    anywhere = set().union(*sheets.values())
    layout = Environment(extensions=["jinja2.ext.i18n"], loader=FileSystemLoader(TEMPLATES), autoescape=True)
    carried: dict[str, list[str]] = layout.get_template("macros/layout.html").module.area_sheets  # type: ignore[attr-defined]
    missing = set()
    for template in TEMPLATES.rglob("*.html"):
        area = template.parent.name
        if area in ("templates", "macros", "errors", "email"):  # letters carry their own styles
            continue
        written = re.findall(r'class="([^"]*)"', template.read_text())
        used = {name for value in written for name in re.findall(r"[\w-]+", value)} & anywhere
        has = set().union(*(sheets[sheet] for sheet in carried.get(area, [])))
        missing |= {(area, name) for name in used - has}
    assert missing == set()


def test_listed_icons_are_built() -> None:
    assert set(json.loads((DIST / "icons.json").read_text())) == icon_names()


def test_build_gives_the_same_bytes_each_time(tmp_path: Path) -> None:
    for folder in ("static", "package.json", "tsconfig.json"):
        source = ROOT / folder
        if source.is_dir():
            shutil.copytree(source, tmp_path / folder, ignore=shutil.ignore_patterns("dist"))
        else:
            shutil.copy(source, tmp_path)
    (tmp_path / "node_modules").symlink_to(ROOT / "node_modules")

    def built() -> dict[str, bytes]:
        node = [sys.executable, str(ROOT / "tools" / "node.py"), "node", "static/build.mjs"]
        subprocess.run(node, cwd=tmp_path, check=True, capture_output=True)
        return {path.name: path.read_bytes() for path in (tmp_path / "static" / "dist").iterdir()}

    first = built()
    shutil.rmtree(tmp_path / "static" / "dist")
    assert built() == first
