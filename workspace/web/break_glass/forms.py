"""Opening a project under break-glass."""

from typing import Any

from wtforms import RadioField

from models.break_glass import HOURS, REASON_LIMIT
from workspace.i18n import lazy_gettext, ngettext
from workspace.services.break_glass import Wish
from workspace.web.account.confirming import ConfirmForm
from workspace.web.forms import choices_of, line, required, text

ADDRESS_LIMIT = 300


class OpenForm(ConfirmForm):
    """Which project, why, for how long; and the password."""

    address = line(lazy_gettext("Adresse d’une page du projet, ou son numéro"), ADDRESS_LIMIT)
    reason = text(lazy_gettext("Pourquoi"), REASON_LIMIT)
    hours = RadioField(lazy_gettext("Pour combien de temps"), coerce=int, default=1, validators=[required()])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.hours.choices = choices_of(
            (hours, ngettext("%(num)s heure", "%(num)s heures", hours)) for hours in HOURS
        )

    @property
    def wish(self) -> Wish:
        """What was asked for."""
        return Wish(self.address.data or "", self.reason.data or "", self.hours.data)
