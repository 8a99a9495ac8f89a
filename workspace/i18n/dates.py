"""Dates, times and numbers as the reader's language and zone write them.

Every function takes aware times. Zones are names ("America/Cayenne"), never offsets: 18:30 in Paris is
14:30 in Cayenne in winter and 13:30 in summer.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Literal, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale
from babel import dates as cldr
from babel.lists import format_list as cldr_list
from babel.numbers import format_decimal
from markupsafe import Markup

from workspace.i18n.catalogue import gettext as _
from workspace.i18n.catalogue import ngettext
from workspace.i18n.reader import current_locale, current_zone

Zone = ZoneInfo | str | None

_LOCALES = {"fr": Locale("fr"), "en": Locale("en", "GB")}
_PATTERNS = {
    "short": "d MMM",
    "medium": "d MMM y",
    "long": "d MMMM y",
    "weekday": "EEEE d MMMM",
    "full": "EEEE d MMMM y",
}
_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_JUST_NOW_SECONDS = 45
_STILL_HOURS = 6 * _HOUR  # after midnight, "3 h ago" says more than "yesterday"
_DAYS_AS_DAYS, _DAYS_AS_WEEKS, _YEAR_OF_DAYS = 14, 35, 365


class ZoneTime(NamedTuple):
    """One moment as a clock shows it in one place."""

    city: str
    time: str
    day: str
    """Empty, or how the day differs from the first place's: la veille, le lendemain."""


def format_date(when: date | datetime, style: str = "medium", zone: Zone = None) -> str:
    """Write a day.

    `short` 18 nov. (with the year when it is not this one), `medium` 18 nov. 2025, `long` 18 novembre 2025,
    `weekday` mardi 18 novembre, `full` mardi 18 novembre 2025.
    """
    day = _local(when, zone).date() if isinstance(when, datetime) else when
    if style == "short" and day.year != _local(datetime.now(UTC), zone).year:
        style = "medium"
    return _written(day, style, current_locale())


@lru_cache(maxsize=4096)
def _written(day: date, style: str, locale: str) -> str:
    """Pages write the same days again and again, and Babel takes its time."""
    text = cldr.format_date(day, _PATTERNS[style], locale=_LOCALES[locale])
    return text.replace("1 ", "1er ", 1) if day.day == 1 and locale == "fr" else text


def format_month(day: date) -> str:
    """Novembre 2026: the month of a day."""
    return cldr.format_skeleton("yMMMM", day, locale=_locale())


def format_time(when: datetime, zone: Zone = None) -> str:
    """18:30."""
    return _local(when, zone).strftime("%H:%M")


def format_datetime(when: datetime, style: str = "medium", zone: Zone = None) -> str:
    """`short` 18 nov. à 18:30, `medium` 18 nov. 2025 à 18:30, `long` mardi 18 novembre 2025 à 18:30."""
    day = format_date(when, "full" if style == "long" else style, zone)
    return _("%(date)s à %(time)s", date=day, time=format_time(when, zone))


def time_ago(when: datetime, zone: Zone = None, now: datetime | None = None) -> str:
    """How long ago or how soon: à l’instant, il y a 8 min, hier, dans 3 jours; after five weeks, the date."""
    now = now or datetime.now(UTC)
    seconds = (now - when).total_seconds()
    days = (_local(now, zone).date() - _local(when, zone).date()).days
    if abs(days) >= _DAYS_AS_WEEKS:
        return format_date(when, zone=zone)
    return _past(seconds, days) if seconds >= 0 else _future(-seconds, -days)


def time_tag(when: datetime) -> Markup:
    """« il y a 8 min », with the full date on hover and for machines."""
    at = when.isoformat(timespec="seconds")
    return Markup(f'<time datetime="{at}" title="{format_datetime(when)}">{time_ago(when)}</time>')  # noqa: S704 (ours)


def _past(seconds: float, days: int) -> str:
    if seconds < _JUST_NOW_SECONDS:
        return _("à l’instant")
    if seconds < _HOUR:
        return _("il y a %(num)s min", num=max(1, int(seconds / _MINUTE)))
    if days == 0 or seconds < _STILL_HOURS:
        return _("il y a %(num)s h", num=int(seconds / _HOUR))
    if days == 1:
        return _("hier")
    if days < _DAYS_AS_DAYS:
        return ngettext("il y a %(num)s jour", "il y a %(num)s jours", days)
    return ngettext("il y a %(num)s semaine", "il y a %(num)s semaines", days // 7)


def _future(seconds: float, days: int) -> str:
    if seconds < _JUST_NOW_SECONDS:
        return _("dans un instant")
    if seconds < _HOUR:
        return _("dans %(num)s min", num=max(1, int(seconds / _MINUTE)))
    if days == 0 or seconds < _STILL_HOURS:
        return _("dans %(num)s h", num=int(seconds / _HOUR))
    if days == 1:
        return _("demain")
    if days < _DAYS_AS_DAYS:
        return ngettext("dans %(num)s jour", "dans %(num)s jours", days)
    return ngettext("dans %(num)s semaine", "dans %(num)s semaines", days // 7)


def days_ago(day: date, zone: Zone = None, now: datetime | None = None) -> str:
    """How long ago a day (UTC) was, never by the hour: aujourd’hui, hier, il y a 3 jours, il y a 2 mois.

    Today is the day in UTC or in the reader's zone, whichever is the earlier: whoever is here now came today.
    """
    now = now or datetime.now(UTC)
    days = (min(now.astimezone(UTC).date(), _local(now, zone).date()) - day).days
    if days <= 0:
        return _("aujourd’hui")
    if days == 1:
        return _("hier")
    if days < _DAYS_AS_DAYS:
        return ngettext("il y a %(num)s jour", "il y a %(num)s jours", days)
    if days < _DAYS_AS_WEEKS:
        return ngettext("il y a %(num)s semaine", "il y a %(num)s semaines", days // 7)
    if days < _YEAR_OF_DAYS:
        return ngettext("il y a %(num)s mois", "il y a %(num)s mois", max(1, days // 30))
    return _("il y a plus d’un an")


def zone_times(when: datetime, zones: Iterable[Zone]) -> list[ZoneTime]:
    """The same moment in each place, each zone once: [("Paris", "18:30", ""), ("Cayenne", "14:30", "")]."""
    names = list(dict.fromkeys(str(zone) for zone in zones))
    moments = [_local(when, name) for name in names]
    return [
        ZoneTime(city_of(name), local.strftime("%H:%M"), _other_day(local.date(), moments[0].date()))
        for name, local in zip(names, moments, strict=True)
    ]


def _other_day(day: date, reference: date) -> str:
    if day == reference:
        return ""
    return _("la veille") if day < reference else _("le lendemain")


def city_of(zone: str) -> str:
    """The city a zone is named after, in the reader's language: La Réunion for Indian/Reunion."""
    return _city(zone, current_locale())


@lru_cache
def _city(zone: str, locale: str) -> str:
    return cldr.get_timezone_location(ZoneInfo(zone), locale=_LOCALES[locale], return_city=True)


def format_number(number: float) -> str:
    """12 500 in French, 12,500 in English."""
    return format_decimal(number, locale=_locale())


def format_list(items: Iterable[object], style: Literal["standard", "or"] = "standard") -> str:
    """A, B et C; A, B ou C."""
    return cldr_list([str(item) for item in items], style=style, locale=_locale())


def _locale() -> Locale:
    return _LOCALES[current_locale()]


def _local(when: datetime, zone: Zone) -> datetime:
    if when.tzinfo is None:
        raise ValueError("a naive datetime has no place on a page")
    return when.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone or current_zone())
