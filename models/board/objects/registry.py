"""Every object type by name. A new type is one file beside this one and one line here."""

from collections.abc import Mapping

from models.board.objects.connector import CONNECTOR
from models.board.objects.image import IMAGE
from models.board.objects.link import LINK
from models.board.objects.note import NOTE
from models.board.objects.spec import ObjectSpec
from models.board.objects.stroke import STROKE
from models.board.objects.text import TEXT
from models.board.objects.zone import ZONE

OBJECT_SPECS: Mapping[str, ObjectSpec] = {
    spec.type: spec for spec in (NOTE, TEXT, IMAGE, STROKE, LINK, ZONE, CONNECTOR)
}

FIELD_NAMES: frozenset[str] = frozenset(name for spec in OBJECT_SPECS.values() for name in spec.fields)
