"""`python -I program.py`: a board's bytes in, a file out; a process of its own, with little memory and time.

Reads from standard input a line of JSON (see `Ask` in rendering.py) with the lengths of what follows: the
document, then its pictures. Writes the file; ends with a code of `REFUSALS` when it makes none.
"""

import json
import os
import resource
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from PIL import Image

from models.errors import Refused
from workspace.drawing import fonts
from workspace.drawing.making import NoSuchPart, Rendering, TooLarge, record

MEMORY_BYTES = 1536 << 20
SECONDS = 45
REFUSALS = {"too_large": 3, "corrupt": 4, "no_such_part": 5}
FILES = 32


def confine() -> None:
    """Little memory, some seconds, nothing written to the disk."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (FILES, FILES))


def main() -> None:
    """See the module."""
    Image.preinit()
    if not (fonts.FOLDER / "metrics.json").exists():
        raise SystemExit("make build/fonts/metrics.json")
    confine()
    data = sys.stdin.buffer.read()
    line, _newline, rest = data.partition(b"\n")
    ask = json.loads(line)
    blobs = []
    for length in ask["lengths"]:
        blobs.append(rest[:length])
        rest = rest[length:]
    images = dict(zip(ask["images"], blobs[1:], strict=True))
    try:
        if ask["format"] == "record":
            made = record(ask["record"])
        else:
            made = getattr(Rendering(ask, blobs[0], images), ask["format"])()
    except NoSuchPart:
        raise SystemExit(REFUSALS["no_such_part"]) from None
    except Refused:
        raise SystemExit(REFUSALS["corrupt"]) from None
    except (MemoryError, TooLarge):
        raise SystemExit(REFUSALS["too_large"]) from None
    sys.stdout.buffer.write(made)
    sys.stdout.flush()
    os._exit(0)


if __name__ == "__main__":
    main()
