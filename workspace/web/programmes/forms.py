"""The manager's forms: a programme, a cohort, a team, people to invite."""

from datetime import timedelta
from typing import Any

from wtforms import HiddenField

from models.base import utcnow
from workspace.i18n import lazy_gettext
from workspace.services import programmes, teams
from workspace.services.people_import import FILE_BYTES
from workspace.services.people_list import TEXT_LIMIT
from workspace.services.programmes import CohortText
from workspace.web.auth.forms import short_line
from workspace.web.dates import DayField
from workspace.web.forms import EtabliForm, required, text
from workspace.web.invitations.forms import TermsForm
from workspace.web.zones import ZoneField

USUAL_LENGTH = timedelta(weeks=26)


class ProgrammeForm(EtabliForm):
    """A programme's name."""

    name = short_line(lazy_gettext("Nom de la formation"), programmes.NAME_LIMIT)


class CohortForm(EtabliForm):
    """A cohort; `seen` is the fingerprint of the one being edited."""

    name = short_line(lazy_gettext("Nom de la promotion"), programmes.NAME_LIMIT)
    starts_on = DayField(lazy_gettext("Premier jour"), validators=[required()])
    ends_on = DayField(lazy_gettext("Dernier jour"), validators=[required()])
    time_zone = ZoneField(lazy_gettext("Fuseau horaire de la promotion"))
    other_time_zone = ZoneField(
        lazy_gettext("Second fuseau horaire"), empty=lazy_gettext("Pas de second fuseau")
    )
    seen = HiddenField()

    def values(self) -> CohortText:
        """What was written."""
        return CohortText(
            self.name.data,
            self.time_zone.data,
            self.other_time_zone.data or None,
            self.starts_on.data,
            self.ends_on.data,
        )


def usual_cohort() -> dict[str, Any]:
    """What a new cohort's form offers: half a year from today, in Paris."""
    today = utcnow().date()
    return {"starts_on": today, "ends_on": today + USUAL_LENGTH, "time_zone": "Europe/Paris"}


class TeamForm(EtabliForm):
    """A team's name."""

    name = short_line(lazy_gettext("Nom de l’équipe"), teams.NAME_LIMIT)


class PeopleForm(TermsForm):
    """Several people at once, one a line."""

    people = text(lazy_gettext("Personnes à inviter"), TEXT_LIMIT)


class ImportForm(TermsForm):
    """The lines of a spreadsheet."""

    people = text(lazy_gettext("Personnes à inviter"), FILE_BYTES)
