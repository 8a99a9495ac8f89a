"""The texts: French is the source, English comes from the compiled catalogue.

Every text is a format string: `%(name)s` for a value, `%%` for a percent sign, whether or not it
takes values. A text that stands in no catalogue is data (a message already made, say): it is not
formatted, and `workspace.i18n.templates` escapes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import read_mo
from markupsafe import Markup, escape

from workspace.i18n.reader import current_locale
from workspace.i18n.typography import french

COMPILED = Path(__file__).resolve().parents[1] / "translations" / "en" / "LC_MESSAGES" / "messages.mo"


@dataclass(frozen=True)
class Catalogue:
    """English texts by their French source."""

    singles: dict[str, str]
    plurals: dict[str, tuple[str, str]]

    def knows(self, message: str) -> bool:
        """Whether the message was written by us: it is in the catalogue."""
        return message in self.singles or message in self.plurals


@lru_cache(maxsize=1)
def english() -> Catalogue:
    """Read the compiled catalogue once.

    Raises: RuntimeError with what to do, when it was not compiled.
    """
    if not COMPILED.exists():
        raise RuntimeError("The English texts are not compiled: run 'python tools/translations.py compile'.")
    with COMPILED.open("rb") as file:
        messages = [message for message in read_mo(file) if message.id]
    singles = {m.id: str(m.string) for m in messages if isinstance(m.id, str)}
    plurals = {m.id[0]: _forms(m.string) for m in messages if not isinstance(m.id, str)}
    return Catalogue(singles, plurals)


def _forms(strings: object) -> tuple[str, str]:
    one, other = strings if isinstance(strings, (tuple, list)) else (strings, strings)
    return str(one), str(other)


def lookup(message: str) -> str:
    """The text in the reader's language, not yet formatted."""
    if current_locale() == "fr":
        return french(message)
    return english().singles.get(message, message)


def lookup_plural(singular: str, plural: str, count: float) -> str:
    """The form that fits `count`; French says 0 and 1 in the singular, English 1 only."""
    if current_locale() == "fr":
        return french(singular if abs(count) < 2 else plural)
    forms = english().plurals.get(singular, (singular, plural))
    return forms[0] if count == 1 else forms[1]


def gettext(message: str, /, **variables: object) -> str:
    """Translate and format one text."""
    message = str(message)
    text = lookup(message) if message else ""
    return text % variables if variables or english().knows(message) else text


def ngettext(singular: str, plural: str, num: float, /, **variables: object) -> str:
    """Translate and format a text that counts; `%(num)s` is the count."""
    return lookup_plural(singular, plural, num) % {"num": num, **variables}


class LazyText:
    """A text translated each time it is read; in a page it is escaped like any other."""

    def __init__(self, message: str, variables: Mapping[str, object]) -> None:
        self._message = message
        self._variables = variables

    def __str__(self) -> str:
        return gettext(self._message, **self._variables)

    def __html__(self) -> Markup:
        return escape(str(self))

    def __repr__(self) -> str:
        return f"LazyText({self._message!r})"

    def __mod__(self, values: object) -> str:
        return lookup(self._message) % values

    def __add__(self, other: str) -> str:
        return str(self) + other


def lazy_gettext(message: str, /, **variables: object) -> LazyText:
    """`gettext` for what is defined at import time: form labels, class attributes."""
    return LazyText(message, variables)
