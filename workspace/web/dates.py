"""Days and hours in forms: what cannot be read is said in the reader's language, and kept as it was typed."""

from typing import Any

from wtforms import DateField, TimeField

from workspace.i18n import _


class DayField(DateField):  # type: ignore[misc]
    """A day, as the browser's own field sends it: 2027-03-15."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read it, or say how it is written."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Cette date ne se lit pas : écrivez-la comme 2027-03-15.")) from error


class HourField(TimeField):  # type: ignore[misc]
    """An hour of the day: 18:30."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read it, or say how it is written."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Cette heure ne se lit pas : écrivez-la comme 18:30.")) from error
