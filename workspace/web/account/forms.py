"""The account's forms."""

from typing import Any

from wtforms import BooleanField, Field, RadioField
from wtforms.validators import ValidationError

from models.people import User
from workspace.i18n import LOCALES, _, lazy_gettext
from workspace.services.accounts import NAME_LIMIT, TITLE_LIMIT
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
    wants_news = BooleanField(lazy_gettext("Recevoir par e-mail ce que je n’ai pas lu ici"))

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
