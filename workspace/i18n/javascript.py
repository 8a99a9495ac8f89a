"""The texts a page's script needs, and no more: a page carries them as JSON."""

import json
from functools import lru_cache
from pathlib import Path
from typing import TypedDict

from workspace.i18n.catalogue import english
from workspace.i18n.reader import current_locale
from workspace.i18n.typography import french

COLLECTED = Path(__file__).resolve().parents[2] / "build" / "ts_msgids.json"

Forms = str | list[str]


class ScriptTexts(TypedDict):
    """What `static/src/lib` reads from the page."""

    locale: str
    texts: dict[str, Forms]


def js_catalogue(*entries: str) -> ScriptTexts:
    """Texts reachable from `static/src/pages/<entry>.ts`, in the reader's language.

    Keyed by the French source (the singular, for a plural, whose value is [one, other]); a text that
    equals its source is left out.
    """
    locale = current_locale()
    texts: dict[str, Forms] = {}
    for entry in entries:
        texts |= _texts(entry, locale)
    return {"locale": locale, "texts": texts}


@lru_cache
def _texts(entry: str, locale: str) -> dict[str, Forms]:
    texts: dict[str, Forms] = {}
    if entry not in _collected():
        raise RuntimeError(f"No texts of pages/{entry}.ts: run 'python tools/translations.py compile'.")
    for source in _collected()[entry]:
        if isinstance(source, str):
            text = french(source) if locale == "fr" else english().singles.get(source, source)
            if text != source:
                texts[source] = text
        else:
            forms = tuple(french(form) for form in source)
            if locale != "fr":
                forms = english().plurals.get(source[0], tuple(source))
            if list(forms) != source:
                texts[source[0]] = list(forms)
    return texts


@lru_cache(maxsize=1)
def _collected() -> dict[str, list[Forms]]:
    if not COLLECTED.exists():
        raise RuntimeError("Scripts' texts are not collected: run 'python tools/translations.py compile'.")
    collected: dict[str, list[Forms]] = json.loads(COLLECTED.read_text(encoding="utf-8"))
    return collected
