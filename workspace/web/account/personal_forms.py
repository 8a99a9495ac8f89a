"""Having one's data erased."""

from wtforms import BooleanField, Field
from wtforms.validators import ValidationError

from workspace.i18n import _, lazy_gettext
from workspace.web.account.confirming import ConfirmForm
from workspace.web.auth.forms import short_line

WORDS = ("effacer", "erase")
WORD_LIMIT = 20


class EraseForm(ConfirmForm):
    """What goes, and a word that nobody types by mistake."""

    texts = BooleanField(lazy_gettext("Effacer aussi ce que j’ai écrit sur les tableaux"))
    word = short_line(lazy_gettext("Pour confirmer, écrivez EFFACER"), WORD_LIMIT)

    def validate_word(self, field: Field) -> None:
        """In either language, in any case."""
        if (field.data or "").casefold() not in WORDS:
            raise ValidationError(_("Écrivez EFFACER pour confirmer."))
