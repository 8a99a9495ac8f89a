"""The forms of invitations: making one, and accepting one."""

from flask import request
from wtforms import BooleanField, Field, HiddenField, RadioField, StringField
from wtforms.validators import Optional, ValidationError

from models.authority import Authority
from models.errors import Invalid
from models.session import reading
from workspace.i18n import _, lazy_gettext, ngettext
from workspace.services.access_days import Days
from workspace.services.accounts import NAME_LIMIT, TITLE_LIMIT
from workspace.services.invitations import DEFAULT_DAYS, MESSAGE_LIMIT, VALID_DAYS, Invitee, Terms
from workspace.services.register import Choice, resolve_authority
from workspace.web.auth.forms import (
    ShortEnough,
    email_field,
    known_password_field,
    new_password_field,
    short_line,
)
from workspace.web.dates import DayField
from workspace.web.forms import EtabliForm, NotBlank, choices_of, readable, required, text, trim
from workspace.web.zones import ZoneField

AUTHORITY_LIMIT = 100


def days_field() -> RadioField:
    """How long the link may be used."""
    return RadioField(
        lazy_gettext("Le lien est valable"),
        coerce=int,
        default=DEFAULT_DAYS,
        validate_choice=False,
        validators=[required()],
    )


class TermsForm(EtabliForm):
    """How long the link lasts, from which day until which the access, and a word to go with it."""

    message = text(lazy_gettext("Un mot d’accompagnement"), MESSAGE_LIMIT, needed=False)
    access_from = DayField(lazy_gettext("Accès à partir du"), validators=[Optional()])
    access_until = DayField(lazy_gettext("Accès jusqu’au"), validators=[Optional()])
    valid_days = days_field()

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.valid_days.choices = choices_of(
            (days, ngettext("%(num)s jour", "%(num)s jours", days)) for days in VALID_DAYS
        )

    def validate_valid_days(self, field: Field) -> None:
        """One of those offered."""
        if field.data not in VALID_DAYS:
            raise ValidationError(_("Choisissez l’une des durées proposées."))

    def terms(self) -> Terms:
        """What the link offers."""
        return Terms(
            self.valid_days.data, Days(self.access_from.data, self.access_until.data), self.message.data
        )


class InviteForm(TermsForm):
    """Inviting one person to a project, a cohort or a programme."""

    name = short_line(lazy_gettext("Prénom et nom"), NAME_LIMIT)
    email = email_field()
    title = short_line(lazy_gettext("Fonction ou mandat"), TITLE_LIMIT, needed=False)

    def invitee(self) -> Invitee:
        """Who is invited."""
        return Invitee(self.email.data, self.name.data, self.title.data)


class ObserverForm(InviteForm):
    """Inviting an élu: until a day that is known."""

    access_until = DayField(lazy_gettext("Accès jusqu’au"), validators=[required()])


class DatesForm(EtabliForm):
    """The days of a role that somebody holds; `seen` is the fingerprint of those being changed."""

    access_from = DayField(lazy_gettext("Accès à partir du"), validators=[Optional()])
    access_until = DayField(lazy_gettext("Accès jusqu’au"), validators=[Optional()])
    seen = HiddenField()

    def days(self) -> Days:
        """What was written."""
        return Days(self.access_from.data, self.access_until.data)


class ObserverDatesForm(DatesForm):
    """The days of an élu, until one that is known."""

    access_until = DayField(lazy_gettext("Accès jusqu’au"), validators=[required()])


class AcceptForm(EtabliForm):
    """What any invited person may be asked: for an élu, which authority they sit in.

    `candidates` are the authorities among which to choose when the typed name has several.
    """

    authority = StringField(
        lazy_gettext("Votre collectivité"),
        filters=[trim],
        validators=[NotBlank(), readable, ShortEnough(AUTHORITY_LIMIT)],
    )

    keeps_notes = BooleanField(default=True)
    """Whether what was written as a guest, in this browser, is to be theirs."""

    def __init__(self, *, asks_authority: bool, **options: object) -> None:
        super().__init__(**options)
        self.candidates: list[Choice] = []
        self.authority_found: Authority | None = None
        if not asks_authority:
            del self.authority

    @property
    def authority_code(self) -> str | None:
        """The code of the authority that was found, None when none was asked."""
        return self.authority_found.code if self.authority_found else None

    def validate_authority(self, field: Field) -> None:
        """Exactly one authority of the register, chosen or typed in full."""
        if not field.data:
            return
        chosen = next((value for value in reversed(request.form.getlist("authority_value")) if value), "")
        try:
            with reading() as session:
                found = resolve_authority(session, chosen or field.data)
        except Invalid as error:
            raise ValidationError(_(error.message)) from error
        self.authority_found, self.candidates = found.authority, found.candidates
        if found.authority is None and found.candidates:
            raise ValidationError(_("Plusieurs collectivités portent ce nom : choisissez la vôtre."))
        if found.authority is None:
            raise ValidationError(
                _("Cette collectivité n’est pas dans le registre : vérifiez le nom, ou tapez son code.")
            )


class SignInAndAcceptForm(AcceptForm):
    """For somebody who has an account and is not signed in."""

    password = known_password_field(lazy_gettext("Votre mot de passe"))


class NewPersonForm(AcceptForm):
    """For somebody who has no account yet, and comes vouched for by the provider: no password."""

    name = short_line(lazy_gettext("Prénom et nom"), NAME_LIMIT)
    title = short_line(lazy_gettext("Fonction ou mandat"), TITLE_LIMIT, needed=False)
    time_zone = ZoneField(lazy_gettext("Votre fuseau horaire"))


class NewAccountForm(NewPersonForm):
    """For somebody who has no account yet."""

    password = new_password_field(lazy_gettext("Choisissez un mot de passe"))

    def __init__(self, *, asks_authority: bool, email: str, **options: object) -> None:
        super().__init__(asks_authority=asks_authority, **options)
        self.person = {"email": email}
