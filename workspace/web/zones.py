"""Time zones as a form offers them: the French territories first, overseas ones by name, then the world."""

import importlib.resources
from functools import lru_cache
from typing import Any

from babel import Locale
from markupsafe import Markup
from wtforms import Form, SelectField
from wtforms.validators import InputRequired, ValidationError
from wtforms.widgets import Select

from workspace.i18n import LazyText, _, city_of, current_locale, lazy_gettext
from workspace.i18n.reader import zone_names
from workspace.web.forms import choices_of

MAINLAND = "Europe/Paris"
OVERSEAS = (
    "America/Guadeloupe",
    "America/Martinique",
    "America/Cayenne",
    "Indian/Reunion",
    "Indian/Mayotte",
    "America/Miquelon",
    "America/St_Barthelemy",
    "America/Marigot",
    "Pacific/Noumea",
    "Pacific/Tahiti",
    "Pacific/Marquesas",
    "Pacific/Gambier",
    "Pacific/Wallis",
)
_PLACES = 3  # columns of zone.tab: countries, coordinates, zone
Groups = dict[str, list[tuple[str, str]]]


@lru_cache(maxsize=1)
def _countries() -> dict[str, str]:
    """The country code of each place of the tz database's own list."""
    table = importlib.resources.files("tzdata").joinpath("zoneinfo", "zone.tab").read_text()
    lines = [line.split("\t") for line in table.splitlines() if line and not line.startswith("#")]
    return {line[2]: line[0] for line in lines if len(line) >= _PLACES}


def is_zone(name: str | None) -> bool:
    """Whether it is a zone of the tz database."""
    return name in zone_names()


def zone_label(zone: str) -> str:
    """« Cayenne (Guyane française) », or the city alone when its country says no more."""
    city = city_of(zone)
    country = Locale(current_locale()).territories.get(_countries().get(zone, ""), "")
    return f"{city} ({country})" if country and country != city else city


def zone_groups(*, kept: str = "") -> Groups:
    """What a select offers, by part of the world; `kept` is offered too when the list does not have it."""
    return _with(dict(_groups(current_locale())), kept)


def _with(groups: Groups, kept: str) -> Groups:
    if kept and is_zone(kept) and not any(kept == zone for rows in groups.values() for zone, _label in rows):
        return {_("Votre choix actuel"): [(kept, kept)], **groups}
    return groups


@lru_cache(maxsize=4)
def _groups(_locale: str) -> Groups:
    regions = {
        "Europe": _("Europe"),
        "Africa": _("Afrique"),
        "America": _("Amériques"),
        "Asia": _("Asie"),
        "Pacific": _("Pacifique"),
        "Indian": _("Océan Indien"),
        "Atlantic": _("Atlantique"),
        "Australia": _("Australie"),
    }
    groups: Groups = {
        _("France hexagonale et Corse"): [(MAINLAND, _("Paris"))],
        _("Outre-mer"): [(zone, zone_label(zone)) for zone in OVERSEAS],
    }
    listed = {MAINLAND, *OVERSEAS}
    for prefix, label in regions.items():
        zones = [zone for zone in _countries() if zone.startswith(f"{prefix}/") and zone not in listed]
        groups[label] = sorted(
            ((zone, zone_label(zone)) for zone in zones), key=lambda row: row[1].casefold()
        )
    return groups


class ZoneSelect(Select):  # type: ignore[misc]
    """Four hundred options: each is written once in each language."""

    @classmethod
    def render_option(cls, choice: Any, **_options: Any) -> Markup:
        """One of them."""
        return _option(str(choice.value), str(choice.label), is_selected=bool(choice.selected))


@lru_cache(maxsize=4096)
def _option(value: str, label: str, *, is_selected: bool) -> Markup:
    selected = Markup(" selected") if is_selected else ""
    return Markup('<option{} value="{}">{}</option>').format(selected, value, label)


class ZoneField(SelectField):  # type: ignore[misc]
    """A select of zones; `empty` is the label of « no choice », if none may be made.

    The choices are made with each form: they are written in the reader's language.
    """

    widget = ZoneSelect()

    def __init__(self, label: str | LazyText, *, empty: str | LazyText = "", **options: Any) -> None:
        needed = [] if empty else [InputRequired(lazy_gettext("Ce champ est nécessaire."))]
        super().__init__(label, choices=[], validate_choice=False, validators=needed, **options)
        self._empty = empty

    def process(self, *arguments: Any, **options: Any) -> None:
        """Read the value, then offer the zones around it."""
        super().process(*arguments, **options)
        groups = zone_groups(kept=self.data or "")
        if self._empty:
            groups = {_("Facultatif"): [("", str(self._empty))], **groups}
        self.choices = [choice for name, pairs in groups.items() for choice in choices_of(pairs, name)]

    def pre_validate(self, form: Form) -> None:  # noqa: ARG002
        """Only names of the tz database."""
        if not (self._empty and not self.data) and not is_zone(self.data):
            raise ValidationError(_("Choisissez un fuseau de la liste."))
