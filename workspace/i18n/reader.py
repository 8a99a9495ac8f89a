"""Which language and which time zone the reader of the current page wants.

An account's own choice comes first, then the cookie of this device, then the browser, then French
and Paris. Outside a request (command line, jobs) it is French and Paris unless `in_locale` says otherwise.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from flask import current_app, g, has_request_context, request
from flask_babel import force_locale, get_locale

LOCALES = ("fr", "en")
DEFAULT_LOCALE = "fr"
DEFAULT_ZONE = "Europe/Paris"
LOCALE_COOKIE = "locale"
ZONE_COOKIE = "zone"
EXTENSION = "etabli_reader"


def _nothing() -> str | None:
    return None


@dataclass(frozen=True)
class Reader:
    """How the application tells what an account chose; both read only what is already loaded."""

    locale: Callable[[], str | None] = _nothing
    zone: Callable[[], str | None] = _nothing


def current_locale() -> str:
    """`fr` or `en`. Asked for each text of a page: once known, it is read where Flask-Babel keeps it."""
    try:
        kept = g._get_current_object().get("_flask_babel")  # noqa: SLF001
    except RuntimeError:  # outside the application
        return DEFAULT_LOCALE
    found = getattr(kept, "babel_locale", None) or get_locale()
    return str(found.language) if found else DEFAULT_LOCALE


def current_zone() -> ZoneInfo:
    """The zone in which times are shown to this reader: chosen once for a request."""
    if not has_request_context():
        return ZoneInfo(DEFAULT_ZONE)
    if "reader_zone" not in g:
        g.reader_zone = _chosen_zone()
    found: ZoneInfo = g.reader_zone
    return found


def _chosen_zone() -> ZoneInfo:
    for name in (_reader().zone(), request.cookies.get(ZONE_COOKIE)):
        if name and name in zone_names():
            return ZoneInfo(name)
    return ZoneInfo(DEFAULT_ZONE)


def in_locale(locale: str | None) -> AbstractContextManager[None]:
    """Translate in `locale` inside the block, for a mail say. Needs an application context."""
    forced: AbstractContextManager[None] = force_locale(locale if locale in LOCALES else DEFAULT_LOCALE)
    return forced


def select_locale() -> str:
    """Choose for this request; Flask-Babel keeps the answer until the request ends."""
    if not has_request_context():
        return DEFAULT_LOCALE
    for choice in (_reader().locale(), request.cookies.get(LOCALE_COOKIE)):
        if choice in LOCALES:
            return choice
    return request.accept_languages.best_match(LOCALES) or DEFAULT_LOCALE


def _reader() -> Reader:
    reader: Reader = current_app.extensions[EXTENSION]
    return reader


@lru_cache(maxsize=1)
def zone_names() -> frozenset[str]:
    """The zones of the tz database: read once, since their files are."""
    return frozenset(available_timezones())
