"""Confirming that it is really them who take their data, or have it erased."""

from typing import Any

from wtforms import BooleanField, Field
from wtforms.validators import ValidationError

from workspace.i18n import _, lazy_gettext
from workspace.web.auth.forms import known_password_field, short_line
from workspace.web.forms import EtabliForm

WORDS = ("effacer", "erase")
WORD_LIMIT = 20


class ConfirmForm(EtabliForm):
    """The password, of somebody who has one."""

    password = known_password_field(lazy_gettext("Votre mot de passe"))

    def __init__(self, *, has_password: bool, **options: Any) -> None:
        super().__init__(**options)
        if not has_password:
            del self.password


class EraseForm(ConfirmForm):
    """What goes, and a word that nobody types by mistake."""

    texts = BooleanField(lazy_gettext("Effacer aussi ce que j’ai écrit sur les tableaux"))
    word = short_line(lazy_gettext("Pour confirmer, écrivez EFFACER"), WORD_LIMIT)

    def validate_word(self, field: Field) -> None:
        """In either language, in any case."""
        if (field.data or "").casefold() not in WORDS:
            raise ValidationError(_("Écrivez EFFACER pour confirmer."))
