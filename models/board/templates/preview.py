"""Draws a template's zones as a small SVG: no style of its own, only attributes, classes and currentColor."""

from html import escape

from models.board.templates.parts import NOTE, PITCH, BoardTemplate, ZoneSeed

MARGIN = 48
EMPTY = (0, 0, 1704, 936)
SHOWN_NOTES = 3
ABOUT = {"fr": "Plan du modèle, {zones}", "en": "Layout of the template, {zones}"}
BLANK = {"fr": "une page blanche", "en": "a blank page"}


def draw(template: BoardTemplate, locale: str) -> str:
    """The `<svg>` element; its label names the zones in reading order."""
    language = "en" if locale.startswith("en") else "fr"
    titles = ", ".join(zone.title.in_(language) for zone in template.zones) or BLANK[language]
    label = escape(ABOUT[language].format(zones=titles), quote=True)
    left, top, right, bottom = _bounds(template)
    box = f"{left - MARGIN} {top - MARGIN} {right - left + 2 * MARGIN} {bottom - top + 2 * MARGIN}"
    shapes = "".join(_zone(zone) for zone in template.zones) or _page(*EMPTY)
    return (
        f'<svg class="board-preview" viewBox="{box}" role="img" aria-label="{label}" '
        f'fill="none" stroke="currentColor" stroke-width="12">{shapes}</svg>'
    )


def _bounds(template: BoardTemplate) -> tuple[int, int, int, int]:
    zones = template.zones
    if not zones:
        return EMPTY
    return (
        min(zone.x for zone in zones),
        min(zone.y for zone in zones),
        max(zone.x + zone.w for zone in zones),
        max(zone.y + zone.h for zone in zones),
    )


def _page(left: int, top: int, right: int, bottom: int) -> str:
    return (
        f'<rect class="preview-zone" x="{left}" y="{top}" width="{right - left}" height="{bottom - top}" '
        'rx="36" stroke-dasharray="36 36"/>'
    )


def _zone(zone: ZoneSeed) -> str:
    """A frame, a bar for its title, and a few notes when they fit; zones to keep are tinted."""
    kept = ' fill="currentColor" fill-opacity="0.12"' if zone.tone == "keep" else ""
    frame = (
        f'<rect class="preview-zone" x="{zone.x}" y="{zone.y}" width="{zone.w}" height="{zone.h}" '
        f'rx="36"{kept}/>'
    )
    bar = (
        f'<path class="preview-title" d="M{zone.x + 48} {zone.y + 54}h{min(zone.w - 96, 336)}" '
        'stroke-width="30" stroke-linecap="round" stroke-opacity="0.55"/>'
    )
    notes = "".join(
        f'<rect class="preview-note" x="{x}" y="{y}" width="{NOTE}" height="{NOTE}" rx="12" '
        'stroke="none" fill="currentColor" fill-opacity="0.28"/>'
        for x, y in _shown(zone)
    )
    return frame + bar + notes


def _shown(zone: ZoneSeed) -> list[tuple[int, int]]:
    """A few notes in the first row, as if somebody had begun: two of three places taken."""
    places = [place for place in zone.slots() if place[1] < zone.y + PITCH]
    return [place for index, place in enumerate(places) if index % 3 != 1][:SHOWN_NOTES]
