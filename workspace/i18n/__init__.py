"""Languages: texts, French typography, dates in zones, and what scripts need of them.

French is the source of every text; English stands in `workspace/translations/en/<area>.po`, one file
per area. `tools/translations.py` compiles and checks them.
"""

from collections.abc import Callable

from flask import Flask
from flask_babel import Babel

from workspace.i18n import reader, templates
from workspace.i18n.catalogue import LazyText, english, gettext, lazy_gettext, ngettext
from workspace.i18n.dates import (
    ZoneTime,
    city_of,
    days_ago,
    format_date,
    format_datetime,
    format_list,
    format_number,
    format_time,
    time_ago,
    zone_times,
)
from workspace.i18n.javascript import js_catalogue
from workspace.i18n.reader import DEFAULT_LOCALE, LOCALES, current_locale, current_zone, in_locale

_ = gettext

__all__ = [
    "DEFAULT_LOCALE",
    "LOCALES",
    "LazyText",
    "ZoneTime",
    "_",
    "city_of",
    "current_locale",
    "current_zone",
    "days_ago",
    "format_date",
    "format_datetime",
    "format_list",
    "format_number",
    "format_time",
    "gettext",
    "in_locale",
    "init_i18n",
    "js_catalogue",
    "lazy_gettext",
    "ngettext",
    "time_ago",
    "zone_times",
]


def init_i18n(
    app: Flask,
    *,
    reader_locale: Callable[[], str | None] | None = None,
    reader_zone: Callable[[], str | None] | None = None,
) -> None:
    """Give `app` its languages. The callables tell what the account chose, from what is already loaded.

    Raises: RuntimeError with what to do, when the texts were not compiled.
    """
    english()
    Babel(app, configure_jinja=False, default_locale=DEFAULT_LOCALE, locale_selector=reader.select_locale)
    chosen = {"locale": reader_locale, "zone": reader_zone}
    app.extensions[reader.EXTENSION] = reader.Reader(**{key: call for key, call in chosen.items() if call})
    templates.install(app)
