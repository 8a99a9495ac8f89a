"""French no-break spaces, so that nobody has to type them.

Only spaces that are already there change: nothing is ever inserted, so an address, a time or a
placeholder, which hold no space before their signs, cannot be touched.
"""

import re
from functools import lru_cache

NARROW = "\u202f"
NO_BREAK = "\u00a0"

_CLOSING = re.compile(r" +(?=[;!?»](?![\w/]))")  # « ?q= » in a sentence stays as typed
_COLON = re.compile(r" +(?=:(?![\w/)(]))")
_OPENING = re.compile(r"(?<=«) +")
_UNIT = re.compile(r"(?<=[\ds)]) +(?=%%|€)")  # 50 %%, %(share)s %%, 3 €


@lru_cache(maxsize=8192)
def french(text: str) -> str:
    """Make the spaces before `; ! ? % €` and inside « » narrow no-break ones, before `:` a no-break one."""
    if " " not in text:
        return text
    text = _CLOSING.sub(NARROW, text)
    text = _OPENING.sub(NARROW, text)
    text = _UNIT.sub(NARROW, text)
    return _COLON.sub(NO_BREAK, text)
