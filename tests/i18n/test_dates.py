"""Dates, relative times and clocks in zones, in both languages."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import pytest
from flask import Flask

from workspace.i18n import (
    city_of,
    format_date,
    format_datetime,
    format_list,
    format_number,
    format_time,
    in_locale,
    init_i18n,
    time_ago,
    zone_times,
)

EVENING = datetime(2025, 11, 18, 17, 30, tzinfo=UTC)
NOW = datetime(2025, 11, 18, 14, 0, tzinfo=UTC)
PARIS, CAYENNE = "Europe/Paris", "America/Cayenne"


@pytest.fixture(params=["fr", "en"])
def locale(request: pytest.FixtureRequest) -> Iterator[str]:
    app = Flask(__name__)
    init_i18n(app)
    with app.app_context(), in_locale(request.param):
        yield request.param


@pytest.mark.parametrize(
    ("style", "french", "english"),
    [
        ("medium", "18 nov. 2025", "18 Nov 2025"),
        ("long", "18 novembre 2025", "18 November 2025"),
        ("full", "mardi 18 novembre 2025", "Tuesday 18 November 2025"),
        ("weekday", "mardi 18 novembre", "Tuesday 18 November"),
    ],
)
def test_dates_are_written_in_the_readers_language(
    locale: str, style: str, french: str, english: str
) -> None:
    assert format_date(EVENING, style) == {"fr": french, "en": english}[locale]
    assert format_date(date(2025, 11, 18), style) == {"fr": french, "en": english}[locale]


def test_first_of_the_month_is_premier_in_french(locale: str) -> None:
    assert (
        format_date(date(2025, 12, 1), "long") == {"fr": "1er décembre 2025", "en": "1 December 2025"}[locale]
    )
    assert (
        format_date(date(2025, 12, 1), "full")
        == {"fr": "lundi 1er décembre 2025", "en": "Monday 1 December 2025"}[locale]
    )
    assert format_date(date(2025, 12, 11), "long").startswith("11 ")


def test_short_date_leaves_out_this_year_only(locale: str) -> None:
    this_year = datetime.now(UTC).year
    assert str(this_year) not in format_date(date(this_year, 6, 15), "short")
    assert str(this_year - 1) in format_date(date(this_year - 1, 6, 15), "short")


def test_datetime_says_the_hour_of_the_zone(locale: str) -> None:
    assert format_datetime(EVENING) == {"fr": "18 nov. 2025 à 18:30", "en": "18 Nov 2025 at 18:30"}[locale]
    expected = {"fr": "mardi 18 novembre 2025 à 14:30", "en": "Tuesday 18 November 2025 at 14:30"}[locale]
    assert format_datetime(EVENING, "long", CAYENNE) == expected
    assert format_time(EVENING, CAYENNE) == "14:30"


def test_date_is_the_day_it_is_in_the_zone(locale: str) -> None:
    just_after_midnight_in_paris = datetime(2025, 11, 17, 23, 30, tzinfo=UTC)
    assert format_date(just_after_midnight_in_paris, zone=PARIS).startswith("18 ")
    assert format_date(just_after_midnight_in_paris, zone=CAYENNE).startswith("17 ")


@pytest.mark.parametrize(
    ("ago", "french", "english"),
    [
        (timedelta(seconds=3), "à l’instant", "just now"),
        (timedelta(seconds=50), "il y a 1 min", "1 min ago"),
        (timedelta(minutes=8), "il y a 8 min", "8 min ago"),
        (timedelta(minutes=59, seconds=59), "il y a 59 min", "59 min ago"),
        (timedelta(hours=2), "il y a 2 h", "2 h ago"),
        (timedelta(hours=16), "hier", "yesterday"),
        (timedelta(days=1), "hier", "yesterday"),
        (timedelta(days=3), "il y a 3 jours", "3 days ago"),
        (timedelta(days=13), "il y a 13 jours", "13 days ago"),
        (timedelta(days=21), "il y a 3 semaines", "3 weeks ago"),
        (timedelta(days=35), "14 oct. 2025", "14 Oct 2025"),
        (-timedelta(seconds=3), "dans un instant", "in a moment"),
        (-timedelta(minutes=8), "dans 8 min", "in 8 min"),
        (-timedelta(hours=5), "dans 5 h", "in 5 h"),
        (-timedelta(hours=20), "demain", "tomorrow"),
        (-timedelta(days=3), "dans 3 jours", "in 3 days"),
        (-timedelta(days=14), "dans 2 semaines", "in 2 weeks"),
        (-timedelta(days=40), "28 déc. 2025", "28 Dec 2025"),
    ],
)
def test_relative_time_says_what_a_person_would_say(
    locale: str, ago: timedelta, french: str, english: str
) -> None:
    assert time_ago(NOW - ago, PARIS, NOW) == {"fr": french, "en": english}[locale]


def test_after_midnight_three_hours_ago_is_not_yesterday(locale: str) -> None:
    one_in_the_morning = datetime(2025, 11, 18, 0, 0, tzinfo=UTC)
    before_midnight = one_in_the_morning - timedelta(hours=3)
    assert (
        time_ago(before_midnight, PARIS, one_in_the_morning) == {"fr": "il y a 3 h", "en": "3 h ago"}[locale]
    )


def test_paris_and_cayenne_are_four_hours_apart_in_winter_and_five_in_summer(locale: str) -> None:
    assert zone_times(EVENING, [PARIS, CAYENNE]) == [("Paris", "18:30", ""), ("Cayenne", "14:30", "")]
    summer = datetime(2026, 4, 14, 16, 30, tzinfo=UTC)
    assert zone_times(summer, [PARIS, CAYENNE]) == [("Paris", "18:30", ""), ("Cayenne", "13:30", "")]


def test_other_day_is_said(locale: str) -> None:
    day_before, next_day = {"fr": ("la veille", "le lendemain"), "en": ("the day before", "the next day")}[
        locale
    ]
    morning = datetime(2025, 11, 18, 1, 0, tzinfo=UTC)
    assert zone_times(morning, [PARIS, CAYENNE])[1] == ("Cayenne", "22:00", day_before)
    assert zone_times(EVENING, [PARIS, "Pacific/Noumea"])[1].day == next_day


def test_each_zone_is_shown_once(locale: str) -> None:
    assert [found.city for found in zone_times(EVENING, [PARIS, CAYENNE, PARIS])] == ["Paris", "Cayenne"]
    assert zone_times(EVENING, []) == []


@pytest.mark.parametrize(
    ("zone", "city"),
    [("Indian/Reunion", "La Réunion"), ("Pacific/Noumea", "Nouméa"), ("America/Martinique", "Martinique")],
)
def test_overseas_cities_have_their_french_names(zone: str, city: str) -> None:
    assert city_of(zone) == city


def test_naive_time_is_refused(locale: str) -> None:
    with pytest.raises(ValueError, match="naive"):
        format_datetime(datetime(2025, 11, 18, 17, 30))  # noqa: DTZ001


def test_numbers_and_lists(locale: str) -> None:
    assert format_number(12500) == {"fr": "12\u202f500", "en": "12,500"}[locale]
    assert format_list(["A", "B", "C"]) == {"fr": "A, B et C", "en": "A, B and C"}[locale]
