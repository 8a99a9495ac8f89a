"""How each type of object is drawn. A new type is one file beside this one and one line here."""

from collections.abc import Mapping

from workspace.drawing.objects.connector import CONNECTOR
from workspace.drawing.objects.image import IMAGE
from workspace.drawing.objects.link import LINK
from workspace.drawing.objects.look import Look
from workspace.drawing.objects.note import NOTE
from workspace.drawing.objects.stroke import STROKE
from workspace.drawing.objects.text import TEXT
from workspace.drawing.objects.unknown import UNKNOWN
from workspace.drawing.objects.zone import ZONE

LOOKS: Mapping[str, Look] = {
    "note": NOTE,
    "text": TEXT,
    "image": IMAGE,
    "stroke": STROKE,
    "link": LINK,
    "zone": ZONE,
    "connector": CONNECTOR,
}


def look_of(kind: str) -> Look:
    """How this type is drawn; what is not known is a box that says so."""
    return LOOKS.get(kind, UNKNOWN)
