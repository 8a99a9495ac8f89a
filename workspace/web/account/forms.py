"""The account's forms."""

from typing import Any

from sqlalchemy.orm import Session
from wtforms import Field, RadioField
from wtforms.validators import ValidationError

from models.errors import Invalid
from models.people import User
from workspace.i18n import LOCALES, _, lazy_gettext
from workspace.services import second_factors
from workspace.services.accounts import NAME_LIMIT, TITLE_LIMIT
from workspace.services.second_factors import CODE_LENGTH
from workspace.web.auth.code_forms import any_code_field
from workspace.web.auth.forms import known_password_field, new_password_field, short_line
from workspace.web.forms import EtabliForm, choices_of, required
from workspace.web.zones import ZoneField

LANGUAGES = choices_of((("fr", "Français"), ("en", "English")))


class ProfileForm(EtabliForm):
    """What others see, and how one reads."""

    name = short_line(lazy_gettext("Nom affiché"), NAME_LIMIT)
    title = short_line(lazy_gettext("Fonction ou mandat"), TITLE_LIMIT, needed=False)
    locale = RadioField(lazy_gettext("Langue"), choices=LANGUAGES, validators=[required()])
    time_zone = ZoneField(lazy_gettext("Fuseau horaire"))

    def validate_locale(self, field: Field) -> None:
        """One of ours."""
        if field.data not in LOCALES:
            raise ValidationError(_("Choisissez une langue de la liste."))


class PasswordForm(EtabliForm):
    """The current password, and the one that replaces it."""

    current = known_password_field(lazy_gettext("Mot de passe actuel"))
    password = new_password_field(lazy_gettext("Nouveau mot de passe"))

    def __init__(self, user: User | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.person = {"email": user.email, "name": user.name} if user else {}

    def validate_password(self, _field: Field) -> None:
        """Not the same again."""
        if self.password.data and self.password.data == self.current.data:
            raise ValidationError(_("Choisissez un mot de passe différent de l’actuel."))


class OwnPasswordForm(EtabliForm):
    """The current password: who asks is the account's owner, and not somebody at their open screen."""

    password = known_password_field(lazy_gettext("Mot de passe actuel"))


class TurnOffForm(OwnPasswordForm):
    """The password, and a code of the application or a recovery code."""

    code = any_code_field()

    def check(self, session: Session, user_id: int, secret_key: str) -> None:
        """Take the code. Raises: Invalid, with the field `code`."""
        if len(self.code.data) == CODE_LENGTH:
            try:
                second_factors.check_recovery_code(session, user_id, self.code.data)
            except Invalid as error:
                raise Invalid(fields={"code": error.fields["recovery"]}) from error
        else:
            second_factors.check_code(session, user_id, secret_key, self.code.data)
