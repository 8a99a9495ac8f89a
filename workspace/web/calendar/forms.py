"""The forms of a class session."""

from typing import Any
from urllib.parse import urlsplit

from wtforms import Field, Form, HiddenField, IntegerField, RadioField, SelectField
from wtforms.validators import NumberRange, Optional, ValidationError

from models.class_session import MOST_TIMES, SessionMode
from models.cohort import Cohort
from models.occurrences import Said, times_until
from workspace.i18n import _, lazy_gettext
from workspace.services import class_sessions
from workspace.services.class_sessions import MODE_LABELS, Found, Rhythm
from workspace.web.auth.forms import short_line
from workspace.web.dates import DayField, HourField
from workspace.web.forms import EtabliForm, choices_of, required, text
from workspace.web.zones import ZoneField

ONCE, MOST_WEEKS = 0, 12
EVERY = range(ONCE, MOST_WEEKS + 1)
ONE, FOLLOWING = "one", "following"


def proper_link(_form: Form, field: Field) -> None:
    """Refuse what is no address of a page."""
    try:
        parts = urlsplit(field.data or "")
        is_proper = not field.data or (parts.scheme in ("http", "https") and bool(parts.hostname))
    except ValueError:
        is_proper = False
    if not is_proper:
        raise ValidationError(_("Ce lien n’est pas complet, par exemple https://visio.exemple.fr/salle."))


class WholeNumber(IntegerField):  # type: ignore[misc]
    """A number of sessions."""

    def process_formdata(self, valuelist: Any) -> None:
        """Read it, or say how it is written."""
        try:
            super().process_formdata(valuelist)
        except ValueError as error:
            raise ValueError(_("Ce nombre ne se lit pas : écrivez-le en chiffres.")) from error


class ClassSessionForm(EtabliForm):
    """A session by the clock of its zone; `last_day` is filled when it ends on another day."""

    title = short_line(lazy_gettext("Titre"), class_sessions.TITLE_LIMIT)
    day = DayField(lazy_gettext("Jour"), validators=[required()])
    starts = HourField(lazy_gettext("Début"), validators=[required()])
    ends = HourField(lazy_gettext("Fin"), validators=[required()])
    last_day = DayField(lazy_gettext("Se termine un autre jour"), validators=[Optional()])
    time_zone = ZoneField(lazy_gettext("À l’heure de"))
    mode = RadioField(
        lazy_gettext("Comment"), coerce=SessionMode, default=SessionMode.HYBRID, validators=[required()]
    )
    place = short_line(lazy_gettext("Lieu"), class_sessions.PLACE_LIMIT, needed=False)
    link = short_line(lazy_gettext("Lien de visioconférence"), class_sessions.LINK_LIMIT, needed=False)
    note = text(lazy_gettext("À savoir, à préparer"), class_sessions.NOTE_LIMIT, needed=False)
    every = SelectField(lazy_gettext("Se répète"), coerce=int, default=ONCE)
    times = WholeNumber(
        lazy_gettext("Nombre de séances"),
        validators=[
            Optional(),
            NumberRange(1, MOST_TIMES, lazy_gettext("Une série compte au plus 104 séances.")),
        ],
    )
    until = DayField(lazy_gettext("ou jusqu’au"), validators=[Optional()])
    seen = HiddenField()

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.mode.choices = choices_of((mode, _(label)) for mode, label in MODE_LABELS.items())
        self.every.choices = [(every, every_label(every)) for every in EVERY]
        self.link.validators = [*self.link.validators, proper_link]

    def validate(self, extra_validators: Any = None) -> bool:
        """What repeats says how often, in one way."""
        is_valid = super().validate(extra_validators)
        if self.every.errors or self.every.data == ONCE or self.times.errors or self.until.errors:
            return is_valid
        if self.times.data is None and self.until.data is None:
            self.times.errors = [_("Dites combien de séances, ou jusqu’à quel jour.")]
        elif self.times.data is not None and self.until.data is not None:
            self.until.errors = [_("Donnez un nombre de séances ou un dernier jour, pas les deux.")]
        elif self.until.data is not None and self.day.data and self.until.data < self.day.data:
            self.until.errors = [_("La fin vient avant le début.")]
        return is_valid and not self.times.errors and not self.until.errors

    def said(self) -> Said:
        """What was written of the session."""
        return Said(
            title=self.title.data,
            day=self.day.data,
            starts=self.starts.data,
            last_day=self.last_day.data or self.day.data,
            ends=self.ends.data,
            mode=self.mode.data,
            time_zone=self.time_zone.data,
            place=self.place.data,
            link=self.link.data,
            note=self.note.data,
        )

    def rhythm(self) -> Rhythm:
        """How often it is repeated."""
        if self.every.data == ONCE:
            return Rhythm()
        times = self.times.data or times_until(self.day.data, self.until.data, self.every.data)
        return Rhythm(times=times, every_weeks=self.every.data)


class EditClassSessionForm(ClassSessionForm):
    """The same for one that exists: alone, or with those that follow it."""

    scope = RadioField(lazy_gettext("Ce changement vaut pour"), default=ONE, validators=[required()])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scope.choices = scope_choices()


class CancelForm(EtabliForm):
    """Whether those that follow are cancelled too."""

    scope = RadioField(lazy_gettext("Annuler"), default=ONE, validators=[required()])

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.scope.choices = scope_choices()


def scope_choices() -> list[Any]:
    """This session, or it and those that follow."""
    return choices_of(((ONE, _("cette séance")), (FOLLOWING, _("cette séance et toutes les suivantes"))))


def every_label(every: int) -> str:
    """« toutes les 2 semaines »."""
    if every == ONCE:
        return _("une seule fois")
    return _("chaque semaine") if every == 1 else _("toutes les %(num)s semaines", num=every)


def new_form(cohort: Cohort) -> ClassSessionForm:
    """An empty form, in the cohort's zone."""
    return ClassSessionForm(data={"time_zone": cohort.time_zone})


def filled_form(found: Found) -> EditClassSessionForm:
    """The form of a session, as it is now."""
    one, is_series = found.one, found.row.times > 1
    values = {
        "seen": found.fingerprint,
        "every": found.row.every_weeks if is_series else ONCE,
        "times": found.left if is_series else None,
        "scope": ONE if is_series else FOLLOWING,
    }
    form = EditClassSessionForm(obj=one, data=values)
    for name, value in values.items():
        form[name].data = value
    form.last_day.data = one.last_day if one.last_day != one.day else None
    return form
