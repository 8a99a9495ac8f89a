"""What is asked of a file before it becomes a picture on a board, in this order; the first no is the answer.

Its size; its first bytes, which say what it is (its name and its declared type say nothing); then whether
the one decoder of that kind reads it whole, and how many pixels its header says, in a process of its own.
"""

import subprocess
import sys
import threading
from dataclasses import dataclass
from pathlib import Path

from models.errors import Refused
from models.i18n import N_
from workspace.images import reencode

MAX_BYTES = 10 * 1024 * 1024
AT_ONCE = 2
"""Pictures made anew at the same time in one server process; the others wait."""
SECONDS = 2.0 * reencode.SECONDS

EMPTY = N_("Ce fichier est vide.")
TOO_LARGE = N_("Cette image dépasse 10 Mo. Réduisez-la, ou faites-en une capture d’écran.")
NOT_AN_IMAGE = N_("Ce fichier n’est pas une image que le tableau sait montrer : JPEG, PNG, WebP ou GIF.")
VECTOR = N_("Un dessin SVG peut contenir du code : il n’est pas accepté. Exportez-le en PNG.")
UNREADABLE = N_("Cette image est abîmée ou incomplète : elle n’a pas pu être lue.")
TOO_MANY_PIXELS = N_(
    "Cette image a plus de 50 millions de pixels. Réduisez-la, ou faites-en une capture d’écran."
)

SIGNATURES = (
    ("JPEG", b"\xff\xd8\xff"),
    ("PNG", b"\x89PNG\r\n\x1a\n"),
    ("GIF", b"GIF87a"),
    ("GIF", b"GIF89a"),
)
_SENTENCES = {
    reencode.REFUSALS["unreadable"]: ("unreadable", UNREADABLE),
    reencode.REFUSALS["too_many_pixels"]: ("too_many_pixels", TOO_MANY_PIXELS),
}
_turns = threading.BoundedSemaphore(AT_ONCE)


@dataclass(frozen=True)
class Picture:
    """A WebP file of our own making and its size in pixels."""

    content: bytes
    width: int
    height: int


def kind_of(data: bytes) -> str | None:
    """The name of the only decoder that may read this, by its first bytes."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return "WEBP"
    return next((kind for kind, start in SIGNATURES if data.startswith(start)), None)


def made_anew(data: bytes) -> Picture:
    """The picture in these bytes. Blocks for a second or so: call it outside the hub. Raises: Refused."""
    if not data:
        raise Refused("empty", EMPTY)
    if len(data) > MAX_BYTES:
        raise Refused("too_large", TOO_LARGE)
    kind = kind_of(data)
    if kind is None:
        is_vector = b"<svg" in data[:4096].lower()
        raise Refused("not_an_image", VECTOR if is_vector else NOT_AN_IMAGE)
    with _turns:
        try:
            done = subprocess.run(  # noqa: S603 - our own program
                [sys.executable, "-I", str(Path(reencode.__file__)), kind],
                input=data,
                capture_output=True,
                check=False,
                timeout=SECONDS,
                env={},
            )
        except subprocess.TimeoutExpired:
            raise Refused("unreadable", UNREADABLE) from None
    if done.returncode != 0:
        raise Refused(*_SENTENCES.get(done.returncode, ("unreadable", UNREADABLE)))
    head, _newline, content = done.stdout.partition(b"\n")
    width, height = map(int, head.split())
    return Picture(content, width, height)
