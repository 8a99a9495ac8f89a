"""Makes what is asked of a board: looks at it, draws it, writes it down; records too. See `rendering`."""

import io
import json
from base64 import b64encode
from dataclasses import replace
from importlib import import_module
from typing import Any

from models.board.export import Outline, OutlineZone
from workspace.drawing import tables
from workspace.drawing.board import MARGIN, Style, draw
from workspace.drawing.palette import PAPER
from workspace.drawing.scene import Scene, read

MOST_SHEETS = 100
IMAGE_SIDE = 1_600
PAPER_MARGIN = 4
SHEET = "workspace.drawing.sheet"
IMAGES = "PIL.Image"
"""Both are loaded where they are needed: they bring much along."""


class NoSuchPart(Exception):
    """The zone that is asked for is not there."""


class TooLarge(Exception):
    """More pages than anybody prints."""


class Rendering:
    """What is asked, and the board that it is asked of."""

    def __init__(self, ask: dict[str, Any], content: bytes, images: dict[str, bytes]) -> None:
        self.ask = ask
        whole, self.outline = read(content)
        self.whole = self._part(whole)
        self.images = images

    def _part(self, scene: Scene) -> Scene:
        part = self.ask["part"]
        if part["zone"]:
            if scene.objects.get(part["zone"], {}).get("type") != "zone":
                raise NoSuchPart
            return scene.zone(part["zone"])
        if part["ids"]:
            return scene.only(set(part["ids"]))
        return scene.loose() if part["loose"] else scene

    def style(self, *, as_png: bool) -> Style:
        """How it is drawn. Browsers take pictures as they are stored; PNG and PDF are made of plain ones."""
        ask = self.ask
        known = self.whole.images()
        images = {name: data for name, data in self.images.items() if name in known}
        return Style(
            title=ask["title"],
            description=ask["description"],
            signatures={key: person["short"] for key, person in ask["people"].items()},
            images={name: _address(data, as_png=as_png) for name, data in images.items()},
            cards=ask["table_words"]["cards"],
            inaccessible=ask["table_words"]["inaccessible"],
            unreadable=ask["spoken"]["unreadable"],
            small=ask["small"],
            headless=ask["headless"],
            paper="" if ask["headless"] else PAPER,
            margin=PAPER_MARGIN if ask["headless"] else MARGIN,
        )

    def survey(self) -> bytes:
        """What the pages want to know of a board: authors, pictures, zones, how much there is."""
        outline, scene = self.outline, self.whole
        notes = [values for values in scene.objects.values() if values["type"] == "note"]
        keys = {values["author"] for values in scene.objects.values() if "author" in values}
        zones = [zone for zone in outline.zones if zone.id in scene.objects]
        told = {
            "authors": sorted(keys),
            "images": sorted(scene.images()),
            "cards": sorted(scene.cards()),
            "notes": len(notes),
            "zones": [
                {
                    "id": zone.id,
                    "number": zone.number,
                    "title": zone.title,
                    "prompt": zone.prompt,
                    "notes": len(zone.notes),
                }
                for zone in zones
            ],
            "loose": len(self._loose().objects) if not self.ask["part"]["zone"] else 0,
            "objects": len(scene.objects),
        }
        return json.dumps(told).encode()

    def _loose(self) -> Scene:
        return self.whole.loose()

    def svg(self) -> bytes:
        """The drawing."""
        return draw(self.whole, self.style(as_png=False)).svg.encode()

    def png(self) -> bytes:
        """The drawing in pixels."""
        sheet = import_module(SHEET)
        style = replace(self.style(as_png=True), embeds_fonts=False)
        return bytes(sheet.to_png(draw(self.whole, style), sheet.load_fonts()))

    def pdf(self) -> bytes:
        """Pages and plan."""
        sheet = import_module(SHEET)
        words = self.words()
        style = replace(
            self.style(as_png=True),
            embeds_fonts=False,
            paper="",
            margin=PAPER_MARGIN,
            headless=True,
            title="",
            description="",
        )
        sheets = [sheet.Sheet(**told, svg=draw(scene, style).svg) for told, scene in self._sheets(words)]
        data = {
            **self.ask["paper"],
            "title": self.ask["title"],
            "description": self.ask["description"],
            "sheets": [vars_of(one) for one in sheets],
            "plan": self._plan(words),
        }
        return bytes(sheet.to_pdf(data, sheet.load_fonts()))

    def _sheets(self, words: tables.Words) -> list[tuple[dict[str, Any], Scene]]:
        found: list[tuple[dict[str, Any], Scene]] = []
        for zone in self.outline.zones:
            if zone.id in self.whole.objects:
                scene = self.whole.zone(zone.id)
                told = {"heading": zone.title, "number": zone.number, "prompt": zone.prompt}
                found.append(({**told, "alt": self._alt(zone.title, zone)}, scene))
        loose = self._loose()
        if any(
            not values["locked"] for values in loose.objects.values()
        ):  # a template's own words are no page
            told = {"heading": words.loose if found else self.ask["title"], "number": 0, "prompt": ""}
            found.append(({**told, "alt": self._alt(words.loose, None)}, loose))
        if len(found) > MOST_SHEETS:
            raise TooLarge
        return found

    def _alt(self, heading: str, zone: OutlineZone | None) -> str:
        count = len(zone.notes if zone else self.outline.loose)
        form: str = self.ask["spoken"]["alt_one" if count == 1 else "alt_many"]
        return form.replace("{heading}", heading).replace("{count}", str(count))

    def _plan(self, words: tables.Words) -> dict[str, Any]:
        people = {key: person["name"] for key, person in self.ask["people"].items()}

        def told(notes: Any) -> list[dict[str, str]]:
            return [
                {"text": tables.told(note, words), "by": people.get(note.author, "")}
                for note in notes
                if note.id in self.whole.objects
            ]

        zones = [
            {"number": zone.number, "heading": zone.title, "prompt": zone.prompt, "notes": told(zone.notes)}
            for zone in self.outline.zones
            if zone.id in self.whole.objects
        ]
        loose = told(self.part_outline().loose)
        if loose:
            zones.append({"number": 0, "heading": words.loose, "prompt": "", "notes": loose})
        links = [
            {"start": start, "end": end, "label": label}
            for start, end, label in tables.told_links(self.part_outline(), words)
        ]
        spoken = self.ask["spoken"]
        return {
            "heading": spoken["plan"],
            "empty": spoken["empty"],
            "links-heading": words.links,
            "zones": zones,
            "links": links,
        }

    def rows(self) -> bytes:
        """The table, as rows in JSON: services/spreadsheet.py writes it."""
        facts = tables.Facts(**self.ask["facts"])
        people = {key: person["name"] for key, person in self.ask["people"].items()}
        return json.dumps(list(tables.rows(self.part_outline(), people, facts, self.words()))).encode()

    def md(self) -> bytes:
        """Markdown."""
        return tables.markdown(self.part_outline(), self.words()).encode()

    def words(self) -> tables.Words:
        """The reader's language."""
        return tables.Words(**self.ask["table_words"])

    def part_outline(self) -> Outline:
        """The outline of the part."""
        kept = self.whole.objects
        zones = {zone.id: zone for zone in self.outline.zones}
        inside = tuple(
            replace(zone, notes=tuple(note for note in zone.notes if note.id in kept))
            for zone in zones.values()
            if zone.id in kept
        )
        shown = {note.id for zone in inside for note in zone.notes}
        return replace(
            self.outline,
            zones=inside,
            loose=tuple(note for note in self.outline.notes() if note.id in kept and note.id not in shown),
            connectors=tuple(link for link in self.outline.connectors if link.id in kept),
        )


def record(data: dict[str, Any]) -> bytes:
    """Facts and tables as PDF: no board in it."""
    sheet = import_module(SHEET)
    return bytes(sheet.to_pdf(data, sheet.load_fonts(), sheet.RECORD))


def vars_of(one: Any) -> dict[str, Any]:
    """The fields of a dataclass with slots or without."""
    return {name: getattr(one, name) for name in one.__dataclass_fields__}


def _address(data: bytes, *, as_png: bool) -> str:
    """A picture as a `data:` address."""
    if not as_png:
        return f"data:image/webp;base64,{b64encode(data).decode()}"
    image = import_module(IMAGES).open(io.BytesIO(data), formats=["WEBP"])
    image.thumbnail((IMAGE_SIDE, IMAGE_SIDE))
    made = io.BytesIO()
    if image.mode == "RGBA":
        image.save(made, "PNG")
    else:
        image.convert("RGB").save(made, "JPEG", quality=85)
    kind = "png" if image.mode == "RGBA" else "jpeg"
    return f"data:image/{kind};base64,{b64encode(made.getvalue()).decode()}"
