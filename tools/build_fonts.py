"""Build `build/fonts/`, what server-made drawings of boards are set in, from the web fonts' packages.

The packages hold variable fonts in two halves (latin, latin-ext). Here is one file for each weight that
boards use, both halves in it, and one of emoji: `<name>.ttf` for what makes PNG and PDF, `<name>.woff2`
to be put into an SVG (emoji are its reader's own), and `metrics.json`, in ems:
{name: {"family", "weight", "ascent", "descent", "advances": {code: width}}}.
"""

import json
import shutil
import sys
from io import BytesIO
from pathlib import Path

from fontTools.merge import Merger
from fontTools.ttLib import TTFont
from fontTools.varLib import instancer

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = ROOT / "node_modules" / "@fontsource-variable"
EMOJI = ROOT / "node_modules" / "@fontsource" / "noto-emoji" / "files" / "noto-emoji-emoji-400-normal.woff2"
TARGET = ROOT / "build" / "fonts"
TEXT = ("atkinson-hyperlegible-next", "Atkinson Next")
TITLE = ("bricolage-grotesque", "Bricolage")
FONTS = {
    "text-400": (*TEXT, 400),
    "text-600": (*TEXT, 600),
    "text-700": (*TEXT, 700),
    "title-700": (*TITLE, 700),
}
STYLES = {400: "Regular", 600: "SemiBold", 700: "Bold"}
DIGITS = 4
NAMES = {
    1: "{family}",
    2: "{style}",
    4: "{family} {style}",
    6: "{plain}-{style}",
    16: "{family}",
    17: "{style}",
}


def half(package: str, subset: str, weight: int) -> BytesIO:
    """One half of a variable font at one weight."""
    font = TTFont(PACKAGES / package / "files" / f"{package}-{subset}-wght-normal.woff2")
    instancer.instantiateVariableFont(font, {"wght": weight}, inplace=True)
    font.flavor = None
    content = BytesIO()
    font.save(content)
    content.seek(0)
    return content


def whole(package: str, family: str, weight: int) -> TTFont:
    """Both halves as one font that says its family and weight."""
    font = Merger().merge([half(package, subset, weight) for subset in ("latin", "latin-ext")])
    words = {"family": family, "style": STYLES[weight], "plain": family.replace(" ", "")}
    for record in list(font["name"].names):
        if record.nameID in NAMES:
            record.string = NAMES[record.nameID].format(**words)
        elif record.nameID == 25:  # the prefix of a variable font's names
            font["name"].names.remove(record)
    font["OS/2"].usWeightClass = weight
    font["head"].modified = font["head"].created  # the same packages give the same bytes
    font.recalcTimestamp = False
    return font


def metrics(font: TTFont, family: str, weight: int) -> dict[str, object]:
    """What wrapping words needs to know."""
    em = font["head"].unitsPerEm
    widths = {code: font["hmtx"][name][0] for code, name in sorted(font.getBestCmap().items())}
    return {
        "family": family,
        "weight": weight,
        "ascent": round(font["hhea"].ascent / em, DIGITS),
        "descent": round(-font["hhea"].descent / em, DIGITS),
        "advances": {str(code): round(width / em, DIGITS) for code, width in widths.items()},
    }


def main() -> int:
    """Write the folder, as a whole."""
    made = TARGET.with_name("fonts.part")
    shutil.rmtree(made, ignore_errors=True)
    made.mkdir(parents=True)
    known = {}
    for name, (package, family, weight) in FONTS.items():
        font = whole(package, family, weight)
        known[name] = metrics(font, family, weight)
        font.save(made / f"{name}.ttf")
        font.flavor = "woff2"
        font.save(made / f"{name}.woff2")
    emoji = TTFont(EMOJI)
    known["emoji-400"] = metrics(emoji, "Noto Emoji", 400)
    emoji.flavor = None
    emoji.save(made / "emoji-400.ttf")
    (made / "metrics.json").write_text(json.dumps(known, separators=(",", ":")) + "\n")
    shutil.rmtree(TARGET, ignore_errors=True)
    made.rename(TARGET)
    return 0


if __name__ == "__main__":
    sys.exit(main())
