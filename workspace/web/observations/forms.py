"""The two forms of an élu: a question, and an offer of support."""

from typing import Any

from wtforms import RadioField

from models.support import KIND_LABELS, OFFER_LIMIT, SupportKind
from workspace.i18n import _, lazy_gettext
from workspace.services.questions import QUESTION_LIMIT
from workspace.web.forms import EtabliForm, choices_of, required, text


class QuestionForm(EtabliForm):
    """A question to the team."""

    body = text(lazy_gettext("Votre question"), QUESTION_LIMIT)


class OfferForm(EtabliForm):
    """Something that the élu offers the team."""

    kind = RadioField(lazy_gettext("Ce que vous proposez"), validators=[required()])
    body = text(lazy_gettext("En quelques mots"), OFFER_LIMIT, id="offer-body")

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.kind.choices = choices_of((kind.value, _(label)) for kind, label in KIND_LABELS.items())

    @property
    def chosen(self) -> SupportKind:
        """What is offered. Only once the form is valid."""
        return SupportKind(self.kind.data)
